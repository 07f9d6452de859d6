"""The queues of the desk as of the newest commit: who has what, what waits, what is late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.core.queues import QUEUES, Place, Standing, places
from tracker.core.sla import Clock, Targets
from tracker.core.taking import Take, taken_by
from tracker.desk.desk import Desk
from tracker.desk.queries import COLUMNS, Row, newest

_OWN = "number, status, assignee, priority, side, created_at, answered_at, turns"


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket in a queue, with what a list shows of it."""

    row: Row
    place: Place
    taken: Take | None
    age: int

    def as_json(self) -> dict[str, Any]:
        """Return what ``queue --json`` prints for it."""
        due, taken = self.place.due, self.taken
        return {
            **self.row.as_json(),
            "waits_for": "requester" if self.place.standing.waits_for_requester else "agent",
            "age": self.age,
            "overdue": self.place.overdue,
            "due": {"goal": due.goal, "at": due.at.isoformat(), "left": self.place.left}
            if due
            else None,
            "taken": {"agent": taken.handle, "since": taken.since.isoformat()} if taken else None,
        }


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue in the order to take it, and how many tickets stand in each."""

    name: str
    agent: str | None
    counts: dict[str, int]
    lines: tuple[Line, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what ``queue --json`` prints."""
        return {
            "queue": self.name,
            "agent": self.agent,
            "counts": self.counts,
            "tickets": [line.as_json() for line in self.lines],
        }


def queue(desk: Desk, name: str, agent: str | None) -> Queue:
    """Return a queue by its name (see ``QUEUES``). ``mine`` is that of ``agent``."""
    now = desk.now()
    rows: dict[int, Row] = {}
    with newest(desk):
        standings = []
        for row, standing in _open_tickets(desk):
            rows[standing.number] = row
            standings.append(standing)
    found = places(standings, Targets.of(desk.settings), now)
    members = [(place, frozenset(place.names(agent))) for place in found]
    counts = Counter(one for _, names in members for one in names)
    lines = (_line(rows, place, now) for place, names in members if name in names)
    return Queue(name, agent, {one: counts[one] for one in QUEUES}, tuple(lines))


def _open_tickets(desk: Desk) -> Iterator[tuple[Row, Standing]]:
    shown = len(COLUMNS.split(", "))
    sql = f"SELECT {COLUMNS}, {_OWN} FROM tickets WHERE status != 'closed'"
    for values in desk.index.query(sql):
        number, status, assignee, priority, side, created, answered, turns = values[shown:]
        clock = Clock(created, answered, tuple(map(int, turns.split())))
        yield (
            Row.read(values[:shown]),
            Standing(number, status, assignee, priority, side, clock),
        )


def _line(rows: dict[int, Row], place: Place, now: datetime) -> Line:
    row = rows[place.standing.number]
    age = max(0, int(now.timestamp()) - place.standing.clock.created)
    return Line(row, place, taken_by(row.taken, now), age)
