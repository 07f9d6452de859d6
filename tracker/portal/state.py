"""What the previous build left: which ticket gave which row, facts and stems, which file which key.

A cache in SQLite outside the site. It is believed only while the site carries its stamp, so a
site that was removed, replaced or half written is built anew.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from tracker.core.errors import Busy
from tracker.core.statistics import Facts
from tracker.portal.render import Rendered

# What every build reads of every ticket stands first: SQLite need not fetch the long rest then.
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE ticket (
  id TEXT PRIMARY KEY, number INTEGER, path TEXT, oid TEXT, status TEXT, closed INTEGER,
  updated TEXT, digest BLOB, standing TEXT
);
CREATE TABLE text (id TEXT PRIMARY KEY, title TEXT, row TEXT, stems TEXT);
CREATE TABLE stem (stem TEXT PRIMARY KEY, shard INTEGER, numbers BLOB);
CREATE TABLE vocabulary (file INTEGER, stem TEXT, weight INTEGER, PRIMARY KEY (file, stem))
  WITHOUT ROWID;
CREATE TABLE artifact (path TEXT PRIMARY KEY, key BLOB) WITHOUT ROWID;
CREATE TABLE link (address TEXT PRIMARY KEY, ticket TEXT, stored TEXT) WITHOUT ROWID;
CREATE INDEX link_ticket ON link (ticket);
CREATE TABLE file (address TEXT PRIMARY KEY, oid TEXT) WITHOUT ROWID;
CREATE TABLE fact (
  number INTEGER PRIMARY KEY, id TEXT, changed INTEGER, status TEXT, opened INTEGER,
  answered INTEGER, answer INTEGER, closed INTEGER, closing INTEGER, labels TEXT, assignee TEXT
);
CREATE TABLE record (number INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE review (
  id TEXT PRIMARY KEY, number INTEGER, requester TEXT, looked INTEGER, vouched INTEGER
) WITHOUT ROWID;
CREATE INDEX review_requester ON review (requester, looked, number);
"""


class Known(NamedTuple):
    """A ticket as the lists need it; ``digest`` changes whenever its row, title or date does."""

    id: str
    number: int
    path: str
    oid: str
    status: str
    closed: int
    updated: str
    digest: bytes
    standing: str = ""


class State:
    """One build's view of the state: everything in one transaction, kept by ``commit``."""

    def __init__(self, path: Path, stamp: str) -> None:
        """Open the state that describes a site with ``stamp``, or an empty one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._db = _open(path)
        self.is_new = not stamp or self._meta("stamp") != stamp
        if self.is_new:
            self._start_anew()
        self.version = self._meta("version")
        """What the source called the state of all files then, empty where it has no name."""

    def close(self) -> None:
        """Let go of the file; what was not committed is undone."""
        self._db.close()

    def commit(self, stamp: str, version: str = "") -> None:
        """Keep everything, as the description of the site that carries ``stamp``."""
        for entry in (("stamp", stamp), ("version", version)):
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", entry)
        self._db.execute("COMMIT")

    def _meta(self, name: str) -> str:
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return found[0] if found else ""

    def _start_anew(self) -> None:
        self._db.close()
        self._path.unlink()
        self._db = _open(self._path)

    # Tickets

    def known(self) -> dict[str, Known]:
        """Return every ticket of the previous build by its id."""
        columns = "id, number, path, oid, status, closed, updated, digest, standing"
        rows = self._db.execute(f"SELECT {columns} FROM ticket")
        return {row[0]: Known._make(row) for row in rows}

    def put(self, one: Rendered) -> Known:
        """Keep a rendered ticket and return what the lists need of it."""
        text = f"{one.row}{one.status}{one.updated}{one.closed}{one.record}"
        digest = blake2b(text.encode(), digest_size=12).digest()
        # Every build reads all tickets, but hardly any text: so they lie apart.
        ticket = (*one[:7], digest, one.standing)
        self._db.execute("INSERT OR REPLACE INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", ticket)
        texts = (one.id, one.title, one.row, one.stems)
        self._db.execute("INSERT OR REPLACE INTO text VALUES (?, ?, ?, ?)", texts)
        self._put_links(one)
        self._put_facts(one)
        return Known(*one[:7], digest, one.standing)

    def _put_facts(self, one: Rendered) -> None:
        if one.facts is None:
            if not self.is_new:
                self._drop_facts(one.number)
            return
        *numbers, labels, assignee = one.facts
        self._db.execute(
            "INSERT OR REPLACE INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (one.number, one.id, one.changed, *numbers, "\n".join(labels), assignee),
        )
        if one.record:
            self._db.execute(
                "INSERT OR REPLACE INTO record VALUES (?, ?)", (one.number, one.record)
            )

    def _drop_facts(self, number: int) -> None:
        self._db.execute("DELETE FROM fact WHERE number = ?", (number,))
        self._db.execute("DELETE FROM record WHERE number = ?", (number,))

    def _put_links(self, one: Rendered) -> None:
        if not self.is_new:
            self._db.execute("DELETE FROM link WHERE ticket = ?", (one.id,))
        for stored, address in one.files:
            self._db.execute(
                "INSERT OR REPLACE INTO link VALUES (?, ?, ?)", (address, one.id, stored)
            )

    def drop(self, ticket_id: str) -> None:
        """Forget a ticket that is gone."""
        self._db.execute("DELETE FROM ticket WHERE id = ?", (ticket_id,))
        self._db.execute("DELETE FROM text WHERE id = ?", (ticket_id,))
        self._db.execute("DELETE FROM link WHERE ticket = ?", (ticket_id,))
        self._drop_facts(int(ticket_id.rpartition("-")[2]))

    def stems_of(self, ticket_id: str) -> set[str]:
        """Return the stems a ticket had; none for an unknown one."""
        found = self._db.execute("SELECT stems FROM text WHERE id = ?", (ticket_id,)).fetchone()
        return set(found[0].split()) if found else set()

    def rows(self, ids: Iterable[str]) -> list[str]:
        """Return the rows of tickets, in the order asked for."""
        return [self._one("row", one) for one in ids]

    def title(self, ticket_id: str) -> str:
        """Return the public title of a ticket."""
        return self._one("title", ticket_id)

    def _one(self, column: str, ticket_id: str) -> str:
        query = f"SELECT {column} FROM text WHERE id = ?"
        return str(self._db.execute(query, (ticket_id,)).fetchone()[0])

    def facts(self) -> Iterator[Facts]:
        """Return what the figures need, of every ticket that is seen."""
        columns = "status, opened, answered, answer, closed, closing, labels, assignee"
        for row in self._db.execute(f"SELECT {columns} FROM fact"):
            labels = tuple(row[6].split("\n")) if row[6] else ()
            yield Facts(row[0], row[1], row[2], row[3], row[4], row[5], labels, row[7])

    def last_changed(self, count: int) -> list[str]:
        """Return the ids of the tickets that changed last, the newest change first."""
        query = "SELECT id FROM fact ORDER BY changed DESC, number DESC LIMIT ?"
        return [row[0] for row in self._db.execute(query, (count,))]

    def records(self, first: int, last: int) -> list[str]:
        """Return the data rows of the numbers from ``first`` to ``last``."""
        query = "SELECT text FROM record WHERE number BETWEEN ? AND ? ORDER BY number"
        return [row[0] for row in self._db.execute(query, (first, last))]

    # Reviews, where tickets of unknown people wait for one

    def requesters(self, ids: Iterable[str]) -> set[str]:
        """Return the requesters that tickets had; unknown ones are left out."""
        query = "SELECT requester FROM review WHERE id = ?"
        found = (self._db.execute(query, (one,)).fetchone() for one in ids)
        return {row[0] for row in found if row}

    def put_review(self, one: Rendered) -> None:
        """Keep whose ticket it is and whether an agent has looked at it."""
        self._db.execute(
            "INSERT OR REPLACE INTO review VALUES (?, ?, ?, ?, ?)",
            (one.id, one.number, one.requester, one.looked, one.looked),
        )

    def drop_review(self, ticket_id: str) -> None:
        """Forget a ticket's review."""
        self._db.execute("DELETE FROM review WHERE id = ?", (ticket_id,))

    def first_looked(self, requester: str) -> int | None:
        """Return the lowest number of a requester's tickets that an agent has looked at."""
        query = "SELECT min(number) FROM review WHERE requester = ? AND looked"
        found: int | None = self._db.execute(query, (requester,)).fetchone()[0]
        return found

    def unlooked(self, requester: str) -> list[tuple[str, int, bool]]:
        """Return a requester's other tickets: id, number, and whether they were vouched for."""
        query = "SELECT id, number, vouched FROM review WHERE requester = ? AND NOT looked"
        return [(one, n, bool(was)) for one, n, was in self._db.execute(query, (requester,))]

    def put_vouched(self, ticket_id: str, *, vouched: bool) -> None:
        """Keep whether a ticket is vouched for by an earlier one."""
        self._db.execute("UPDATE review SET vouched = ? WHERE id = ?", (vouched, ticket_id))

    # Search lists

    def numbers(self, stem: str) -> array[int]:
        """Return the tickets of a stem, lowest number first."""
        found = self._db.execute("SELECT numbers FROM stem WHERE stem = ?", (stem,)).fetchone()
        return array("I", found[0] if found else b"")

    def put_stems(self, lists: Iterable[tuple[str, int, array[int]]]) -> None:
        """Keep (stem, shard, tickets); a stem of no ticket is dropped."""
        for stem, shard, numbers in lists:
            if numbers:
                self._db.execute(
                    "INSERT OR REPLACE INTO stem VALUES (?, ?, ?)", (stem, shard, numbers.tobytes())
                )
            else:
                self._db.execute("DELETE FROM stem WHERE stem = ?", (stem,))

    def shard(self, shard: int) -> dict[str, array[int]]:
        """Return the lists of one shard."""
        self._db.execute("CREATE INDEX IF NOT EXISTS stem_shard ON stem (shard)")
        rows = self._db.execute("SELECT stem, numbers FROM stem WHERE shard = ?", (shard,))
        return {stem: array("I", numbers) for stem, numbers in rows}

    def all_stems(self) -> list[str]:
        """Return every stem of the desk."""
        return [row[0] for row in self._db.execute("SELECT stem FROM stem")]

    def move_stems(self, shards: Iterable[tuple[int, str]]) -> None:
        """Set the shard of stems; ``shards`` are (shard, stem)."""
        self._db.executemany("UPDATE stem SET shard = ? WHERE stem = ?", shards)

    def put_vocabulary(self, entries: Iterable[tuple[int, str, int]]) -> None:
        """Keep (file, stem, weight); a stem of no weight is dropped."""
        for file, stem, weight in entries:
            if weight:
                query = "INSERT OR REPLACE INTO vocabulary VALUES (?, ?, ?)"
                self._db.execute(query, (file, stem, weight))
            else:
                query = "DELETE FROM vocabulary WHERE file = ? AND stem = ?"
                self._db.execute(query, (file, stem))

    def vocabulary(self, file: int) -> list[tuple[str, int]]:
        """Return the stems of one vocabulary file with their weights."""
        query = "SELECT stem, weight FROM vocabulary WHERE file = ?"
        return self._db.execute(query, (file,)).fetchall()

    def move_vocabulary(self, file_of: Callable[[str], int]) -> None:
        """Put every stem into the file that ``file_of`` names."""
        entries = self._db.execute("SELECT stem, weight FROM vocabulary").fetchall()
        self._db.execute("DELETE FROM vocabulary")
        moved = ((file_of(stem), stem, weight) for stem, weight in entries)
        self._db.executemany("INSERT INTO vocabulary VALUES (?, ?, ?)", moved)

    # Files of the site

    def artifacts(self) -> dict[str, bytes]:
        """Return the key of every file of the site that is no card and no attachment."""
        return dict(self._db.execute("SELECT path, key FROM artifact").fetchall())

    def put_artifacts(self, keys: Iterable[tuple[str, bytes]], gone: Iterable[str]) -> None:
        """Keep the keys of files, and forget the files that are gone."""
        self._db.executemany("INSERT OR REPLACE INTO artifact VALUES (?, ?)", keys)
        self._db.executemany("DELETE FROM artifact WHERE path = ?", ((one,) for one in gone))

    def links(self) -> dict[str, str]:
        """Return the attachments that public entries name: address to path in the repository."""
        return dict(self._db.execute("SELECT address, stored FROM link").fetchall())

    def files(self) -> dict[str, str]:
        """Return the attachments that the site has: address to oid."""
        return dict(self._db.execute("SELECT address, oid FROM file").fetchall())

    def put_file(self, address: str, oid: str) -> None:
        """Keep that the site has an attachment."""
        self._db.execute("INSERT OR REPLACE INTO file VALUES (?, ?)", (address, oid))

    def drop_file(self, address: str) -> None:
        """Forget an attachment that was taken away."""
        self._db.execute("DELETE FROM file WHERE address = ?", (address,))


def _open(path: Path) -> sqlite3.Connection:
    """Open the file with its tables, inside a transaction that keeps other builds out."""
    try:
        return _connect(path)
    except sqlite3.OperationalError:
        raise Busy(
            "Another build of this portal is running.", "Wait for it to end, then build again."
        ) from None
    except sqlite3.DatabaseError:  # the cache of a machine that lost power
        path.unlink()
        return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -65536")
        database.execute("BEGIN IMMEDIATE")
        with closing(
            database.execute("SELECT name FROM sqlite_master WHERE name = 'meta'")
        ) as found:
            if found.fetchone() is None:
                for statement in _TABLES.split(";\n"):
                    database.execute(statement)
    except sqlite3.Error:
        database.close()
        raise
    return database
