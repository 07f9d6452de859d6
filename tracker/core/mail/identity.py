"""What tells mails apart and orders them: Message-ID, References, Date, hashes."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone

MAX_IDS = 200
"""Message ids of one References header that are kept: the first and the newest."""
MAX_ID = 1000
"""Longest Message-ID that is one; a longer one is noise."""

_ID = re.compile(r"<([^<>]*)>")
_BARE_ID = re.compile(r"[^\s<>\"(),;]+@[^\s<>\"(),;]+")
_SPACES = re.compile(r"\s+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"\s*(?:[A-Za-z]{3},?\s+)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"\s+([+-])(\d{2})(\d{2})\b"
)
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def message_ids(value: str) -> tuple[str, ...]:
    """Return the message ids of a header in order, each once, with angle brackets.

    White space inside brackets goes: Outlook folds ids longer than a line. Ids without
    brackets count where no id has any; `In-Reply-To: Your message of Friday <id>` has one.
    """
    found = [_SPACES.sub("", inner) for inner in _ID.findall(value)]
    if not any(found):
        found = _BARE_ID.findall(value)
    ids = list(dict.fromkeys(f"<{one}>" for one in found if one and len(one) <= MAX_ID))
    if len(ids) > MAX_IDS:
        ids = [ids[0], *ids[1 - MAX_IDS :]]
    return tuple(one if one.isascii() else _utf8(one) for one in ids)


def _utf8(text: str) -> str:
    """Internationalised ids (RFC 6532) are UTF-8; headers are handed round as Latin-1."""
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def message_id(values: list[str]) -> str:
    """Return the Message-ID: of several headers the first that has one, '' if none has."""
    for value in values:
        ids = message_ids(value)
        if ids:
            return ids[0]
    return ""


def mail_date(value: str) -> datetime | None:
    """Return a Date header as an aware time; None if it is missing, unreadable or absurd.

    Years before 1990 and after 2100 are absurd; the core has no clock to know better.
    """
    found = _DATE.match(value)
    if not found:
        return _odd_date(value[:200]) if value.strip() else None
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    try:
        number = _MONTHS.index(month.lower()) + 1
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(-offset if sign == "-" else offset)
        moment = datetime(
            int(year),
            number,
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),
            tzinfo=zone,
        )
    except (ValueError, OverflowError):
        return None
    return _sane(moment)


def _odd_date(value: str) -> datetime | None:
    """Read what the usual form does not fit: zone names, two-digit years, no seconds."""
    from email.utils import parsedate_tz

    try:
        parsed = parsedate_tz(value)
        if not parsed:
            return None
        zone = timezone(timedelta(seconds=parsed[9] or 0))
        moment = datetime(*parsed[:6], tzinfo=zone if parsed[9] else UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return _sane(moment)


def _sane(moment: datetime) -> datetime | None:
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def digests(raw: bytes, body: int) -> tuple[str, str]:
    """Return 16 hex digits of the SHA-256 from the offset ``body`` on, and 64 of the whole."""
    view = memoryview(raw)[body:]
    return hashlib.sha256(view).hexdigest()[:16], hashlib.sha256(raw).hexdigest()
