"""Checking a desk: every fault of the files in the work tree, with path and line."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tracker.adapters.catalogues import unknown_sentences
from tracker.adapters.environment import outside_bases
from tracker.adapters.git import Git
from tracker.adapters.history import History
from tracker.adapters.index import Index, number_of
from tracker.adapters.schema import OF_A_TICKET, OF_AN_ACCOUNT
from tracker.core import public
from tracker.core.accounts.records import FOLDER, read_record
from tracker.core.addresses import Address
from tracker.core.corrections import field_fault
from tracker.core.document import TicketFault, parse
from tracker.core.document.drafts import find_draft
from tracker.core.document.reader import KNOWN
from tracker.core.drafting import Group, faults_in, structure_faults
from tracker.core.errors import TrackerError
from tracker.core.fields import NAMES, Fields
from tracker.core.origins import Origin
from tracker.core.settings import FILE, Fault, Settings, SettingsError
from tracker.core.ticket import Ticket, attachment_folder, ticket_path
from tracker.core.workspace import Workspace
from tracker.desk.desk import Desk, find_root, load_settings
from tracker.desk.snippets import snippet_faults
from tracker.desk.worktree import WorkTree


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
    tree = WorkTree(root)
    paths = tree.tickets
    owners: dict[int, str] = {}
    for path in paths:
        found = list(_of_file(tree, path, settings))
        faults += found
        number = number_of(path)
        if number in owners:
            faults.append(
                Fault(path, 0, f"the number {number} belongs to {owners[number]} already")
            )
        owners.setdefault(number, path)
    return len(paths), [*faults, *snippet_faults(root), *_of_accounts(root, settings)]


def _of_accounts(root: Path, settings: Settings | None) -> Iterator[Fault]:
    records = sorted((root / FOLDER).glob("*/*.json"))
    for file in records:
        path = file.relative_to(root).as_posix()
        try:
            read_record(file.read_bytes(), path)
        except TrackerError as error:
            yield Fault(path, 0, error.message.removeprefix(f"{path} "))
    if records and settings is not None and settings.desk.visibility == "public":
        line = "the desk was private, and nobody was asked yet: run `tracker visibility public`"
        yield Fault(FILE, 0, line)


def outside_faults(folder: Path, base: str | None = None) -> list[Fault]:
    """Return the files below ``tickets/`` that commits since ``base`` touch. Without a base it is
    what a workflow's pull request from a fork is made against; there is nothing to find elsewhere.

    A pull request from outside must not touch tickets: whoever makes it chooses the author that
    its commits bear. Raises TrackerError where the base is not there, ShallowError in a clone
    that may lack it.
    """
    bases = (base,) if base else outside_bases()
    if not bases:
        return []
    git = Git(find_root(folder))
    history = History(git, "")
    commit = next(filter(None, map(git.commit_of, bases)), "")
    if not commit:
        history.need_whole()
        raise TrackerError(f"There is no commit {bases[0]}", "Name one, such as origin/main.")
    reason = "a pull request from outside must not change tickets"
    return [Fault(path, 0, reason) for path in history.touched(commit, "tickets/")]


def _of_file(tree: WorkTree, path: str, settings: Settings | None) -> Iterator[Fault]:
    try:
        text = (tree.read(path) or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        yield Fault(path, 0, f"is not UTF-8 text (byte {error.start})")
        return
    try:
        ticket = parse(text, path)
    except TicketFault as fault:
        yield Fault(fault.path, fault.line, fault.reason)
        return
    yield from _of_draft(tree, path, text, ticket, settings)
    for key, message in _of_ticket(tree.root, path, ticket, settings):
        yield Fault(path, _line(text, key), message)
    if settings is not None:
        for line, message in public.address_faults(text, settings):
            yield Fault(path, line, message)


def _of_draft(
    tree: WorkTree, path: str, text: str, ticket: Ticket, settings: Settings | None
) -> Iterator[Fault]:
    """What keeps a draft from being stamped, taken for one person's words."""
    draft = find_draft(text, path)
    yield from structure_faults(draft, path)
    if settings is not None and any(line.strip() for line in draft.lines):
        work = Workspace(tree, settings, ticket.updated, str)
        group = Group(draft.first, "\n".join(draft.lines), Origin(Address("", ""), ticket.updated))
        yield from faults_in(work, ticket.number, path, group, tree.file)


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
        yield from public.faults(ticket, settings)
        for name in NAMES:
            if reason := field_fault(settings, name, Fields.of(ticket)):
                yield name, reason
    yield from _of_attachments(root, ticket, attachment_folder(prefix, ticket.number))


def _of_attachments(root: Path, ticket: Ticket, folder: str) -> Iterator[tuple[str, str]]:
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
        tables = (*OF_A_TICKET, *OF_AN_ACCOUNT, "faults", "words")
        return [name for name in tables if _rows(desk.index, name) != _rows(fresh, name)]
    finally:
        fresh.close()
        for ending in ("", "-wal", "-shm"):
            (desk.own / f"check.sqlite{ending}").unlink(missing_ok=True)


def _rows(index: Index, table: str) -> list[tuple[object, ...]]:
    database: sqlite3.Connection = index.database
    key = "rowid, *" if table == "words" else "*"
    return sorted(database.execute(f"SELECT {key} FROM {table}"), key=repr)
