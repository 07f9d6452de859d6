"""Ticket files as one decision leaves them: read, changed, and kept to be committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from tracker.core import state
from tracker.core.document import (
    TicketFault,
    add_entries,
    amend_entry,
    parse,
    render,
    replace_mark,
    replace_text,
    retitle,
    set_fields,
)
from tracker.core.document.frontmatter import Value
from tracker.core.errors import TrackerError
from tracker.core.notices import with_audience
from tracker.core.public import refuse, refuse_phone
from tracker.core.settings import Settings
from tracker.core.taking import answered
from tracker.core.ticket import Entry, Ticket, ticket_path


class Files(Protocol):
    """The desk as of one commit, as far as ticket files go."""

    def text_of(self, number: int) -> str | None:
        """Return the file of a readable ticket, or None."""

    def read(self, path: str) -> bytes | None:
        """Return any file, or None."""

    def names_in(self, folder: str) -> Iterable[str]:
        """Return the names of the files in a folder."""

    def highest_number(self) -> int:
        """Return the highest number of a ticket file, 0 where there is none."""


class NoTicketError(TrackerError):
    """There is no readable ticket of that number."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(f"There is no ticket {name}", "See `tracker list --status any`.")
        self.number = number


class Workspace:
    """What one decision has made of the desk's files so far.

    ``files`` is what to commit (None deletes), ``tickets`` what new ticket files parse to.
    """

    def __init__(
        self, view: Files, settings: Settings, now: datetime, new_id: Callable[[], str]
    ) -> None:
        self.files: dict[str, bytes | None] = {}
        self.tickets: dict[str, Ticket] = {}
        self.settings = settings
        self.now = now
        self.new_id = new_id
        self._view = view
        self._texts: dict[int, str] = {}
        self._parsed: dict[int, Ticket] = {}
        self._names: dict[str, set[str]] = {}
        self._last = -1

    @property
    def language(self) -> str:
        """The language of derived words in ticket files."""
        return self.settings.desk.language

    def name(self, number: int) -> str:
        """Return ``ACCREDO-42``."""
        return f"{self.settings.desk.prefix}-{number}"

    def text(self, number: int) -> str | None:
        """Return a ticket's file as it stands now, or None."""
        if number not in self._texts:
            found = self._view.text_of(number)
            if found is None:
                return None
            self._texts[number] = found
        return self._texts[number]

    def ticket(self, number: int) -> Ticket | None:
        """Return a ticket as it stands now; None where there is none or its file is broken."""
        if number not in self._parsed:
            text = self.text(number)
            if text is None:
                return None
            try:
                self._parsed[number] = parse(text)
            except TicketFault:
                return None
        return self._parsed[number]

    def need(self, number: int) -> Ticket:
        """Return a ticket. Raises NoTicketError."""
        found = self.ticket(number)
        if found is None:
            raise NoTicketError(self.name(number), number)
        return found

    def final(self, ticket: Ticket) -> Ticket:
        """Return the ticket that this one was merged into, over however many steps, or itself."""
        passed = {ticket.number}
        while ticket.merged_into:
            further = self.ticket(number_in(ticket.merged_into))
            if further is None or further.number in passed:
                break
            passed.add(further.number)
            ticket = further
        return ticket

    def next_number(self) -> int:
        """Take the next number: above every one ever given."""
        self.reserve(self._highest() + 1)
        return self._last

    def reserve(self, number: int) -> None:
        """Give no number up to this one to anybody who asks for the next."""
        if number > self._highest():
            self._last = number
            self.files[state.NUMBERS] = state.write_last_number(number)

    def _highest(self) -> int:
        if self._last < 0:
            last = state.read_last_number(self._view.read(state.NUMBERS))
            self._last = max(last, self._view.highest_number())
        return self._last

    def is_free(self, number: int) -> bool:
        """Whether no ticket has this number, readable or not, and no folder of files."""
        path = ticket_path(self.settings.desk.prefix, number)
        if path in self.files:
            return False
        folder, _, name = path.rpartition("/")
        if folder not in self._names:
            self._names[folder] = set(self._view.names_in(folder))
        return not {name, name.removesuffix(".md")} & self._names[folder]

    def open(self, ticket: Ticket) -> None:
        """Write the file of a new ticket. Who opened it by an event is not told of it."""
        by = None
        for one in ticket.entries:
            if one.event == "opened":
                by = self.settings.agent_by_email(one.author.key)
        for one in ticket.entries:
            refuse(self.settings, one)
        refuse_phone(self.settings, ticket)
        first, *rest = (self._heard(one, ticket, by) for one in ticket.entries)
        kept = first
        if "title" not in first.data:
            kept = replace(first, data={"title": ticket.title, **first.data})
        self.place(replace(ticket, entries=(kept, *rest)))

    def place(self, ticket: Ticket) -> None:
        """Write the file of a ticket just as it is."""
        text = render(ticket, self.language)
        self.store(ticket, text)
        self.tickets[_path(ticket)] = ticket

    def store(self, ticket: Ticket, text: str) -> None:
        """Keep a ticket's file."""
        self._texts[ticket.number] = text
        self._parsed.pop(ticket.number, None)
        self.files[_path(ticket)] = text.encode()
        self.tickets.pop(_path(ticket), None)

    def add(self, ticket: Ticket, entries: Sequence[Entry], by: str | None = None) -> None:
        """Add entries at the end of a ticket's conversation.

        ``by`` is the agent who does it where the entries don't say it, such as an operator who
        writes down what a caller says.
        """
        for one in entries:
            refuse(self.settings, one)
        heard = [self._heard(one, ticket, by) for one in entries]
        text = add_entries(self.text(ticket.number) or "", heard, self.language, _path(ticket))
        if answered(ticket, entries, self.settings):
            text = set_fields(text, {"taken": None}, _path(ticket))
        self.store(ticket, text)

    def _heard(self, entry: Entry, ticket: Ticket, by: str | None) -> Entry:
        who = by or self.settings.agent_by_email(entry.author.key)
        return with_audience(entry, ticket, self.settings, who)

    def set_fields(self, ticket: Ticket, changes: dict[str, Value | None]) -> None:
        """Change front matter lines of a ticket."""
        if changes:
            text = self.text(ticket.number) or ""
            self.store(ticket, set_fields(text, changes, _path(ticket)))

    def amend(self, ticket: Ticket, entry: str, changes: dict[str, object]) -> None:
        """Change the mark of one entry (see ``amend_entry``)."""
        text = self.text(ticket.number) or ""
        self.store(ticket, amend_entry(text, entry, changes, _path(ticket)))

    def remark(self, ticket: Ticket, entry: str, data: Mapping[str, object]) -> None:
        """Replace the whole mark of one entry (see ``replace_mark``)."""
        text = self.text(ticket.number) or ""
        self.store(ticket, replace_mark(text, entry, data, _path(ticket)))

    def rewrite(self, ticket: Ticket, entry: str, text: str) -> None:
        """Change the text of one entry (see ``replace_text``)."""
        file = self.text(ticket.number) or ""
        self.store(ticket, replace_text(file, entry, text, _path(ticket)))

    def retitle(self, ticket: Ticket, entry: Entry) -> None:
        """Bring the heading of an entry up to date (see ``retitle``)."""
        file = self.text(ticket.number) or ""
        self.store(ticket, retitle(file, entry, self.language, _path(ticket)))

    def names_in(self, folder: str) -> set[str]:
        """Return the names of the files in a folder, those of this decision included."""
        inside = f"{folder}/"
        added = {
            path.rpartition("/")[2]
            for path, content in self.files.items()
            if path.startswith(inside) and content is not None
        }
        return added | set(self._view.names_in(folder))


def number_in(ticket_id: str) -> int:
    """Return 42 for ``ACCREDO-42``; 0 where it holds no number."""
    digits = ticket_id.rpartition("-")[2]
    return int(digits) if digits.isdecimal() and digits.isascii() else 0


def _path(ticket: Ticket) -> str:
    # The prefix of an old ticket may be another than the desk's now.
    return ticket_path(ticket.id.rpartition("-")[0], ticket.number)
