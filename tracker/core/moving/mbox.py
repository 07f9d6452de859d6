"""Tickets as mails in an mbox file (RFC 4155), in the form *mboxrd*, which reads back exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from tracker.core.addresses import Address, one_line
from tracker.core.letters import MEDIA_TYPE, MESSAGE_ID, ascii_address, fix_boundaries
from tracker.core.ticket import Entry, Ticket

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


def mails(ticket: Ticket, desk: Address, files: Mapping[str, bytes]) -> Iterator[bytes]:
    """Yield the mails of a ticket, one an entry, each with its line ``From `` and a blank line.

    Events are no mails. ``files`` has attachments by path; those it lacks are left out. An
    answer names the first mail in In-Reply-To, so that any program threads them.
    """
    said = [one for one in ticket.entries if one.kind != "event"]
    for n, entry in enumerate(said):
        answered = _identity(ticket, said[0]) if n else ""
        message = _message(ticket, entry, desk, files, answered)
        sender = _address(entry.author, ticket, n).addr_spec
        head = f"From {sender} {entry.at:%a %b %d %H:%M:%S %Y}\n"
        yield head.encode() + _FROM.sub(rb">\1", message.replace(b"\r\n", b"\n")) + b"\n"


def _message(
    ticket: Ticket, entry: Entry, desk: Address, files: Mapping[str, bytes], answered: str
) -> bytes:
    asks = entry.role not in ("agent", "system")
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(entry.author, ticket, 0)
    message["To"] = _address(desk if asks else ticket.requester, ticket, 1)
    message["Subject"] = f"Re: [{ticket.id}] {ticket.title}" if answered else ticket.title
    message["Date"] = format_datetime(entry.at)
    told = {
        "Ticket": ticket.id,
        "Entry": entry.id,
        "Status": ticket.status,
        "Role": entry.role,
        "Visibility": entry.visibility,
        "Assignee": ticket.assignee or "",
        "Labels": ", ".join(ticket.labels),
    }
    for name, value in told.items():
        if value:
            message[f"X-Tracker-{name}"] = one_line(value)
    words = "\n\n".join(filter(None, (entry.text, entry.quoted)))
    message.set_content(f"{words}\n", cte="base64")
    for file in entry.attachments:
        if file.path in files:
            found = MEDIA_TYPE.fullmatch(file.type)
            kind, subtype = found.groups() if found else ("application", "octet-stream")
            message.add_attachment(
                files[file.path], maintype=kind, subtype=subtype, filename=one_line(file.name)
            )
    fix_boundaries(message, f"{ticket.id}_{re.sub(r'[^A-Za-z0-9]', '', entry.id)}")
    lines = [f"Message-ID: {_identity(ticket, entry)}"]
    if answered:
        lines += [f"In-Reply-To: {answered}", f"References: {answered}"]
    threads = "".join(f"{line}\r\n" for line in lines).encode("ascii")
    return threads + message.as_bytes()


def _identity(ticket: Ticket, entry: Entry) -> str:
    """Return the entry's Message-ID, or one that names the entry; never one of our letters'."""
    if MESSAGE_ID.fullmatch(entry.message_id):
        return entry.message_id
    word = re.sub(r"[^A-Za-z0-9_-]", "", entry.id) or "entry"
    return f"<{ticket.id}.{word}@export.invalid>"


def _address(person: Address, ticket: Ticket, n: int) -> HeaderAddress:
    """Return somebody as a header takes it; who has no address gets one that is nobody's
    (RFC 2606 keeps ``.invalid`` free).
    """
    try:
        user, _, domain = ascii_address(person.email).rpartition("@")
    except ValueError:
        user, domain = f"person-{n}", f"{ticket.id.lower()}.invalid"
    return HeaderAddress(person.name, username=user, domain=domain)
