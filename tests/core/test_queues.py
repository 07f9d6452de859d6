"""Queues: where a ticket stands, and in what order tickets are taken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import NOW, entry, event, later, settings, ticket
from tracker.core.queues import QUEUES, Standing, last_side, places
from tracker.core.sla import Clock, Targets
from tracker.core.ticket import PRIORITIES, STATUSES, Ticket

TARGETS = Targets.of(settings('[sla]\nfirst_answer = "4h"\nclose = "2d"\n'))
ANSWER = entry("a1", at=later(hours=1), role="agent", via="cli", message_id="")
AGAIN = entry("e2", at=later(hours=2))
AUTOMATIC = entry("e3", at=later(hours=3), automatic="auto-reply")


def stands(one: Ticket, agent: str | None = "anna", **after: float) -> set[str]:
    """The queues a ticket stands in, some time after NOW."""
    found = places([Standing.of(one)], TARGETS, later(**after))
    return {name for place in found for name in place.names(agent)}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (ticket(), {"unassigned", "to-answer"}),
        (ticket(assignee="anna"), {"mine", "to-answer"}),
        (ticket(assignee="boris"), {"to-answer"}),
        (ticket(42, entry(), ANSWER), {"unassigned", "waiting"}),
        (ticket(42, entry(), ANSWER, AGAIN), {"unassigned", "to-answer"}),
        (ticket(42, entry(), ANSWER, AUTOMATIC), {"unassigned", "waiting"}),
        (ticket(42, entry(), status="waiting"), {"unassigned", "waiting"}),
        (ticket(42, entry(visibility="held")), {"unassigned", "to-answer"}),
    ],
)
def test_where_a_ticket_stands(one: Ticket, expected: set[str]) -> None:
    assert stands(one) == expected | {"all"}


def test_a_closed_ticket_stands_nowhere() -> None:
    assert stands(ticket(status="closed")) == set()


def test_nobody_s_queue_is_not_mine() -> None:
    assert "mine" not in stands(ticket(), None)


def test_overdue_is_what_missed_a_target_and_its_clock_still_runs() -> None:
    assert "overdue" not in stands(ticket(), hours=3, minutes=59)
    assert "overdue" in stands(ticket(), hours=4)
    answered = ticket(42, entry(), ANSWER)
    assert "overdue" not in stands(answered, days=1)
    assert "overdue" in stands(answered, days=2)
    assert "overdue" not in stands(ticket(42, entry(), ANSWER, status="waiting"), days=9)


def test_the_side_of_the_last_word() -> None:
    note = entry("n1", kind="note", role="agent")
    assert last_side(ticket(42, entry(), ANSWER, note, event("assigned"))) == "agent"
    assert last_side(ticket(42, entry(role="stranger"))) == "requester"
    assert last_side(ticket(42, entry(visibility="held"))) == ""


def test_the_late_come_first_then_the_urgent_then_the_old() -> None:
    tickets = [
        ticket(1, created=later(hours=2)),
        ticket(2, created=later(hours=1)),
        ticket(3, created=later(hours=3), priority="urgent"),
        ticket(4, created=later(hours=3), priority="low"),
        ticket(5, created=later(days=-3), priority="low"),
        ticket(6, created=later(hours=2)),
    ]
    found = places(map(Standing.of, tickets), TARGETS, later(hours=4))
    assert [one.standing.number for one in found] == [5, 3, 2, 1, 6, 4]


standings = st.builds(
    Standing,
    number=st.integers(1, 1000),
    status=st.sampled_from(STATUSES),
    assignee=st.sampled_from(["anna", "boris", None]),
    priority=st.sampled_from(PRIORITIES),
    side=st.sampled_from(["agent", "requester", ""]),
    clock=st.builds(
        lambda at, answered: Clock(at, answered, (at,)),
        st.integers(int(NOW.timestamp()) - 10**6, int(NOW.timestamp())),
        st.none() | st.just(int(NOW.timestamp())),
    ),
)


@given(st.lists(standings, max_size=12), st.sampled_from(["anna", None]))
def test_every_open_ticket_waits_for_exactly_one_side(found: list[Any], agent: str | None) -> None:
    ordered = places(found, TARGETS, NOW)
    assert len(ordered) == sum(one.status != "closed" for one in found)
    for place in ordered:
        names = list(place.names(agent))
        assert set(names) <= set(QUEUES)
        assert len(names) == len(set(names))
        assert len({"waiting", "to-answer"} & set(names)) == 1
        assert "all" in names
    late = [place.overdue for place in ordered]
    assert late == sorted(late, reverse=True)
