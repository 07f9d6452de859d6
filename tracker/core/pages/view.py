"""The one gate to the public: what of a ticket may be seen, masked, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from tracker.core.addresses import Address
from tracker.core.pages.files import PublicFile, publish_files
from tracker.core.pages.html import visible
from tracker.core.pages.masking import Mask, unmasked
from tracker.core.statistics import closed_at, first_answer
from tracker.core.texts import texts
from tracker.core.ticket import Entry, Format, Status, Ticket
from tracker.core.wording import event_sentence

Side = Literal["agent", "requester", "other", "system"]

SHOWN_EVENTS = ("opened", "closed", "reopened", "waiting", "resumed", "merged", "unmerged")
"""Events the public sees. Any other one may carry an address or a reason, and stays inside."""
_SHOWN_DATA = ("into",)
_TICKET = re.compile(r"[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,9}")

_SIDES: dict[str, Side] = {"agent": "agent", "requester": "requester", "system": "system"}


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """One thing that was said or happened, as the public sees it: masked, in the desk's time.

    An event has its sentence in ``text`` and an empty ``format``.
    """

    id: str
    at: datetime
    author: str
    side: Side
    text: str
    format: Format | Literal[""]
    quoted: str
    automatic: bool
    files: tuple[PublicFile, ...]


@dataclass(frozen=True, slots=True)
class PublicTicket:
    """A ticket as the public sees it.

    ``closed`` is when it was closed, None while open; ``answered`` when an agent first answered.
    ``assignee`` is the handle of one of the desk's agents, empty where the settings name nobody
    of that handle any more, None where nobody has the ticket. ``merged_into`` is the id of the
    ticket that took this one, or empty.
    """

    id: str
    number: int
    title: str
    status: Status
    requester: str
    created: datetime
    updated: datetime
    closed: datetime | None
    labels: tuple[str, ...]
    entries: tuple[PublicEntry, ...]
    answered: datetime | None = None
    assignee: str | None = None
    merged_into: str = ""


class Gate:
    """Turns tickets into what the public may see.

    ``keep`` are the desk's own address and phone number, the only ones never masked. ``agents``
    are the handles that may be told. With ``masked`` off nothing is masked: for those whose ticket
    it is.
    """

    def __init__(
        self,
        language: str,
        zone: ZoneInfo,
        keep: Iterable[str] = (),
        agents: Iterable[str] = (),
        *,
        masked: bool = True,
    ) -> None:
        self._words = texts(language)
        self._zone = zone
        self._mask = Mask(keep) if masked else unmasked
        self._agents = frozenset(agents)

    def pass_through(self, ticket: Ticket, *, vouched: bool = True) -> PublicTicket | None:
        """Return the public view of ``ticket``, or None where nothing of it is public.

        The title is as public as the first message: as long as that one is held or internal,
        the whole ticket is unseen. Times and status count public entries alone.

        ``vouched`` is False where the desk publishes after review and knows nothing good of the
        requester: then a ticket that no agent has looked at is unseen, too.
        """
        if not vouched and not looked_at(ticket):
            return None
        first = next((one for one in ticket.entries if one.kind == "message"), None)
        if first is None or not _is_public(first):
            return None
        shown = [one for one in ticket.entries if _is_public(one)]
        return PublicTicket(
            id=ticket.id,
            number=ticket.number,
            title=self._clean(ticket.title),
            status=ticket.status,
            requester=self._name(ticket.requester),
            created=self._local(ticket.created),
            updated=self._local(max(one.at for one in shown)),
            closed=self._maybe(closed_at(ticket.status, shown)),
            labels=tuple(self._clean(label) for label in ticket.labels),
            entries=tuple(self._entry(one, ticket.id) for one in shown),
            answered=self._maybe(first_answer(shown)),
            assignee=self._assignee(ticket.assignee),
            merged_into=_merged_into(shown),
        )

    def _entry(self, entry: Entry, ticket_id: str) -> PublicEntry:
        event = entry.kind == "event"
        return PublicEntry(
            id=entry.id,
            at=self._local(entry.at),
            author=self._name(entry.author),
            side=_SIDES.get(entry.role, "other"),
            text=self._sentence(entry) if event else self._clean(entry.text),
            format="" if event else entry.format,
            quoted=self._clean(entry.quoted),
            automatic=bool(entry.automatic),
            files=tuple(publish_files(entry.attachments, ticket_id, entry.id, self._mask)),
        )

    def _sentence(self, entry: Entry) -> str:
        author = Address(self._name(entry.author), "")
        data = {key: entry.data[key] for key in _SHOWN_DATA if key in entry.data}
        return self._clean(event_sentence(replace(entry, author=author, data=data), self._words))

    def _assignee(self, handle: str | None) -> str | None:
        if not handle:
            return None
        return handle if handle in self._agents else ""

    def _name(self, who: Address) -> str:
        return self._clean(who.shown)

    def _clean(self, text: str) -> str:
        return self._mask(visible(text))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def _maybe(self, at: datetime | None) -> datetime | None:
        return self._local(at) if at else None


def looked_at(ticket: Ticket) -> bool:
    """Whether an agent has looked at a ticket and let it stand: answered it, or done anything
    that left an event, such as accepting, assigning or closing it.

    A note or an automatic reply does not count, nor does anything done to a ticket whose first
    message is held, as that of spam is.
    """
    return ticket.accepted and any(_is_look(one) for one in ticket.entries)


def _is_look(entry: Entry) -> bool:
    if entry.role != "agent" or entry.visibility == "held" or entry.automatic:
        return False
    return entry.kind == "event" or (entry.kind == "message" and entry.visibility == "public")


def _merged_into(shown: list[Entry]) -> str:
    events = [one for one in shown if one.event in ("merged", "unmerged")]
    into = events[-1].data.get("into", "") if events else ""
    return into if _TICKET.fullmatch(into) else ""


def _is_public(entry: Entry) -> bool:
    if entry.visibility != "public":
        return False
    return entry.kind == "message" or (entry.kind == "event" and entry.event in SHOWN_EVENTS)
