"""Sealing a letter: headers, the parts of the message, and bytes that are always the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

from tracker.core.addresses import one_line
from tracker.core.mail import LOOP_HEADER
from tracker.core.settings import Settings
from tracker.core.tokens import Keys, read_message_id

Nature = Literal["auto-replied", "auto-generated", ""]
"""What Auto-Submitted says (RFC 3834); empty for a letter that a person wrote."""

MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,100}>")
"""What a header may carry as a Message-ID."""
# What a mailbox may be called without quotes; dots anywhere, since some providers allow that.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"\[[0-9A-Fa-f.:]+\]|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
MEDIA_TYPE = re.compile(
    r"(application|audio|font|image|text|video)/([A-Za-z0-9][A-Za-z0-9.+_-]{0,80})"
)
"""A media type that a part of a letter may have; other ones hold parts themselves."""
_OLD = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes along."""

    name: str
    type: str
    content: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", one_line(self.name))


@dataclass(frozen=True, slots=True)
class Content:
    """What a letter says: subject, text, HTML, files, and by whom it seems to be (or empty)."""

    subject: str
    plain: str
    html: str
    nature: Nature
    sender: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """To whom a letter goes, and how it threads.

    ``references`` may be foreign Message-IDs: whatever doesn't look like one is left out; the
    last one is what the letter answers. ``answers`` says that its Message-ID holds a token, and
    may be the tag of the address to answer to.
    """

    recipient: str
    message_id: str
    references: Sequence[str]
    date: datetime
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to send: whole message as bytes, and its envelope. A machine's letter has
    the null envelope sender (RFC 3834, section 3.3), a person's one the desk's address.
    """

    recipient: str
    message_id: str
    content: bytes
    machine: bool = True


def seal(content: Content, head: Head, settings: Settings, keys: Keys) -> Letter:
    """Make the message. Raises ValueError for an address that no letter can carry.

    Every letter carries our loop header, a machine's also Auto-Submitted, so that a person's
    answer is taken by other desks for what it is.
    """
    recipient = ascii_address(head.recipient)
    user, _, domain = ascii_address(settings.mailbox.address).rpartition("@")
    message = EmailMessage(policy=SMTP)
    sender = content.sender or settings.desk.name
    message["From"] = HeaderAddress(sender, username=user, domain=domain)
    message["Subject"] = content.subject
    message["Date"] = format_datetime(head.date)
    if content.nature:
        message["Auto-Submitted"] = content.nature
        message["X-Auto-Response-Suppress"] = "All"
    message[LOOP_HEADER] = keys.loop
    named = read_message_id(head.message_id)
    if settings.mailbox.plus_tags and head.answers and named:
        tagged = keys.tagged(f"{user}@{domain}", named.ticket, recipient).rpartition("@")[0]
        if _LOCAL.fullmatch(tagged):
            message["Reply-To"] = HeaderAddress(username=tagged, domain=domain)
    message.set_content(content.plain, cte="base64")
    message.add_alternative(content.html, subtype="html", cte="base64")
    for file in content.files:
        found = MEDIA_TYPE.fullmatch(file.type)
        kind, subtype = found.groups() if found else ("application", "octet-stream")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    fix_boundaries(message, head.message_id.strip("<>").rpartition("@")[0].replace(".", "_"))
    lines = [f"To: {recipient}", f"Message-ID: {head.message_id}"]
    known = [one for one in head.references if MESSAGE_ID.fullmatch(one)]
    if known:
        lines += [f"In-Reply-To: {known[-1]}", "References: " + "\r\n ".join(known[-10:])]
    # Written by hand: the library encodes a long Message-ID, and nobody knows it any more.
    threads = "".join(f"{line}\r\n" for line in lines).encode("ascii")
    whole = threads + message.as_bytes()
    return Letter(recipient, head.message_id, whole, bool(content.nature))


def fix_boundaries(message: EmailMessage, word: str) -> None:
    """Boundaries are random by default; a letter sent again must be the same letter."""
    parts = [part for part in message.walk() if part.is_multipart()]
    for n, part in enumerate(parts):
        part.set_boundary(f"=_{word}{f'_{n}' if n else ''}"[:70])


def date_of(happened: datetime, now: datetime) -> datetime:
    """Return the Date of a letter about what happened then: that time, for a letter sent again
    must be the same, but the present where it would look old or false.
    """
    return happened.astimezone(now.tzinfo) if abs(now - happened) < _OLD else now


def ascii_address(address: str) -> str:
    """Return an address as an envelope carries it, an international domain in its ASCII form
    (RFC 5891). Raises ValueError where it is none.
    """
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        domain = domain.encode("idna").decode("ascii")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ValueError(f"`{address}` is no address that mail can be sent to")
    return f"{local}@{domain}"


def domain_of(settings: Settings) -> str:
    """The domain of the desk's Message-IDs."""
    return ascii_address(settings.mailbox.address).rpartition("@")[2]
