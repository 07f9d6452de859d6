"""Publishing after review: which tickets that no agent has looked at may be seen all the same.

A ticket is vouched for when an agent has looked at an earlier one of the same requester. Who is
known by which ticket is kept with the state, so a change costs what that requester's tickets
cost, and the result does not depend on what was built before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping

from tracker.portal.render import Rendered, Renderer, Task, render_all
from tracker.portal.shelves import Shelves

TABLES = """
CREATE TABLE review (
  id TEXT PRIMARY KEY, number INTEGER, requester TEXT, looked INTEGER, vouched INTEGER
) WITHOUT ROWID;
CREATE INDEX review_requester ON review (requester, looked, number)
"""

Tickets = Mapping[str, tuple[str, str]]
"""Tickets to render: id to path and object id."""
Read = Callable[[Tickets], Iterable[tuple[str, str, str, bytes]]]
"""Reads tickets: yields id, path, object id and contents of each, in any order."""


class Reviews:
    """Whose tickets an agent has looked at, as one state keeps it."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def requesters(self, ids: Iterable[str]) -> set[str]:
        """Return the requesters that tickets had; unknown ones are left out."""
        query = "SELECT requester FROM review WHERE id = ?"
        found = (self._db.execute(query, (one,)).fetchone() for one in ids)
        return {row[0] for row in found if row}

    def put(self, one: Rendered) -> None:
        """Keep whose ticket it is and whether an agent has looked at it."""
        self._db.execute(
            "INSERT OR REPLACE INTO review VALUES (?, ?, ?, ?, ?)",
            (one.id, one.number, one.requester, one.looked, one.looked),
        )

    def drop(self, ticket_id: str) -> None:
        """Forget a ticket's review."""
        self._db.execute("DELETE FROM review WHERE id = ?", (ticket_id,))

    def first_looked(self, requester: str) -> int | None:
        """Return the lowest number of a requester's tickets that an agent has looked at."""
        query = "SELECT min(number) FROM review WHERE requester = ? AND looked"
        found: int | None = self._db.execute(query, (requester,)).fetchone()[0]
        return found

    def unlooked(self, requester: str) -> list[tuple[str, int, bool]]:
        """Return a requester's other tickets: id, number, and whether they were vouched for."""
        query = "SELECT id, number, vouched FROM review WHERE requester = ? AND NOT looked"
        return [(one, n, bool(was)) for one, n, was in self._db.execute(query, (requester,))]

    def put_vouched(self, ticket_id: str, *, vouched: bool) -> None:
        """Keep whether a ticket is vouched for by an earlier one."""
        self._db.execute("UPDATE review SET vouched = ? WHERE id = ?", (vouched, ticket_id))


class Review:
    """The reviews of one build. ``read`` reads tickets, ``shelves`` are those of the last build."""

    def __init__(self, kept: Reviews, renderer: Renderer, read: Read, shelves: Shelves) -> None:
        self._kept, self._renderer, self._read, self._shelves = kept, renderer, read, shelves

    def render(self, changed: Tickets, gone: Iterable[str]) -> Iterator[Rendered]:
        """Render ``changed``, and other tickets whose being seen follows from that, each once."""
        people = self._kept.requesters([*changed, *gone])
        for ticket_id in gone:
            self._kept.drop(ticket_id)
        hidden: dict[str, Rendered] = {}
        for one in self._pass(changed, vouched=False):
            people.add(one.requester)
            self._kept.put(one)
            if one.looked or one.status:
                yield one
            else:
                hidden[one.id] = one
        now: dict[bool, dict[str, tuple[str, str]]] = {True: {}, False: {}}
        for person in people:
            for ticket_id, vouched in self._turned(person, hidden):
                place = hidden.pop(ticket_id, None) or self._shelves.place(ticket_id)
                if place:
                    now[vouched][ticket_id] = (place.path, place.oid)
        yield from hidden.values()
        for vouched, tickets in now.items():
            yield from self._pass(tickets, vouched=vouched)

    def _turned(self, person: str, hidden: Mapping[str, Rendered]) -> Iterator[tuple[str, bool]]:
        """Return a person's tickets that must be rendered (again), and whether vouched for."""
        if not person:  # a caller without an address is nobody known
            return
        first = self._kept.first_looked(person)
        for ticket_id, number, before in self._kept.unlooked(person):
            vouched = first is not None and first < number
            if vouched is not before:
                self._kept.put_vouched(ticket_id, vouched=vouched)
                if vouched or ticket_id not in hidden:
                    yield ticket_id, vouched

    def _pass(self, tickets: Tickets, *, vouched: bool) -> Iterator[Rendered]:
        tasks = (Task(*one, vouched) for one in self._read(tickets))
        return render_all(self._renderer, tasks, len(tickets))
