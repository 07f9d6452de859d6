"""What the receiving server found out about a mail: DMARC in Authentication-Results (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Verdict = Literal["pass", "fail", "none"]

_FOLD = re.compile(r"\s+")
_TOKEN = re.compile(r"\"((?:[^\"\\]|\\.)*)\"?|([;=()\s])|([^;=()\s\"]+)", re.DOTALL)
_PAIR = re.compile(r"\\(.)", re.DOTALL)
_FAILED = frozenset({"fail", "permerror"})
_MAX = 20_000


def verdict(values: Iterable[str], authserv_id: str, from_domain: str) -> Verdict:
    """Return the DMARC result for ``from_domain`` by the server ``authserv_id``.

    ``values`` are the Authentication-Results headers, topmost first. Only the topmost one of that
    server counts for each method: a sender can write more below. Headers of another server,
    a version other than 1, and results for another domain in ``header.from`` are no result.
    An empty ``authserv_id`` believes nobody.
    """
    wanted = authserv_id.strip().lower()
    domain = _domain(from_domain)
    if not wanted or not domain:
        return "none"
    for value in values:
        server, results = parse(value)
        if server != wanted:
            continue
        for method, result, properties in results:
            if method != "dmarc":
                continue
            named = properties.get("header.from", domain)
            if _domain(named) != domain:
                return "none"
            if result == "pass":
                return "pass"
            return "fail" if result in _FAILED else "none"
    return "none"


def parse(value: str) -> tuple[str, list[tuple[str, str, dict[str, str]]]]:
    """Return the authserv-id and the results (method, result, properties), in lower case.

    Comments are dropped, quoted strings count as written; ``method/1`` is ``method``.
    """
    sections = _sections(value[:_MAX])
    head = sections[0] if sections else []
    if not head or (len(head) > 1 and head[1] != "1"):
        return "", []
    results = []
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
