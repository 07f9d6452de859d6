"""What must outlive a machine and is no ticket: the files under ``tickets/.desk/``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from tracker.core.errors import TrackerError

FOLDER = "tickets/.desk"
NUMBERS = f"{FOLDER}/numbers.json"
MAILBOX = f"{FOLDER}/mailbox.json"
LEASE = f"{FOLDER}/lease.json"
QUARANTINE = f"{FOLDER}/quarantine"
SUPPRESSED = f"{FOLDER}/suppressed.json"
BREAKER = f"{FOLDER}/breaker.json"
COMMITS = f"{FOLDER}/commits.json"
MOST_PATCHES = 5000
"""How many patches of a month are remembered."""
LEASE_TIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the mailbox was read: every UID up to ``uid`` of this ``uidvalidity``.

    Mail received before ``answers_since`` is older than the desk and answered by nobody,
    also when the first run was interrupted and a later one goes on.
    """

    uidvalidity: int
    uid: int
    answers_since: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send: who holds it (``machine`` and ``run``) and until when (UTC).

    ``commit`` is the one as of which its letters were planned: empty for the very commit that
    wrote this. Who takes it over from a run that is lost plans them as of that one again.
    """

    machine: str
    run: str
    until: str
    commit: str = ""

    def held_at(self, now: datetime) -> bool:
        """Whether the lease still runs at ``now``."""
        return now < datetime.fromisoformat(self.until)

    @classmethod
    def taken(cls, machine: str, run: str, now: datetime, commit: str = "") -> Lease:
        """A lease from ``now`` on."""
        return cls(machine, run, (now + LEASE_TIME).isoformat(timespec="seconds"), commit)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that could not be taken in. The mail itself stays in the mailbox."""

    hash: str
    reason: str
    uidvalidity: int
    uid: int
    size: int
    at: str

    @property
    def path(self) -> str:
        """Where the record lies."""
        return quarantine_path(self.hash)


@dataclass(frozen=True, slots=True)
class Commits:
    """How far the commits were read for trailers: everything up to ``commit``, which is empty
    where the desk is read from its beginning.

    ``patches`` are, by month (``2026-11``), what tells the obeyed ones apart however often they
    are rebased or picked; a held one has a ``?`` behind it.
    """

    commit: str
    patches: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def holds(self, patch: str) -> bool:
        """Whether a patch is remembered."""
        return any(patch in month for month in self.patches.values())

    def with_patches(self, patches: Sequence[str], now: datetime) -> Commits:
        """Remember patches for this month and the next, and longer while their commits are read
        again: as long as ``commit`` stays where it is.
        """
        month = f"{now:%Y-%m}"
        found = [*self.patches.get(month, ()), *patches][-MOST_PATCHES:]
        return replace(self, patches={**self.patches, month: found} if found else self.patches)

    def at(self, commit: str, now: datetime) -> Commits:
        """Move on to ``commit``, and forget patches of earlier months than the last."""
        last = f"{now.replace(day=1) - timedelta(days=1):%Y-%m}"
        return Commits(commit, {one: kept for one, kept in self.patches.items() if one >= last})


def write(value: Any) -> bytes:
    """Return the file of a record: JSON, one line an item, so that Git shows what changed."""
    data = value if isinstance(value, Mapping) else asdict(value)
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def read_position(content: bytes | None) -> Position | None:
    """Return the mailbox position; None before the first run."""
    return None if content is None else Position(**_data(content, MAILBOX, Position))


def read_lease(content: bytes | None) -> Lease | None:
    """Return the lease; None where nobody has it."""
    return None if content is None else Lease(**_data(content, LEASE, Lease))


def read_quarantined(content: bytes, path: str) -> Quarantined:
    """Return the record of a quarantined message."""
    return Quarantined(**_data(content, path, Quarantined))


def read_commits(content: bytes | None) -> Commits | None:
    """Return how far commits were read; None where none ever were."""
    if content is None:
        return None
    found = Commits(**_data(content, COMMITS, Commits))
    months = found.patches.values() if isinstance(found.patches, dict) else (None,)
    if not isinstance(found.commit, str) or not all(isinstance(one, list) for one in months):
        raise broken(COMMITS)
    return found


def read_last_number(content: bytes | None) -> int:
    """Return the highest number ever given; 0 before the first."""
    if content is None:
        return 0
    try:
        return int(json.loads(content)["last"])
    except (ValueError, KeyError, TypeError):
        raise broken(NUMBERS) from None


def write_last_number(number: int) -> bytes:
    """Return the file with the highest number ever given; as ``write`` does, but quicker: it is
    asked for with every new ticket.
    """
    return b'{\n "last": %d\n}\n' % number


def quarantine_path(key: str) -> str:
    """Where the record of a message lies; ``key`` is the keyed hash of the message."""
    return f"{QUARANTINE}/{key}.json"


def seen_path(now: datetime) -> str:
    """Where the keyed hashes of this month stand."""
    return f"{FOLDER}/seen/{now:%Y-%m}.txt"


def _data(content: bytes, path: str, kind: type) -> dict[str, Any]:
    try:
        data = json.loads(content)
        known = {one.name: data[one.name] for one in fields(kind) if one.name in data or _must(one)}
    except (ValueError, KeyError, TypeError):
        raise broken(path) from None
    return known


def _must(one: Field[Any]) -> bool:
    """Whether a record needs this: what came with a later version has a default."""
    return one.default is MISSING


def broken(path: str) -> TrackerError:
    """Return the error for a file of the desk's state that was changed by hand."""
    return TrackerError(
        f"{path} is not what the tracker wrote",
        f"Take back its last good version (`git log -- {path}`) and commit.",
    )
