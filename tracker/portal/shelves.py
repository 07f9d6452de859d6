"""Tickets as the lists need them: in the order of each list, and which part of it changed.

Every list file is made of a run of tickets. What a file shows changes only with a ticket of its
run, or with the run itself; so a number that rises with every build, kept with each ticket that
changed, tells which files are to be written, without reading what they hold.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

from tracker.core.pages.lists import PAGE
from tracker.core.pages.queues import Standing, Waiting
from tracker.core.pages.records import RECORDS
from tracker.core.pages.shards import TITLES
from tracker.core.pages.sitemap import SITEMAP
from tracker.portal.render import Rendered

TABLES = """
CREATE TABLE ticket (
  id TEXT PRIMARY KEY, number INTEGER, path TEXT, oid TEXT, status TEXT, shelf TEXT,
  closed INTEGER, digest BLOB, serial INTEGER, standing TEXT
);
CREATE TABLE part (
  kind TEXT, at INTEGER, tickets INTEGER, serial INTEGER, PRIMARY KEY (kind, at)
) WITHOUT ROWID
"""
# Made once all tickets are there: it is faster, and nothing asks for them before.
_INDEXES = """
CREATE INDEX IF NOT EXISTS ticket_number ON ticket (number, id, status, shelf);
CREATE INDEX IF NOT EXISTS ticket_shelf ON ticket (shelf, closed, number, id, serial);
CREATE INDEX IF NOT EXISTS ticket_waits ON ticket (id, number, status, standing)
  WHERE shelf IN ('open', 'repair')
"""

Shelf = Literal["open", "closed", "repair", ""]
"""Where a ticket stands; the empty one is nowhere, as the public sees nothing of it."""
Kind = Literal["any", "titles", "sitemap", "rows"]
"""Files that are cut by numbers: pages of all tickets, titles, sitemaps, data rows."""

_SIZES: dict[Kind, tuple[int, int]] = {
    "any": (PAGE, 1),
    "titles": (TITLES, 0),
    "sitemap": (SITEMAP, 0),
    "rows": (RECORDS, 0),
}
"""How many numbers a part has, and the first number of part 0."""
_SEEN = "shelf != ''"
_WHOLE = "shelf IN ('open', 'closed')"


class Place(NamedTuple):
    """Where a ticket's file lies, and as what Git knows it."""

    path: str
    oid: str


class Listed(NamedTuple):
    """A ticket in a list."""

    id: str
    number: int


class Run(NamedTuple):
    """Some tickets that follow each other on a shelf.

    ``key`` is the first one, the last one, how many there are, and when one of them last changed.
    Tickets that did not change keep their order, so this tells both which they are and what they
    say.
    """

    key: tuple[str, str, int, int]
    tickets: Callable[[], list[Listed]]


class Part(NamedTuple):
    """A run of numbers: its place among all, how many tickets it has, when it last changed."""

    at: int
    tickets: int
    serial: int


class Shelves:
    """The tickets of one state. ``serial`` is the number of this build."""

    def __init__(self, database: sqlite3.Connection, serial: int, *, is_new: bool) -> None:
        self._db, self._serial, self.is_new = database, serial, is_new
        self._touched: set[int] = set()

    # One ticket

    def place(self, ticket_id: str) -> Place | None:
        """Return where a ticket lay at the last build, None for an unknown one."""
        query = "SELECT path, oid FROM ticket WHERE id = ?"
        found = self._db.execute(query, (ticket_id,)).fetchone()
        return Place(*found) if found else None

    def places(self) -> dict[str, str]:
        """Return path and object id of every ticket."""
        return dict(self._db.execute("SELECT path, oid FROM ticket").fetchall())

    def put(self, one: Rendered, digest: bytes) -> None:
        """Keep a ticket. ``digest`` differs whenever anything differs that a list file shows."""
        shelf = _shelf(one.status)
        serial = self._serial_of(one, digest, shelf)
        row = (*one[:5], shelf, one.closed, digest, serial, one.standing)
        self._db.execute("INSERT OR REPLACE INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _serial_of(self, one: Rendered, digest: bytes, shelf: Shelf) -> int:
        if self.is_new:
            return self._serial
        query = "SELECT digest, shelf, serial FROM ticket WHERE id = ?"
        before = self._db.execute(query, (one.id,)).fetchone() or (b"", "", 0)
        if before[:2] == (digest, shelf):
            return int(before[2])
        if shelf or before[1]:
            self._touched.add(one.number)
        return self._serial

    def drop(self, ticket_id: str, number: int) -> None:
        """Forget a ticket that is gone."""
        self._db.execute("DELETE FROM ticket WHERE id = ?", (ticket_id,))
        self._touched.add(number)

    def settle(self) -> None:
        """Take note of which parts changed, once every changed ticket was put or dropped."""
        for statement in _INDEXES.split(";"):
            self._db.execute(statement)
        for kind, (size, first) in _SIZES.items():
            counted = _WHOLE if kind == "rows" else _SEEN
            if self.is_new:
                self._db.execute(
                    f"INSERT INTO part SELECT ?, (number - ?) / ? AS at, count(*), ? FROM ticket"
                    f" WHERE {counted} GROUP BY at",
                    (kind, first, size, self._serial),
                )
            else:
                for at in {(number - first) // size for number in self._touched}:
                    self._count(kind, at, counted)

    def _count(self, kind: Kind, at: int, counted: str) -> None:
        query = f"SELECT count(*) FROM ticket WHERE number BETWEEN ? AND ? AND {counted}"
        (tickets,) = self._db.execute(query, _numbers(kind, at)).fetchone()
        if tickets:
            row = (kind, at, tickets, self._serial)
            self._db.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?)", row)
        else:
            self._db.execute("DELETE FROM part WHERE kind = ? AND at = ?", (kind, at))

    # Many tickets

    def counts(self) -> dict[str, int]:
        """Return how many tickets stand on which shelf, those that nobody sees left out."""
        query = f"SELECT shelf, count(*) FROM ticket WHERE {_SEEN} GROUP BY shelf"
        return dict(self._db.execute(query).fetchall())

    def runs(self, shelf: Shelf, size: int) -> Iterator[Run]:
        """Cut a shelf into runs, the oldest first; closed tickets as they were closed."""
        rows = self._rows(shelf, down=False, limit=-1)
        for start in range(0, len(rows), size):
            run = rows[start : start + size]
            serial = max([row[2] for row in run])
            yield Run((run[0][0], run[-1][0], len(run), serial), partial(_listed, run))

    def newest(self, shelf: Shelf, count: int) -> list[Listed]:
        """Return so many of a shelf's tickets, the newest first; closed ones as they were closed.

        The shelf that is nowhere stands for all that are seen.
        """
        if shelf:
            return _listed(self._rows(shelf, down=True, limit=count))
        query = f"SELECT id, number FROM ticket WHERE {_SEEN} ORDER BY number DESC, id DESC LIMIT ?"
        return _listed(self._db.execute(query, (count,)).fetchall())

    def _rows(self, shelf: Shelf, *, down: bool, limit: int) -> list[tuple[str, int, int]]:
        order = " DESC" if down else ""
        query = (
            "SELECT id, number, serial FROM ticket WHERE shelf = ?"
            f" ORDER BY closed{order}, number{order}, id{order} LIMIT ?"
        )
        return self._db.execute(query, (shelf, limit)).fetchall()

    def parts(self, kind: Kind) -> list[Part]:
        """Return the parts of a kind that have tickets, the oldest first."""
        query = "SELECT at, tickets, serial FROM part WHERE kind = ? ORDER BY at"
        return [Part._make(row) for row in self._db.execute(query, (kind,)).fetchall()]

    def inside(self, kind: Kind, at: int) -> list[tuple[str, int, str]]:
        """Return the tickets of a part, by number: id, number, status."""
        query = (
            f"SELECT id, number, status FROM ticket WHERE number BETWEEN ? AND ? AND {_SEEN}"
            " ORDER BY number, id"
        )
        return self._db.execute(query, _numbers(kind, at)).fetchall()

    def waiting(self) -> Sequence[Waiting]:
        """Return every ticket that is seen and not closed."""
        query = "SELECT id, number, status, standing FROM ticket WHERE shelf IN ('open', 'repair')"
        rows = self._db.execute(query)
        return [
            Waiting(one, number, status, Standing.read(how)) for one, number, status, how in rows
        ]


def _listed(rows: Sequence[tuple[Any, ...]]) -> list[Listed]:
    return [Listed(row[0], row[1]) for row in rows]


def _numbers(kind: Kind, at: int) -> tuple[int, int]:
    size, first = _SIZES[kind]
    return at * size + first, at * size + first + size - 1


def _shelf(status: str) -> Shelf:
    if status in ("open", "waiting"):
        return "open"
    return "closed" if status == "closed" else "repair" if status else ""
