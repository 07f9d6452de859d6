"""A ticket as rows of the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from tracker.core.document import TicketFault
from tracker.core.fields import Fields, course
from tracker.core.notices import brought_about, due, withheld
from tracker.core.phones import tail
from tracker.core.queues import Standing
from tracker.core.review import held
from tracker.core.stamping import needs_stamping
from tracker.core.statistics import closed_at, first_answer
from tracker.core.ticket import Entry, Ticket
from tracker.core.words import folded

AT_ONCE = 500
"""So many tickets are gathered before their rows are written."""
_TABLES = ("facts", "messages", "due", "told", "held", "unstamped")


class Rows:
    """Rows of new tickets: those of the table ``tickets`` are written at once, so that a number
    which is taken shows, the others together.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES}

    def add(self, ticket: Ticket, path: str, oid: str, text: str) -> None:
        """Take in a ticket and its file. Raises TicketFault where its number is taken."""
        row = _row(ticket, path, oid)
        try:
            self._database.execute(_insert("tickets", row), row)
        except sqlite3.IntegrityError:
            reason = f"the number {ticket.number} belongs to another file already"
            raise TicketFault(path, 2, reason) from None
        waiting, number, steps = self._waiting, ticket.number, list(course(ticket))
        if needs_stamping(text, ticket, steps[-1][1] if steps else None):
            waiting["unstamped"].append((number,))
        waiting["facts"].append(_facts(ticket))
        waiting["messages"] += _messages(ticket)
        waiting["due"] += _due(ticket, steps)
        waiting["told"] += _told(ticket)
        waiting["held"] += ((number, entry.id) for _, entry in held(ticket))

    def write(self) -> None:
        """Write what waits."""
        for table, rows in self._waiting.items():
            if rows:
                self._database.executemany(_insert(table, rows[0]), rows)
                rows.clear()


def _insert(table: str, row: Sequence[Any]) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})"


def _row(ticket: Ticket, path: str, oid: str) -> tuple[Any, ...]:
    updated, standing = ticket.updated, Standing.of(ticket)
    return (
        ticket.number,
        ticket.id,
        path,
        oid,
        ticket.title,
        ticket.status,
        str(ticket.requester),
        ticket.requester.key,
        ticket.assignee,
        "\n".join(ticket.labels),
        ticket.channel,
        ticket.created.isoformat(),
        updated.isoformat(),
        int(updated.timestamp()),
        ticket.priority,
        ticket.taken,
        ticket.phone,
        tail(ticket.phone),
        f" {folded(f'{ticket.requester.name} {ticket.requester.email}')} ",
        standing.side,
        *standing.clock[:2],
        " ".join(map(str, standing.clock.turns)),
    )


def _facts(ticket: Ticket) -> tuple[int, int, int | None, int | None]:
    answered = first_answer(ticket.entries)
    closed = closed_at(ticket.status, ticket.entries)
    return (
        ticket.number,
        int(ticket.created.timestamp()),
        int(answered.timestamp()) if answered else None,
        int(closed.timestamp()) if closed else None,
    )


def _messages(ticket: Ticket) -> Iterable[tuple[Any, ...]]:
    for entry in ticket.entries:
        if entry.digest or entry.message_id:
            day = entry.at.date().isoformat()
            sender = entry.author.key
            yield ticket.number, entry.id, entry.message_id, entry.digest, sender, day


def _due(ticket: Ticket, steps: Sequence[tuple[Entry, Fields]]) -> Iterable[tuple[Any, ...]]:
    for one in (*due(ticket, steps), *withheld(ticket)):
        yield ticket.number, one.entry, one.recipient, one.what, one.proven, one.delayed


def _told(ticket: Ticket) -> Iterable[tuple[Any, ...]]:
    for entry in ticket.entries:
        limited = brought_about(ticket, entry)
        for address, at in entry.told.items():
            yield ticket.number, address, at, address in limited
