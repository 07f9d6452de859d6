"""What the previous build left: which ticket gave which row and stems, which file which key.

A cache in SQLite outside the site. It is believed only while the site carries its stamp, so a
site that was removed, replaced or half written is built anew.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from tracker.adapters.cache import open_cache
from tracker.portal.render import Rendered

_BUSY = "Another build of this portal is running."
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE ticket (
  id TEXT PRIMARY KEY, number INTEGER, path TEXT, oid TEXT, status TEXT, closed INTEGER,
  updated TEXT, title TEXT, row TEXT, stems TEXT, digest BLOB
);
CREATE TABLE stem (stem TEXT PRIMARY KEY, shard INTEGER, numbers BLOB);
CREATE TABLE artifact (path TEXT PRIMARY KEY, key BLOB) WITHOUT ROWID;
CREATE TABLE link (address TEXT PRIMARY KEY, ticket TEXT, stored TEXT) WITHOUT ROWID;
CREATE INDEX link_ticket ON link (ticket);
CREATE TABLE file (address TEXT PRIMARY KEY, oid TEXT) WITHOUT ROWID;
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


class State:
    """One build's view of the state: everything in one transaction, kept by ``commit``."""

    def __init__(self, path: Path, stamp: str) -> None:
        """Open the state that describes a site with ``stamp``, or an empty one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._db = open_cache(path, _TABLES, _BUSY)
        self.is_new = not stamp or self._meta("stamp") != stamp
        if self.is_new:
            self._start_anew()

    def close(self) -> None:
        """Let go of the file; what was not committed is undone."""
        self._db.close()

    def commit(self, stamp: str) -> None:
        """Keep everything, as the description of the site that carries ``stamp``."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('stamp', ?)", (stamp,))
        self._db.execute("COMMIT")

    def _meta(self, name: str) -> str:
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return found[0] if found else ""

    def _start_anew(self) -> None:
        self._db.close()
        self._path.unlink()
        self._db = open_cache(self._path, _TABLES, _BUSY)

    # Tickets

    def known(self) -> dict[str, Known]:
        """Return every ticket of the previous build by its id."""
        columns = "id, number, path, oid, status, closed, updated, digest"
        rows = self._db.execute(f"SELECT {columns} FROM ticket")
        return {row[0]: Known._make(row) for row in rows}

    def put(self, one: Rendered) -> Known:
        """Keep a rendered ticket and return what the lists need of it."""
        text = f"{one.row}{one.status}{one.updated}{one.closed}"
        digest = blake2b(text.encode(), digest_size=12).digest()
        self._db.execute(
            "INSERT OR REPLACE INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*one[:10], digest),
        )
        self._put_links(one)
        return Known(*one[:7], digest)

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
        self._db.execute("DELETE FROM link WHERE ticket = ?", (ticket_id,))

    def stems_of(self, ticket_id: str) -> set[str]:
        """Return the stems a ticket had; none for an unknown one."""
        found = self._db.execute("SELECT stems FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
        return set(found[0].split()) if found else set()

    def rows(self, ids: Iterable[str]) -> list[str]:
        """Return the rows of tickets, in the order asked for."""
        return [self._one("row", one) for one in ids]

    def title(self, ticket_id: str) -> str:
        """Return the public title of a ticket."""
        return self._one("title", ticket_id)

    def _one(self, column: str, ticket_id: str) -> str:
        query = f"SELECT {column} FROM ticket WHERE id = ?"
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
