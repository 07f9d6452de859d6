"""Pauses that grow, and a clock that tells of sleep."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.pacing import Pauses, Sleep


def test_pauses_double_up_to_the_most() -> None:
    pauses = Pauses(lambda: 0.0, first=1, most=10)
    assert [pauses.after_failure() for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    pauses.worked()
    assert pauses.after_failure() == 1
    assert Pauses(lambda: 0.0).after_failure(least=60) == 60


@given(st.floats(0, 1), st.integers(0, 10_000), st.floats(0, 500))
def test_a_pause_is_never_more_than_the_most_nor_less_than_its_half(
    chance: float, failures: int, least: float
) -> None:
    pauses = Pauses(lambda: chance, failures=failures)
    whole = min(300.0, max(least, 0.5 * 2.0 ** min(failures, 30)))
    assert whole / 2 <= pauses.after_failure(least) <= whole


def test_sleep_is_told_once_and_a_corrected_clock_is_none() -> None:
    sleep = Sleep(1000.0, 50.0)
    assert sleep.noticed(1060.0, 110.0) == 0
    assert sleep.noticed(4662.0, 112.0) == 3600
    assert sleep.noticed(4664.0, 114.0) == 0
    assert sleep.noticed(4600.0, 116.0) == 0  # set back
    assert sleep.noticed(4612.0, 118.0) == 0  # set on by ten seconds
