"""What the last ``tracker seal`` left: who sees which ticket, and what each file was made of.

It lies beside the sealed files and holds no word of a ticket: people are keyed hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tracker.adapters.cache import open_cache
from tracker.core.accounts.visible import Facts
from tracker.desk.seal_work import Learned

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE ticket (
  path TEXT PRIMARY KEY, oid TEXT, readable INTEGER, number INTEGER, people TEXT,
  open INTEGER, updated INTEGER, files TEXT
) WITHOUT ROWID;
CREATE TABLE file (path TEXT PRIMARY KEY, key BLOB) WITHOUT ROWID;
"""


class SealState:
    """One run's view: everything in one transaction, kept by ``commit``."""

    def __init__(self, path: Path, key: str) -> None:
        """Open the state that was made with ``key`` (secret, settings, code), or an empty one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = open_cache(path, _TABLES, "Another run seals this desk.")
        found = self._db.execute("SELECT value FROM meta WHERE name = 'key'").fetchone()
        if found is None or found[0] != key:
            for table in ("meta", "ticket", "file"):
                self._db.execute(f"DELETE FROM {table}")
            self._db.execute("INSERT INTO meta VALUES ('key', ?)", (key,))

    def close(self) -> None:
        """Let go of the file; what was not committed is undone."""
        self._db.close()

    def commit(self) -> None:
        """Keep everything."""
        self._db.execute("COMMIT")

    def tickets(self) -> dict[str, Learned]:
        """Return what is known of every ticket, by path."""
        known = {}
        for row in self._db.execute("SELECT * FROM ticket"):
            path, oid, readable, number, people, is_open, updated, files = row
            facts = None
            if number:
                facts = Facts(
                    number, tuple(people.split()), bool(is_open), updated, tuple(_lines(files))
                )
            known[path] = Learned(path, oid, facts, bool(readable))
        return known

    def put_ticket(self, one: Learned) -> None:
        """Keep what was learned of a ticket."""
        facts = one.facts or Facts(0, (), False, 0, ())
        row = (
            one.path,
            one.oid,
            one.readable,
            facts.number,
            " ".join(facts.people),
            facts.is_open,
            facts.updated,
            "\n".join(facts.files),
        )
        self._db.execute("INSERT OR REPLACE INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def drop_tickets(self, paths: Iterable[str]) -> None:
        """Forget tickets that are gone."""
        self._db.executemany("DELETE FROM ticket WHERE path = ?", ((one,) for one in paths))

    def files(self) -> dict[str, bytes]:
        """Return what each sealed file was made of, by its path on the site."""
        return dict(self._db.execute("SELECT path, key FROM file").fetchall())

    def put_files(self, keys: Mapping[str, bytes], gone: Iterable[str]) -> None:
        """Keep what files were made of, and forget those that are gone."""
        self._db.executemany("INSERT OR REPLACE INTO file VALUES (?, ?)", keys.items())
        self._db.executemany("DELETE FROM file WHERE path = ?", ((one,) for one in gone))


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []
