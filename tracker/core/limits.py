"""How often one address is told numbers: the limits of confirmations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from tracker.core.options import Limits


class Asked(Protocol):
    """A number that somebody has to be told."""

    @property
    def address(self) -> str:
        """Who asked."""

    @property
    def proven(self) -> bool:
        """Whether the mail passed DMARC."""


A = TypeVar("A", bound=Asked)


@dataclass(frozen=True, slots=True)
class Plan(Generic[A]):
    """The letters to send now, one per address, and what waits for its time."""

    now: Mapping[str, Sequence[A]]
    later: Mapping[str, Sequence[A]]


def plan(
    waiting: Iterable[A], told: Mapping[str, Sequence[datetime]], limits: Limits, now: datetime
) -> Plan[A]:
    """Group what waits by address and hold back what the limits forbid.

    ``told`` has, per address, the times of the confirmations of the last day. Nothing held
    back is forgotten: the next letter to that address names every number.
    """
    grouped: dict[str, list[A]] = {}
    for one in waiting:
        grouped.setdefault(one.address, []).append(one)
    ready: dict[str, list[A]] = {}
    later: dict[str, list[A]] = {}
    for address, numbers in grouped.items():
        proven = all(one.proven for one in numbers)
        allowed = _allowed(told.get(address, ()), limits, now, proven=proven)
        (ready if allowed else later)[address] = numbers
    return Plan(ready, later)


def _allowed(times: Sequence[datetime], limits: Limits, now: datetime, *, proven: bool) -> bool:
    a_day = limits.confirmations_a_day_proven if proven else limits.confirmations_a_day
    # Several numbers told by one letter carry the same time.
    sent = {at for at in times if now - at < timedelta(days=1)}
    pause = timedelta(minutes=limits.confirmation_minutes)
    return len(sent) < a_day and all(now - at >= pause for at in sent)
