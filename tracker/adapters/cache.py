"""Opening a cache in SQLite: one transaction that keeps other runs out, made anew if broken."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tracker.core.errors import Busy


def open_cache(path: Path, tables: str, busy: str) -> sqlite3.Connection:
    """Open the file with its ``tables``, inside a transaction. Raises Busy with the words
    ``busy`` where another run has it.
    """
    try:
        return _connect(path, tables)
    except sqlite3.OperationalError:
        raise Busy(busy, "Wait for it to end, then run this again.") from None
    except sqlite3.DatabaseError:  # the cache of a machine that lost power
        path.unlink()
        return _connect(path, tables)


def _connect(path: Path, tables: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -65536")
        database.execute("BEGIN IMMEDIATE")
        with closing(
            database.execute("SELECT name FROM sqlite_master WHERE name = 'meta'")
        ) as found:
            if found.fetchone() is None:
                for statement in tables.split(";\n"):
                    database.execute(statement)
    except sqlite3.Error:
        database.close()
        raise
    return database
