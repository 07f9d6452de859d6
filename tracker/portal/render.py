"""Rendering many tickets: one batch at a time, on as many processors as there are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tracker.adapters.processes import cut, in_batches
from tracker.core.document import TicketFault, parse
from tracker.core.options import Sla
from tracker.core.pages.cards import CardWriter, repair_card
from tracker.core.pages.lists import repair_row, row
from tracker.core.pages.queues import Standing
from tracker.core.pages.records import record
from tracker.core.pages.shell import Shell
from tracker.core.pages.site import Desk, ticket_url
from tracker.core.pages.view import Gate, PublicTicket, looked_at
from tracker.core.pages.words import ticket_stems
from tracker.core.sla import Clock, Targets
from tracker.core.statistics import Facts
from tracker.core.ticket import Ticket

BATCH = 250
"""Tickets of one batch."""
_ALONE = 1_000
"""So few tickets are rendered without starting other processes."""


class Task(NamedTuple):
    """One ticket file to render; ``vouched`` as the gate takes it."""

    id: str
    path: str
    oid: str
    data: bytes
    vouched: bool = True


class Rendered(NamedTuple):
    """What the portal keeps of a rendered ticket; the card itself is written already.

    ``status`` is ``repair`` where the file can't be read and empty where nothing of the ticket
    is public. ``closed`` and ``changed`` are POSIX times, ``closed`` 0 while open. ``files`` are
    pairs of the path in the repository and the address on the portal. ``standing`` is what the
    queues need, ``record`` the row in the data files. ``requester`` is the address by which
    people are told apart, kept only where tickets are reviewed, and ``looked`` whether an agent
    has looked at it.
    """

    id: str
    number: int
    path: str
    oid: str
    status: str
    closed: int
    updated: str
    title: str
    row: str
    stems: str
    files: tuple[tuple[str, str], ...]
    standing: str = ""
    changed: int = 0
    record: str = ""
    facts: Facts | None = None
    requester: str = ""
    looked: bool = False


@dataclass(frozen=True)
class Renderer:
    """Renders tickets of one desk into the site folder ``out``."""

    desk: Desk
    out: Path

    def batch(self, tasks: list[Task]) -> list[Rendered]:
        """Render some tickets, write their cards, and return what is kept of them."""
        gate, cards, shell = _tools(self.desk)
        return [self._one(task, gate, cards, shell) for task in tasks]

    def _one(self, task: Task, gate: Gate, cards: CardWriter, shell: Shell) -> Rendered:
        ticket = _read(task)
        if ticket is None:
            return self._repair(task, shell)
        public = gate.pass_through(ticket, vouched=task.vouched)
        if public is None:
            kept = Rendered(task.id, _number(task.id), task.path, task.oid, *_UNSEEN)
        else:
            self._write(public, cards, shell)
            kept = self._kept(task, public, _due_at(ticket, self.desk))
        if not self.desk.review:
            return kept
        return kept._replace(requester=ticket.requester.key, looked=looked_at(ticket))

    def _write(self, ticket: PublicTicket, cards: CardWriter, shell: Shell) -> None:
        page = shell.fill(
            f"{ticket.id} {ticket.title}",
            ticket_url(ticket.id),
            cards.card(ticket),
            about=cards.about(ticket) if self.desk.is_public else "",
            canonical=ticket_url(ticket.merged_into) if ticket.merged_into else "",
        )
        write_text(self.out / ticket_url(ticket.id) / "index.html", page)

    def _kept(self, task: Task, public: PublicTicket, due: datetime | None) -> Rendered:
        return Rendered(
            task.id,
            public.number,
            task.path,
            task.oid,
            public.status,
            int(public.closed.timestamp()) if public.closed else 0,
            public.updated.date().isoformat(),
            public.title,
            row(public, self.desk.words),
            " ".join(sorted(ticket_stems(public))),
            tuple(
                (one.stored, ticket_url(task.id) + one.published)
                for entry in public.entries
                for one in entry.files
            ),
            Standing.of(public, due).kept,
            int(public.updated.timestamp()),
            record(public, self.desk) if self.desk.is_public else "",
            Facts.of(
                public.status,
                public.created,
                public.answered,
                public.closed,
                public.labels,
                dict(self.desk.agents).get(public.assignee or "", public.assignee),
            ),
        )

    def _repair(self, task: Task, shell: Shell) -> Rendered:
        words = self.desk.words
        title = words._("This card is being repaired")
        page = shell.fill(f"{task.id} {title}", ticket_url(task.id), repair_card(task.id, words))
        write_text(self.out / ticket_url(task.id) / "index.html", page)
        line = repair_row(task.id, words)
        number = _number(task.id)
        return Rendered(task.id, number, task.path, task.oid, "repair", 0, "", title, line, "", ())


_UNSEEN = ("", 0, "", "", "", "", ())


def _number(ticket_id: str) -> int:
    return int(ticket_id.rpartition("-")[2])


def _read(task: Task) -> Ticket | None:
    """Parse a ticket file; None where it can't be read or calls itself another number."""
    try:
        ticket = parse(task.data.decode(), task.path)
    except (TicketFault, UnicodeDecodeError):
        return None
    return ticket if ticket.id == task.id else None


def _due_at(ticket: Ticket, desk: Desk) -> datetime | None:
    """Return by when the next thing is due on a ticket, None where nothing is."""
    if desk.sla is None or not (desk.has_targets and ticket.is_open):
        return None
    due = _targets(desk.sla, desk.zone).due(Clock.of(ticket))
    return due.at if due else None


@cache
def _targets(sla: Sla, zone: ZoneInfo) -> Targets:
    return Targets.at(sla, zone)


@cache
def _tools(desk: Desk) -> tuple[Gate, CardWriter, Shell]:
    agents = [handle for handle, _ in desk.agents]
    gate = Gate(desk.language, desk.zone, desk.kept, agents)
    return gate, CardWriter(desk), Shell(desk)


def write_text(path: Path, text: str) -> None:
    """Write a file, with its folder where there is none yet."""
    data = text.encode()
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with os.fdopen(file, "wb", buffering=0) as target:
        target.write(data)


def render_all(renderer: Renderer, tasks: Iterable[Task], expected: int) -> Iterator[Rendered]:
    """Render ``tasks``, about ``expected`` of them; the results come in the order of the tasks."""
    return in_batches(renderer.batch, cut(tasks, BATCH), alone=expected <= _ALONE)
