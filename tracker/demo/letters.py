"""Mail of one's own into the demo, and the letters that came out of it."""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path

from tracker.core.errors import TrackerError
from tracker.demo.state import State


@dataclass(frozen=True)
class SentLetter:
    """One letter the desk sent."""

    number: int
    to: str
    subject: str
    text: str
    path: Path


def compose(sender: str, address: str, subject: str, text: str) -> bytes:
    """Write a plain mail to the desk."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = address
    message["Subject"] = subject
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain="mail.example")
    message.set_content(text)
    return message.as_bytes()


def with_crlf(raw: bytes) -> bytes:
    """Return a mail with the line ends of SMTP (RFC 5321, 2.3.8): a file has its system's."""
    return re.sub(rb"\r?\n", b"\r\n", raw)


def send(state: State, sender: str, raw: bytes) -> None:
    """Hand a mail to the running demo's SMTP server."""
    try:
        with smtplib.SMTP("127.0.0.1", state.smtp_port, "localhost", timeout=30) as client:
            client.sendmail(parseaddr(sender)[1], [state.address], with_crlf(raw))
    except (OSError, smtplib.SMTPException) as problem:
        raise TrackerError(f"The demo's mailbox did not take the mail: {problem}") from problem


def sent(folder: Path) -> list[SentLetter]:
    """Return the letters the desk has sent, the oldest first."""
    return [_letter(path) for path in sorted(folder.glob("*.eml"))]


def _letter(path: Path) -> SentLetter:
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("plain", "html"))
    return SentLetter(
        number=int(path.stem),
        to=str(message["Delivered-To"] or ""),
        subject=str(message["Subject"] or ""),
        text=str(body.get_content()) if body is not None else "",
        path=path,
    )
