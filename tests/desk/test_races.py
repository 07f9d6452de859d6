"""Several writers at once against one bare remote: no number twice, nothing lost or refused."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import ANNA, everybody, outside

pytestmark = pytest.mark.servers
OPERATORS = 3
SCHEDULERS = 2
MAILS_A_ROUND = 4


def _round(desk: RealDesk, clones: Sequence[Path], number: int) -> list[str]:
    """Run everybody at once; return the numbers that the operators read out."""
    names = [f"r{number}m{n}" for n in range(MAILS_A_ROUND)]
    desk.mailbox.append_many(letter(name) for name in names)
    schedulers = [desk.start("sync", root=root) for root in clones[:SCHEDULERS]]
    operators = [
        desk.start(
            *("new", "--phone", "--as", "anna", "--from", f"Звонок {number}-{n}"),
            *("--title", f"Звонок {number}-{n}", "--text", "Просит перезвонить."),
            root=root,
        )
        for n, root in enumerate(clones[SCHEDULERS:])
    ]
    for process in schedulers:
        _, err = process.communicate()
        # 3: the other scheduler holds the sending lease, and sends or leaves it for later.
        assert process.returncode in (0, 3), err
    return [_read_out(process) for process in operators]


def _read_out(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out.strip()


def _race(desk: RealDesk, rounds: int) -> None:
    clones = [desk.clone(f"clone{n}") for n in range(SCHEDULERS + OPERATORS)]
    numbers = [one for n in range(rounds) for one in _round(desk, clones, n)]
    desk.sync()
    tickets = desk.tickets()
    total = rounds * (MAILS_A_ROUND + OPERATORS)
    assert sorted(one.number for one in tickets.values()) == list(range(1, total + 1))
    assert len(set(numbers)) == len(numbers) == rounds * OPERATORS
    assert all(tickets[number].title.startswith("Звонок") for number in numbers)
    assert set(desk.entries().values()) == {1}
    assert len(desk.entries()) == rounds * MAILS_A_ROUND
    letters = everybody(desk)
    assert set(letters.values()) == {1}
    assert len(letters) == rounds * MAILS_A_ROUND
    notices = [one.message for one in desk.smtp.letters_to(ANNA)]
    assert len({str(one["Message-ID"]) for one in notices}) == len(notices)


def test_two_syncs_and_three_calls_at_once(desk: RealDesk) -> None:
    _race(desk, 3)


def test_one_folder_two_runs_the_second_steps_aside(desk: RealDesk) -> None:
    desk.mailbox.append_many(letter(f"m{n}") for n in range(10))
    runs = [desk.start("sync") for _ in range(2)]
    codes = sorted(_finished(process) for process in runs)
    assert codes in ([0, 4], [0, 0])
    desk.sync()
    assert set(desk.entries().values()) == {1}
    assert len(outside(desk)) == 10


def _finished(process: subprocess.Popen[str]) -> int:
    process.communicate()
    return process.returncode


@pytest.mark.soak
def test_fifty_rounds_of_two_syncs_and_three_calls(desk: RealDesk) -> None:
    _race(desk, 50)
