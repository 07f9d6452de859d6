"""Working time: a desk's hours and holidays, counted in seconds across clock changes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

Spans = tuple[tuple[int, int], ...]
"""Spans of one day: minutes from midnight, each begin before its end, in order."""

HOURS_FORM = "must look like `Mon-Fri 09:00-18:00`, several parts with commas between"
DURATION_FORM = "must be working time such as `30m`, `8h` or `3d` (working days)"
DATES_FORM = "must hold dates such as `2026-12-31` or `2026-01-01..2026-01-08`"
WORKDAYS_FORM = f"{DATES_FORM}, with other hours behind where needed: `2026-12-30 09:00-17:00`"

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RUSSIAN = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_DAYS = {name: n for names in (_WEEK, _RUSSIAN) for n, name in enumerate(names)}
_PART = re.compile(r"([^\W\d_]{2,3})(?:\s*[-–]\s*([^\W\d_]{2,3}))?\s+(\S.*)")
_SPAN = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")
_DURATION = re.compile(r"(\d{1,4})\s*([mhd])")
_DATES = re.compile(r"(\d{4}-\d\d-\d\d)(?:\s*\.\.\s*(\d{4}-\d\d-\d\d))?(?:\s+(\S.*))?")
_MIDNIGHT = 24 * 60
_LONGEST = 366
_UNITS = {"m": 60, "h": 3600, "d": 0}


class Duration(NamedTuple):
    """An amount of working time: ``seconds``, and ``days`` of as many hours as the desk works."""

    seconds: int
    days: int


class Hours(NamedTuple):
    """When a desk works in a week, from Monday. ``first`` is the day that was written first."""

    week: tuple[Spans, ...]
    first: int

    @property
    def day(self) -> int:
        """The seconds of a working day: those of the day written first."""
        return 60 * sum(end - begin for begin, end in self.week[self.first])


class Workday(NamedTuple):
    """A day on which the desk works though the week says otherwise, or at other hours.

    ``spans`` is empty where the usual hours hold: those of that weekday, or else of the day
    written first.
    """

    day: date
    spans: Spans


def read_duration(written: str) -> Duration:
    """Read ``8h``, ``30m``, ``3d`` or ``1d 4h``. Raises ValueError with what it must be."""
    rest = _DURATION.sub("", written).strip()
    parts = [(int(number), unit) for number, unit in _DURATION.findall(written)]
    seconds = sum(number * _UNITS[unit] for number, unit in parts)
    days = sum(number for number, unit in parts if unit == "d")
    if rest or not (seconds or days):
        raise ValueError(DURATION_FORM)
    return Duration(seconds, days)


def read_hours(written: str) -> Hours:
    """Read ``Mon-Thu 09:00-18:00, Fri 09:00-16:45``; a day may stand in several parts.

    Days may be written in Russian. Raises ValueError with what it must be.
    """
    week: list[list[tuple[int, int]]] = [[] for _ in _WEEK]
    first: int | None = None
    for part in written.split(","):
        found = _PART.fullmatch(part.strip())
        if not found:
            raise ValueError(HOURS_FORM)
        begin, end = _weekday(found[1]), _weekday(found[2] or found[1])
        span = _span(found[3], HOURS_FORM)
        first = begin if first is None else first
        for n in range((end - begin) % 7 + 1):
            week[(begin + n) % 7].append(span)
    return Hours(tuple(_in_order(spans) for spans in week), first or 0)


def read_dates(written: Iterable[str]) -> tuple[date, ...]:
    """Read dates and ranges of them. Raises ValueError with what they must be."""
    found: list[date] = []
    for one in written:
        days, spans = _dates(one, DATES_FORM)
        if spans:
            raise ValueError(DATES_FORM)
        found += days
    return tuple(sorted(set(found)))


def read_workdays(written: Iterable[str]) -> tuple[Workday, ...]:
    """Read dates, each perhaps with hours of its own. Raises ValueError likewise."""
    found: dict[date, Spans] = {}
    for one in written:
        days, spans = _dates(one, WORKDAYS_FORM)
        found |= dict.fromkeys(days, spans)
    return tuple(Workday(day, found[day]) for day in sorted(found))


def _weekday(word: str) -> int:
    if word.lower() not in _DAYS:
        raise ValueError(f"names no day of the week `{word}`; days are Mon, Tue, Wed…")
    return _DAYS[word.lower()]


def _span(written: str, form: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(written.strip())
    if not found:
        raise ValueError(form)
    hour, minute, last_hour, last_minute = map(int, found.groups())
    begin, end = 60 * hour + minute, 60 * last_hour + last_minute
    if max(minute, last_minute) > 59 or end > _MIDNIGHT or begin >= end:
        raise ValueError(f"has no span of a day in `{written.strip()}`: begin, then end, to 24:00")
    return begin, end


def _in_order(spans: Iterable[tuple[int, int]]) -> Spans:
    ordered = tuple(sorted(spans))
    if any(one[1] > two[0] for one, two in pairwise(ordered)):
        raise ValueError("names hours of one day twice")
    return ordered


def _dates(written: str, form: str) -> tuple[list[date], Spans]:
    found = _DATES.fullmatch(written.strip())
    try:
        if not found:
            raise ValueError
        first = date.fromisoformat(found[1])
        last = date.fromisoformat(found[2] or found[1])
    except ValueError:
        raise ValueError(form) from None
    length = (last - first).days + 1
    if not 1 <= length <= _LONGEST:
        raise ValueError(f"has a range from {first} to {last}: it must be a day to a year long")
    hours = found[3].split(",") if found[3] else ()
    spans = _in_order(_span(one, form) for one in hours)
    return [first + timedelta(n) for n in range(length)], spans


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a desk works. Moments have a time zone; what comes out is in the desk's own."""

    zone: ZoneInfo
    hours: Hours
    holidays: frozenset[date] = field(default=frozenset())
    workdays: tuple[Workday, ...] = ()

    def seconds(self, amount: Duration) -> int:
        """Return an amount of working time in seconds."""
        return amount.seconds + amount.days * self.hours.day

    def between(self, start: datetime, end: datetime) -> int:
        """Return the working seconds from ``start`` to ``end``; 0 where it is not later."""
        begin, last = int(start.timestamp()), int(end.timestamp())
        if last <= begin:
            return 0
        years = range(self._year(start), self._year(end) + 1)
        tables = [_table(self, year) for year in years]
        return sum(table.until(last) - table.until(begin) for table in tables)

    def after(self, start: datetime, seconds: int) -> datetime:
        """Return the first moment at which ``seconds`` of work have passed since ``start``.

        0 gives ``start`` itself.
        """
        if seconds <= 0:
            return start.astimezone(self.zone)
        year = self._year(start)
        left = seconds + _table(self, year).until(int(start.timestamp()))
        while left > _table(self, year).total:
            left -= _table(self, year).total
            year += 1
        return datetime.fromtimestamp(_table(self, year).at(left), self.zone)

    def _year(self, moment: datetime) -> int:
        return moment.astimezone(self.zone).year


class _Table(NamedTuple):
    """The spans of one year as times since 1970, and the work done before each."""

    begins: list[int]
    ends: list[int]
    before: list[int]
    total: int

    def until(self, moment: int) -> int:
        """Return the work done in this year before a moment."""
        n = bisect_right(self.begins, moment) - 1
        if n < 0:
            return 0
        return self.before[n] + min(moment, self.ends[n]) - self.begins[n]

    def at(self, work: int) -> int:
        """Return when an amount of work, from 1 to ``total``, is done."""
        n = bisect_right(self.before, work - 1) - 1
        return self.begins[n] + work - self.before[n]


@lru_cache(maxsize=64)
def _table(calendar: Calendar, year: int) -> _Table:
    begins, ends, before, total = [], [], [], 0
    for begin, end in _spans_of(calendar, year):
        begins.append(begin)
        ends.append(end)
        before.append(total)
        total += end - begin
    return _Table(begins, ends, before, total)


def _spans_of(calendar: Calendar, year: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of a year, none over another: where clocks go forward, two may meet."""
    special = {
        one.day: one.spans or calendar.hours.week[one.day.weekday()] for one in calendar.workdays
    }
    usual = calendar.hours.week[calendar.hours.first]
    day = date(year, 1, 1)
    reached = 0
    while day.year == year:
        spans: Spans = ()
        if day in special:
            spans = special[day] or usual
        elif day not in calendar.holidays:
            spans = calendar.hours.week[day.weekday()]
        for begin, end in spans:
            start = max(_moment(calendar.zone, day, begin), reached)
            reached = max(_moment(calendar.zone, day, end), start)
            if reached > start:
                yield start, reached
        day += timedelta(1)


def _moment(zone: ZoneInfo, day: date, minutes: int) -> int:
    """Return when a wall clock shows a time: the first one of two, and where clocks jump over
    it as if they had not yet.
    """
    whole, rest = divmod(minutes, _MIDNIGHT)
    wall = datetime(day.year, day.month, day.day, rest // 60, rest % 60, tzinfo=zone)
    return int((wall + timedelta(whole)).timestamp())
