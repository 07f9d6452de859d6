"""The desk in figures: requests per week, times to answer and to close, and what is still open.

A ticket is first reduced to the few facts that count, so that a hundred thousand of them can be
counted anew at every build. Nothing here depends on the order of the tickets.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from tracker.core.ticket import OPEN_STATUSES, Entry, Status

AGES: tuple[tuple[int, int | None], ...] = (
    (0, 1),
    (2, 3),
    (4, 7),
    (8, 14),
    (15, 30),
    (31, 90),
    (91, None),
)
"""The classes of age in days, first and last; the last one has no end."""
RECENT = 28
"""Days, today among them, of the figures that say how things are going."""
FEWEST_WEEKS, MOST_WEEKS = 8, 1_040
"""So many weeks there are at least, empty ones in front, and at most: twenty years, since one
mail with an absurd date must not make a table of a thousand years."""
_WEEK = 7
_Key = TypeVar("_Key")


class Facts(NamedTuple):
    """What figures need to know of one ticket.

    Days are ordinals of the desk's calendar (``date.toordinal``), times are whole seconds since
    the ticket was opened. Without an answer, or while open, they are None.
    """

    status: str
    opened: int
    answered: int | None
    answer: int | None
    closed: int | None
    closing: int | None
    labels: tuple[str, ...]
    assignee: str | None

    @classmethod
    def of(
        cls,
        status: str,
        created: datetime,
        answered: datetime | None,
        closed: datetime | None,
        labels: tuple[str, ...],
        assignee: str | None,
    ) -> Facts:
        """Reduce a ticket; the times are in the desk's time zone."""
        return cls(
            status,
            created.toordinal(),
            answered.toordinal() if answered else None,
            _between(created, answered),
            closed.toordinal() if closed else None,
            _between(created, closed),
            labels,
            assignee,
        )


def _between(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else max(0, int((end - start).total_seconds()))


def first_answer(entries: Iterable[Entry]) -> datetime | None:
    """Return when an agent first answered: the first public message of an agent after the one
    that opened the ticket. An automatic reply is no answer.
    """
    messages = [one for one in entries if one.kind == "message" and one.visibility == "public"]
    answers = (one.at for one in messages[1:] if one.role == "agent" and not one.automatic)
    return next(answers, None)


def closed_at(status: Status, entries: Sequence[Entry]) -> datetime | None:
    """Return when a closed ticket was closed, the last time if more than once; None while open.

    Where no event tells, such as after an edit by hand, it is the time of the last entry.
    """
    if status != "closed":
        return None
    closings = [one.at for one in entries if one.event == "closed"]
    return closings[-1] if closings else max((one.at for one in entries), default=None)


@dataclass(frozen=True, slots=True)
class Times:
    """Times of ``count`` tickets in whole seconds; nine of ten took no longer than ``p90``."""

    count: int
    median: int
    p90: int


def times(seconds: Iterable[int]) -> Times | None:
    """Return median and 90th percentile (nearest rank) of some times, None of none."""
    ranked = sorted(seconds)
    count = len(ranked)
    if not count:
        return None
    middle = (ranked[(count - 1) // 2] + ranked[count // 2]) // 2
    return Times(count, middle, ranked[-(-9 * count // 10) - 1])


@dataclass(frozen=True, slots=True)
class Period:
    """What happened from the day ``start`` on: a week, or the recent days up to today.

    ``answer`` are the times to the first answers given then, ``closing`` those of the tickets
    closed then. A ticket that was reopened counts as closed only by its last closing.
    """

    start: date
    opened: int
    closed: int
    answer: Times | None
    closing: Times | None


class Pile(NamedTuple):
    """Open tickets under one name: those that wait for the desk, and for the requester."""

    name: str | None
    open: int
    waiting: int

    @property
    def both(self) -> int:
        """How many there are."""
        return self.open + self.waiting


@dataclass(frozen=True, slots=True)
class Figures:
    """The desk in figures on one day.

    ``weeks`` run from the first ticket's to this one, Monday first. ``ages`` go with ``AGES``.
    In ``labels`` and ``assignees`` the largest pile comes first; None is *no label*, *nobody*.
    """

    day: date
    statuses: Mapping[str, int]
    recent: Period
    weeks: tuple[Period, ...]
    ages: tuple[Pile, ...]
    labels: tuple[Pile, ...]
    assignees: tuple[Pile, ...]


class _Tally:
    """Counts while the tickets go by."""

    def __init__(self, today: int) -> None:
        self.today = today
        self.statuses: Counter[str] = Counter()
        self.opened: Counter[int] = Counter()
        self.answers: dict[int, list[int]] = defaultdict(list)
        self.closings: dict[int, list[int]] = defaultdict(list)
        self.ages: Counter[tuple[int, str]] = Counter()
        self.labels: Counter[tuple[str | None, str]] = Counter()
        self.assignees: Counter[tuple[str | None, str]] = Counter()

    def add(self, facts: Iterable[Facts]) -> None:
        statuses, opened, answers, closings = (
            self.statuses,
            self.opened,
            self.answers,
            self.closings,
        )
        for status, day, answered, answer, closed, closing, labels, assignee in facts:
            statuses[status] += 1
            opened[day] += 1
            if answered is not None and answer is not None:
                answers[answered].append(answer)
            if closed is not None and closing is not None:
                closings[closed].append(closing)
            if status in OPEN_STATUSES:
                self._pile(status, day, labels, assignee)

    def _pile(self, status: str, day: int, labels: tuple[str, ...], assignee: str | None) -> None:
        age = max(0, self.today - day)
        at = next(at for at, (_, last) in enumerate(AGES) if last is None or age <= last)
        self.ages[at, status] += 1
        for label in dict.fromkeys(labels) or (None,):
            self.labels[label, status] += 1
        self.assignees[assignee, status] += 1

    def period(self, first: int, last: int) -> Period:
        days = range(first, last + 1)
        answers = [one for day in days if day in self.answers for one in self.answers[day]]
        closings = [one for day in days if day in self.closings for one in self.closings[day]]
        return Period(
            date.fromordinal(first),
            sum(self.opened[day] for day in days),
            len(closings),
            times(answers),
            times(closings),
        )

    def weeks(self) -> tuple[Period, ...]:
        days = [self.today, *self.opened, *self.closings, *self.answers]
        this, last = _monday(self.today), _monday(max(days))
        first = min(_monday(min(days)), this - (FEWEST_WEEKS - 1) * _WEEK)
        first = max(first, last - (MOST_WEEKS - 1) * _WEEK, 1)
        return tuple(self.period(one, one + _WEEK - 1) for one in range(first, last + 1, _WEEK))


def figures(facts: Iterable[Facts], today: date) -> Figures:
    """Count ``facts`` as of ``today``, a day of the desk's calendar."""
    tally = _Tally(today.toordinal())
    tally.add(facts)
    return Figures(
        today,
        {status: tally.statuses[status] for status in ("open", "waiting", "closed")},
        tally.period(tally.today - RECENT + 1, tally.today),
        tally.weeks(),
        tuple(_pile(tally.ages, at, None) for at in range(len(AGES))),
        _piles(tally.labels),
        _piles(tally.assignees),
    )


def _piles(counted: Counter[tuple[str | None, str]]) -> tuple[Pile, ...]:
    piles = [_pile(counted, name, name) for name in {name for name, _ in counted}]
    return tuple(sorted(piles, key=lambda one: (-one.both, one.name is None, one.name or "")))


def _pile(counted: Counter[tuple[_Key, str]], key: _Key, name: str | None) -> Pile:
    return Pile(name, counted[key, "open"], counted[key, "waiting"])


def _monday(day: int) -> int:
    return day - (day - 1) % _WEEK
