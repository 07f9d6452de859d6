"""Working time: hours as written, and counting that holds across weekends and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.working_time import (
    Calendar,
    Duration,
    Workday,
    read_dates,
    read_duration,
    read_hours,
    read_workdays,
)

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
WEEK = read_hours("Mon-Fri 09:00-18:00")
HOUR = 3600
DESK = Calendar(MOSCOW, WEEK)


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# As written


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("30m", Duration(1800, 0)),
        ("8h", Duration(8 * HOUR, 0)),
        ("3d", Duration(0, 3)),
        ("1d 4h", Duration(4 * HOUR, 1)),
        ("1d4h30m", Duration(4 * HOUR + 1800, 1)),
    ],
)
def test_durations(written: str, amount: Duration) -> None:
    assert read_duration(written) == amount


@pytest.mark.parametrize("written", ["", "8", "h", "0h", "-1h", "8 hours", "1.5h", "3w", "99999d"])
def test_what_is_no_duration(written: str) -> None:
    with pytest.raises(ValueError, match="must be working time such as"):
        read_duration(written)


def test_hours_of_a_week() -> None:
    hours = read_hours("Tue-Thu 09:00-18:00, Fri 9:00-16:45, Fri 17:00–18:00")
    day = ((540, 1080),)
    assert hours.week == ((), day, day, day, ((540, 1005), (1020, 1080)), (), ())
    assert (hours.first, hours.day) == (1, 9 * HOUR)
    assert read_hours("Пн-Пт 09:00-18:00") == WEEK
    assert read_hours("Fri-Mon 10:00-12:00").week == tuple(
        ((600, 720),) if day in (4, 5, 6, 0) else () for day in range(7)
    )
    assert read_hours("Sun 00:00-24:00").day == 24 * HOUR


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "must look like"),
        ("Mon-Fri", "must look like"),
        ("9:00-18:00", "must look like"),
        ("Mon-Fri 9-18", "must look like"),
        ("Mon-Fri 09:00-18:00,", "must look like"),
        ("Mon-Frei 09:00-18:00", "must look like"),
        ("Mon-Fru 09:00-18:00", "no day of the week `Fru`"),
        ("Mon 18:00-09:00", "no span of a day in `18:00-09:00`"),
        ("Mon 09:00-24:01", "no span of a day"),
        ("Mon 09:60-18:00", "no span of a day"),
        ("Mon-Fri 09:00-18:00, Wed 17:00-19:00", "hours of one day twice"),
    ],
)
def test_hours_that_are_none(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_hours(written)


def test_dates_and_ranges() -> None:
    assert read_dates(["2026-12-31", "2026-01-01..2026-01-03", "2026-01-02"]) == (
        *(date(2026, 1, day) for day in (1, 2, 3)),
        date(2026, 12, 31),
    )
    assert read_workdays(["2026-11-28", "2026-12-30 09:00-13:00,14:00-17:00"]) == (
        Workday(date(2026, 11, 28), ()),
        Workday(date(2026, 12, 30), ((540, 780), (840, 1020))),
    )
    with pytest.raises(ValueError, match="must hold dates"):
        read_dates(["2026-12-30 09:00-17:00"])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-02-30", "must hold dates"),
        ("31.12.2026", "must hold dates"),
        ("2026-01-08..2026-01-01", "a day to a year long"),
        ("2026-01-01..2028-01-01", "a day to a year long"),
    ],
)
def test_what_is_no_date(written: str, said: str) -> None:
    for read in (read_dates, read_workdays):
        with pytest.raises(ValueError, match=said):
            read([written])


# Counted


def test_a_weekend_does_not_count() -> None:
    friday, monday = at("2026-11-20T16:00"), at("2026-11-23T10:00")
    assert DESK.between(friday, monday) == 3 * HOUR
    assert DESK.between(monday, friday) == 0
    assert DESK.after(friday, 3 * HOUR) == monday
    assert DESK.after(friday, 2 * HOUR) == at("2026-11-20T18:00")
    assert DESK.after(at("2026-11-21T12:00"), HOUR) == monday


def test_a_moment_may_come_in_any_zone() -> None:
    start = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
    assert DESK.after(start, 3 * HOUR) == at("2026-11-23T10:00")
    assert str(DESK.after(start, 0).tzinfo) == "Europe/Moscow"


def test_holidays_and_transferred_days() -> None:
    off = frozenset(read_dates(["2026-12-31..2027-01-10", "2026-11-04"]))
    worked = read_workdays(["2026-11-28", "2026-12-30 09:00-17:00", "2026-11-04 10:00-11:00"])
    desk = Calendar(MOSCOW, WEEK, off, worked)
    assert desk.between(at("2026-11-28T00:00"), at("2026-11-29T00:00")) == 9 * HOUR
    assert desk.between(at("2026-11-04T00:00"), at("2026-11-05T00:00")) == HOUR
    assert desk.after(at("2026-12-30T16:00"), 2 * HOUR) == at("2027-01-11T10:00")


def test_a_worked_day_has_the_hours_of_its_weekday_where_it_has_some() -> None:
    hours = read_hours("Mon-Thu 09:00-18:00, Fri 09:00-16:45")
    days = read_workdays(["2026-11-27", "2026-11-28"])
    desk = Calendar(MOSCOW, hours, frozenset(read_dates(["2026-11-27"])), days)
    assert desk.between(at("2026-11-27T00:00"), at("2026-11-28T00:00")) == 7.75 * HOUR
    assert desk.between(at("2026-11-28T00:00"), at("2026-11-29T00:00")) == 9 * HOUR
    assert desk.seconds(read_duration("2d")) == 18 * HOUR


def test_round_the_clock_a_day_is_as_long_as_its_clocks_make_it() -> None:
    desk = Calendar(BERLIN, read_hours("Mon-Sun 00:00-24:00"))
    lengths = {"2026-03-29": 23, "2026-10-25": 25, "2026-06-01": 24}
    for day, hours in lengths.items():
        start = at(day, BERLIN)
        assert desk.between(start, start + timedelta(1)) == hours * HOUR, day


def test_a_span_into_the_missing_hour_is_cut_and_counts_nothing_twice() -> None:
    desk = Calendar(BERLIN, read_hours("Sun 01:00-02:45, Sun 03:00-04:00"))
    assert desk.between(at("2026-03-29", BERLIN), at("2026-03-30", BERLIN)) == 2 * HOUR
    usual = desk.between(at("2026-04-05", BERLIN), at("2026-04-06", BERLIN))
    assert usual == 2.75 * HOUR


# The laws

zones = st.sampled_from(
    [MOSCOW, BERLIN, *map(ZoneInfo, ("America/New_York", "Asia/Beirut", "Australia/Lord_Howe"))]
)
weeks = st.sampled_from(
    [
        "Mon-Fri 09:00-18:00",
        "Mon-Thu 09:00-18:00, Fri 09:00-16:45",
        "Mon-Sun 00:00-24:00",
        "Sun 00:30-02:45, Sun 02:45-03:30, Wed 23:00-24:00, Thu 00:00-01:00",
        "Sat 12:00-12:01",
    ]
)
dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))
calendars = st.builds(
    lambda zone, week, off, worked: Calendar(
        zone, read_hours(week), off, tuple(Workday(day, ()) for day in sorted(worked))
    ),
    zones,
    weeks,
    st.frozensets(dates, max_size=30),
    st.sets(dates, max_size=5),
)
moments = st.integers(
    int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()),
    int(datetime(2027, 12, 27, tzinfo=UTC).timestamp()),
).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(calendars, st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_time_adds_up_and_never_runs_backwards(desk: Calendar, three: list[datetime]) -> None:
    first, second, third = three
    whole = desk.between(first, third)
    assert desk.between(first, second) + desk.between(second, third) == whole
    assert 0 <= whole <= (third - first).total_seconds()


@given(calendars, moments, st.integers(0, 400_000))
def test_a_deadline_is_the_first_moment_with_so_much_work_before_it(
    desk: Calendar, start: datetime, work: int
) -> None:
    end = desk.after(start, work)
    assert desk.between(start, end) == work
    assert end >= start
    if work:
        assert desk.between(start, end - timedelta(seconds=1)) == work - 1


@given(calendars, moments, st.integers(0, 200_000), st.integers(0, 200_000))
def test_more_work_ends_later_and_may_be_done_in_two_parts(
    desk: Calendar, start: datetime, one: int, two: int
) -> None:
    assert desk.after(desk.after(start, one), two) == desk.after(start, one + two)
    assert desk.after(start, one) <= desk.after(start, one + two)
