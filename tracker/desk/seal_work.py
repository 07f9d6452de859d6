"""What the processes of ``tracker seal`` do: read tickets, make sealed files, write them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tracker.core.accounts.activation import activation_file
from tracker.core.accounts.bundles import (
    Owner,
    Piece,
    PieceWriter,
    attachment_file,
    bundle_file,
    bundle_text,
)
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.layout import bundle_path, login_path
from tracker.core.accounts.logins import login_file
from tracker.core.accounts.records import Login
from tracker.core.accounts.visible import Facts, facts_of
from tracker.core.document import TicketFault, parse
from tracker.core.pages.site import Desk
from tracker.core.sla import Targets
from tracker.core.ticket import TICKET_FILE, Ticket


class Source(NamedTuple):
    """One ticket file."""

    path: str
    oid: str
    data: bytes


class Learned(NamedTuple):
    """What a ticket file says of who may see it; ``facts`` is None where nobody may, and
    ``readable`` tells why.
    """

    path: str
    oid: str
    facts: Facts | None
    readable: bool


class Target(NamedTuple):
    """One chunk of one account. ``published`` are attachments by their path in the repository."""

    owner: Owner
    chunk: int
    names: tuple[str, ...]
    published: frozenset[str]


class ChunkJob(NamedTuple):
    """The same tickets for every account that sees just these in one chunk."""

    tickets: tuple[Source, ...]
    targets: tuple[Target, ...]


class AccessJob(NamedTuple):
    """An account's login files, and its activation blob where it is ``invited``."""

    owner: Owner
    logins: tuple[Login, ...]
    invited: bool


class FileJob(NamedTuple):
    """An attachment for every account that sees it."""

    stored: str
    content: bytes
    owners: tuple[Owner, ...]


Job = ChunkJob | AccessJob | FileJob


@dataclass(frozen=True)
class Workshop:
    """Does the work of one desk; sealed files go below ``folder``."""

    desk: Desk
    ring: Ring
    folder: Path
    targets: Targets | None = None

    def learn(self, batch: list[Source]) -> list[Learned]:
        """Read tickets for who may see them."""
        return [self._learned(one) for one in batch]

    def _learned(self, source: Source) -> Learned:
        ticket = _read(source, words=False)
        if ticket is None:
            return Learned(source.path, source.oid, None, readable=False)
        facts = facts_of(ticket, self.ring.current.person)
        return Learned(source.path, source.oid, facts, readable=True)

    def make(self, batch: list[Job]) -> list[int]:
        """Do jobs; return how many files each wrote."""
        return [self._write(self.files(job)) for job in batch]

    def files(self, job: Job) -> Mapping[str, bytes]:
        """Return what a job makes: path on the site to contents."""
        if isinstance(job, ChunkJob):
            return self._chunks(job)
        if isinstance(job, AccessJob):
            return self._access(job)
        return {
            owner.attachment(job.stored)[0]: attachment_file(owner, job.stored, job.content)
            for owner in job.owners
        }

    def _chunks(self, job: ChunkJob) -> dict[str, bytes]:
        writer = _writer(self.desk, self.targets)
        pieces: list[Piece] = []
        for source in job.tickets:
            ticket = _read(source)
            piece = writer.piece(ticket) if ticket else None
            if piece:
                pieces.append(piece)
        made = {}
        for owner, chunk, names, published in job.targets:
            text = bundle_text(owner, chunk, names, pieces, set(published))
            made[bundle_path(names[chunk])] = bundle_file(owner, names[chunk], text)
        return made

    def _access(self, job: AccessJob) -> dict[str, bytes]:
        owner, site = job.owner, self.desk.url
        made = {
            login_path(one.locator): login_file(owner.master, site, owner.record, one)
            for one in job.logins
        }
        if job.invited:
            path, data = activation_file(owner.record, self.ring, site)
            made[path] = data
        return made

    def _write(self, files: Mapping[str, bytes]) -> int:
        for path, data in files.items():
            write_anew(self.folder / path, data)
        return len(files)


def write_anew(path: Path, data: bytes) -> None:
    """Write a file as a new one: the site may hold a link to the old, which is replaced in one
    step. Where there is none, a file that a crash cut short is made again: nothing is noted of it.
    """
    try:
        _create(path, data)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path, data)
    except FileExistsError:
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        _create(fresh, data)
        fresh.replace(path)


def _create(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)


def _read(source: Source, *, words: bool = True) -> Ticket | None:
    """Parse a ticket file (see ``parse``); None where it can't be read, or calls itself another
    number.
    """
    found = TICKET_FILE.fullmatch(source.path)
    try:
        ticket = parse(source.data.decode(), source.path, words=words)
    except (TicketFault, UnicodeDecodeError):
        return None
    return ticket if found and ticket.id == found["id"] else None


@cache
def _writer(desk: Desk, targets: Targets | None) -> PieceWriter:
    return PieceWriter(desk, targets)
