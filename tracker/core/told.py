"""Which letters about a ticket went to an address, as the entries' record tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.core.ticket import Ticket
from tracker.core.tokens import letter_word


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter: its word (see ``tokens``), when it went, and the ids of its entries."""

    word: str
    at: datetime
    entries: tuple[str, ...]


def letters_to(ticket: Ticket, address: str) -> list[Sent]:
    """Return the letters about ``ticket`` that went to ``address``, in any case, the oldest first.

    Entries told at the same time were told by one letter.
    """
    times: dict[str, list[str]] = {}
    for entry in ticket.entries:
        for told, at in entry.told.items():
            if told.lower() == address.lower():
                times.setdefault(at, []).append(entry.id)
    return [
        Sent(letter_word(ids), datetime.fromisoformat(at), tuple(ids))
        for at, ids in sorted(times.items())
    ]
