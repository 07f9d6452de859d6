"""Who is writing an answer just now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.samples import NOW, ticket
from tracker.core.taking import LASTS, Take, TakenError, read_take, release, take, taken_by

SECOND = timedelta(seconds=1)


def test_a_take_is_written_and_read_back() -> None:
    changes = take(ticket(), "anna", NOW)
    assert changes == {"taken": "anna 2026-11-23T10:00:00+03:00"}
    one = ticket(taken=changes["taken"])
    assert read_take(one.taken) == Take("anna", NOW)
    assert taken_by(one.taken, NOW) == Take("anna", NOW)


def test_it_lasts_an_hour() -> None:
    one = ticket(taken=str(Take("anna", NOW)))
    assert taken_by(one.taken, NOW + LASTS - SECOND)
    assert taken_by(one.taken, NOW + LASTS) is None
    assert taken_by(one.taken, NOW - SECOND) is None, "somebody's clock is wrong"


@pytest.mark.parametrize("written", ["", "anna", "anna yesterday", "anna 2026-11-23T10:00:00", " "])
def test_what_says_nothing(written: str) -> None:
    assert read_take(written) is None
    assert take(ticket(taken=written), "boris", NOW)


def test_another_s_is_refused_and_taken_over_by_force() -> None:
    one = ticket(taken=str(Take("anna", NOW)))
    for act in (take, release):
        with pytest.raises(TakenError) as caught:
            act(one, "boris", NOW + SECOND)
        assert caught.value.message == "ACCREDO-42 is taken by anna since 10:00"
        assert "--force" in caught.value.hint
    assert take(one, "boris", NOW + SECOND, force=True) == {
        "taken": str(Take("boris", NOW + SECOND))
    }
    assert take(one, "boris", NOW + LASTS)


def test_one_s_own_is_taken_for_another_hour_and_released() -> None:
    one = ticket(taken=str(Take("anna", NOW)))
    assert take(one, "anna", NOW + SECOND) == {"taken": str(Take("anna", NOW + SECOND))}
    assert release(one, "anna", NOW + SECOND) == {"taken": None}
    assert release(one, "boris", NOW + SECOND, force=True) == {"taken": None}
    assert release(one, "boris", NOW + LASTS) == {"taken": None}, "it was over"
    assert release(ticket(), "anna", NOW) == {}


@pytest.mark.parametrize(
    ("written", "agent"),
    [("anna {}", "anna"), ("anna, {}", "anna"), ("Анна К. {}", "Анна К."), (" anna {} ", "anna")],
)
def test_a_line_written_by_hand_is_read_as_it_is_meant(written: str, agent: str) -> None:
    assert read_take(written.format(NOW.isoformat())) == Take(agent, NOW)
