"""Queues: which open tickets wait for whom, which are late, and in what order to take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tracker.core.sla import Clock, Due, Targets, is_said
from tracker.core.ticket import PRIORITIES, Priority, Status, Ticket

Side = Literal["agent", "requester", ""]
"""Who said the last public word; empty where nobody did yet."""

QUEUES = ("mine", "unassigned", "to-answer", "waiting", "overdue", "all")
"""Every queue: an agent's own; nobody's; those that wait for us; those that wait for the
requester; those that missed a target; every open ticket.
"""


def last_side(ticket: Ticket) -> Side:
    """Return who said the last public word. Automatic mail says nothing."""
    said = [entry.role for entry in ticket.entries if is_said(entry)]
    if not said:
        return ""
    return "agent" if said[-1] == "agent" else "requester"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an open ticket stands: what queues ask about it."""

    number: int
    status: Status
    assignee: str | None
    priority: Priority
    side: Side
    clock: Clock

    @classmethod
    def of(cls, ticket: Ticket) -> Standing:
        """Sum up a ticket."""
        side, clock = last_side(ticket), Clock.of(ticket)
        return cls(ticket.number, ticket.status, ticket.assignee, ticket.priority, side, clock)

    @property
    def waits_for_requester(self) -> bool:
        """Whether the next word is the requester's; else it is ours."""
        return self.status == "waiting" or self.side == "agent"


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket in a queue: what is due next, in how many working seconds (below 0: late)."""

    standing: Standing
    due: Due | None
    left: int

    @property
    def overdue(self) -> bool:
        """Whether a target is missed."""
        return self.due is not None and self.left <= 0

    def names(self, agent: str | None) -> Iterator[str]:
        """Yield the queues that it stands in, as ``agent`` sees them."""
        standing = self.standing
        if agent is not None and standing.assignee == agent:
            yield "mine"
        if not standing.assignee:
            yield "unassigned"
        yield "waiting" if standing.waits_for_requester else "to-answer"
        if self.overdue:
            yield "overdue"
        yield "all"


def places(standings: Iterable[Standing], targets: Targets, now: datetime) -> list[Place]:
    """Return the open tickets in the order to take them: the late ones, the urgent, the old."""
    found = [_place(one, targets, now) for one in standings if one.status != "closed"]
    return sorted(found, key=_order)


def _place(standing: Standing, targets: Targets, now: datetime) -> Place:
    due = targets.due(standing.clock)
    return Place(standing, due, targets.left(due, now) if due else 0)


def _order(place: Place) -> tuple[bool, int, int, int]:
    standing = place.standing
    urgency = -PRIORITIES.index(standing.priority)
    return not place.overdue, urgency, standing.clock.created, standing.number
