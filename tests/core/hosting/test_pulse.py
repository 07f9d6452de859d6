"""Whether the schedule is alive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tracker.core.hosting.pulse import Pulse, Run, span, troubles

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GOOD = Run("inbox.yml", "success", NOW - timedelta(minutes=20), "https://x/1")
ALIVE = Pulse("active", GOOD, GOOD, NOW - timedelta(days=2), private=False)


def said(pulse: Pulse) -> str:
    return " ".join(troubles(pulse, NOW))


def test_nothing_is_said_of_a_schedule_that_is_alive() -> None:
    assert said(ALIVE) == ""
    assert said(replace(ALIVE, last=replace(GOOD, result=""))) == ""


def test_a_schedule_that_was_switched_off() -> None:
    assert "switched off (disabled_inactivity)" in said(replace(ALIVE, state="disabled_inactivity"))
    assert "There is no workflow inbox" in said(replace(ALIVE, state=""))


def test_an_intake_that_is_late() -> None:
    old = replace(GOOD, at=NOW - timedelta(hours=6))
    assert said(replace(ALIVE, good=old)) == ""
    old = replace(GOOD, at=NOW - timedelta(hours=7))
    assert "No intake ended well for 7 hours: https://x/1" in said(replace(ALIVE, good=old))
    assert "never ended well" in said(replace(ALIVE, good=None, last=None))


def test_a_run_that_failed() -> None:
    for result in ("failure", "timed_out", "startup_failure"):
        assert f"ended with {result}" in said(replace(ALIVE, last=replace(GOOD, result=result)))


@pytest.mark.parametrize("result", ["cancelled", "skipped"])
def test_a_run_that_gave_way_to_a_newer_one_is_no_fault(result: str) -> None:
    displaced = replace(ALIVE, last=replace(GOOD, result=result))
    assert said(displaced) == ""
    old = replace(GOOD, at=NOW - timedelta(hours=7))
    assert "No intake ended well for 7 hours" in said(replace(displaced, good=old))


@pytest.mark.parametrize(("private", "days", "warned"), [(False, 51, True), (False, 50, False)])
def test_sixty_days_of_silence_are_announced(private: bool, days: int, warned: bool) -> None:
    quiet = replace(ALIVE, committed=NOW - timedelta(days=days), private=private)
    assert ("No commit for" in said(quiet)) is warned
    assert said(replace(quiet, private=True)) == ""


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (59, "59 minutes"), (60, "1 hour"), (119, "119 minutes"), (2880, "2 days")],
)
def test_spans(minutes: int, words: str) -> None:
    assert span(timedelta(minutes=minutes)) == words
