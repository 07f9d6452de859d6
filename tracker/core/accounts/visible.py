"""Which tickets an account may see, in which order, and cut into which chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tracker.core.accounts.records import Record, Role
from tracker.core.pages.files import is_inside
from tracker.core.settings import Settings
from tracker.core.ticket import Ticket

CHUNK = 100
"""Tickets of one chunk of a bundle."""
RECENT = timedelta(days=90)
"""How long agents see a closed ticket."""


class Facts(NamedTuple):
    """What decides who sees a ticket: ``people`` are keyed hashes of addresses, ``files`` those of
    its attachments' paths, ``updated`` is a POSIX time. No word of the ticket is among them.
    """

    number: int
    people: tuple[str, ...]
    is_open: bool
    updated: int
    files: tuple[str, ...]


def facts_of(ticket: Ticket, keyed: Callable[[str], str]) -> Facts | None:
    """Return the facts of an accepted ticket; None while its first message waits for review:
    such a ticket is in no bundle. ``keyed`` gives the keyed hash of an address or a path.

    A merged ticket is its people's as before.
    """
    if not ticket.accepted:
        return None
    people = {one.key for one in (ticket.requester, *ticket.participants) if one.key}
    files = {
        keyed(one.path)
        for entry in ticket.entries
        if entry.visibility == "public" and entry.kind == "message"
        for one in entry.attachments
        if is_inside(one, ticket.id)
    }
    return Facts(
        ticket.number,
        tuple(sorted(keyed(one) for one in people)),
        ticket.is_open,
        int(ticket.updated.timestamp()),
        tuple(sorted(files)),
    )


def role_of(record: Record, settings: Settings) -> Role:
    """Return what an account is now: an agent's account of somebody who is none any more is a
    requester's.
    """
    return "agent" if record.role == "agent" and agent_of(record, settings) else "requester"


def agent_of(record: Record, settings: Settings) -> str:
    """Return the handle that an account's addresses have among the agents, or nothing."""
    found = (settings.agent_by_email(one) for one in record.addresses)
    return next(filter(None, found), "")


@dataclass(frozen=True, slots=True)
class Shelf:
    """All tickets that may be seen, ready to be picked from."""

    tickets: dict[str, list[Facts]]
    for_agents: list[Facts]

    @classmethod
    def of(cls, facts: Iterable[Facts], now: datetime) -> Shelf:
        """Sort facts by person; ``now`` decides what agents still see."""
        since = int((now - RECENT).timestamp())
        by_person: dict[str, list[Facts]] = {}
        recent = []
        for one in facts:
            for person in one.people:
                by_person.setdefault(person, []).append(one)
            if one.is_open or one.updated >= since:
                recent.append(one)
        return cls(by_person, newest_first(recent))

    def of_people(self, people: Iterable[str]) -> list[Facts]:
        """Return the tickets of somebody with these keyed hashes, newest first."""
        found = {one.number: one for person in people for one in self.tickets.get(person, ())}
        return newest_first(found.values())

    def of_agent(self, people: Iterable[str]) -> list[Facts]:
        """Return what an agent sees: what is open or recent, and their own requests."""
        own = {one.number: one for one in self.of_people(people)}
        if own.keys() <= {one.number for one in self.for_agents}:
            return self.for_agents
        return newest_first((own | {one.number: one for one in self.for_agents}).values())


def newest_first(tickets: Iterable[Facts]) -> list[Facts]:
    """Sort by number, the highest first."""
    return sorted(tickets, key=lambda one: -one.number)


def chunks_of(tickets: Sequence[Facts]) -> list[Sequence[Facts]]:
    """Cut tickets into chunks; there is always one, also of none."""
    return [tickets[at : at + CHUNK] for at in range(0, len(tickets), CHUNK)] or [()]
