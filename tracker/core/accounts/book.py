"""Looking accounts up among all records of the desk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from tracker.core.accounts.records import FOLDER, Record, normal_address, read_record
from tracker.core.errors import TrackerError

Files = Mapping[str, bytes | None]


class RecordFiles(Protocol):
    """The desk as of one commit, as far as records go."""

    def accounts(self) -> Iterable[tuple[str, bytes]]:
        """Return (path, content) of every record."""


def for_address(view: RecordFiles, address: str, files: Files | None = None) -> Record | None:
    """Return the account of an address, or None. ``files`` are those of the decision so far
    (``Workspace.files``); they go before those of the view.

    A revoked account is found too. Raises TrackerError for a broken record with that address.
    """
    wanted = normal_address(address)
    found = [one for one in _with(view, files or {}, wanted) if wanted in one.addresses]
    return min(found, key=lambda one: (bool(one.revoked), one.created), default=None)


def by_id(view: RecordFiles, account: str, files: Files | None = None) -> Record | None:
    """Return the account with an id, or None."""
    found = (one for one in _with(view, files or {}, account) if one.account == account)
    return next(found, None)


def locator_taken(
    view: RecordFiles, locator: str, account: str, files: Files | None = None
) -> bool:
    """Whether another account than ``account`` has a login at a locator."""
    return any(
        locator in (login.locator for login in one.logins)
        for one in _with(view, files or {}, locator)
        if one.account != account
    )


def all_records(view: RecordFiles, files: Files | None = None) -> Iterator[Record]:
    """Return every record. Raises TrackerError at the first broken one."""
    for path, content in _contents(view, files or {}):
        yield read_record(content, path)


def _with(view: RecordFiles, files: Files, words: str) -> Iterator[Record]:
    """Read only the records that hold ``words``: reading all of many takes seconds."""
    needle = json.dumps(words, ensure_ascii=False)[1:-1].encode()
    for path, content in _contents(view, files):
        if needle in content:
            yield read_record(content, path)


def _contents(view: RecordFiles, files: Files) -> Iterator[tuple[str, bytes]]:
    for path, content in files.items():
        if content is not None and path.startswith(f"{FOLDER}/"):
            yield path, content
    for path, content in view.accounts():
        if path not in files:
            yield path, content


def need(view: RecordFiles, written: str) -> Record:
    """Return the account that a person named by address, id or the beginning of one.

    Raises TrackerError where there is none, or more than one.
    """
    if "@" in written:
        found = for_address(view, written)
        if found is not None:
            return found
    else:
        begin = written.strip().lower()
        records = [one for one in all_records(view) if begin and one.account.startswith(begin)]
        if len(records) == 1:
            return records[0]
        if records:
            raise TrackerError(
                f"`{written}` begins {len(records)} accounts", "Write more of the id."
            )
    raise TrackerError(f"There is no account `{written}`", "See `tracker account list`.")
