"""Locks that the dead let go of, and a journal that a crash may cut anywhere."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tracker.adapters.journal import Journal, Sent
from tracker.adapters.lock import locked

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from pathlib import Path
from tracker.adapters.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_of_another_process_and_of_one_that_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with locked(path, wait=False) as got:
            assert got is False
        holder.kill()
        holder.wait()
    with locked(path, wait=False) as got:
        assert got is True


def test_a_lock_is_let_go_of_after_a_fault(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), locked(tmp_path / "lock"):
        raise RuntimeError
    with locked(tmp_path / "lock", wait=False) as got:
        assert got is True


SENT = [
    Sent("ivan@example.org", ((1, "e1"),), "2026-11-23T07:00:00Z"),
    Sent("olga@example.org", ((2, "e2"), (3, "e3")), "2026-11-23T07:00:01Z"),
    Sent("petr@example.org", ((4, "e4"),), "2026-11-23T07:00:02Z", "550 нет\u2028такого\x85 ящика"),
]


def test_what_is_noted_is_read_and_cleared(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "own" / "journal")
    assert journal.read() == []
    for one in SENT:
        journal.note(one)
    assert Journal(tmp_path / "own" / "journal").read() == SENT
    journal.clear()
    journal.clear()
    assert journal.read() == []


def test_a_line_cut_at_any_byte_costs_that_letter_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.note(SENT[0])
    whole = len(path.read_bytes())
    journal.note(SENT[2])
    content = path.read_bytes()
    for cut in range(whole, len(content)):
        path.write_bytes(content[:cut])
        assert journal.read() in ([SENT[0]], [SENT[0], SENT[2]])
        journal.note(SENT[1])
        assert journal.read()[0] == SENT[0]
        assert journal.read()[-1] == SENT[1]


def test_a_letter_that_was_begun_is_unfinished_until_it_is_noted_or_taken_back(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path / "journal")
    begun = [replace(one, later="2026-11-23T07:00:00Z 1 cut off") for one in SENT]
    journal.begin(begun[0])
    journal.note(SENT[0])
    journal.begin(begun[1])
    assert journal.read() == [SENT[0], begun[1]]
    journal.drop()
    assert journal.read() == [SENT[0]]
    journal.begin(begun[2])
    assert journal.read() == [SENT[0], begun[2]]
    whole = (tmp_path / "journal").read_bytes()
    journal.note(SENT[2])
    content = (tmp_path / "journal").read_bytes()
    assert journal.read() == [SENT[0], SENT[2]]
    for cut in range(len(whole), len(content) - 1):
        (tmp_path / "journal").write_bytes(content[:cut])
        assert journal.read() == [SENT[0], begun[2]]
