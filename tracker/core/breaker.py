"""The circuit breaker: a flood of requests stops all confirmations, and they go on after it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tracker.core import state

SPAN = timedelta(hours=1)
ALARM_AGAIN = timedelta(days=1)
"""What was held back may trip it hour after hour: one letter a day says enough."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """The record in ``tickets/.desk/breaker.json``: since when confirmations stand still (UTC,
    empty while they go), and which agents were told of that when.
    """

    since: str = ""
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def tripped(self) -> bool:
        """Whether confirmations stand still."""
        return bool(self.since)

    def with_told(self, handle: str, at: str) -> Breaker:
        """Note that an agent was told."""
        return replace(self, told={**self.told, handle: at})

    def write(self) -> bytes | None:
        """Return the file; None where there is nothing to keep."""
        return state.write(asdict(self)) if self.since or self.told else None


def read_breaker(content: bytes | None) -> Breaker:
    """Read the record; None where there is none. Raises TrackerError."""
    if content is None:
        return Breaker()
    try:
        data = json.loads(content)
        told = {str(handle): str(at) for handle, at in data["told"].items()}
        since = str(data["since"])
        for one in (*told.values(), *filter(None, [since])):
            datetime.fromisoformat(one)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise state.broken(state.BREAKER) from None
    return Breaker(since, told)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The breaker from now on, how many confirmations may go, and which agents must be told."""

    breaker: Breaker
    allowed: int
    alarm: tuple[str, ...] = ()


def judge(
    breaker: Breaker, sent: int, wanted: int, limit: int, agents: Iterable[str], now: datetime
) -> Judgement:
    """Decide about ``wanted`` confirmations after ``sent`` ones in the last hour.

    More than ``limit`` an hour trip it. It goes on when the last hour had fewer than half.
    """
    if breaker.tripped and 2 * sent < limit:
        breaker = replace(breaker, since="")
    if not breaker.tripped:
        room = max(0, limit - sent)
        if wanted <= room:
            return Judgement(breaker, wanted)
        recent = {one: at for one, at in breaker.told.items() if _is_recent(at, now)}
        breaker = Breaker(f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", recent)
        return Judgement(breaker, room, _untold(breaker, agents))
    return Judgement(breaker, 0, _untold(breaker, agents))


def _untold(breaker: Breaker, agents: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in agents if one not in breaker.told)


def _is_recent(at: str, now: datetime) -> bool:
    return now - datetime.fromisoformat(at) < ALARM_AGAIN
