"""The index's tables of accounts: by which words each is found, and which letters it is owed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from tracker.adapters.git import Git
from tracker.adapters.schema import OF_AN_ACCOUNT
from tracker.core.accounts.records import FOLDER, Record, read_record
from tracker.core.errors import TrackerError


def is_account_path(path: str) -> bool:
    """Whether ``path`` is an account's record: ``accounts/ab/….json``."""
    return path.startswith(f"{FOLDER}/") and path.count("/") == 2 and path.endswith(".json")


def apply_accounts(
    database: sqlite3.Connection, git: Git, changed: Sequence[tuple[str, str | None]]
) -> None:
    """Take in the records that changed: paths with their object ids, None for one that is gone."""
    for path, oid in changed:
        if oid is None:
            add_account(database, path, "", None)
    written = [(path, oid) for path, oid in changed if oid is not None]
    contents = git.read_many(oid for _, oid in written) if written else ()
    for (path, oid), (_, content) in zip(written, contents, strict=True):
        add_account(database, path, oid, content)


def add_account(database: sqlite3.Connection, path: str, oid: str, content: bytes | None) -> None:
    """Take in a record in place of its former version; None takes it out. A broken one is left
    out: sealing and `tracker check` name it.
    """
    for table in OF_AN_ACCOUNT:
        database.execute(f"DELETE FROM {table} WHERE path = ?", (path,))
    if content is None:
        return
    try:
        record = read_record(content, path)
    except TrackerError:
        return
    database.execute("INSERT INTO accounts VALUES (?, ?, ?)", (path, record.account, oid))
    words = (*record.addresses, *(one.locator for one in record.logins))
    database.executemany("INSERT INTO account_words VALUES (?, ?)", ((path, one) for one in words))
    database.executemany("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?)", _posts(record))


def _posts(record: Record) -> Iterable[tuple[Any, ...]]:
    for one in record.posts:
        yield record.path, one.id, one.kind, one.to, one.delayed, one.told, one.is_due
