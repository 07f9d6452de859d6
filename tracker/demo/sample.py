"""The sample: some forty mails of an accreditation desk's day, with the hard cases among them.

The mails are files in ``mails/``, byte for byte as they would come over the wire but for line
ends and for the date, which is made fresh: the day of the sample is always today.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parseaddr
from pathlib import Path

FOLDER = Path(__file__).with_name("mails")
_DATE = re.compile(rb"^Date: [^\n]*\n", re.MULTILINE)
_FROM = re.compile(rb"^From: ([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)


@dataclass(frozen=True)
class SampleMail:
    """One mail of the sample, as it arrived, and what the agent is going to answer."""

    name: str
    raw: bytes
    arrived: datetime
    sender: str
    answer: str
    close: bool


def load(now: datetime) -> list[SampleMail]:
    """Return the sample in order of arrival, ending a few minutes before ``now``."""
    index = tomllib.loads((FOLDER / "index.toml").read_text("utf-8"))
    return [_mail(entry, now) for entry in index["mail"]]


def answers(mails: list[SampleMail]) -> dict[str, SampleMail]:
    """Return the mails that are answered, by their sender's address."""
    return {mail.sender: mail for mail in mails if mail.answer}


def _mail(entry: dict[str, object], now: datetime) -> SampleMail:
    name = str(entry["file"])
    raw = (FOLDER / name).read_bytes()
    arrived = now - timedelta(minutes=int(str(entry["minutes"])))
    return SampleMail(
        name=name,
        raw=_dated(raw, arrived).replace(b"\n", b"\r\n"),
        arrived=arrived,
        sender=_sender(raw),
        answer=str(entry.get("answer", "")).strip(),
        close=bool(entry.get("close", False)),
    )


def _dated(raw: bytes, when: datetime) -> bytes:
    head, blank, body = raw.partition(b"\n\n")
    date = b"Date: " + format_datetime(when).encode("ascii") + b"\n"
    return _DATE.sub(date, head + b"\n", count=1)[:-1] + blank + body


def _sender(raw: bytes) -> str:
    found = _FROM.search(raw)
    return parseaddr(found[1].decode("utf-8", "replace"))[1] if found else ""


def request_types(language: str) -> str:
    """Return the request types of the demo's desk, a piece of its ``tracker.toml``."""
    return FOLDER.with_name(f"requests.{language}.toml").read_text("utf-8")
