"""How often one address is told numbers: the limits of confirmations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from tracker.core.options import Limits


class Asked(Protocol):
    """A letter that a mail brought about."""

    @property
    def address(self) -> str:
        """To whom it goes."""

    @property
    def proven(self) -> bool:
        """Whether the mail passed DMARC."""


A = TypeVar("A", bound=Asked)


@dataclass(frozen=True, slots=True)
class Plan(Generic[A]):
    """The letters to send now, one per address at most, and those that wait for their time."""

    now: Sequence[A]
    later: Sequence[A]


def plan(
    letters: Iterable[A], told: Mapping[str, Sequence[datetime]], limits: Limits, now: datetime
) -> Plan[A]:
    """Let the first letter to each address go where the limits allow it; the others wait.

    ``told`` has, per address, the times of such letters of the last day.
    """
    ready: dict[str, A] = {}
    later: list[A] = []
    for one in letters:
        times = told.get(one.address, ())
        if one.address in ready or not _allowed(times, limits, now, proven=one.proven):
            later.append(one)
        else:
            ready[one.address] = one
    return Plan(list(ready.values()), later)


def _allowed(times: Sequence[datetime], limits: Limits, now: datetime, *, proven: bool) -> bool:
    a_day = limits.confirmations_a_day_proven if proven else limits.confirmations_a_day
    # Several numbers told by one letter carry the same time.
    sent = {at for at in times if now - at < timedelta(days=1)}
    pause = timedelta(minutes=limits.confirmation_minutes)
    return len(sent) < a_day and all(now - at >= pause for at in sent)
