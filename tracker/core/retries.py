"""When a letter that a server would not take yet is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=8)
MOST_TRIES = 20
"""With these pauses nearly five days, as long as mail servers keep trying (RFC 5321, 4.5.4.1)."""


@dataclass(frozen=True, slots=True)
class Delay:
    """A letter that waits: not before ``until``, after ``count`` tries, for this ``reason``."""

    until: datetime
    count: int
    reason: str

    def __str__(self) -> str:
        return f"{self.until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {self.count} {self.reason}".strip()


def read_delay(written: str) -> Delay | None:
    """Read what stands in an entry's ``delayed``; None where there is none or a person's words."""
    parts = written.split(" ", 2)
    try:
        until, count = datetime.fromisoformat(parts[0]), int(parts[1])
    except (ValueError, IndexError):
        return None
    if until.tzinfo is None:
        return None
    return Delay(until, count, parts[2] if len(parts) > 2 else "")


def pause(count: int) -> timedelta:
    """Return how long to wait after the ``count``-th try: five minutes, twice as long each time,
    at most eight hours.
    """
    return min(LONGEST_PAUSE, FIRST_PAUSE * int(2 ** min(count - 1, 10)))


def after_failure(tries: int, reason: str, now: datetime) -> Delay | None:
    """Return the delay after one more failure; None where it is time to give up."""
    count = tries + 1
    return Delay(now + pause(count), count, reason) if count < MOST_TRIES else None
