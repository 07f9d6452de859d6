"""The words of a ticket as its search knows them: any form of a word gives one stem."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tracker.core.pages.view import PublicTicket
from tracker.core.words import stem

TITLE = "="
"""Stands before a stem that occurs in the title."""
STATUS = "#"
"""Stands before the ticket's status."""
LABEL = "@"
"""Stands before a label, in small letters and with ``_`` for blanks."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40


def stems(text: str) -> set[str]:
    """Return the stems of all words of two letters and more. Of a longer word than 40 letters
    its beginning counts.
    """
    plain = unicodedata.normalize("NFC", text).lower()
    return {stem(one[:_LONGEST]) for one in set(_WORD.findall(plain)) if len(one) > 1}


def ticket_stems(ticket: PublicTicket) -> set[str]:
    """Return everything ``ticket`` can be found by. Quoted text is left out: it stands in the
    ticket already.
    """
    title = stems(ticket.title)
    marks = {STATUS + ticket.status, *map(label_mark, ticket.labels)}
    return title | {TITLE + one for one in title} | stems(" ".join(_said(ticket))) | marks


def label_mark(label: str) -> str:
    """Return what the tickets of ``label`` are found by."""
    return LABEL + "_".join(unicodedata.normalize("NFC", label).lower().split())[:_LONGEST]


def _said(ticket: PublicTicket) -> Iterable[str]:
    yield ticket.requester
    yield from ticket.labels
    for entry in ticket.entries:
        if entry.format:
            yield entry.author
            yield entry.text
            yield from (file.name for file in entry.files)
