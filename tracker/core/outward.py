"""The one gate to letters that leave the desk: what of a ticket its requester may be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from tracker.core.addresses import Address
from tracker.core.notices import TOLD_EVENTS
from tracker.core.ticket import Attachment, Entry, Format, Ticket

_NOBODY = Address("", "")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something agents said or did. ``event`` is empty for an answer; a ``correction`` has the
    text and ``at`` of the answer it corrects. ``person`` joined, ``into`` took a merged ticket,
    and ``by_agent`` is False where somebody asked for it by mail. ``id`` is the entry's.
    """

    at: datetime
    who: str
    event: str = ""
    text: str = ""
    format: Format = "text"
    files: tuple[Attachment, ...] = ()
    person: Address = _NOBODY
    into: str = ""
    by_agent: bool = True
    id: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a letter to somebody outside is made of: nothing else of the ticket gets there.

    ``entries`` are the ids of all it tells of, ``own`` is the Message-ID of the recipient's
    newest mail on the ticket, or empty.
    """

    ticket: str
    title: str
    recipient: str
    entries: tuple[str, ...]
    spoken: tuple[Spoken, ...]
    own: str

    @property
    def files(self) -> tuple[Attachment, ...]:
        """The attachments of all answers."""
        return tuple(file for one in self.spoken for file in one.files)


def outgoing(ticket: Ticket, entries: Collection[str], recipient: str) -> Outgoing:
    """Return what a letter of these entries to ``recipient`` may say.

    Only public answers and events of a ticket that is public to its requester pass; of an
    event only what its sentence needs.
    """
    told = [one for one in ticket.entries if one.id in entries]
    spoken = [found for one in told for found in _spoken(ticket, one)] if ticket.accepted else []
    return Outgoing(
        ticket.id,
        ticket.title,
        recipient,
        tuple(one.id for one in told),
        tuple(spoken),
        own_message(ticket, {recipient}),
    )


def own_message(ticket: Ticket, addresses: Collection[str]) -> str:
    """Return the Message-ID of the newest mail from one of ``addresses``, or empty."""
    ids = [one.message_id for one in ticket.entries if one.author.key in addresses]
    return next((one for one in reversed(ids) if one), "")


def _spoken(ticket: Ticket, entry: Entry) -> Iterator[Spoken]:
    who = entry.author.shown
    if entry.event == "correction" and entry.visibility != "held":
        original = (one for one in ticket.entries if one.id == entry.data.get("entry"))
        yield from (
            Spoken(one.at, who, "correction", one.text, one.format)
            for one in original
            if _is_answer(one)
        )
    elif _is_answer(entry):
        yield Spoken(
            entry.at,
            who,
            text=entry.text,
            format=entry.format,
            files=entry.attachments,
            id=entry.id,
        )
    elif entry.visibility == "public" and entry.event in TOLD_EVENTS:
        yield Spoken(
            entry.at,
            who,
            entry.event,
            person=Address.parse(entry.data.get("who", "")),
            into=entry.data.get("into", ""),
            by_agent=entry.role == "agent",
        )


def _is_answer(entry: Entry) -> bool:
    return entry.kind == "message" and entry.role == "agent" and entry.visibility == "public"
