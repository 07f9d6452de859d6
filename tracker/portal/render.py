"""Rendering many tickets: one batch at a time, on as many processors as there are."""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tracker.core.document import TicketFault, parse
from tracker.core.pages.cards import CardWriter, repair_card
from tracker.core.pages.lists import repair_row, row
from tracker.core.pages.queues import Standing
from tracker.core.pages.records import record
from tracker.core.pages.shell import Shell
from tracker.core.pages.site import Desk, ticket_url
from tracker.core.pages.view import Gate, PublicTicket, looked_at
from tracker.core.pages.words import ticket_stems
from tracker.core.statistics import Facts
from tracker.core.ticket import Ticket

BATCH = 250
"""Tickets of one batch."""
_ALONE = 1_000
"""So few tickets are rendered without starting other processes."""

TICKET_FILE = re.compile(r"tickets/\d{3,}/(?P<id>[A-Z][A-Z0-9]{1,9}-(?P<number>[1-9]\d*))\.md")


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
            kept = self._kept(task, public)
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

    def _kept(self, task: Task, public: PublicTicket) -> Rendered:
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
            Standing.of(public).kept,
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
    jobs = processors()
    if expected <= _ALONE or jobs == 1:
        for batch in batches(tasks):
            yield from renderer.batch(batch)
        return
    with _context().Pool(jobs, _collect_rarely) as pool:
        waiting: list[multiprocessing.pool.AsyncResult[list[Rendered]]] = []
        for batch in batches(tasks):
            waiting.append(pool.apply_async(renderer.batch, (batch,)))
            if len(waiting) > 2 * jobs:
                yield from waiting.pop(0).get()
        for one in waiting:
            yield from one.get()


def _collect_rarely() -> None:
    """Rendering makes many objects and hardly a cycle among them."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def _context() -> multiprocessing.context.BaseContext:
    """Fork where that is safe: a spawned process spends half a second on its imports."""
    alone = threading.active_count() == 1
    return multiprocessing.get_context("fork" if alone and sys.platform == "linux" else "spawn")


def processors() -> int:
    """Return how many processes may render at once: eight at most, since one process writes."""
    usable = getattr(os, "sched_getaffinity", None)
    return min(len(usable(0)) if usable else os.cpu_count() or 1, 8)


def batches(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Cut a stream of tasks into batches."""
    batch: list[Task] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
