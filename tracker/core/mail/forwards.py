"""Who wrote the mail that somebody forwards: the sender named in the forwarded block."""

from __future__ import annotations

import re

from tracker.core.addresses import Address
from tracker.core.mail.people import addresses
from tracker.core.mail.quote_marks import (
    is_attribution,
    is_forward,
    is_original,
    label,
    may_forward,
    plain_lines,
)

_MAX_LINES = 2000
_BLOCK = 12
"""Lines below the announcement that may name the sender."""
_MAILTO = re.compile(r"\[mailto:([^\[\]\s]+)\]", re.IGNORECASE)
# Yandex names the sender as in a quotation: `05.04.2024, 12:00, "Иван" <ivan@example.org>:`.
_ATTRIBUTED = re.compile(r"([^,<>]*)<([^<>@\s]+@[^<>@\s]+)>:?\Z")


def original_sender(text: str, *, forward: bool) -> Address | None:
    """Return the sender of the mail that ``text`` passes on, None where none is named.

    ``forward`` says that the subject calls it a forwarded mail: then header lines alone, as
    Outlook writes them, are enough. Knows Gmail, Outlook, Apple Mail, Thunderbird, mail.ru and
    Yandex, in Russian and English.
    """
    if not forward and not may_forward(text):
        return None
    lines = [line.lstrip("> |").rstrip(" |") for line in plain_lines(text)[:_MAX_LINES]]
    for place, line in enumerate(lines):
        if is_forward(line) or (forward and is_original(line)):
            found = _named(lines[place + 1 :])
            if found:
                return found
    if forward:
        for place, line in enumerate(lines):
            if label(line) == "from" and _goes_on(lines[place + 1 :]):
                return _person(line)
    return None


def _named(lines: list[str]) -> Address | None:
    """Return the sender that the first lines of a forwarded block name."""
    for line in [one for one in lines if one][:_BLOCK]:
        if label(line) == "from":
            return _person(line)
        if is_attribution(line):
            found = _ATTRIBUTED.search(line)
            return _mail(found[1], found[2]) if found else None
    return None


def _goes_on(lines: list[str]) -> bool:
    """Whether a second header line follows, so that ``От: …`` was no sentence."""
    return any(label(line) in ("sent", "to", "subject") for line in [o for o in lines if o][:2])


def _person(line: str) -> Address | None:
    value = _MAILTO.sub(r"<\1>", line.partition(":")[2])
    value = value.replace("|", " ").strip()
    # The reader of headers takes Latin-1 text, as headers are handed round.
    found = addresses(value.encode("utf-8", "replace").decode("latin-1"), "utf-8")
    return next((_mail(one.name, one.email) for one in found if "@" in one.email), None)


def _mail(name: str, email: str) -> Address:
    return Address(name.strip(" \"'|"), email.strip("'\""))
