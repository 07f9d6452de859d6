"""Exporting: the tickets of the newest commit as JSON, a table or mails, in order."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal

from tracker.adapters.outfile import FilesBeside
from tracker.core.addresses import Address
from tracker.core.document import parse
from tracker.core.moving import mbox, rows
from tracker.core.moving.leaving import Scope, leaving
from tracker.core.moving.own_json import FORMAT, VERSION, more_of_entry, more_of_ticket
from tracker.core.pages.masking import Mask
from tracker.core.ticket import Ticket, ticket_path
from tracker.desk.desk import Desk
from tracker.desk.importing import Watch
from tracker.desk.queries import Filter, broken_tickets, matching, newest, ticket_json
from tracker.desk.view import View

Kind = Literal["json", "csv", "mbox"]
_AT_ONCE = 200


@dataclass(slots=True)
class ExportReport:
    """What an export holds: how many tickets and attachments, and which tickets it lacks: those
    that may not leave and those whose file is broken.
    """

    tickets: int = 0
    files: int = 0
    withheld: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets, and what of them. ``excel`` writes a table as a spreadsheet opens it."""

    status: str = "any"
    only: Filter = field(default_factory=Filter)
    scope: Scope = field(default_factory=Scope)
    excel: bool = False


class Exporter:
    """One export. The desk is read as of one commit, whatever happens to it meanwhile."""

    def __init__(self, desk: Desk, wanted: Wanted, watch: Watch) -> None:
        self._desk, self._wanted, self._watch = desk, wanted, watch
        self.report = ExportReport()

    def write(self, kind: Kind, out: BinaryIO, beside: FilesBeside | None) -> ExportReport:
        """Write the export; JSON has its attachments ``beside``, or none where that is None."""
        self.report.broken = [fault.message for fault in broken_tickets(self._desk)]
        with newest(self._desk) as view:
            if kind == "json":
                self._json(view, out, beside)
            elif kind == "csv":
                self._csv(view, out)
            else:
                self._mbox(view, out)
        return self.report

    def _chunks(self, view: View) -> Iterator[list[Ticket]]:
        """Yield what leaves of the tickets, by number, some at a time."""
        desk, wanted = self._desk.settings, self._wanted
        mask = Mask((desk.mailbox.address, desk.desk.phone))
        rows = matching(self._desk, wanted.status, wanted.only)
        numbers = sorted(int(one.id.rpartition("-")[2]) for one in rows)
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            tickets = [parse(text) for text in view.texts_of(some).values()]
            shown = {one.id: leaving(one, wanted.scope, mask) for one in tickets}
            self.report.withheld += [name for name, one in shown.items() if one is None]
            kept = [one for one in shown.values() if one is not None]
            self.report.tickets += len(kept)
            yield kept
            self._watch(start + len(some), len(numbers))

    def _json(self, view: View, out: BinaryIO, beside: FilesBeside | None) -> None:
        """Write one object; each ticket stands on a line of its own, so that no program needs
        to hold them all.
        """
        head = {"format": FORMAT, "version": VERSION, "desk": self._desk.settings.desk.prefix}
        out.write(json.dumps(head).removesuffix("}").encode() + b', "tickets": [')
        comma = b"\n"
        for tickets in self._chunks(view):
            for one in tickets:
                out.write(comma + json.dumps(ticket_data(one), ensure_ascii=False).encode())
                comma = b",\n"
            if beside is not None:
                for path, content in self._files(view, tickets):
                    beside.write(path, content)
        out.write(b"\n]}\n")

    def _csv(self, view: View, out: BinaryIO) -> None:
        text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
        table = csv.writer(text, delimiter=";" if self._wanted.excel else ",")
        if self._wanted.excel:
            text.write("\ufeff")
        table.writerow(rows.HEADING)
        cut = 0
        for tickets in self._chunks(view):
            for one in tickets:
                cells = rows.row(one)
                cut += rows.cut_cells(cells)
                table.writerow(cells)
        text.detach()
        if cut:
            self.report.notes.append(
                f"Of {cut} tickets a cell was cut to {rows.LONGEST_CELL:,} characters: "
                "`tracker export json` has all words."
            )

    def _mbox(self, view: View, out: BinaryIO) -> None:
        settings = self._desk.settings
        address = settings.mailbox.address if self._wanted.scope.addresses else ""
        desk = Address(settings.desk.name, address)
        for tickets in self._chunks(view):
            contents = dict(self._files(view, tickets))
            for one in tickets:
                for mail in mbox.mails(one, desk, contents):
                    out.write(mail)

    def _files(self, view: View, tickets: Sequence[Ticket]) -> Iterator[tuple[str, bytes]]:
        """Yield the attachments of some tickets, as far as the desk holds them."""
        wanted = {
            file.path: one.id
            for one in tickets
            for entry in one.entries
            for file in entry.attachments
        }
        if not wanted:
            return
        folders = {path.rpartition("/")[0] for path in wanted}
        # Git takes so many folders on its command line; one ticket has one.
        held = {one.path: one.oid for one in self._desk.git.list_files(view.commit, *folders)}
        there = [path for path in wanted if path in held]
        read = self._desk.git.read_many(held[path] for path in there) if there else ()
        for path, (_, content) in zip(there, read, strict=True):
            self.report.files += 1
            yield path, content
        self.report.notes += [
            f"{wanted[path]}: the attachment {path} is not in the desk"
            for path in wanted
            if path not in held
        ]


def ticket_data(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as exported JSON has it."""
    path = ticket_path(ticket.id.rpartition("-")[0], ticket.number)
    data = ticket_json(path, ticket)
    for shown, entry in zip(data["entries"], ticket.entries, strict=True):
        shown |= more_of_entry(entry)
    return data | more_of_ticket(ticket)
