"""What an owner chooses, and what that costs."""

from __future__ import annotations

import pytest

from tracker.core.hosting.choices import (
    Hosting,
    costs,
    cron_minutes,
    default_every,
    default_publish,
    runs_a_month,
)


def chosen(host: str, publish: str = "pages", every: int = 30, public: bool = False) -> str:
    return " ".join(costs(Hosting(host, publish, every, open_source=public, package="")))


def test_runs_are_counted_as_the_bill_does() -> None:
    assert runs_a_month(5) == 8640
    assert runs_a_month(30) == 1440


@pytest.mark.parametrize(
    ("every", "minutes"),
    [(60, "7"), (30, "7,37"), (10, "7,17,27,37,47,57"), (1440, "7"), (40, "7,47")],
)
def test_runs_begin_off_the_hour(every: int, minutes: str) -> None:
    assert cron_minutes(every) == minutes
    assert "0" not in minutes.split(",")


def test_five_minutes_never_fall_onto_the_full_hour() -> None:
    assert cron_minutes(5).split(",")[:3] == ["2", "7", "12"]
    assert len(cron_minutes(5).split(",")) == 12


def test_what_a_private_repository_costs_is_said() -> None:
    assert "8,640 runs a month" in chosen("github", every=5)
    assert "does NOT fit into the 2,000 free minutes" in chosen("github", every=5)
    assert "That fits into the 2,000" in chosen("github", every=30)
    assert "need a paid plan" in chosen("github")
    assert "need a paid plan" not in chosen("github", "rsync")


def test_what_a_public_repository_costs_is_said() -> None:
    said = chosen("github", every=5, public=True)
    assert "cost nothing" in said
    assert "paid plan" not in said
    assert "1 GB" in said
    assert "late" in said


def test_other_hosts() -> None:
    assert "400 free minutes" in chosen("gitlab")
    assert chosen("cron", "rsync") == ""
    assert chosen("none", "none") == ""


def test_defaults_cost_nothing_more() -> None:
    assert default_publish("github", open_source=True) == "pages"
    assert default_publish("github", open_source=False) == "rsync"
    assert default_publish("gitlab", open_source=False) == "pages"
    assert default_publish("none", open_source=False) == "none"
    assert runs_a_month(default_every("github", open_source=False)) < 2000
