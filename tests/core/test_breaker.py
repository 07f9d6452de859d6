"""The circuit breaker: it trips, tells once, and goes on by itself."""

from __future__ import annotations

import pytest

from tests.core.samples import NOW, later
from tracker.core.breaker import Breaker, judge, read_breaker
from tracker.core.errors import TrackerError

AGENTS = ("anna", "boris")
TRIPPED = Breaker("2026-11-23T07:00:00Z", {"anna": "2026-11-23T07:00:05Z"})


def test_up_to_the_limit_all_go() -> None:
    judged = judge(Breaker(), 150, 50, 200, AGENTS, NOW)
    assert (judged.allowed, judged.alarm, judged.breaker.tripped) == (50, (), False)


def test_one_more_trips_it_and_every_agent_is_told() -> None:
    judged = judge(Breaker(), 150, 51, 200, AGENTS, NOW)
    assert (judged.allowed, judged.alarm) == (50, AGENTS)
    assert judged.breaker.since == "2026-11-23T07:00:00Z"


def test_while_it_is_tripped_nothing_goes_and_nobody_is_told_again() -> None:
    judged = judge(TRIPPED, 100, 5, 200, AGENTS, NOW)
    assert (judged.allowed, judged.alarm, judged.breaker) == (0, ("boris",), TRIPPED)


def test_it_goes_on_below_half_the_limit() -> None:
    judged = judge(TRIPPED, 99, 5, 200, AGENTS, NOW)
    assert (judged.allowed, judged.alarm, judged.breaker.tripped) == (5, (), False)


def test_what_was_held_may_trip_it_again_without_another_alarm_that_day() -> None:
    known = TRIPPED.with_told("boris", "2026-11-23T07:00:06Z")
    judged = judge(known, 0, 500, 200, AGENTS, later(hours=2))
    assert (judged.allowed, judged.alarm, judged.breaker.tripped) == (200, (), True)
    next_day = judge(known, 0, 500, 200, AGENTS, later(hours=25))
    assert next_day.alarm == AGENTS


def test_a_limit_of_one() -> None:
    assert judge(Breaker(), 0, 1, 1, AGENTS, NOW).allowed == 1
    assert judge(Breaker(), 1, 1, 1, AGENTS, NOW).breaker.tripped
    assert not judge(TRIPPED, 0, 1, 1, AGENTS, NOW).breaker.tripped


def test_what_is_written_is_read() -> None:
    for one in (Breaker(), TRIPPED, Breaker("", {"anna": "2026-11-23T07:00:05Z"})):
        assert read_breaker(one.write()) == one


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"since": "now", "told": {}}'])
def test_a_record_changed_by_hand_is_named(broken: bytes) -> None:
    with pytest.raises(TrackerError, match=r"breaker\.json is not what"):
        read_breaker(broken)
