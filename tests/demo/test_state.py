"""The demo empties its own folder and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.core.errors import Busy, TrackerError
from tracker.demo.state import Folder, State

STATE = State("a@x.org", "http://127.0.0.1:8000/", 1, 2, "ru")


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(TrackerError) as problem:
        Folder(tmp_path).renew()
    assert "--dir" in problem.value.hint
    assert (tmp_path / "thesis.txt").exists()


def test_a_second_run_starts_anew(tmp_path: Path) -> None:
    first = Folder(tmp_path / "demo")
    first.renew()
    (first.path / "desk").mkdir()
    (first.path / "desk" / "file").touch()
    first.release()
    second = Folder(tmp_path / "demo")
    second.renew()
    assert not second.desk.exists()
    second.release()


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    first = Folder(tmp_path / "demo")
    first.renew()
    with pytest.raises(Busy):
        Folder(tmp_path / "demo").renew()
    first.release()


def test_what_runs_can_be_asked_where_it_listens(tmp_path: Path) -> None:
    first = Folder(tmp_path / "demo")
    with pytest.raises(TrackerError):
        first.running()
    first.renew()
    first.save(STATE)
    assert Folder(tmp_path / "demo").running() == STATE
    first.release()
    with pytest.raises(TrackerError):
        Folder(tmp_path / "demo").running()
