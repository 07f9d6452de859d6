"""Checking a desk: every fault in settings and tickets of the work tree, with path and line."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tracker.adapters.catalogues import unknown_sentences
from tracker.adapters.git import Git
from tracker.adapters.index import Index, is_ticket_path, number_of
from tracker.adapters.schema import OF_A_TICKET
from tracker.core.document import TicketFault, draft, parse
from tracker.core.document.reader import KNOWN, UNSOLVED, is_conflict_mark
from tracker.core.settings import FILE, Fault, Settings, SettingsError
from tracker.core.ticket import Ticket, attachment_folder, ticket_path
from tracker.desk.desk import Desk, find_root, load_settings


def check(folder: Path) -> tuple[int, list[Fault]]:
    """Return how many ticket files there are in the work tree, and every fault found."""
    root = find_root(folder)
    faults: list[Fault] = []
    settings: Settings | None = None
    try:
        settings = load_settings(root)
        faults += unknown_sentences(root)
    except SettingsError as error:
        faults += error.faults
    paths = sorted(ticket_files(root))
    owners: dict[int, str] = {}
    for path in paths:
        found = list(_of_file(root, path, settings))
        faults += found
        number = number_of(path)
        if number in owners:
            faults.append(
                Fault(path, 0, f"the number {number} belongs to {owners[number]} already")
            )
        owners.setdefault(number, path)
    return len(paths), faults


def ticket_files(root: Path) -> Iterator[str]:
    """Yield the paths of the ticket files in the work tree."""
    for file in (root / "tickets").glob("*/*.md"):
        path = file.relative_to(root).as_posix()
        if is_ticket_path(path):
            yield path


def _of_file(root: Path, path: str, settings: Settings | None) -> Iterator[Fault]:
    try:
        text = (root / path).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        yield Fault(path, 0, f"is not UTF-8 text (byte {error.start})")
        return
    try:
        ticket = parse(text, path)
    except TicketFault as fault:
        yield Fault(fault.path, fault.line, fault.reason)
        return
    written = draft(text, path).split("\n")
    if any(is_conflict_mark(line) for line in written):
        line = 1 + next(n for n, one in enumerate(text.split("\n")) if is_conflict_mark(one))
        yield Fault(path, line, UNSOLVED)
    for key, message in _of_ticket(root, path, ticket, settings):
        yield Fault(path, _line(text, key), message)


def _of_ticket(
    root: Path, path: str, ticket: Ticket, settings: Settings | None
) -> Iterator[tuple[str, str]]:
    prefix = ticket.id.rpartition("-")[0]
    expected = ticket_path(prefix, ticket.number)
    if path != expected:
        yield "id", f"`id: {ticket.id}` belongs into {expected}"
    for key in ticket.extra:
        meant = difflib.get_close_matches(key, KNOWN, n=1)
        hint = f"; did you mean `{meant[0]}`?" if meant else ""
        yield key, f"unknown field `{key}`{hint}"
    if settings is not None:
        if prefix != settings.desk.prefix:
            yield "id", f"the desk's prefix is {settings.desk.prefix} ({FILE})"
        if ticket.assignee and ticket.assignee not in settings.agents:
            known = ", ".join(settings.agents) or "none"
            yield "assignee", f"there is no agent `{ticket.assignee}`; known are {known}"
    folder = attachment_folder(prefix, ticket.number)
    for entry in ticket.entries:
        for one in entry.attachments:
            if not one.path.startswith(f"{folder}/") or ".." in one.path.split("/"):
                yield entry.id, f"the attachment {one.path} does not lie in {folder}"
            elif not (root / one.path).is_file():
                yield entry.id, f"the attachment {one.path} is missing"


def _line(text: str, key: str) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(f"{key}:") or f'"id": "{key}"' in line:
            return number
    return 1


def index_differences(desk: Desk) -> list[str]:
    """Compare the index with one built anew from the same commit; the tables that differ."""
    commit = desk.repository.newest()
    desk.index.update(commit)
    desk.index.update_words()
    fresh = Index(desk.own / "check.sqlite", Git(desk.root))
    try:
        fresh.update(commit, desk.progress)
        fresh.update_words(desk.progress)
        tables = (*OF_A_TICKET, "faults", "words")
        return [name for name in tables if _rows(desk.index, name) != _rows(fresh, name)]
    finally:
        fresh.close()
        for ending in ("", "-wal", "-shm"):
            (desk.own / f"check.sqlite{ending}").unlink(missing_ok=True)


def _rows(index: Index, table: str) -> list[tuple[object, ...]]:
    database: sqlite3.Connection = index.database
    key = "rowid, *" if table == "words" else "*"
    return sorted(database.execute(f"SELECT {key} FROM {table}"), key=repr)
