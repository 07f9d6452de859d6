"""Bundles: everything an account may see, as the JSON that its browser opens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tracker.core.accounts.coding import b64
from tracker.core.accounts.keys import Master, attachment_key, bundle_key
from tracker.core.accounts.layout import attachment_path, bundle_path
from tracker.core.accounts.records import Record, Role
from tracker.core.accounts.sealed import Place, seal
from tracker.core.accounts.staff import staff_members
from tracker.core.pages.cards import CardWriter
from tracker.core.pages.files import PublicFile
from tracker.core.pages.site import Desk
from tracker.core.pages.view import Gate, PublicTicket
from tracker.core.sla import Targets
from tracker.core.ticket import Ticket

NEUTRAL = "application/octet-stream"

_FILES = '"files":[]}'


@dataclass(frozen=True, slots=True)
class Piece:
    """A ticket as bundles hold it, but for its attachments: those have another place and key in
    each account. ``head`` is its JSON up to them; ``files`` are what it shows, with their types;
    ``staff`` is the JSON behind them, with what agents get besides.
    """

    head: str
    files: tuple[tuple[PublicFile, str], ...]
    updated: str
    staff: str


class PieceWriter:
    """Writes the pieces of one desk. What stops at the gate of the public portal stops here
    too; only addresses and numbers are shown, for these are the people themselves.
    """

    def __init__(self, desk: Desk, targets: Targets | None = None) -> None:
        """``targets`` are what the desk has set itself, for its agents to see."""
        self._targets = targets
        self._gate = Gate(desk.language, desk.zone, masked=False)
        self._cards = CardWriter(desk, masked=False)

    def piece(self, ticket: Ticket) -> Piece | None:
        """Return the piece of a ticket; None for one that is not accepted."""
        public = self._gate.pass_through(ticket)
        if public is None:
            return None
        types = {one.path: one.type for entry in ticket.entries for one in entry.attachments}
        shown = [one for entry in public.entries for one in entry.files]
        content = {
            "id": public.id,
            "number": public.number,
            "title": public.title,
            "status": public.status,
            "created": public.created.isoformat(),
            "updated": public.updated.isoformat(),
            "requester": public.requester,
            "labels": public.labels,
            "card": self._cards.card(public),
            "text": "\n".join(_said(public)),
            "files": (),
        }
        head = _json(content).removesuffix(_FILES)
        files = tuple((one, _type(one, types.get(one.stored, NEUTRAL))) for one in shown)
        staff = _json(staff_members(ticket, self._targets))[1:]
        return Piece(head, files, public.updated.isoformat(), staff)


def _type(file: PublicFile, told: str) -> str:
    """A type that a browser could run is told as a neutral one, as the file's name is."""
    return NEUTRAL if file.is_neutral else told


def _said(ticket: PublicTicket) -> Iterator[str]:
    """The words a ticket is found by, those of its card apart that are everywhere the same."""
    yield ticket.requester
    for entry in ticket.entries:
        if entry.format:
            yield entry.text
            yield from (one.name for one in entry.files)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose bundle it is: the account with its keys, as what it sees, and on which desk.
    ``agent`` is an agent's handle.
    """

    record: Record
    master: Master
    role: Role
    desk: Desk
    agent: str = ""

    @property
    def key(self) -> bytes:
        """The key of the account's bundles."""
        record = self.record
        return bundle_key(self.master.account_key(record.account, record.epoch))

    def names(self, chunks: int) -> list[str]:
        """Return the file names of the account's chunks."""
        record = self.record
        return [self.master.bundle_name(record.account, record.epoch, one) for one in range(chunks)]

    def attachment(self, stored: str) -> tuple[str, bytes]:
        """Return where an attachment is published for this account, and its key."""
        record = self.record
        name = self.master.attachment_name(record.account, record.epoch, stored)
        path = attachment_path(name)
        return path, attachment_key(self.key, path)

    def place(self, kind: str, path: str) -> Place:
        """Return where one of the account's files belongs."""
        record = self.record
        return Place(kind, self.desk.url, path, record.account, record.epoch)  # type: ignore[arg-type]


def bundle_text(
    owner: Owner, chunk: int, names: Sequence[str], pieces: Sequence[Piece], published: set[str]
) -> str:
    """Return the JSON of one chunk. ``published`` are the attachments that the site has, by
    their path in the repository.

    ``made`` is when the newest of its tickets changed, so that a clean build gives it again.
    """
    record, desk = owner.record, owner.desk
    head = {
        "v": 1,
        "account": record.account,
        "epoch": record.epoch,
        "address": record.addresses[0],
        "name": record.name,
        "role": owner.role,
        "agent": owner.agent,
        "chunk": chunk,
        "chunks": list(names),
        "made": max((one.updated for one in pieces), default=record.created),
        "desk": {
            "name": desk.name,
            "language": desk.language,
            "address": desk.address,
            "phone": desk.phone,
            "hours": desk.hours,
            "prefix": desk.prefix,
            "url": desk.url,
        },
        "tickets": (),
    }
    is_agent = owner.role == "agent"
    tickets = ",".join(
        f'{one.head}"files":{_json(_files(owner, one, published))}'
        + (f",{one.staff}" if is_agent else "}")
        for one in pieces
    )
    return f"{_json(head).removesuffix('[]}')}[{tickets}]}}"


def _files(owner: Owner, piece: Piece, published: set[str]) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = []
    for file, kind in piece.files:
        if file.stored in published:
            path, key = owner.attachment(file.stored)
            found.append(
                {
                    "name": file.name,
                    "size": file.size,
                    "type": kind,
                    "href": quote(file.published),
                    "path": path,
                    "key": b64(key),
                }
            )
    return found


def bundle_file(owner: Owner, name: str, text: str) -> bytes:
    """Return the sealed file of one chunk."""
    place = owner.place("bundle", bundle_path(name))
    return seal(owner.master, owner.key, place, text.encode())


def attachment_file(owner: Owner, stored: str, content: bytes) -> bytes:
    """Return the sealed file of an attachment."""
    path, key = owner.attachment(stored)
    return seal(owner.master, key, owner.place("attachment", path), content)


def stored_files(pieces: Iterable[Piece]) -> set[str]:
    """Return the attachments that pieces show, by their path in the repository."""
    return {file.stored for one in pieces for file, _ in one.files}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
