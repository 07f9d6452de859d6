"""What is held for review in the desk, and deciding on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core import accepting, review
from tracker.core.document import parse
from tracker.core.errors import TrackerError
from tracker.core.operations import Actor, find_entry
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace
from tracker.desk.acting import Done, carry_out
from tracker.desk.desk import Desk
from tracker.desk.queries import newest, ticket_of

_WORDS = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that is held: on which ticket, at which place, why."""

    ticket: Ticket
    n: int
    entry: Entry
    why: str

    @property
    def words(self) -> str:
        """The first words of a message, or the change that is proposed."""
        if self.entry.kind == "event":
            return f"{self.entry.data.get('field', '')}: {self.entry.data.get('to', '')}"
        return " ".join(self.entry.text.split())[:_WORDS]

    def as_json(self) -> dict[str, Any]:
        """Return what ``review --json`` prints for it."""
        author = self.entry.author
        return {
            "ticket": self.ticket.id,
            "title": self.ticket.title,
            "n": self.n,
            "id": self.entry.id,
            "kind": self.entry.kind,
            "author": {"name": author.name, "email": author.email},
            "at": self.entry.at.isoformat(),
            "why": self.why,
            "words": self.words,
        }


def waiting(desk: Desk) -> list[Waiting]:
    """Return everything that is held, the oldest ticket first; only such tickets are read."""
    with newest(desk) as view:
        sql = "SELECT DISTINCT number FROM held ORDER BY number"
        texts = view.texts_of(number for (number,) in desk.index.query(sql))
    return [one for text in texts.values() for one in _of(desk, parse(text))]


def waiting_on(desk: Desk, number: int, written: str = "") -> list[Waiting]:
    """Return what is held on one ticket, or the one entry that is named (refused ones too)."""
    with newest(desk) as view:
        _, ticket = ticket_of(desk, view, number)
    if not written:
        return _of(desk, ticket)
    n, entry = find_entry(ticket, written)
    return [Waiting(ticket, n, entry, review.why(entry, desk.settings))]


def _of(desk: Desk, ticket: Ticket) -> list[Waiting]:
    settings = desk.settings
    return [Waiting(ticket, n, one, review.why(one, settings)) for n, one in review.held(ticket)]


def accept(
    desk: Desk, number: int, handle: str, written: Sequence[str], *, every: bool, joins: bool
) -> Done:
    """Accept the entries named, the only one that is held, or every one."""

    def act(work: Workspace, who: Actor) -> str:
        for one in _chosen(work, number, written, every=every):
            accepting.accept(work, number, one, who, joins=joins)
        return f"Accept what was held on {work.name(number)}"

    return Done(f"{desk.settings.desk.prefix}-{number}", carry_out(desk, handle, act))


def refuse(desk: Desk, number: int, handle: str, written: Sequence[str], *, every: bool) -> Done:
    """Refuse the entries named, the only one that is held, or every one."""

    def act(work: Workspace, who: Actor) -> str:
        for one in _chosen(work, number, written, every=every):
            accepting.refuse(work, number, one, who)
        return f"Refuse what was held on {work.name(number)}"

    return Done(f"{desk.settings.desk.prefix}-{number}", carry_out(desk, handle, act))


def _chosen(work: Workspace, number: int, written: Sequence[str], *, every: bool) -> list[str]:
    """Return the ids of the entries to decide on. Raises TrackerError where that is not clear."""
    ticket = work.need(number)
    if written:
        return [find_entry(ticket, one)[1].id for one in written]
    held = review.held(ticket)
    if not held:
        raise TrackerError(f"Nothing is held for review on {ticket.id}", "See `tracker review`.")
    if len(held) > 1 and not every:
        places = ", ".join(f"#{n}" for n, _ in held)
        raise TrackerError(
            f"{len(held)} entries are held on {ticket.id}: {places}", "Name one, or say --all."
        )
    return [one.id for _, one in held]
