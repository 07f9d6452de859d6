"""The whole demo, once: the very commands of production on the embedded mailbox."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.demo import letters
from tracker.demo.sample import FOLDER

pytestmark = pytest.mark.servers


def tracker(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tracker", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo that has done its job and ended."""
    folder = tmp_path_factory.mktemp("demo") / "d"
    run = tracker("demo", "--once", "--dir", str(folder))
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


def test_every_mail_became_something(done: Path) -> None:
    listed = tracker("-C", str(done / "desk"), "list", "--status", "any", "--json")
    tickets = json.loads(listed.stdout)
    assert 25 <= len(tickets) < len(list(FOLDER.glob("*.eml")))
    assert any(ticket["status"] == "closed" for ticket in tickets)


def test_nothing_hostile_got_out_of_a_mail(done: Path) -> None:
    tickets = json.loads(
        tracker("-C", str(done / "desk"), "list", "--status", "any", "--json").stdout
    )
    pretender = next(one for one in tickets if one["requester"]["email"] == "tester@mail.example")
    assert pretender["status"] == "open"
    pages = "".join(path.read_text("utf-8") for path in (done / "desk/site").rglob("*.html"))
    assert "evil.example/?c=" not in pages
    assert 'onerror="' not in pages


def test_the_first_run_answers_no_old_mail(done: Path) -> None:
    recipients = {letter.to for letter in letters.sent(done / "letters")}
    assert "ivan.petrov@mail.example" in recipients
    assert recipients.isdisjoint({"g.vetrova@college.example", "helen.marsh@quality.example"})
    assert "news@vestnik.example" not in recipients
    assert "lebedev@centr.example" not in recipients


def test_the_push_was_real(done: Path) -> None:
    heads = [
        subprocess.run(
            ["git", "-C", str(done / name), "rev-parse", "main"], capture_output=True, check=True
        ).stdout
        for name in ("desk", "remote.git")
    ]
    assert heads[0] == heads[1]


def test_the_portal_is_built(done: Path) -> None:
    assert (done / "desk/site/index.html").exists()
    assert (done / "desk/site/404.html").exists()


def test_the_new_request_page_asks_by_type(done: Path) -> None:
    assert "Доступ в личный кабинет" in (done / "desk/site/new/index.html").read_text("utf-8")


def test_the_letters_can_be_listed_and_read(done: Path) -> None:
    listed = tracker("demo", "letters", "--dir", str(done))
    assert "ivan.petrov@mail.example" in listed.stdout
    shown = tracker("demo", "letters", "1", "--dir", str(done))
    assert shown.stdout.startswith("To: ")


def test_without_a_running_demo_nothing_is_sent(done: Path) -> None:
    refused = tracker("demo", "send", "--dir", str(done))
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
