"""Reading the desk: lists and one ticket. Everything as of the newest commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tracker.core.addresses import Address
from tracker.core.document import TicketFault, parse
from tracker.core.errors import TrackerError
from tracker.core.taking import read_take
from tracker.core.ticket import OPEN_STATUSES, Entry, Priority, Ticket, ticket_path
from tracker.core.words import folded
from tracker.core.workspace import NoTicketError
from tracker.desk.desk import Desk
from tracker.desk.view import View

COLUMNS = (
    "id, title, status, requester, assignee, labels, channel, created, updated, path, "
    "priority, taken"
)
"""What a query of the index must ask for to make a ``Row`` of it."""
SCOPES = {"open": OPEN_STATUSES, "closed": ("closed",), "any": (*OPEN_STATUSES, "closed")}


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in a list."""

    id: str
    title: str
    status: str
    requester: Address
    assignee: str | None
    labels: tuple[str, ...]
    channel: str
    created: str
    updated: str
    path: str
    priority: Priority
    taken: str

    @classmethod
    def read(cls, values: Sequence[Any]) -> Row:
        """Make a row from the values of ``COLUMNS``."""
        ticket, title, status, requester, assignee, labels, *rest = values
        names = tuple(labels.split("\n")) if labels else ()
        return cls(ticket, title, status, Address.parse(requester), assignee, names, *rest)

    def as_json(self) -> dict[str, Any]:
        """Return what ``list --json`` prints for it."""
        return {
            "id": self.id,
            "title": self.title,
            "status": self.status,
            "requester": {"name": self.requester.name, "email": self.requester.email},
            "assignee": self.assignee,
            "labels": list(self.labels),
            "channel": self.channel,
            "created": self.created,
            "updated": self.updated,
            "path": self.path,
            "priority": self.priority,
        }


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tickets of a list are wanted; empty values ask for nothing.

    ``assignee`` is a handle, or ``NOBODY``. Every word of ``requester`` must be part of name or
    address, in any case.
    """

    assignee: str = ""
    label: str = ""
    priority: str = ""
    requester: str = ""

    def conditions(self) -> Iterator[tuple[str, str]]:
        """Yield conditions on a ticket of the index, each with its one value."""
        if self.assignee:
            nobody = self.assignee == NOBODY
            yield "coalesce(assignee, '') = ?", "" if nobody else self.assignee
        if self.label:
            yield "instr(char(10) || labels || char(10), ?)", f"\n{self.label}\n"
        if self.priority:
            yield "priority = ?", self.priority
        for word in folded(self.requester).split():
            yield "instr(folded, ?)", word


NOBODY = "none"
"""Stands for the assignee of a ticket that nobody has."""


@contextmanager
def newest(desk: Desk) -> Iterator[View]:
    """Hold the index at the newest commit that is known here, without asking the remote."""
    commit = desk.repository.newest()
    with desk.index.at(commit, desk.progress):
        yield View(desk.git, desk.index, commit)


def list_tickets(desk: Desk, scope: str, wanted: Filter | None = None) -> list[Row]:
    """Return the tickets of a scope (``open``, ``closed``, ``any``), newest change first."""
    with newest(desk):
        return matching(desk, scope, wanted)


def matching(desk: Desk, scope: str, wanted: Filter | None = None) -> list[Row]:
    """Do what ``list_tickets`` does; the index must be held (``newest``)."""
    statuses = SCOPES[scope]
    conditions = [f"status IN ({', '.join('?' * len(statuses))})"]
    values: list[str] = list(statuses)
    for condition, value in (wanted or Filter()).conditions():
        conditions.append(condition)
        values.append(value)
    return select(desk, " AND ".join(conditions), *values)


def select(desk: Desk, where: str, *values: Any) -> list[Row]:
    """Return the tickets that meet a condition of SQL, newest change first.

    The index must be held (``newest``).
    """
    sql = f"SELECT {COLUMNS} FROM tickets WHERE {where} ORDER BY updated_at DESC, number DESC"
    return [Row.read(row) for row in desk.index.query(sql, *values)]


def broken_tickets(desk: Desk) -> list[TicketFault]:
    """Return the faults of ticket files that can't be read."""
    with newest(desk):
        rows = list(desk.index.query("SELECT path, line, reason FROM faults ORDER BY path"))
    return [TicketFault(path, line, reason) for path, line, reason in rows]


def find_ticket(desk: Desk, number: int) -> tuple[str, Ticket]:
    """Return path and ticket. Raises TrackerError where there is none or it is broken."""
    with newest(desk) as view:
        return ticket_of(desk, view, number)


def ticket_of(desk: Desk, view: View, number: int) -> tuple[str, Ticket]:
    """Return path and ticket in a view. Raises TrackerError as ``find_ticket`` does."""
    path = view.path_of(number)
    text = view.text_of(number)
    if path is None or text is None:
        raise missing(desk, number)
    return path, parse(text, path)


def missing(desk: Desk, number: int) -> TrackerError:
    """Return why there is no ticket of that number: its file is broken, or there is none."""
    path = ticket_path(desk.settings.desk.prefix, number)
    row = desk.index.query_one("SELECT path, line, reason FROM faults WHERE path = ?", path)
    if row:
        return TicketFault(*row)
    return NoTicketError(f"{desk.settings.desk.prefix}-{number}", number)


def ticket_json(path: str, ticket: Ticket) -> dict[str, Any]:
    """Return what ``show --json`` prints."""
    taken = read_take(ticket.taken)
    return {
        "id": ticket.id,
        "title": ticket.title,
        "status": ticket.status,
        "requester": _person(ticket.requester),
        "assignee": ticket.assignee,
        "labels": list(ticket.labels),
        "channel": ticket.channel,
        "created": ticket.created.isoformat(),
        "updated": ticket.updated.isoformat(),
        "path": path,
        "participants": [_person(one) for one in ticket.participants],
        "muted": list(ticket.muted),
        "priority": ticket.priority,
        "taken": taken and {"agent": taken.handle, "since": taken.since.isoformat()},
        "phone": ticket.phone,
        "merged_into": ticket.merged_into or None,
        "links": list(ticket.links),
        "entries": [_entry_json(n, entry) for n, entry in enumerate(ticket.entries, 1)],
    }


def _entry_json(n: int, entry: Entry) -> dict[str, Any]:
    return {
        "n": n,
        "id": entry.id,
        "kind": entry.kind,
        "visibility": entry.visibility,
        "role": entry.role,
        "via": entry.via,
        "author": _person(entry.author),
        "at": entry.at.isoformat(),
        "format": entry.format,
        "text": entry.text,
        "quoted": entry.quoted,
        "message_id": entry.message_id,
        "automatic": entry.automatic,
        "event": entry.event,
        "data": dict(entry.data),
        "told": dict(entry.told),
        "bounced": dict(entry.bounced),
        "delayed": dict(entry.delayed),
        "attachments": [
            {"name": one.name, "path": one.path, "size": one.size, "type": one.type}
            for one in entry.attachments
        ],
    }


def _person(address: Address) -> dict[str, str]:
    return {"name": address.name, "email": address.email}
