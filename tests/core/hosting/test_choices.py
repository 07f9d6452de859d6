"""What an owner chooses, and what that costs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tracker.core.errors import TrackerError
from tracker.core.hosting.choices import (
    Hosting,
    costs,
    cron_line,
    default_every,
    default_publish,
    fits,
    longest_pause,
    possible,
    runs_a_month,
)


def chosen(host: str, publish: str = "pages", every: int = 30, public: bool = False) -> str:
    return " ".join(costs(Hosting(host, publish, every, open_source=public, package="")))


def test_runs_are_counted_as_the_bill_does() -> None:
    assert runs_a_month(5) == 8640
    assert runs_a_month(30) == 1440


@pytest.mark.parametrize(
    ("every", "line"),
    [
        (10, "7,17,27,37,47,57 * * * *"),
        (25, "7,32,57 * * * *"),
        (30, "7,37 * * * *"),
        (40, "7,47 * * * *"),
        (60, "7 * * * *"),
        (90, "7 1,3,5,7,9,11,13,15,17,19,21,23 * * *"),
        (180, "7 2,5,8,11,14,17,20,23 * * *"),
        (300, "7 1,5,10,15,20 * * *"),
        (1440, "7 5 * * *"),
    ],
)
def test_runs_begin_off_the_hour(every: int, line: str) -> None:
    assert cron_line(every) == line
    assert "0" not in line.split()[0].split(",")


def test_five_minutes_never_fall_onto_the_full_hour() -> None:
    minutes = cron_line(5).split()[0].split(",")
    assert minutes[:3] == ["2", "7", "12"]
    assert len(minutes) == 12


def test_runs_are_counted_by_the_line() -> None:
    for every in range(5, 1441):
        minutes, hours, *_ = cron_line(every).split()
        a_day = len(minutes.split(",")) * (24 if hours == "*" else len(hours.split(",")))
        assert runs_a_month(every) == 30 * a_day, every


def test_what_does_not_divide_the_hour_costs_more() -> None:
    assert "2,160 runs a month" in chosen("github", every=25)
    assert "does NOT fit" in chosen("github", every=25)
    assert "1,440 runs a month" in chosen("github", every=40)
    assert "30 runs a month" in chosen("github", every=1440)


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
    assert "does NOT fit into the 400 free minutes" in chosen("gitlab", every=15)
    assert "That fits into the 400 free minutes" in chosen("gitlab", every=180)
    assert chosen("cron", "rsync") == ""
    assert chosen("none", "none") == ""


def test_defaults_cost_nothing_more() -> None:
    assert default_publish("github", open_source=True) == "pages"
    assert default_publish("github", open_source=False) == "rsync"
    assert default_publish("gitlab", open_source=False) == "pages"
    assert default_publish("none", open_source=False) == "none"
    for host in ("github", "gitlab"):
        every = default_every(host, open_source=False)
        assert fits(Hosting(host, "pages", every, open_source=False, package=""))
    assert runs_a_month(default_every("github", open_source=False)) < 2000
    assert runs_a_month(default_every("gitlab", open_source=False)) < 400


def test_a_machine_of_ones_own_has_no_pages() -> None:
    with pytest.raises(TrackerError, match="Pages are published by GitHub or GitLab"):
        possible(Hosting("cron", "pages", 5, open_source=True, package=""))
    for host, publish in (("gitlab", "pages"), ("github", "pages"), ("cron", "s3")):
        same = Hosting(host, publish, 5, open_source=True, package="")
        assert possible(same) == same


@pytest.mark.parametrize(
    ("every", "minutes"),
    [(5, 5), (25, 25), (30, 30), (60, 60), (180, 180), (420, 420), (1440, 1440)],
)
def test_the_longest_pause_is_known_from_the_line(every: int, minutes: int) -> None:
    assert longest_pause(cron_line(every)) == timedelta(minutes=minutes)


@pytest.mark.parametrize("line", ["*/5 * * * *", "0 9-17 * * *", "0 5 * * 1", "", "x"])
def test_a_line_of_another_form_tells_no_pause(line: str) -> None:
    assert longest_pause(line) == timedelta()
