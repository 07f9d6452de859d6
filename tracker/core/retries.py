"""When a letter that a server would not take yet is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=8)
MOST_TRIES = 20
"""With these pauses nearly five days, as long as mail servers keep trying (RFC 5321, 4.5.4.1)."""
_LETTER = "letter:"


@dataclass(frozen=True, slots=True)
class Delay:
    """A letter that waits: not before ``until``, after ``count`` tries, for this ``reason``.

    ``letter`` is a word that the entries of one letter share, empty where it tells of one entry:
    what is tried again is exactly that letter.
    """

    until: datetime
    count: int
    reason: str
    letter: str = ""

    def __str__(self) -> str:
        until = f"{self.until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        letter = f"{_LETTER}{self.letter}" if self.letter else ""
        return " ".join(filter(None, (until, str(self.count), letter, self.reason)))


def read_delay(written: str) -> Delay | None:
    """Read what stands in an entry's ``delayed``; None where there is none or a person's words."""
    parts = written.split(" ", 2)
    reason = parts[2] if len(parts) > 2 else ""
    try:
        until, count = datetime.fromisoformat(parts[0]), int(parts[1])
    except (ValueError, IndexError):
        return None
    if until.tzinfo is None:
        return None
    letter, _, rest = reason.partition(" ")
    if letter.startswith(_LETTER):
        return Delay(until, count, rest, letter.removeprefix(_LETTER))
    return Delay(until, count, reason)


def cut_off(tries: int, now: datetime, letter: str = "") -> Delay:
    """Return the delay of a letter whose sender died before the answer: it is tried again at once,
    as it was.
    """
    return Delay(now, tries + 1, "cut off while it was sent", letter)


def pause(count: int) -> timedelta:
    """Return how long to wait after the ``count``-th try: five minutes, twice as long each time,
    at most eight hours.
    """
    return min(LONGEST_PAUSE, FIRST_PAUSE * int(2 ** min(count - 1, 10)))


def after_failure(tries: int, reason: str, now: datetime, letter: str = "") -> Delay | None:
    """Return the delay after one more failure; None where it is time to give up."""
    count = tries + 1
    return Delay(now + pause(count), count, reason, letter) if count < MOST_TRIES else None
