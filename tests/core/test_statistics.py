"""Figures: the same numbers as counting by hand, whatever the tickets and their order."""

from __future__ import annotations

import math
import statistics
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.core.pages.make import START, answer, entry
from tracker.core.statistics import (
    AGES,
    FEWEST_WEEKS,
    MOST_WEEKS,
    RECENT,
    Facts,
    Pile,
    Times,
    closed_at,
    figures,
    first_answer,
    times,
)

TODAY = date(2026, 11, 25)
DAY = TODAY.toordinal()
LABELS = ("door", "key", "lock")


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    status = draw(st.sampled_from(["open", "waiting", "closed"]))
    opened = DAY - draw(st.integers(-3, 200))
    answer = draw(st.none() | st.integers(0, 10**6))
    closing = draw(st.integers(0, 10**7)) if status == "closed" else None
    return Facts(
        status,
        opened,
        None if answer is None else opened + answer // 86_400,
        answer,
        None if closing is None else opened + closing // 86_400,
        closing,
        tuple(draw(st.lists(st.sampled_from(LABELS), max_size=3))),
        draw(st.sampled_from([None, "anna", "boris"])),
    )


def by_hand(values: list[int]) -> Times | None:
    if not values:
        return None
    p90 = min(one for one in values if sum(v <= one for v in values) * 10 >= 9 * len(values))
    return Times(len(values), math.floor(statistics.median(values)), p90)


@given(st.lists(st.integers(0, 10**6), max_size=60))
def test_times_are_median_and_ninetieth_percentile(values: list[int]) -> None:
    assert times(values) == by_hand(values)


@given(st.lists(facts(), max_size=40))
def test_figures_equal_counting_by_hand(tickets: list[Facts]) -> None:
    found = figures(tickets, TODAY)
    for week in (*found.weeks, found.recent):
        days = 7 if week is not found.recent else RECENT
        inside = range(week.start.toordinal(), week.start.toordinal() + days)
        assert week.opened == sum(one.opened in inside for one in tickets)
        assert week.closed == sum(one.closed in inside for one in tickets)
        assert week.answer == by_hand(
            [one.answer for one in tickets if one.answered in inside and one.answer is not None]
        )
        assert week.closing == by_hand(
            [one.closing for one in tickets if one.closed in inside and one.closing is not None]
        )
    for status in ("open", "waiting", "closed"):
        assert found.statuses[status] == sum(one.status == status for one in tickets)
    still = [one for one in tickets if one.status != "closed"]
    for (first, last), pile in zip(AGES, found.ages, strict=True):
        aged = [
            one
            for one in still
            if first <= max(0, DAY - one.opened) and (not last or max(0, DAY - one.opened) <= last)
        ]
        assert (pile.open, pile.waiting) == count(aged)
    for pile in found.labels:
        named = [one for one in still if (pile.name in one.labels if pile.name else not one.labels)]
        assert (pile.open, pile.waiting) == count(named)
    for pile in found.assignees:
        assert (pile.open, pile.waiting) == count(
            [one for one in still if one.assignee == pile.name]
        )


def count(tickets: list[Facts]) -> tuple[int, int]:
    waiting = sum(one.status == "waiting" for one in tickets)
    return len(tickets) - waiting, waiting


@given(st.lists(facts(), max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_tickets_means_nothing(tickets: list[Facts], rng: object) -> None:
    before = figures(tickets, TODAY)
    rng.shuffle(tickets)  # type: ignore[attr-defined]
    assert figures(tickets, TODAY) == before


@given(st.lists(facts(), max_size=40))
def test_what_was_opened_is_closed_or_still_there(tickets: list[Facts]) -> None:
    """Weeks follow each other without a gap, Monday first, and lose no ticket."""
    found = figures(tickets, TODAY)
    starts = [week.start for week in found.weeks]
    assert all(one.weekday() == 0 for one in starts)
    assert all(b - a == timedelta(7) for a, b in pairwise(starts))
    assert len(starts) >= FEWEST_WEEKS
    left = sum(week.opened - week.closed for week in found.weeks)
    assert left == found.statuses["open"] + found.statuses["waiting"]
    assert left == sum(pile.both for pile in found.ages)
    assert left == sum(pile.both for pile in found.assignees)


def test_an_empty_desk_has_empty_weeks() -> None:
    found = figures([], TODAY)
    assert len(found.weeks) == FEWEST_WEEKS
    assert found.weeks[-1].start <= TODAY < found.weeks[-1].start + timedelta(7)
    assert found.recent.answer is None and found.labels == ()


def test_an_absurd_date_makes_no_endless_table() -> None:
    old = Facts("open", 1, None, None, None, None, (), None)
    found = figures([old, old._replace(opened=DAY + 9_000)], TODAY)
    assert len(found.weeks) == MOST_WEEKS
    assert found.ages[-1] == Pile(None, 1, 0)


def test_days_are_those_of_the_desks_calendar() -> None:
    """22:30 UTC on Sunday is Monday in Moscow: another day, another week."""
    zone = ZoneInfo("Europe/Moscow")
    at = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    found = Facts.of("open", at.astimezone(zone), None, None, (), None)
    assert date.fromordinal(found.opened) == date(2026, 11, 23)


def test_the_first_answer_is_an_agents_public_message() -> None:
    said = [
        answer("registered by phone", 0),
        answer("a note", 1, kind="note"),
        answer("held", 2, visibility="held"),
        answer("I am on holiday", 3, automatic="vacation"),
        answer("", 4, kind="event", event="waiting"),
        entry("hello?", 5),
        answer("the answer", 6),
        answer("another", 7),
    ]
    assert first_answer(said) == START + timedelta(hours=6)
    assert first_answer(said[:6]) is None


def test_closing_is_the_last_one() -> None:
    closing = [answer("", at, kind="event", event="closed") for at in (1, 5)]
    said = [entry("a"), closing[0], entry("again", 2), closing[1], answer("thanks", 9)]
    assert closed_at("closed", said) == START + timedelta(hours=5)
    assert closed_at("waiting", said) is None
    assert closed_at("closed", [entry("a"), answer("b", 3)]) == START + timedelta(hours=3)
