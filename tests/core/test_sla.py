"""Targets: what counts as a first answer, when a clock stands still, what is due and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import NOW, entry, event, later, settings, ticket
from tracker.core.sla import Clock, Due, Targets
from tracker.core.ticket import Entry, Ticket

SLA = '[sla]\nfirst_answer = "4h"\nclose = "2d"\n'
TARGETS = Targets.of(settings(SLA))
HOUR = 3600


def answer(at: datetime, number: str = "a1", **values: Any) -> Entry:
    return entry(number, at=at, role="agent", via="cli", message_id="", **values)


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def due(one: Ticket, targets: Targets = TARGETS) -> Due | None:
    return targets.due(Clock.of(one))


# The first answer: NOW is a Monday at ten


def test_a_new_request_is_due_for_its_first_answer() -> None:
    found = due(ticket())
    assert found == Due("first_answer", later(hours=4))
    assert TARGETS.left(found, later(hours=1)) == 3 * HOUR
    assert TARGETS.left(found, later(hours=6)) == -2 * HOUR
    assert TARGETS.left(found, later(hours=4)) == 0


@pytest.mark.parametrize(
    "said",
    [
        entry("e2", at=later(hours=1)),
        answer(later(hours=1), automatic="auto-reply"),
        answer(later(hours=1), kind="note"),
        answer(later(hours=1), visibility="held"),
        event("assigned", later(hours=1)),
        entry("e2", at=later(hours=1), role="stranger"),
    ],
    ids=["requester", "automatic", "note", "held", "event", "stranger"],
)
def test_what_is_no_first_answer(said: Entry) -> None:
    assert Clock.of(ticket(42, entry(), said)).answered is None


def test_the_first_public_word_of_an_agent_is_the_first_answer() -> None:
    one = ticket(42, entry(), answer(later(hours=1)), answer(later(hours=2), "a2"))
    assert Clock.of(one).answered == seconds(later(hours=1))
    assert due(one) == Due("close", later(days=2))


def test_who_called_was_answered_on_the_telephone() -> None:
    one = ticket(channel="phone")
    assert Clock.of(one).answered == seconds(NOW)
    assert due(one) == Due("close", later(days=2))


# Closing


def test_waiting_for_the_requester_does_not_count() -> None:
    words = (entry(), answer(later(hours=1)), event("waiting", later(hours=2)))
    assert due(ticket(42, *words, status="waiting")) is None
    again = event("resumed", later(days=3, hours=2))
    one = ticket(42, *words, again)
    # Two of eighteen hours are gone; sixteen are left from Thursday at twelve.
    assert due(one) == Due("close", later(days=7))


def test_reopening_goes_on_where_closing_stopped() -> None:
    words = (entry(), answer(later(hours=1)), event("closed", later(hours=8)))
    assert due(ticket(42, *words, status="closed")) is None
    again = event("reopened", later(days=1))
    # Eight of eighteen hours are gone; ten are left from Tuesday at ten.
    assert due(ticket(42, *words, again)) == Due("close", later(days=2, hours=1))


def test_what_was_late_when_it_was_closed_is_late_when_it_is_opened_again() -> None:
    closed, again = event("closed", later(days=3)), event("reopened", later(days=9))
    one = ticket(42, entry(), answer(later(hours=1)), closed, again)
    assert due(one) == Due("close", later(days=2))


def test_a_status_that_was_changed_by_hand_counts_from_the_last_entry() -> None:
    one = ticket(42, entry(), answer(later(hours=1)), status="waiting")
    assert Clock.of(one).turns == (seconds(NOW), seconds(later(hours=1)))
    assert due(one) is None


def test_held_events_say_nothing() -> None:
    one = ticket(42, entry(), event("closed", later(hours=1), visibility="held"))
    assert Clock.of(one).turns == (seconds(NOW),)


def test_without_targets_nothing_is_due() -> None:
    assert due(ticket(), Targets.of(settings())) is None
    only_close = Targets.of(settings('[sla]\nclose = "1h"\n'))
    assert due(ticket(), only_close) == Due("close", later(hours=1))


# The law

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["waiting", "resumed", "closed", "reopened", "assigned"]),
        st.integers(0, 90_000),
    ),
    max_size=8,
)
TARGET = 18 * HOUR


@given(STEPS)
def test_a_ticket_is_late_when_it_ran_for_longer_than_its_target(
    steps: list[tuple[str, int]],
) -> None:
    """The deadline against the plain sum over the times in which the clock ran."""
    at, status, events = NOW, "open", [entry(), answer(NOW)]
    ran, since = 0, NOW
    for name, pause in steps:
        at += timedelta(seconds=pause)
        goes = {"waiting": False, "closed": False, "resumed": True, "reopened": True}.get(name)
        if goes is not None and goes is not (status == "open"):
            if goes:
                since, status = at, "open"
            else:
                ran += TARGETS.calendar.between(since, at)
                status = name
        events.append(event(name, at))
    one = ticket(42, *events, status=status)
    found = due(one)
    if status != "open":
        assert found is None
        return
    now = at + timedelta(days=1)
    ran += TARGETS.calendar.between(since, now)
    assert found is not None
    assert (found.at <= now) == (ran >= TARGET)
