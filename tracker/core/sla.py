"""Targets for the first answer and for closing: by when, and whether that is past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from tracker.core.options import Sla
from tracker.core.settings import Settings
from tracker.core.ticket import Entry, Ticket
from tracker.core.working_time import Calendar, Duration

Goal = Literal["first_answer", "close"]

_STOPS = frozenset(("waiting", "closed"))
_GOES_ON = frozenset(("resumed", "reopened"))


class Clock(NamedTuple):
    """What a ticket's history says about time, in seconds since 1970.

    ``answered`` is when an agent first answered, None while nobody did. ``turns`` are the
    moments at which the clock for closing began, stood still, went on…: after an odd number of
    them it runs.
    """

    created: int
    answered: int | None
    turns: tuple[int, ...]

    @classmethod
    def of(cls, ticket: Ticket) -> Clock:
        """Read a ticket's history.

        The first answer is an agent's first public message; automatic mail is none. Who called
        was answered on the telephone.
        """
        created = int(ticket.created.timestamp())
        if ticket.channel == "phone":
            return cls(created, created, tuple(_turns(ticket)))
        answers = (int(one.at.timestamp()) for one in ticket.entries if is_answer(one))
        return cls(created, next(answers, None), tuple(_turns(ticket)))


def is_said(entry: Entry) -> bool:
    """Whether an entry is a person's message that the requester may read."""
    return entry.kind == "message" and entry.visibility == "public" and not entry.automatic


def is_answer(entry: Entry) -> bool:
    """Whether an entry is an agent's answer."""
    return entry.role == "agent" and is_said(entry)


def _turns(ticket: Ticket) -> Iterator[int]:
    last, runs = int(ticket.created.timestamp()), True
    yield last
    for entry in ticket.entries:
        if entry.kind != "event" or entry.visibility == "held":
            continue
        if entry.event in (_STOPS if runs else _GOES_ON):
            last, runs = max(last, int(entry.at.timestamp())), not runs
            yield last
    if runs != (ticket.status == "open"):  # changed by hand, and no event tells when
        yield max(last, int(ticket.updated.timestamp()))


class Due(NamedTuple):
    """The next thing that is due on a ticket, and by when."""

    goal: Goal
    at: datetime


@dataclass(frozen=True, slots=True)
class Targets:
    """What the desk has set itself."""

    calendar: Calendar
    first_answer: Duration | None = None
    close: Duration | None = None

    @classmethod
    def of(cls, settings: Settings) -> Targets:
        """Take the targets from the settings."""
        return cls.at(settings.sla, settings.desk.timezone)

    @classmethod
    def at(cls, sla: Sla, zone: ZoneInfo) -> Targets:
        """Take the targets from their table, for a desk in ``zone``."""
        calendar = Calendar(zone, sla.hours, frozenset(sla.holidays), sla.workdays)
        return cls(calendar, sla.first_answer, sla.close)

    def due(self, clock: Clock) -> Due | None:
        """Return what is due next, or None where no clock runs."""
        found = [self._first_answer(clock), self._close(clock)]
        return min((one for one in found if one), key=lambda one: one.at, default=None)

    def left(self, due: Due, now: datetime) -> int:
        """Return the working seconds left, below 0 those that it is late."""
        return self.calendar.between(now, due.at) - self.calendar.between(due.at, now)

    def _first_answer(self, clock: Clock) -> Due | None:
        if self.first_answer is None or clock.answered is not None:
            return None
        amount = self.calendar.seconds(self.first_answer)
        return Due("first_answer", self.calendar.after(self._moment(clock.created), amount))

    def _close(self, clock: Clock) -> Due | None:
        if self.close is None or len(clock.turns) % 2 == 0:
            return None
        left = self.calendar.seconds(self.close)
        for begin, end in zip_longest(clock.turns[::2], clock.turns[1::2]):
            start = self._moment(begin)
            done = left if end is None else self.calendar.between(start, self._moment(end))
            if done >= left:  # it was late already, or this is the turn that still runs
                return Due("close", self.calendar.after(start, left))
            left -= done
        return None

    def _moment(self, seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, self.calendar.zone)
