"""Backup and restore, by the lines of the guide."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter

pytestmark = pytest.mark.servers


def shell(code: str, folder: Path) -> None:
    subprocess.run(["sh", "-ec", code], cwd=folder, check=True, capture_output=True)


def test_a_lost_remote_comes_back_with_what_came_since(desk: RealDesk, tmp_path: Path) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    shell(f"git clone --mirror {desk.remote} backup.git", tmp_path)
    desk.mailbox.append(letter("olga"))
    desk.sync()
    before = desk.entries()

    new = tmp_path / "new.git"
    shell(f"git init -q --bare -b main {new}; git clone -q backup.git restored", tmp_path)
    root = tmp_path / "restored"
    shell(f"git remote set-url origin {new}; git push -q --set-upstream origin main", root)
    restored = RealDesk(root, desk.mailbox, desk.smtp, new)
    assert desk.run("check", "--deep", root=root).returncode == 0
    found = restored.sync()
    assert (found["opened"], found["ids"]["opened"]) == (1, ["ACCREDO-2"])
    assert restored.entries() == before
    assert restored.sync()["fetched"] == 0


def test_a_backup_is_tried_without_secrets(
    desk: RealDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    letters = len(desk.smtp.letters())
    shell(
        f"git clone -q --mirror {desk.remote} backup.git; git clone -q backup.git tried", tmp_path
    )
    for name in ("TRACKER_SECRET", "TRACKER_IMAP_PASSWORD"):
        monkeypatch.delenv(name)
    for arguments in (("check", "--deep"), ("build",)):
        assert desk.run(*arguments, root=tmp_path / "tried").returncode == 0
    assert (tmp_path / "tried/site/tickets/ACCREDO-1/index.html").exists()
    assert len(desk.smtp.letters()) == letters
