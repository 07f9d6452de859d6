"""Planning what to seal: which files the site needs, and which of them are made anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b

from tracker.core.accounts.activation import blob_path
from tracker.core.accounts.bundles import Owner
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.layout import bundle_path, login_path
from tracker.core.accounts.records import Login, Record
from tracker.core.accounts.visible import Facts, Shelf, agent_of, chunks_of, role_of
from tracker.core.pages.site import Desk
from tracker.core.settings import Settings
from tracker.core.ticket import TICKET_FILE
from tracker.desk.seal_work import AccessJob, ChunkJob, FileJob, Job, Learned, Source, Target

ReadMany = Callable[[Iterable[str]], Iterable[tuple[str, bytes]]]

_TICKETS = 250
_ACCOUNTS = 400
_BYTES = 4 * 2**20


class Plan:
    """What the site needs for the accounts that were added.

    ``before`` tells what the files that are there were made of; one that is wanted unchanged
    costs nothing. ``wanted`` is the same for the files as they shall be.
    """

    def __init__(
        self,
        desk: Desk,
        ring: Ring,
        learned: Iterable[Learned],
        listing: Mapping[str, str],
        now: datetime,
        before: Mapping[str, bytes],
    ) -> None:
        self.wanted: dict[str, bytes] = {}
        self._desk, self._ring, self._listing, self._now = desk, ring, listing, now
        self._before = before
        readable = [one for one in learned if one.facts]
        self._sources = {one.facts.number: (one.path, one.oid) for one in readable if one.facts}
        stored = (path for path in listing if not TICKET_FILE.fullmatch(path))
        self._stored = {ring.current.person(path): path for path in stored}
        self._shelf = Shelf.of((one.facts for one in readable if one.facts), now)
        self._chunks: dict[tuple[tuple[str, str], ...], list[Target]] = {}
        self._access: list[AccessJob] = []
        self._files: dict[tuple[str, str], list[Owner]] = {}

    @property
    def changed(self) -> int:
        """About how much there is to do: tickets and accounts."""
        return sum(map(len, self._chunks)) + len(self._access) + len(self._files)

    def add(self, record: Record, settings: Settings, taken: Collection[str]) -> None:
        """Plan everything of one account. ``taken`` are locators that belong to older accounts."""
        if record.revoked:
            return
        master = self._ring.of(record.key, record.path)
        role, agent = role_of(record, settings), agent_of(record, settings)
        owner = Owner(record, master, role, self._desk, agent if role == "agent" else "")
        people = [self._ring.current.person(one) for one in record.addresses]
        find = self._shelf.of_agent if owner.role == "agent" else self._shelf.of_people
        self._bundles(owner, chunks_of(find(people)))
        self._ways_in(owner, [one for one in record.logins if one.locator not in taken])

    def _bundles(self, owner: Owner, chunks: Sequence[Sequence[Facts]]) -> None:
        record = owner.record
        names = owner.names(len(chunks))
        who = (
            *_who(record),
            record.addresses[0],
            record.name,
            record.created,
            owner.role,
            owner.agent,
            names,
        )
        for number, chunk in enumerate(chunks):
            sources = tuple(self._sources[one.number] for one in chunk)
            found = [
                self._stored[name] for one in chunk for name in one.files if name in self._stored
            ]
            files = {stored: self._listing[stored] for stored in found}
            key = _digest(who, number, sources, files)
            if self._changes(bundle_path(names[number]), key):
                target = Target(owner, number, tuple(names), frozenset(files))
                self._chunks.setdefault(sources, []).append(target)
            for stored, oid in files.items():
                if self._changes(owner.attachment(stored)[0], _digest(_who(record), stored, oid)):
                    self._files.setdefault((stored, oid), []).append(owner)

    def _ways_in(self, owner: Owner, logins: Sequence[Login]) -> None:
        record, who = owner.record, _who(owner.record)
        changed = tuple(
            one
            for one in logins
            if self._changes(login_path(one.locator), _digest(who, one.locator, one.wrap))
        )
        invited = record.invited_at(self._now) and self._changes(
            blob_path(record, self._ring),
            _digest(who, record.invitation, record.to, record.name, record.expires),
        )
        if changed or invited:
            self._access.append(AccessJob(owner, changed, invited))

    def _changes(self, path: str, key: bytes) -> bool:
        """Note that the site needs a file; whether it must be made."""
        self.wanted[path] = key
        return self._before.get(path) != key

    def batches(self, read_many: ReadMany) -> Iterator[list[Job]]:
        """Yield the work in batches of about equal size; ``read_many`` streams contents."""
        yield from _gathered(self._chunk_jobs(read_many), _TICKETS)
        yield from _gathered(((one, 1) for one in self._access), _ACCOUNTS)
        yield from _gathered(self._file_jobs(read_many), _BYTES)

    def _chunk_jobs(self, read_many: ReadMany) -> Iterator[tuple[Job, int]]:
        wanted = (oid for sources in self._chunks for _, oid in sources)
        contents = iter(read_many(wanted))
        for sources, targets in self._chunks.items():
            tickets = tuple(
                Source(path, oid, data)
                for (path, _), (oid, data) in zip(sources, contents, strict=False)
            )
            yield ChunkJob(tickets, tuple(targets)), len(tickets) + len(targets)

    def _file_jobs(self, read_many: ReadMany) -> Iterator[tuple[Job, int]]:
        contents = read_many(oid for _, oid in self._files)
        for (stored, _), (_, data) in zip(self._files, contents, strict=True):
            owners = tuple(self._files[stored, self._listing[stored]])
            yield FileJob(stored, data, owners), len(data) * len(owners)


def _gathered(jobs: Iterable[tuple[Job, int]], size: int) -> Iterator[list[Job]]:
    """Gather jobs, each with its weight, into batches of ``size`` or a little more."""
    batch: list[Job] = []
    weight = 0
    for job, weighs in jobs:
        batch.append(job)
        weight += weighs
        if weight >= size:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _who(record: Record) -> tuple[str, int, str]:
    return record.account, record.epoch, record.key


def _digest(*parts: object) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=16).digest()
