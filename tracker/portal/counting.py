"""What figures, feeds and data files need of every ticket, so that nothing is counted twice.

The weeks that nothing happened in since the last build are remembered with their medians.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from tracker.core.statistics import WEEK, Facts, Period, Times, monday, period
from tracker.portal.render import Rendered

TABLES = """
CREATE TABLE fact (
  id TEXT PRIMARY KEY, number INTEGER, changed INTEGER, status TEXT, opened INTEGER,
  answered INTEGER, answer INTEGER, closed INTEGER, closing INTEGER, labels TEXT, assignee TEXT
);
CREATE TABLE week (
  first INTEGER PRIMARY KEY, opened INTEGER, answers INTEGER, answer INTEGER, answer90 INTEGER,
  closings INTEGER, closing INTEGER, closing90 INTEGER
);
CREATE TABLE record (
  number INTEGER, id TEXT, text TEXT, PRIMARY KEY (number, id)
) WITHOUT ROWID
"""
_INDEXES = """
CREATE INDEX IF NOT EXISTS fact_opened ON fact (opened);
CREATE INDEX IF NOT EXISTS fact_answered ON fact (answered, answer) WHERE answered NOT NULL;
CREATE INDEX IF NOT EXISTS fact_closed ON fact (closed, closing) WHERE closed NOT NULL;
CREATE INDEX IF NOT EXISTS fact_changed ON fact (changed, number, id);
CREATE INDEX IF NOT EXISTS fact_status ON fact (status);
CREATE INDEX IF NOT EXISTS fact_backlog ON fact (status, opened, labels, assignee)
  WHERE status != 'closed'
"""


class Counting:
    """The facts of one state; what ``figures_of`` counts."""

    def __init__(self, database: sqlite3.Connection, *, is_new: bool) -> None:
        self._db, self._is_new = database, is_new
        self._weeks: set[int] = set()

    def put(self, one: Rendered) -> None:
        """Keep the facts and the data row of a ticket, or that it has none."""
        self.drop(one.id, one.number)
        if one.facts is None:
            return
        *numbers, labels, assignee = one.facts
        row = (one.id, one.number, one.changed, *numbers, "\n".join(labels), assignee)
        self._db.execute(
            "INSERT OR REPLACE INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row
        )
        self._touch(one.facts.opened, one.facts.answered, one.facts.closed)
        if one.record:
            row = (one.number, one.id, one.record)
            self._db.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", row)

    def drop(self, ticket_id: str, number: int) -> None:
        """Forget what was kept of a ticket."""
        if self._is_new:
            return
        query = "SELECT opened, answered, closed FROM fact WHERE id = ?"
        before = self._db.execute(query, (ticket_id,)).fetchone()
        if before:
            self._touch(*before)
            self._db.execute("DELETE FROM fact WHERE id = ?", (ticket_id,))
            query = "DELETE FROM record WHERE number = ? AND id = ?"
            self._db.execute(query, (number, ticket_id))

    def _touch(self, *days: int | None) -> None:
        if not self._is_new:
            self._weeks.update(monday(day) for day in days if day is not None)

    def settle(self) -> None:
        """Forget the weeks in which something changed, once every ticket was put or dropped."""
        for statement in _INDEXES.split(";"):
            self._db.execute(statement)
        self._db.executemany("DELETE FROM week WHERE first = ?", ((one,) for one in self._weeks))

    # Figures

    def statuses(self) -> Mapping[str, int]:
        """Return how many tickets have which status."""
        return dict(self._db.execute("SELECT status, count(*) FROM fact GROUP BY status"))

    def days(self) -> Iterable[int]:
        """Return the first and the last day on which something happened."""
        queries = (
            f"SELECT {which}({column}) FROM fact WHERE {column} NOT NULL"
            for column in ("opened", "answered", "closed")
            for which in ("min", "max")
        )
        found = (self._db.execute(query).fetchone()[0] for query in queries)
        return [day for day in found if day is not None]

    def backlog(self) -> Iterator[Facts]:
        """Return the facts of the tickets that are not closed."""
        query = "SELECT status, opened, labels, assignee FROM fact WHERE status != 'closed'"
        for status, opened, labels, assignee in self._db.execute(query):
            named = tuple(labels.split("\n")) if labels else ()
            yield Facts(status, opened, None, None, None, None, named, assignee)

    def period(self, first: int, last: int) -> Period:
        """Return what happened from the day ``first`` to the day ``last``."""
        days = (first, last)
        query = "SELECT count(*) FROM fact WHERE opened BETWEEN ? AND ?"
        (opened,) = self._db.execute(query, days).fetchone()
        answers = self._times("answer", "answered", days)
        return period(first, opened, answers, self._times("closing", "closed", days))

    def _times(self, column: str, day: str, days: tuple[int, int]) -> Iterator[int]:
        query = f"SELECT {column} FROM fact WHERE {day} BETWEEN ? AND ?"
        return (row[0] for row in self._db.execute(query, days))

    def week(self, first: int) -> Period:
        """Return what happened in the week from the Monday ``first`` on, as remembered."""
        found = self._db.execute("SELECT * FROM week WHERE first = ?", (first,)).fetchone()
        if found is None:
            made = self.period(first, first + WEEK - 1)
            answer, closing = made.answer or Times(0, 0, 0), made.closing or Times(0, 0, 0)
            row = (first, made.opened, *_row(answer), *_row(closing))
            self._db.execute("INSERT INTO week VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            return made
        answers, closings = (Times(*one) if one[0] else None for one in (found[2:5], found[5:8]))
        closed = closings.count if closings else 0
        return Period(date.fromordinal(first), found[1], closed, answers, closings)

    # Feeds and data files

    def last_changed(self, count: int) -> list[str]:
        """Return the ids of the tickets that changed last, the newest change first."""
        query = "SELECT id FROM fact ORDER BY changed DESC, number DESC, id DESC LIMIT ?"
        return [row[0] for row in self._db.execute(query, (count,))]

    def records(self, first: int, last: int) -> list[str]:
        """Return the data rows of the numbers from ``first`` to ``last``."""
        query = "SELECT text FROM record WHERE number BETWEEN ? AND ? ORDER BY number, id"
        return [row[0] for row in self._db.execute(query, (first, last))]


def _row(times: Times) -> tuple[int, int, int]:
    return times.count, times.median, times.p90
