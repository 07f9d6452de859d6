"""What the receiving server found out about a mail: DMARC in Authentication-Results (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Verdict = Literal["pass", "fail", "none"]

_FOLD = re.compile(r"\s+")
_TOKEN = re.compile(r"\"((?:[^\"\\]|\\.)*)\"?|([;=()\s])|([^;=()\s\"]+)", re.DOTALL)
_PAIR = re.compile(r"\\(.)", re.DOTALL)
_FAILED = frozenset({"fail", "permerror"})
_NO_POLICY = frozenset({"none", "bestguesspass"})
_MAX = 20_000
BESIDE_VERDICTS = frozenset(("received-spf", "dkim-filter", "dmarc-filter"))
"""Headers that checking programs write between their verdicts."""

Results = list[tuple[str, str, dict[str, str]]]
"""Method, result and properties of each check."""


def verdict(groups: Iterable[Sequence[str]], authserv_id: str, from_domain: str) -> Verdict:
    """Return the DMARC result for ``from_domain`` by the server ``authserv_id``.

    ``groups`` are the Authentication-Results headers that stand together, topmost first. Only the
    first group in which that server speaks counts, and there the topmost result: a sender can
    write more below. Headers of another server, a version other than 1, and results for another
    domain in ``header.from`` are no result. An empty ``authserv_id`` believes nobody.
    """
    domain = _domain(from_domain)
    if not domain:
        return "none"
    for method, result, properties in _believed(groups, authserv_id):
        if method != "dmarc":
            continue
        named = properties.get("header.from", domain)
        if _domain(named) != domain:
            return "none"
        if result == "pass":
            return "pass"
        return "fail" if result in _FAILED else "none"
    return "none"


def is_signed(groups: Iterable[Sequence[str]], authserv_id: str, from_domain: str) -> bool:
    """Whether the server says that the very domain signed the mail (DKIM), and that it has no DMARC
    policy which says more. ``groups`` are as for ``verdict``. A domain above it will not do (strict
    alignment, RFC 7489, section 3.1.1): below ``com.ru`` and its like anybody may have one.
    """
    domain, signed = _domain(from_domain), False
    for method, result, properties in _believed(groups, authserv_id) if domain else ():
        if method == "dmarc" and (
            result not in _NO_POLICY or _domain(properties.get("header.from", domain)) != domain
        ):
            return False
        if method == "dkim" and result == "pass":
            # header.i may name a domain below the signer (RFC 6376, section 3.5).
            signed = signed or _domain(properties.get("header.d", "")) == domain
    return signed


def _believed(groups: Iterable[Sequence[str]], authserv_id: str) -> Results:
    """Return the results of the topmost headers of a server."""
    wanted = authserv_id.strip().lower()
    for group in groups if wanted else ():
        parsed = [results for server, results in map(parse, group) if server == wanted]
        if parsed:
            return [one for results in parsed for one in results]
    return []


def parse(value: str) -> tuple[str, Results]:
    """Return the authserv-id and the results (method, result, properties), in lower case.

    Comments are dropped, quoted strings count as written; ``method/1`` is ``method``.
    """
    sections = _sections(value[:_MAX])
    head = sections[0] if sections else []
    if not head or (len(head) > 1 and head[1] != "1"):
        return "", []
    results: Results = []
    for section in sections[1:]:
        pairs = _pairs(section)
        if not pairs:
            continue
        method, _, version = pairs[0][0].partition("/")
        if version not in ("", "1"):
            continue
        properties: dict[str, str] = {}
        for name, text in pairs[1:]:
            properties.setdefault(name, text)
        results.append((method, pairs[0][1], properties))
    return head[0], results


def _sections(value: str) -> list[list[str]]:
    """Return the words between semicolons; ``=`` is a word of its own."""
    sections: list[list[str]] = [[]]
    depth, joined = 0, False
    for token in _TOKEN.finditer(value):
        quoted, mark, text = token.groups()
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth = max(depth - 1, 0)
        elif depth:
            continue
        elif mark == ";":
            sections.append([])
        elif mark == "=":
            sections[-1].append("=")
        elif mark is None:
            word = (_PAIR.sub(r"\1", quoted) if quoted is not None else text).lower()
            if joined and sections[-1] and sections[-1][-1] != "=":
                # `smtp.mailfrom="a b"@example.org` is one value in two pieces.
                sections[-1][-1] += word
            else:
                sections[-1].append(word)
            joined = True
            continue
        joined = False
    return sections


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    """Return the ``name = value`` pairs of a section."""
    pairs = []
    for place, word in enumerate(words):
        if word == "=" and 0 < place < len(words) - 1:
            pairs.append((words[place - 1], words[place + 1]))
    return pairs


def _domain(text: str) -> str:
    """Return a domain in lower case, ASCII form where IDNA knows one, from a domain or address."""
    domain = text.strip().rpartition("@")[2].strip(" .<>").lower()
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
