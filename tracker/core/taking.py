"""Who is writing an answer just now, so that no two agents write one.

It stands in the front matter, ``taken: "anna 2026-11-23T10:00:00+03:00"``, and is over after an
hour, or when that agent has answered. No event tells of it: it says what is, not what was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.document.frontmatter import Value
from tracker.core.errors import TrackerError
from tracker.core.settings import Settings
from tracker.core.ticket import Entry, Ticket

LASTS = timedelta(hours=1)
Changes = dict[str, Value | None]


class TakenError(TrackerError):
    """Another agent is writing an answer."""


@dataclass(frozen=True, slots=True)
class Take:
    """Which agent took a ticket, and since when."""

    handle: str
    since: datetime

    def __str__(self) -> str:
        return f"{self.handle} {self.since.isoformat()}"

    def holds(self, now: datetime) -> bool:
        """Whether it is not over yet. One of the future, such as by a wrong clock, is over."""
        return timedelta() <= now - self.since < LASTS


def read_take(taken: str) -> Take | None:
    """Return what a ticket's ``taken`` line says, also where it is over; None where it says no
    agent or no time. A person may have written ``anna, 2026-11-23T10:00:00+03:00``.
    """
    handle, _, since = taken.strip().rpartition(" ")
    try:
        at = datetime.fromisoformat(since)
    except ValueError:
        return None
    handle = handle.strip(" ,")
    return Take(handle, at) if handle and at.tzinfo else None


def taken_by(taken: str, now: datetime) -> Take | None:
    """Return who is writing an answer now, by a ticket's ``taken`` line."""
    found = read_take(taken)
    return found if found and found.holds(now) else None


def take(ticket: Ticket, handle: str, now: datetime, *, force: bool = False) -> Changes:
    """Return what to change in the front matter so that ``handle`` has the ticket from ``now`` on.

    Raises TakenError where another agent has it, unless ``force`` says to take it over.
    """
    _refuse_taken(ticket, handle, now, force=force)
    return {"taken": str(Take(handle, now))}


def release(ticket: Ticket, handle: str, now: datetime, *, force: bool = False) -> Changes:
    """Return what to change so that nobody has the ticket. Raises TakenError as ``take`` does."""
    _refuse_taken(ticket, handle, now, force=force)
    return {"taken": None} if ticket.taken else {}


def _refuse_taken(ticket: Ticket, handle: str, now: datetime, *, force: bool) -> None:
    found = taken_by(ticket.taken, now)
    if found and found.handle != handle and not force:
        raise TakenError(
            f"{ticket.id} is taken by {found.handle} since {found.since:%H:%M}",
            "Ask them, or take it over with --force.",
        )


def answered(ticket: Ticket, entries: Iterable[Entry], settings: Settings) -> bool:
    """Whether ``entries`` hold the answer of the agent who took the ticket."""
    found = read_take(ticket.taken)
    return found is not None and any(
        one.kind == "message"
        and one.role == "agent"
        and settings.agent_by_email(one.author.key) == found.handle
        for one in entries
    )
