"""What a ticket is: the values every other part passes around."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from tracker.core.addresses import Address, one_line

Status = Literal["open", "waiting", "closed"]
Kind = Literal["message", "note", "event"]
Role = Literal["requester", "participant", "agent", "stranger", "system"]
Format = Literal["text", "markdown"]
Visibility = Literal["public", "internal", "held"]
Priority = Literal["low", "normal", "high", "urgent"]

STATUSES: tuple[Status, ...] = ("open", "waiting", "closed")
OPEN_STATUSES: tuple[Status, ...] = ("open", "waiting")
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
BUCKET = 1000
"""Tickets per folder: inside what Git hosts show, small Git trees at 100,000 tickets."""

_LONE_RETURN = re.compile("\r\n?")


def normal_text(text: str) -> str:
    """Return ``text`` as an entry keeps it: LF lines, no NUL, no lone surrogate, no blank
    lines at the ends. Idempotent.
    """
    if "\r" in text:
        text = _LONE_RETURN.sub("\n", text)
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if not text.isascii():  # every copy of an entry comes through here
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text.strip("\n")


def checksum(text: str) -> str:
    """Return what an entry's mark keeps of its text, so that an edit by hand is noticed:
    16 hex digits of its SHA-256.
    """
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file: ``path`` is relative to the repository, ``size`` is in bytes."""

    name: str
    path: str
    size: int
    type: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", one_line(self.name))


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, internal note or event of a ticket.

    ``id`` is random and permanent. ``n``, the place in the ticket, is not kept here: it is
    the position in ``Ticket.entries`` plus one. ``at`` has a time zone and whole seconds.
    ``format`` says how ``text`` is rendered: as plain text or as Markdown.
    ``message_id`` is the Message-ID with its angle brackets, or empty; ``digest`` a hash of
    the raw mail's body, to tell twins of one Message-ID apart.
    ``automatic`` names the kind of automatic mail (shown collapsed), empty for a person's.
    ``silent`` gives the reason why nobody is to be told of this entry (import, old mail…),
    empty where letters are due. ``told`` and ``bounced`` map an address to a UTC time
    ``YYYY-MM-DDTHH:MM:SSZ`` and to the reason that came back; ``delayed`` maps one to what a
    server said that would not take the letter yet (see ``retries``).
    ``sum`` is the checksum of the text as the tracker wrote it; where the text now has another
    one, a person edited it. A new entry gets its own when it is written.
    ``event`` names what happened (``closed``, ``reopened``…) and ``data`` has its details.
    """

    id: str
    at: datetime
    author: Address
    role: Role
    via: str
    text: str = ""
    kind: Kind = "message"
    format: Format = "text"
    visibility: Visibility = "public"
    quoted: str = ""
    message_id: str = ""
    digest: str = ""
    automatic: str = ""
    silent: str = ""
    event: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    bounced: Mapping[str, str] = field(default_factory=dict)
    delayed: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    sum: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.text:
            object.__setattr__(self, "text", normal_text(self.text))
        if self.quoted:
            object.__setattr__(self, "quoted", normal_text(self.quoted))
        if self.at.microsecond:
            object.__setattr__(self, "at", self.at.replace(microsecond=0))
        if self.kind == "note" and self.visibility == "public":
            object.__setattr__(self, "visibility", "internal")
        if not self.sum and self.text and self.kind != "event":
            object.__setattr__(self, "sum", checksum(self.text))

    @property
    def edited(self) -> bool:
        """Whether a person changed the text since the tracker wrote it."""
        return self.kind != "event" and bool(self.sum) and self.sum != checksum(self.text)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One request. ``number`` is unique in the desk; ``id`` is prefix and number.

    ``participants`` may speak on it and hear of it beside the requester, ``muted`` are
    addresses in lower case that get no letters about it. ``taken`` says who is writing an
    answer and since when, ``phone`` is the caller's number.
    ``extra`` keeps front matter that this version does not know, as written.
    """

    id: str
    title: str
    status: Status
    requester: Address
    created: datetime
    channel: str = "email"
    assignee: str | None = None
    labels: tuple[str, ...] = ()
    participants: tuple[Address, ...] = ()
    muted: tuple[str, ...] = ()
    priority: Priority = "normal"
    taken: str = ""
    phone: str = ""
    entries: tuple[Entry, ...] = ()
    extra: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", one_line(self.title))
        if self.created.microsecond:
            object.__setattr__(self, "created", self.created.replace(microsecond=0))

    @property
    def number(self) -> int:
        """The number in ``ACCREDO-42``."""
        return int(self.id.rpartition("-")[2])

    @property
    def updated(self) -> datetime:
        """The time of the last entry, or of creation."""
        return max((entry.at for entry in self.entries), default=self.created)

    @property
    def is_open(self) -> bool:
        """Whether the *Open* views show it."""
        return self.status in OPEN_STATUSES

    @property
    def merged_into(self) -> str:
        """The id of the ticket that took this one, or empty."""
        events = [one for one in self.entries if one.event in ("merged", "unmerged")]
        return events[-1].data.get("into", "") if events else ""

    @property
    def links(self) -> tuple[str, ...]:
        """The ids of related tickets, in the order they were linked."""
        found: dict[str, None] = {}
        for one in self.entries:
            if one.event == "linked" and one.data.get("to"):
                found.setdefault(one.data["to"])
            elif one.event == "unlinked":
                found.pop(one.data.get("to", ""), None)
        return tuple(found)

    @property
    def accepted(self) -> bool:
        """Whether its first message is public; until then nobody outside is told anything."""
        first = next((one for one in self.entries if one.kind == "message"), None)
        return first is not None and first.visibility == "public"

    def with_entries(self, *entries: Entry) -> Ticket:
        """Return this ticket with ``entries`` added at the end."""
        return replace(self, entries=(*self.entries, *entries))


def bucket(number: int) -> str:
    """The folder of a ticket below ``tickets/``: number // 1000, three digits at least."""
    return f"{number // BUCKET:03d}"


def ticket_path(prefix: str, number: int) -> str:
    """The path of a ticket's file in the repository."""
    return f"tickets/{bucket(number)}/{prefix}-{number}.md"


def attachment_folder(prefix: str, number: int) -> str:
    """The path of the folder that holds a ticket's attachments."""
    return f"tickets/{bucket(number)}/{prefix}-{number}"
