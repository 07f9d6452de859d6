"""What the headers of a letter of our own tell of how it was received (RFC 8601, RFC 6376)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.core.findings import Advice, Unchecked, Wrong

_RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")


def judge_verdicts(headers: Sequence[str], authserv_id: str) -> str:
    """Judge the ``Authentication-Results`` of a letter, the newest one first; ``authserv_id`` is
    the name that the settings believe, or empty.
    """
    read = [_read(one) for one in headers]
    names = [name for name, _ in read if name]
    if not names:
        raise Unchecked("the provider writes no Authentication-Results on letters to itself")
    if authserv_id and authserv_id.lower() not in names:
        raise Wrong(
            f"the provider signs its verdicts `{names[0]}`, the settings believe `{authserv_id}`",
            f'Set `authserv_id = "{names[0]}"` in `[mailbox]`, if that is your provider.',
        )
    wanted = authserv_id.lower() or names[0]
    results = dict(next(results for name, results in read if name == wanted))
    shown = ", ".join(f"{kind} {verdict}" for kind, verdict in results.items()) or "no verdict"
    if results.get("dmarc") == "fail":
        raise Wrong(f"{wanted} says: {shown}", "Mend SPF and DKIM as said above.")
    if not authserv_id:
        raise Advice(
            f"{wanted} says: {shown}; no verdict is believed so far",
            f'Set `authserv_id = "{wanted}"` in `[mailbox]`, if that is your provider.',
        )
    return f"{wanted} says: {shown}"


def _read(header: str) -> tuple[str, list[tuple[str, str]]]:
    plain = _COMMENT.sub(" ", " ".join(header.split()))
    name, _, results = plain.partition(";")
    found = [(kind.lower(), verdict.lower()) for kind, verdict in _RESULT.findall(results)]
    return (name.split() or [""])[0].lower(), found


def signature_of(headers: Sequence[str]) -> tuple[str, str] | None:
    """Return selector and domain of a letter's first whole DKIM signature."""
    for header in headers:
        pairs = (part.partition("=") for part in "".join(header.split()).split(";"))
        tags = {name: value.lower() for name, _, value in pairs}
        if tags.get("s") and tags.get("d"):
            return tags["s"], tags["d"]
    return None
