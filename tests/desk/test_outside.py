"""``tracker check``: drafts, and pull requests from outside, which must not touch tickets."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import RealDesk
from tests.desk.people import FILE, Person
from tracker.adapters.history import ShallowError
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.desk import opening
from tracker.desk.check import check, outside_faults

pytestmark = pytest.mark.servers
REASON = "a pull request from outside must not change tickets"


@pytest.fixture
def desk(desk_of: Callable[..., RealDesk]) -> RealDesk:
    """A desk with one ticket."""
    made = desk_of()
    opened = made.open()
    caller = Address("Иван", "ivan@example.org")
    opening.open_ticket(opened, "anna", caller, "Принтер", "Не печатает", "phone")
    opened.index.close()
    return made


@pytest.fixture
def forger(desk: RealDesk) -> Person:
    """A contributor with a branch that changes a page, and a ticket there and back."""
    one = Person(desk.clone("forger"), "Анна", "anna@example.org")
    one.git("checkout", "-q", "-b", "mend")
    one.save("x", "docs/x.md")
    one.draft("Пароль: 1\n")
    one.commit()
    one.git("revert", "--no-edit", "HEAD")
    return one


@pytest.fixture
def event(tmp_path: Path, desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set what GitHub says that a workflow runs for."""

    def happen(head: Any, **more: Any) -> None:
        sha = desk.git("rev-parse", "origin/main").strip()
        base = {"ref": "main", "sha": sha, "repo": {"full_name": "us/desk"}}
        request = {"base": base, "head": {"repo": head, "ref": "mend"}}
        file = tmp_path / "event.json"
        file.write_text(json.dumps({"pull_request": request, **more}))
        monkeypatch.setenv("GITHUB_EVENT_PATH", str(file))

    return happen


def test_drafts_are_checked_before_they_are_committed(desk: RealDesk) -> None:
    file = desk.root / FILE
    count = file.read_text().count("\n")
    file.write_text(
        file.read_text() + "Вот [акт](ACCREDO-1/a.pdf)\n/assign petr\n\n/clsoe\n/merge 9\n"
    )
    said = [(fault.path, fault.line - count, fault.message) for fault in check(desk.root)[1]]
    assert said == [
        (FILE, 1, "the linked file tickets/000/ACCREDO-1/a.pdf is missing: add it and commit"),
        (FILE, 2, "There is no agent `petr`"),
        (FILE, 4, "`/clsoe` is no command; did you mean `/close`?"),
        (FILE, 5, "There is no ticket ACCREDO-9"),
    ]
    (desk.root / "tickets/000/ACCREDO-1").mkdir()
    (desk.root / "tickets/000/ACCREDO-1/a.pdf").write_text("x")
    file.write_text("".join(file.read_text().splitlines(True)[:count]) + "[x](ACCREDO-1/a.pdf)\n")
    assert check(desk.root)[1] == []


def test_commits_from_outside_must_not_touch_tickets(desk: RealDesk, forger: Person) -> None:
    done = desk.run("check", "--outside", "origin/main", root=forger.root)
    assert (done.returncode, done.stdout) == (1, f"{FILE}: {REASON}\n")
    done = desk.run("check", "--outside", "HEAD", "--json", root=forger.root)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"tickets": 1, "faults": []})
    with pytest.raises(TrackerError, match="There is no commit nowhere"):
        outside_faults(forger.root, "nowhere")


def test_a_workflow_for_a_fork_s_pull_request_checks_by_itself(
    desk: RealDesk, forger: Person, event: Callable[..., None]
) -> None:
    for head in ({"full_name": "them/desk"}, None):
        event(head)
        assert [fault.message for fault in outside_faults(forger.root)] == [REASON]
    # The host checks out what the merge would give; the desk's own new commits are no fault.
    own = Person(desk.clone("own"), "Tracker", "support@example.org")
    own.draft("x\n")
    own.commit()
    own.push()
    forger.git("fetch", "-q", "origin")
    forger.git("checkout", "-q", "--detach", "origin/main")
    forger.git("merge", "-q", "--no-ff", "-m", "Merge mend into main", "mend")
    assert [fault.path for fault in outside_faults(forger.root)] == [FILE]
    forger.git("reset", "-q", "--hard", "origin/main")
    assert outside_faults(forger.root) == []


def test_other_workflows_are_not_looked_at(
    forger: Person, event: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    event({"full_name": "us/desk"})
    assert outside_faults(forger.root) == []
    event(None, pull_request=None)
    assert outside_faults(forger.root) == []
    (tmp_path / "event.json").write_text("[]")
    with pytest.raises(TrackerError, match="holds no event of GitHub"):
        outside_faults(forger.root)
    monkeypatch.delenv("GITHUB_EVENT_PATH")
    assert outside_faults(forger.root) == []


def test_a_clone_without_the_base_says_what_to_do(desk: RealDesk, tmp_path: Path) -> None:
    url = f"file://{desk.remote}"
    command = ["git", "clone", "-q", "--depth=1", url, str(tmp_path / "shallow")]
    subprocess.run(command, check=True)
    with pytest.raises(ShallowError):
        outside_faults(tmp_path / "shallow", "0" * 40)
