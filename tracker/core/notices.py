"""Who still has to be told of what: a function of the ticket alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.core.ticket import Entry, Ticket


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that is due: of this entry, to this address."""

    entry: str
    address: str
    proven: bool


def due(ticket: Ticket) -> Iterator[Due]:
    """Yield the letters that ``ticket`` still owes.

    The requester is owed the number of a request that came by mail. Nobody is told of
    automatic mail, of what is held for review, of what was taken in silently, or at an
    address that refused our letter for good.
    """
    first = ticket.entries[0] if ticket.entries else None
    if first is None or first.via != "email" or not _is_news(first):
        return
    address = ticket.requester.key
    if address and address not in first.told and address not in first.bounced:
        yield Due(first.id, address, first.data.get("dmarc") == "pass")


def _is_news(entry: Entry) -> bool:
    return (
        entry.kind == "message"
        and entry.role in ("requester", "stranger")
        and entry.visibility == "public"
        and not entry.automatic
        and not entry.silent
    )
