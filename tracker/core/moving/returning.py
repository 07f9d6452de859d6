"""Filing tickets of another desk, or of this one's past: whole, under their own numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.core.arrival import IMPORTED
from tracker.core.moving.filing import HIGHEST_NUMBER, Content, DeskView, What
from tracker.core.moving.items import Left, digest_of
from tracker.core.moving.own_json import moved, settled
from tracker.core.settings import Settings
from tracker.core.ticket import Attachment, Entry, Ticket
from tracker.core.workspace import Workspace

SYSTEM = "tracker"


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of one ticket: which one it is here, and what of it was left."""

    what: What
    ticket: str
    files: int = 0
    left: tuple[Left, ...] = ()


class Returning:
    """One batch of exported tickets; ``work`` has what is to be committed.

    ``reserve`` is the highest number among all that are to come: what gets another number gets
    one above it.
    """

    def __init__(
        self,
        view: DeskView,
        settings: Settings,
        now: datetime,
        new_id: Callable[[], str],
        reserve: int,
    ) -> None:
        self.work = Workspace(view, settings, now, new_id)
        self._view, self._reserve = view, reserve
        self._made: dict[str, int] = {}

    def file(self, ticket: Ticket, contents: Mapping[str, Content], origin: str) -> Returned:
        """File one ticket; ``contents`` has its files by the paths they have in the export."""
        known = self._known(ticket)
        if known is None:
            return self._open(ticket, contents, origin)
        have = {one.id for one in known.entries}
        new = [one for one in ticket.entries if one.id not in have and one.kind != "event"]
        if not new:
            return Returned("known", known.id)
        left: list[Left] = []
        away = moved(replace(ticket, entries=tuple(new)), known.id, self._prefix)
        entries, count = self._with_files(away, tuple(new), contents, origin, left)
        quiet = [replace(one, silent=one.silent or IMPORTED) for one in entries]
        self.work.add(known, quiet)
        return Returned("commented", known.id, count, tuple(left))

    @property
    def _prefix(self) -> str:
        return self.work.settings.desk.prefix

    def _known(self, ticket: Ticket) -> Ticket | None:
        """Return the ticket here that is the same one: by its first entry's id and identity."""
        first = ticket.entries[0]
        key = first.digest or _digest(ticket)
        numbers = [one.number for one in self._view.by_digest(key) if one.entry == first.id]
        if key in self._made:
            numbers.append(self._made[key])
        for number in (ticket.number, *numbers):
            here = self.work.ticket(number)
            if here and here.entries and here.entries[0].id == first.id:
                same = here.created == ticket.created
                if same and here.requester.name == ticket.requester.name:
                    return here
        return None

    def _open(self, ticket: Ticket, contents: Mapping[str, Content], origin: str) -> Returned:
        left: list[Left] = []
        key = ticket.entries[0].digest or _digest(ticket)
        self.work.reserve(self._reserve)
        number = ticket.number
        if not (number <= HIGHEST_NUMBER and self.work.is_free(number)):
            number = self.work.next_number()
            left.append(Left(origin, ticket.id, f"its number is taken: it is {number} here"))
            first = replace(ticket.entries[0], digest=key)
            ticket = replace(ticket, entries=(first, *ticket.entries[1:]))
        self.work.reserve(number)
        away = moved(ticket, self.work.name(number), self._prefix)
        entries, count = self._with_files(away, ticket.entries, contents, origin, left)
        self.work.place(settled(replace(away, entries=entries), self.work.new_id))
        self._made[key] = number
        return Returned("opened", away.id, count, tuple(left))

    def _with_files(
        self,
        ticket: Ticket,
        before: tuple[Entry, ...],
        contents: Mapping[str, Content],
        origin: str,
        left: list[Left],
    ) -> tuple[tuple[Entry, ...], int]:
        """Store the files of entries; return the entries as they name them.

        One that the export lacks stays named, as it would where somebody deleted it.
        """
        entries, count = [], 0
        for entry, old in zip(ticket.entries, before, strict=True):
            files: list[Attachment] = []
            for file, was in zip(entry.attachments, old.attachments, strict=True):
                content = contents.get(was.path, "missing")
                if content == "missing" or content == "size":
                    words = "was not found" if content == "missing" else "is too large"
                    left.append(Left(origin, ticket.id, f"attachment `{was.name}` {words}"))
                else:
                    self.work.files[file.path] = content
                    file = replace(file, size=len(content))
                    count += 1
                files.append(file)
            entries.append(replace(entry, attachments=tuple(files)))
        return tuple(entries), count


def _digest(ticket: Ticket) -> str:
    first = ticket.entries[0]
    return digest_of(SYSTEM, ticket.id, first.id, first.at.isoformat())
