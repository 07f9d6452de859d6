"""Opening the file that remembers the last build: a cache, and one transaction a build."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tracker.core.errors import Busy


def open_database(path: Path, tables: Iterable[str]) -> sqlite3.Connection:
    """Open the file with its tables, inside a transaction that keeps other builds out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _connect(path, tables)
    except sqlite3.OperationalError:
        raise Busy(
            "Another build of this portal is running.", "Wait for it to end, then build again."
        ) from None
    except sqlite3.DatabaseError:  # the cache of a machine that lost power
        path.unlink()
        return _connect(path, tables)


def _connect(path: Path, tables: Iterable[str]) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -65536")
        database.execute("BEGIN IMMEDIATE")
        with closing(
            database.execute("SELECT name FROM sqlite_master WHERE name = 'meta'")
        ) as found:
            if found.fetchone() is None:
                for statement in ";".join(tables).split(";"):
                    database.execute(statement)
    except sqlite3.Error:
        database.close()
        raise
    return database
