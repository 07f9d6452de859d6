"""kill -9 at every step of ``sync``: each mail once, each number once, no letter missing."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import ANNA, act, answer, outside
from tests.desk.replies import words_of
from tracker.desk.sync import sync

pytestmark = pytest.mark.servers
NAMES = ("ivan", "olga", "petr", "anya", "gleb")

# What `make test` kills at; the long form takes every step.
SHORT = [
    *("before:index:1", "after:fetch:1", "after:commit:1", "before:publish:1", "after:publish:1"),
    *("before:begin:1", "before:send:1", "after:send:1", "before:note:1", "after:note:1"),
    *("after:commit:2", "after:publish:2", "before:clear:1", "before:follow:1", "after:send:3"),
]


def _fill(desk: RealDesk) -> None:
    desk.mailbox.append_many(letter(name) for name in NAMES)


def _kill(desk: RealDesk, point: str) -> None:
    assert desk.crash(point, "sync") == -signal.SIGKILL, f"{point} was never reached"


def _all_told_once(desk: RealDesk, point: str) -> None:
    """Every mail once, every number once, everybody told; one letter at most repeated."""
    tickets = desk.tickets()
    assert sorted(tickets) == [f"ACCREDO-{n}" for n in range(1, len(NAMES) + 1)]
    assert desk.entries() == Counter({f"<{name}-0@example.org>": 1 for name in NAMES})
    letters = Counter(
        (one.recipients[0], str(one.message["Message-ID"])) for one in desk.smtp.letters()
    )
    senders = {f"{name}@example.org" for name in NAMES}
    assert Counter(address for address, _ in letters) == {ANNA: 5, **dict.fromkeys(senders, 1)}
    in_flight = point.startswith(("after:send", "before:note"))
    assert letters.total() == (11 if in_flight else 10)
    told = {address for one in tickets.values() for address in one.entries[0].told}
    assert told == {*senders, ANNA, "@anna"}
    assert desk.git("status", "--porcelain") == ""


def _crash_and_recover(desk: RealDesk, point: str) -> None:
    _fill(desk)
    _kill(desk, point)
    again = desk.sync()
    assert again["failed"] == again["quarantined"] == 0
    _all_told_once(desk, point)
    quiet = desk.sync()
    assert (quiet["fetched"], quiet["sent"], quiet["pushed"]) == (0, 0, 0)


@pytest.mark.parametrize("point", SHORT)
def test_killed_at_a_step_and_run_again_everything_is_there_once(
    desk: RealDesk, point: str
) -> None:
    _crash_and_recover(desk, point)


@pytest.mark.parametrize("point", ["after:commit:1", "after:send:2", "after:note:3"])
def test_a_desk_without_remote_survives_the_same(
    desk_of: Callable[..., RealDesk], point: str
) -> None:
    _crash_and_recover(desk_of(remote=False), point)


def test_killed_while_the_server_takes_a_letter(desk: RealDesk) -> None:
    _fill(desk)
    desk.smtp.kill_at(3)
    process = desk.start("sync")
    desk.smtp.victim(process.pid)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    desk.smtp.reset(letters=False)
    desk.sync()
    _all_told_once(desk, "after:send:3")


@pytest.mark.parametrize(
    "point", ["before:send:1", "after:send:1", "before:note:1", "after:note:1"]
)
def test_what_is_written_after_a_crash_is_not_sent_with_the_letter_in_flight(
    desk: RealDesk, point: str
) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    desk.smtp.reset()
    act(desk, lambda work, who: [answer(work, who, text=text) for text in ("Первый.", "Второй.")])
    _kill(desk, point)
    act(desk, lambda work, who: answer(work, who, text="Третий."))
    assert desk.sync()["failed"] == 0
    old = [one for one in outside(desk) if "Первый." in words_of(one.message)]
    (new,) = [one for one in outside(desk) if one not in old]
    assert len(old) == (2 if point in ("after:send:1", "before:note:1") else 1)
    assert len({one.raw for one in old}) == 1  # the same Message-ID, the same words
    assert all("Третий." not in words_of(one.message) for one in old)
    assert "Третий." in words_of(new.message)
    assert "Второй." not in words_of(new.message)
    assert desk.sync()["sent"] == 0
    entries = desk.tickets()["ACCREDO-1"].entries
    assert all("ivan@example.org" in one.told and not one.delayed for one in entries)


def _points(desk: RealDesk, file: Path) -> Iterator[str]:
    assert desk.crash(f"count:{file}", "sync") == 0
    yield from file.read_text().split()


@pytest.mark.soak
def test_killed_at_every_single_step(desk_of: Callable[..., RealDesk], tmp_path: Path) -> None:
    """All points of one run, one after the other, on one desk that grows."""
    desk = desk_of(
        settings="\n[limits]\nconfirmations_a_day = 100000\nconfirmations_an_hour = 100000\n"
    )
    _fill(desk)
    desk.sync()  # the first run of a desk does more
    desk.mailbox.append_many(letter(f"{name}0") for name in NAMES)
    points = list(_points(desk, tmp_path / "points"))
    assert len(points) > 30
    done = 2 * len(NAMES)
    for round_number, point in enumerate(points, 1):
        names = [f"{name}{round_number}" for name in NAMES]
        desk.smtp.reset()
        desk.mailbox.append_many(letter(name) for name in names)
        _kill(desk, point)
        desk.sync()
        done += len(names)
        tickets = desk.tickets()
        assert sorted(ticket.number for ticket in tickets.values()) == list(range(1, done + 1))
        assert max(desk.entries().values()) == 1
        recipients = Counter(one.recipients[0] for one in desk.smtp.letters())
        assert set(recipients) == {ANNA, *(f"{name}@example.org" for name in names)}
        assert sum(recipients.values()) <= 2 * len(names) + 1


def test_a_first_run_that_was_interrupted_still_answers_no_old_mail(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = datetime(2020, 5, 1, tzinfo=UTC)
    desk.mailbox.append_many((letter(name), long_ago) for name in NAMES)
    desk.mailbox.append(letter("new"))
    monkeypatch.setattr("tracker.desk.intake.BATCH", 2)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(desk.open(), interrupt)
    assert len(desk.tickets()) == 2
    desk.sync()
    assert len(desk.tickets()) == len(NAMES) + 1
    assert [one.recipients for one in outside(desk)] == [("new@example.org",)]
