"""Composing a letter: text and HTML, headers, the three ways to reach the desk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from tracker.core.mail import LOOP_HEADER
from tracker.core.settings import Settings
from tracker.core.texts import Texts, texts
from tracker.core.tokens import Keys

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,100}>")
# What a mailbox may be called without quotes; dots anywhere, since some providers allow that.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"\[[0-9A-Fa-f.:]+\]|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says: its subject, its sentences, and the tickets it lists."""

    subject: str
    lines: tuple[str, ...]
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to send: whole message as bytes, and its envelope."""

    recipient: str
    message_id: str
    content: bytes


def compose(
    words: Words,
    *,
    recipient: str,
    message_id: str,
    references: Sequence[str],
    settings: Settings,
    keys: Keys,
    now: datetime,
) -> Letter:
    """Compose a machine's letter to one recipient.

    It carries Auto-Submitted (RFC 3834) and our loop header. ``references`` are foreign
    Message-IDs: whatever doesn't look like one is left out. Raises ValueError for an address
    that no letter can carry.
    """
    recipient = ascii_address(recipient)
    user, _, domain = ascii_address(settings.mailbox.address).rpartition("@")
    message = EmailMessage(policy=SMTP)
    message["From"] = HeaderAddress(settings.desk.name, username=user, domain=domain)
    message["Subject"] = words.subject
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message[LOOP_HEADER] = keys.loop
    spoken = texts(settings.desk.language)
    message.set_content(_plain(words, settings, spoken), cte="base64")
    message.add_alternative(_html(words, settings, spoken), subtype="html", cte="base64")
    # The boundary is random by default; a letter sent again must be the same letter.
    message.set_boundary(f"=_{message_id.strip('<>').partition('@')[0].replace('.', '_')}")
    head = [f"To: {recipient}", f"Message-ID: {message_id}"]
    known = [one for one in references if _MESSAGE_ID.fullmatch(one)]
    if known:
        head += [f"In-Reply-To: {known[-1]}", "References: " + "\r\n ".join(known[-10:])]
    # Written by hand: the library encodes a long Message-ID, and nobody knows it any more.
    threads = "".join(f"{line}\r\n" for line in head).encode("ascii")
    return Letter(recipient, message_id, threads + message.as_bytes())


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


def card_url(settings: Settings, ticket: str) -> str:
    """Where the card of a ticket is published."""
    return f"{settings.desk.portal_url}tickets/{ticket}/"


def _ways(settings: Settings, words: Texts) -> list[tuple[str, str, str]]:
    """The three ways to reach the desk: name, what is shown, link."""
    address, phone = settings.mailbox.address, settings.desk.phone
    portal = settings.desk.portal_url
    ways = [
        (words._("On the portal"), portal, portal),
        (words._("By mail"), address, f"mailto:{address}"),
    ]
    if phone:
        hours = f" ({settings.desk.hours})" if settings.desk.hours else ""
        digits = re.sub(r"[^0-9+]", "", phone)
        ways.append((words._("By phone"), phone + hours, f"tel:{digits}"))
    return ways


def _plain(words: Words, settings: Settings, spoken: Texts) -> str:
    parts = [spoken._("Hello!"), ""]
    parts += _spaced(words.lines[:1])
    for ticket in words.tickets:
        parts.append(f"  {ticket}  {_public_card(settings, ticket)}".rstrip())
    parts += [""] if words.tickets else []
    parts += _spaced(words.lines[1:])
    parts += [f"{spoken._('How to reach us')}:"]
    parts += [f"  {name}: {shown}" for name, shown, _ in _ways(settings, spoken)]
    parts += ["", "-- ", settings.desk.name, spoken._("This letter was sent automatically."), ""]
    return "\n".join(parts)


def _spaced(lines: Sequence[str]) -> list[str]:
    return [part for line in lines for part in (line, "")]


def _public_card(settings: Settings, ticket: str) -> str:
    return card_url(settings, ticket) if settings.desk.visibility == "public" else ""


def _html(words: Words, settings: Settings, spoken: Texts) -> str:
    def paragraph(text: str) -> str:
        return f'<p style="margin:0 0 16px">{text}</p>'

    parts = [paragraph(escape(spoken._("Hello!")))]
    parts += [paragraph(escape(line)) for line in words.lines[:1]]
    if words.tickets:
        rows = "".join(f"<li>{_linked(settings, one)}</li>" for one in words.tickets)
        parts.append(f'<ul style="margin:0 0 16px;padding-left:20px">{rows}</ul>')
    parts += [paragraph(escape(line)) for line in words.lines[1:]]
    ways = "".join(
        f'<tr><td style="padding:2px 16px 2px 0;color:#555">{escape(name)}</td>'
        f'<td style="padding:2px 0"><a href="{escape(link)}">{escape(shown)}</a></td></tr>'
        for name, shown, link in _ways(settings, spoken)
    )
    return (
        f'<!doctype html><html lang="{settings.desk.language}"><body style="margin:0;'
        "padding:24px;font:16px/1.5 -apple-system,Segoe UI,Roboto,Arial,sans-serif;color:#222;"
        'background:#fff"><div style="max-width:560px">'
        f"{''.join(parts)}"
        f'<p style="margin:24px 0 8px;font-weight:600">{escape(spoken._("How to reach us"))}</p>'
        f'<table style="border-collapse:collapse">{ways}</table>'
        '<p style="margin:24px 0 0;color:#767676;font-size:13px">'
        f"{escape(settings.desk.name)}<br>{escape(spoken._('This letter was sent automatically.'))}"
        "</p></div></body></html>\n"
    )


def _linked(settings: Settings, ticket: str) -> str:
    url = _public_card(settings, ticket)
    return f'<a href="{escape(url)}">{ticket}</a>' if url else ticket
