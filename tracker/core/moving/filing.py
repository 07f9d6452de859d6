"""Filing items of other systems as tickets: what is known already stays, nobody is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from tracker.core import operations
from tracker.core.addresses import Address
from tracker.core.arrival import IMPORTED, StoredFiles, stored_files
from tracker.core.fields import Fields, events_between
from tracker.core.mail.attachments import Files
from tracker.core.moving.items import File, Item, Left, Saying, digest_of, file_digest
from tracker.core.moving.people import Directory, Known
from tracker.core.operations import Actor, event
from tracker.core.settings import Settings
from tracker.core.threading import Known as Place
from tracker.core.ticket import Entry, Role, Ticket, Visibility, attachment_folder
from tracker.core.workspace import Files as DeskFiles
from tracker.core.workspace import Workspace

VIA = "import"
HIGHEST_NUMBER = 9_999_999
"""The highest number that is kept: one of ten digits would leave none above it."""
LONGEST_TEXT = 200_000
_SHOWN_OF_LONG = 10_000

What = Literal["opened", "commented", "known"]
Content = bytes | Literal["missing", "size"]
"""A file's bytes, or why there are none: it was not found, or is larger than the limit."""
Comments = Literal["public", "internal"]
"""Who may read comments of which the export does not tell it: all, or agents alone."""


class DeskView(DeskFiles, Protocol):
    """The desk as of one commit."""

    def by_digest(self, digest: str) -> Iterable[Place]:
        """Return the entries with this digest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How items are filed.

    ``keep`` gives them their own numbers where those are free; ``reserve`` is the highest of
    them. ``links`` maps the key of an item to all that it is linked with, on either side.
    ``limit`` is the largest attachment in bytes.
    """

    directory: Directory
    keep: bool = False
    reserve: int = 0
    comments: Comments = "internal"
    links: Mapping[str, frozenset[str]] = field(default_factory=dict)
    limit: int = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of one item: which ticket it is, and what of it was left."""

    what: What
    item: Item
    ticket: str
    files: int = 0
    left: tuple[Left, ...] = ()


def linked(items: Iterable[Item]) -> dict[str, frozenset[str]]:
    """Return which items are linked, from both sides, whichever side tells it."""
    found: dict[str, set[str]] = {}
    for one in items:
        for other in one.links:
            if other and other != one.key:
                found.setdefault(one.key, set()).add(other)
                found.setdefault(other, set()).add(one.key)
    return {key: frozenset(others) for key, others in found.items()}


class Filing:
    """One batch of items, decided one after the other; ``work`` has what is to be committed."""

    def __init__(
        self,
        view: DeskView,
        settings: Settings,
        now: datetime,
        new_id: Callable[[], str],
        plan: Plan,
    ) -> None:
        self.work = Workspace(view, settings, now, new_id)
        self._view = view
        self._settings = settings
        self._plan = plan
        self._made: dict[str, int] = {}

    def file(self, item: Item, contents: Mapping[str, Content]) -> Filed:
        """File one item; ``contents`` has what its files hold, by their keys."""
        number = self._number_of(item.digest)
        if number is None:
            return self._open(item, contents)
        return self._go_on(item, number, contents)

    def _number_of(self, digest: str) -> int | None:
        if digest in self._made:
            return self._made[digest]
        return next((one.number for one in self._view.by_digest(digest)), None)

    # A new one

    def _open(self, item: Item, contents: Mapping[str, Content]) -> Filed:
        left: list[Left] = []
        number = self._new_number(item, left)
        maker = _Maker(self.work, self._plan, item, number, contents, left)
        first = maker.entry(item.opening, item.digest, first=True)
        others = [maker.entry(one, item.digest_of(one)) for one in item.sayings]
        assignee = self._assignee(item, left)
        wanted = Fields(item.status, assignee, item.labels, item.priority)
        last = max((one.at for one in (first, *others)), default=first.at)
        rest = sorted(
            (*others, *maker.details(), *self._events(wanted, item, first.at, last)),
            key=lambda one: one.at,
        )
        self.work.open(
            Ticket(
                id=self.work.name(number),
                title=item.title.strip() or item.key,
                status=item.status,
                requester=first.author,
                created=first.at,
                channel=VIA,
                assignee=assignee,
                labels=item.labels,
                priority=item.priority,
                entries=(first, *rest),
            )
        )
        self._made[item.digest] = number
        self._link(item, number, last)
        name = self.work.name(number)
        return Filed("opened", item, name, maker.stored, tuple(left))

    def _new_number(self, item: Item, left: list[Left]) -> int:
        if self._plan.reserve:
            self.work.reserve(self._plan.reserve)
        if not self._plan.keep:
            return self.work.next_number()
        if 0 < item.number <= HIGHEST_NUMBER and self.work.is_free(item.number):
            self.work.reserve(item.number)
            return item.number
        number = self.work.next_number()
        reason = f"the number {item.number} is taken or can't be kept: it is {number} here"
        left.append(_left(item, reason))
        return number

    def _assignee(self, item: Item, left: list[Left]) -> str | None:
        if item.assignee is None:
            return None
        known = self._plan.directory.known(item.assignee)
        if known.handle is None:
            left.append(_left(item, f"assigned to {known.address.shown}, who is no agent here"))
        return known.handle

    def _events(
        self, wanted: Fields, item: Item, created: datetime, last: datetime
    ) -> Iterator[Entry]:
        """Yield the events that tell the fields: else they would seem to be changed by hand."""
        closed = item.closed.astimezone(created.tzinfo) if item.closed else last
        for name, data in events_between(Fields(), wanted):
            at = max(closed, created) if name in ("closed", "waiting") else created
            yield event(self.work, self._system(at), name, data)

    def _link(self, item: Item, number: int, at: datetime) -> None:
        """Link it with those that are here already; of two the later one finds the other."""
        for key in sorted(self._plan.links.get(item.key, ())):
            other = self._number_of(digest_of(item.system, key))
            there = self.work.ticket(other) if other is not None and other != number else None
            if there is not None:
                # Not later than the last word on either: it must not seem to be changed since.
                who = self._system(min(at, there.updated))
                operations.link(self.work, number, there.number, who)

    def _system(self, at: datetime) -> Actor:
        return Actor(Address(self._settings.desk.name, ""), "system", VIA, at, silent=IMPORTED)

    # One that is here

    def _go_on(self, item: Item, number: int, contents: Mapping[str, Content]) -> Filed:
        """Add what was said since it was imported; its fields are agents' business by now."""
        ticket = self.work.ticket(number)
        name = self.work.name(number)
        if ticket is None:
            return Filed("known", item, name, 0, (_left(item, f"the file of {name} is broken"),))
        have = {one.digest for one in ticket.entries}
        stored = {
            word for one in ticket.entries for word in one.data.get("imported_files", "").split()
        }
        first = next(one for one in ticket.entries if one.digest == item.digest)
        new = [one for one in item.sayings if item.digest_of(one) not in have]
        form = first.data.get("imported", "").partition(" ")[0]
        if form != item.form:
            reason = f"{name} was imported as {form}: what {item.form} adds can't be told from it"
            return Filed("known", item, name, 0, (_left(item, reason),) if new else ())
        left: list[Left] = []
        maker = _Maker(self.work, self._plan, item, number, contents, left)
        entries = [maker.entry(one, item.digest_of(one)) for one in new]
        said = [item.opening, *(one for one in item.sayings if one not in new)]
        entries += maker.late(said, stored)
        if not entries:
            return Filed("known", item, name)
        self.work.add(ticket, sorted(entries, key=lambda one: one.at))
        return Filed("commented", item, name, maker.stored, tuple(left))


class _Maker:
    """Makes the entries of one item's ticket, and stores their files."""

    def __init__(
        self,
        work: Workspace,
        plan: Plan,
        item: Item,
        number: int,
        contents: Mapping[str, Content],
        left: list[Left],
    ) -> None:
        self._work, self._plan, self._item = work, plan, item
        self._contents, self._left = contents, left
        self._folder = attachment_folder(work.settings.desk.prefix, number)
        self._zone = work.settings.desk.timezone
        self._reporter = plan.directory.known(item.opening.by)
        self.stored = 0

    def entry(self, said: Saying, digest: str, *, first: bool = False) -> Entry:
        """Return the entry of something that was said."""
        known = self._plan.directory.known(said.by)
        role: Role = "requester" if first else self._role(known)
        text, spilt = _bounded(said.text)
        files = self._store(said.files, spilt)
        data = {"imported": f"{self._item.form} {self._item.key}"} if first else {}
        kept = [file_digest(one.key) for one in said.files if self._of(one) != "missing"]
        if kept:
            data["imported_files"] = " ".join(kept)
        visibility = self._visibility(said, role)
        return Entry(
            id=self._work.new_id(),
            at=said.at.astimezone(self._zone),
            author=known.address,
            role=role,
            via=VIA,
            text=text,
            kind="note" if visibility == "internal" else "message",
            format=said.format,
            visibility="held" if first and self._item.held else visibility,
            digest=digest,
            silent=IMPORTED,
            data={**files.refused, **data},
            attachments=files.attachments,
        )

    def late(self, sayings: Iterable[Saying], stored: set[str]) -> Iterator[Entry]:
        """Yield messages with the files that were missing when these entries were imported."""
        for said in sayings:
            files = [
                one
                for one in said.files
                if file_digest(one.key) not in stored and self._of(one) != "missing"
            ]
            if files:
                late = Saying("", said.at, said.by, "", said.format, said.internal, tuple(files))
                yield self.entry(late, "")

    def details(self) -> Iterator[Entry]:
        """Yield the note for agents: where it comes from, and what no field here has room for."""
        item = self._item
        lines = [
            f"{item.system}: {item.key}",
            *(f"{name}: {value}" for name, value in item.details),
        ]
        text, spilt = _bounded("\n".join(lines))
        yield Entry(
            id=self._work.new_id(),
            at=item.opening.at.astimezone(self._zone),
            author=Address(self._work.settings.desk.name, ""),
            role="system",
            via=VIA,
            text=text,
            kind="note",
            silent=IMPORTED,
            attachments=self._store((), spilt).attachments,
        )

    def _role(self, known: Known) -> Role:
        if known.answers:
            return "agent"
        one, two = known.address, self._reporter.address
        return "requester" if (one.key, one.name) == (two.key, two.name) else "participant"

    def _visibility(self, said: Saying, role: Role) -> Visibility:
        if said.internal is not None:
            return "internal" if said.internal else "public"
        if role == "requester" or self._plan.comments == "public":
            return "public"
        return "internal"

    def _of(self, file: File) -> Content:
        return self._contents.get(file.key, "missing")

    def _store(self, files: Sequence[File], spilt: bytes) -> StoredFiles:
        """Store files under safe names; what is missing or refused is said in the ticket."""
        parts = Files(self._plan.limit, "", {})
        missing = []
        for one in files:
            content = self._of(one)
            if content == "missing":
                missing.append(one.name)
                self._left.append(_left(self._item, f"attachment `{one.name}` was not found"))
            elif content == "size":
                parts.add_file(one.name, one.type, b"", size=self._plan.limit + 1)
            else:
                parts.add_file(one.name, one.type, content)
        if spilt:
            parts.add_file("text.txt", "text/plain", spilt)
        for part in parts.parts:
            if part.refused:
                words = {"size": "is too large", "executable": "is a program"}[part.refused]
                self._left.append(_left(self._item, f"attachment `{part.name}` {words}"))
        taken = self._work.names_in(self._folder) if parts.parts else set()
        found = stored_files(parts.parts, self._folder, taken)
        self._work.files.update(found.contents)
        self.stored += len(found.contents)
        if missing:
            found.refused["refused_missing"] = ", ".join(missing)
        return found


def _bounded(text: str) -> tuple[str, bytes]:
    """Return a text, and all of it as a file where it is too long for a ticket."""
    if len(text) <= LONGEST_TEXT:
        return text, b""
    return f"{text[:_SHOWN_OF_LONG]}…", text.encode("utf-8", "replace")


def _left(item: Item, reason: str) -> Left:
    return Left(item.origin, item.key, reason)
