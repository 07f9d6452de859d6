"""When a letter is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import NOW
from tracker.core.retries import MOST_TRIES, Delay, after_failure, pause, read_delay


def test_the_pauses_grow_to_eight_hours_and_last_for_days() -> None:
    minutes = [pause(count).total_seconds() / 60 for count in range(1, 10)]
    assert minutes == [5, 10, 20, 40, 80, 160, 320, 480, 480]
    whole = sum((pause(count) for count in range(1, MOST_TRIES)), timedelta())
    assert timedelta(days=4) < whole < timedelta(days=5)


def test_it_is_given_up_after_twenty_tries() -> None:
    count, now = 0, NOW
    while delay := after_failure(count, "450 later", now):
        assert delay.until > now
        count, now = delay.count, delay.until
    assert count == MOST_TRIES - 1


@given(st.integers(1, 99), st.text(max_size=30), st.sampled_from(["", "0c1f2a3b4d5e"]))
def test_what_is_written_is_read(count: int, reason: str, letter: str) -> None:
    delay = Delay(NOW, count, " ".join(reason.split()), letter)
    assert read_delay(str(delay)) == delay


@pytest.mark.parametrize("odd", ["", "soon", "2026-11-22 x y", "2026-11-22T06:40:11 1 x", "1 2 3"])
def test_other_words_are_no_delay(odd: str) -> None:
    assert read_delay(odd) is None
