"""What the previous build left: which ticket gave which row, facts and stems, which file which key.

A cache in SQLite outside the site. It is believed only while the site carries its stamp, so a
site that was removed, replaced or half written is built anew.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path

from tracker.adapters.cache import open_cache
from tracker.portal import attachments, counting, review, shelves
from tracker.portal.attachments import Attachments
from tracker.portal.counting import Counting
from tracker.portal.render import Rendered
from tracker.portal.review import Reviews
from tracker.portal.shelves import Shelves

_BUSY = "Another build of this portal is running."
# What lists and queues read of many tickets lies apart from the long texts.
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE text (id TEXT PRIMARY KEY, title TEXT, row TEXT, stems TEXT);
CREATE TABLE stem (stem TEXT PRIMARY KEY, shard INTEGER, numbers BLOB);
CREATE TABLE vocabulary (file INTEGER, stem TEXT, weight INTEGER, PRIMARY KEY (file, stem))
  WITHOUT ROWID;
CREATE TABLE artifact (path TEXT PRIMARY KEY, key BLOB) WITHOUT ROWID
"""
_ALL = ";\n".join(
    one.strip().removesuffix(";")
    for one in (_TABLES, shelves.TABLES, counting.TABLES, attachments.TABLES, review.TABLES)
)


class State:
    """One build's view of the state: everything in one transaction, kept by ``commit``."""

    def __init__(self, path: Path, stamp: str) -> None:
        """Open the state that describes a site with ``stamp``, or an empty one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = open_cache(path, _ALL, _BUSY)
        self.is_new = not stamp or self._meta("stamp") != stamp
        if self.is_new:
            self._db.close()
            path.unlink()
            self._db = open_cache(path, _ALL, _BUSY)
        self.version = self._meta("version")
        """What the source called the state of all files then, empty where it has no name."""
        self._serial = int(self._meta("serial") or 0) + 1
        self.shelves = Shelves(self._db, self._serial, is_new=self.is_new)
        self.counting = Counting(self._db, is_new=self.is_new)
        self.attachments = Attachments(self._db, is_new=self.is_new)
        self.reviews = Reviews(self._db)

    def close(self) -> None:
        """Let go of the file; what was not committed is undone."""
        self._db.close()

    def commit(self, stamp: str, version: str = "") -> None:
        """Keep everything, as the description of the site that carries ``stamp``."""
        for entry in (("stamp", stamp), ("version", version), ("serial", str(self._serial))):
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", entry)
        self._db.execute("COMMIT")

    def _meta(self, name: str) -> str:
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return found[0] if found else ""

    # Tickets

    def put(self, one: Rendered) -> None:
        """Keep a rendered ticket."""
        shown = f"{one.row}{one.status}{one.updated}{one.closed}{one.record}"
        self.shelves.put(one, blake2b(shown.encode(), digest_size=12).digest())
        texts = (one.id, one.title, one.row, one.stems)
        self._db.execute("INSERT OR REPLACE INTO text VALUES (?, ?, ?, ?)", texts)
        self.counting.put(one)
        self.attachments.put(one)

    def drop(self, ticket_id: str) -> None:
        """Forget a ticket that is gone."""
        number = int(ticket_id.rpartition("-")[2])
        self.shelves.drop(ticket_id, number)
        self._db.execute("DELETE FROM text WHERE id = ?", (ticket_id,))
        self.counting.drop(ticket_id, number)
        self.attachments.drop(ticket_id)

    def settle(self) -> None:
        """Make ready for questions about many tickets, once all were put or dropped."""
        self.shelves.settle()
        self.counting.settle()

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
