"""The index: what the desk asks often, derived from Git and safe to delete.

It is brought up to date by the difference between the commit it holds and the one asked
for, so that its cost follows the change and not the desk.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tracker.adapters.commits import Change
from tracker.adapters.git import EMPTY_TREE, Git
from tracker.adapters.lock import locked
from tracker.adapters.rows import AT_ONCE, Rows
from tracker.adapters.schema import OF_A_TICKET, TABLES, VERSION
from tracker.core.document import TicketFault, parse
from tracker.core.errors import TrackerError
from tracker.core.ticket import Ticket, ticket_path
from tracker.core.words import stems

Progress = Callable[[int, int], None]
"""Called with how many tickets are done and how many there are."""

_FOLDER = "tickets"
_NUMBER = re.compile(r"-([1-9][0-9]{0,9})\.md\Z")
_STATE = "tickets/.desk/"


class Index:
    """The index in the file ``path`` of the repository that ``git`` reads."""

    def __init__(self, path: Path, git: Git) -> None:
        self._path = path
        self._git = git
        self._database: sqlite3.Connection | None = None

    @property
    def database(self) -> sqlite3.Connection:
        """The open database; made when there is none, or one of another version."""
        if self._database is None:
            self._path.parent.mkdir(exist_ok=True)
            try:
                # One process at a time: one that makes the tables must not meet one that
                # takes the half-made file for a broken one.
                with locked(self._path.with_name("index.lock")):
                    self._database = self._open()
            except sqlite3.DatabaseError as error:
                raise _fault(error) from None
        return self._database

    def _open(self) -> sqlite3.Connection:
        try:
            database = _connect(self._path)
            row = database.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
            if row == (VERSION,):
                return database
            database.close()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            database.close()
        except sqlite3.DatabaseError:  # not a database: it is only a cache
            pass
        self._unlink()
        database = _connect(self._path)
        database.executescript(f"BEGIN;{TABLES}")
        database.execute("INSERT INTO meta VALUES ('version', ?)", (VERSION,))
        database.execute("COMMIT")
        return database

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    @property
    def commit(self) -> str:
        """The commit that the index holds, or empty."""
        row = self.query_one("SELECT value FROM meta WHERE key = 'commit'")
        return row[0] if row else ""

    def query(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query."""
        yield from self.database.execute(sql, values)

    def query_one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """Return the first row of a query, or None."""
        row: tuple[Any, ...] | None = self.database.execute(sql, values).fetchone()
        return row

    @contextmanager
    def at(self, commit: str, progress: Progress | None = None) -> Iterator[None]:
        """Hold the index at ``commit`` for the block, whatever other processes do to it."""
        while True:
            self.update(commit, progress)
            self.database.execute("BEGIN")
            if self.commit == commit:  # the first read fixes what this transaction sees
                break
            self.database.execute("COMMIT")
        try:
            yield
        finally:
            self._roll_back()

    def update(self, commit: str, progress: Progress | None = None) -> None:
        """Bring the index to ``commit``. All or nothing; the work follows the difference."""
        held = self.commit
        if held == commit:
            return
        if not commit:  # such as another branch in the settings, with no commit yet
            self._clear()
            return
        if held and not self._git.commit_of(held):  # the history was rewritten and collected
            self._clear()
            held = ""
        changed = self._git.changed_files(held or EMPTY_TREE, commit, _FOLDER)
        tickets = [(path, oid) for path, oid in changed if is_ticket_path(path)]
        try:
            self.database.execute("BEGIN IMMEDIATE")
            if self.commit != held:  # another process was quicker
                self._roll_back()
                self.update(commit, progress)
                return
            if held:
                tickets += self._rivals(tickets, commit)
            self._apply(tickets, fresh=not held, progress=progress)
            self.database.execute("INSERT OR REPLACE INTO meta VALUES ('commit', ?)", (commit,))
            self.database.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._roll_back()
            raise _fault(error) from None
        except BaseException:
            self._roll_back()
            raise

    def advance(self, older: str, newer: str, change: Change) -> None:
        """Follow a commit of this very process without reading it back from Git.

        Where the index does not hold ``older``, or holds broken files that the commit may
        touch on, nothing is done: ``update`` will.
        """
        self.database.execute("BEGIN IMMEDIATE")
        try:
            if self.commit == older and not self.query_one("SELECT 1 FROM faults"):
                self._follow(change, newer)
                row = ("commit", newer)
                self.database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)
            self.database.execute("COMMIT")
        except TicketFault:  # the commit stands: let ``update`` say what is broken
            self._roll_back()
        except BaseException:
            self._roll_back()
            raise

    def _follow(self, change: Change, commit: str) -> None:
        paths = [path for path in change.files if is_ticket_path(path)]
        for path in paths:
            self._remove(path)
        rows = Rows(self.database)
        for path in paths:
            content = change.files[path]
            if content is not None:
                text = _text(path, content)
                ticket = change.tickets.get(path) or _ticket(path, text)
                rows.add(ticket, path, blob_id(content, like=commit), text)
        rows.write()

    def update_words(self, progress: Progress | None = None) -> None:
        """Bring the full text to the tickets that the index holds.

        Only a search needs it, and it costs as much as all the rest: so only a search pays.
        """
        sql = (
            "SELECT tickets.number, tickets.oid, indexed.number IS NOT NULL FROM tickets "
            "LEFT JOIN indexed USING (number) WHERE indexed.oid IS NOT tickets.oid"
        )
        gone = "SELECT number FROM indexed WHERE number NOT IN (SELECT number FROM tickets)"
        try:
            self.database.execute("BEGIN IMMEDIATE")
            changed = list(self.query(sql))
            stale = [number for number, _, held in changed if held]
            stale += [number for (number,) in self.query(gone)]
            many = self.database.executemany
            many("DELETE FROM words WHERE rowid = ?", ((number,) for number in stale))
            many("DELETE FROM indexed WHERE number = ?", ((number,) for number in stale))
            for done, row in enumerate(self._words([row[:2] for row in changed]), start=1):
                self.database.execute(
                    "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", row
                )
                if progress and done % 500 == 0:
                    progress(done, len(changed))
            many("INSERT INTO indexed VALUES (?, ?)", (row[:2] for row in changed))
            self.database.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._roll_back()
            raise _fault(error) from None
        except BaseException:
            self._roll_back()
            raise

    def _words(self, tickets: Sequence[Sequence[Any]]) -> Iterator[tuple[int, str, str]]:
        contents = self._git.read_many(oid for _, oid in tickets)
        for (number, _), (_, content) in zip(tickets, contents, strict=True):
            ticket = parse(content.decode("utf-8", "replace"))
            people = " ".join(map(str, (ticket.requester, *ticket.participants)))
            head = f"{ticket.id} {ticket.title} {people}"
            body = " ".join(entry.text for entry in ticket.entries if entry.kind != "event")
            yield number, " ".join(stems(head)), " ".join(stems(body))

    def _roll_back(self) -> None:
        if self.database.in_transaction:
            self.database.execute("ROLLBACK")

    def _clear(self) -> None:
        """Forget everything. The file stays: another process may have it open."""
        self.database.execute("BEGIN IMMEDIATE")
        for table in (*OF_A_TICKET, "faults", "indexed", "words"):
            self.database.execute(f"DELETE FROM {table}")
        self.database.execute("DELETE FROM meta WHERE key = 'commit'")
        self.database.execute("COMMIT")

    def _unlink(self) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(f"{self._path}{ending}").unlink(missing_ok=True)

    def _rivals(
        self, tickets: list[tuple[str, str | None]], commit: str
    ) -> list[tuple[str, str | None]]:
        """Return the other files that bear a number of ``tickets``: a change here decides there."""
        changed = {path for path, _ in tickets}
        numbers = {number_of(path) for path in changed}
        paths = [path for (path,) in self.query("SELECT path FROM faults")]
        for number in numbers:
            row = self.query_one("SELECT path FROM tickets WHERE number = ?", number)
            paths += row or ()
        rivals = [path for path in paths if path not in changed and number_of(path) in numbers]
        found = self._git.list_files(commit, *rivals) if rivals else ()
        return [(file.path, file.oid) for file in found]

    def _apply(
        self, tickets: list[tuple[str, str | None]], fresh: bool, progress: Progress | None
    ) -> None:
        if not fresh:
            for path, _ in tickets:
                self._remove(path)
        # In one order, whatever the history: of two files with one number the first counts.
        written = sorted((path, oid) for path, oid in tickets if oid is not None)
        contents = self._git.read_many(oid for _, oid in written)
        rows = Rows(self.database)
        for done, ((path, oid), (_, content)) in enumerate(
            zip(written, contents, strict=True), start=1
        ):
            try:
                text = _text(path, content)
                rows.add(_ticket(path, text), path, oid, text)
            except TicketFault as fault:
                row = (path, fault.line, fault.reason)
                self.database.execute("INSERT OR REPLACE INTO faults VALUES (?, ?, ?)", row)
            if done % AT_ONCE == 0:
                rows.write()
                if progress:
                    progress(done, len(written))
        rows.write()

    def _remove(self, path: str) -> None:
        number = number_of(path)
        # A new ticket, the most frequent change, has no rows anywhere.
        if self.query_one("SELECT 1 FROM tickets WHERE number = ?", number):
            for table in OF_A_TICKET:
                self.database.execute(f"DELETE FROM {table} WHERE number = ?", (number,))
        self.database.execute("DELETE FROM faults WHERE path = ?", (path,))


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:  # read with replacements, it would be written so
        line = content.count(b"\n", 0, error.start) + 1
        raise TicketFault(path, line, "is not UTF-8 text") from None


def _ticket(path: str, text: str) -> Ticket:
    ticket = parse(text, path)
    expected = ticket_path(ticket.id.rpartition("-")[0], ticket.number)
    if path != expected:
        raise TicketFault(path, 2, f"`id: {ticket.id}` belongs into {expected}")
    return ticket


def blob_id(content: bytes, like: str) -> str:
    """Return Git's object id of a file's content, by the hash that made the id ``like``."""
    algorithm = "sha1" if len(like) == 40 else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content).hexdigest()


def is_ticket_path(path: str) -> bool:
    """Whether ``path`` is a ticket's file: ``tickets/000/ACCREDO-42.md``."""
    return path.endswith(".md") and path.count("/") == 2 and not path.startswith(_STATE)


def number_of(path: str) -> int:
    """Return the number in a ticket's path; 0 where the name holds none."""
    found = _NUMBER.search(path)
    return int(found[1]) if found else 0


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=60)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = OFF")  # a cache: a power cut costs a rebuild
    return database


def _fault(error: sqlite3.DatabaseError) -> TrackerError:
    return TrackerError(
        f"The index .tracker/index.sqlite: {error}",
        "Free some disk space if it is full; else delete the file, it is only a cache.",
    )
