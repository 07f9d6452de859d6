"""A desk that turns public is asked first; one that was turned by hand is not built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.core.pages.make import IVAN, entry, ticket
from tests.desk.private import SECRET, PrivateDesk
from tracker.core.errors import TrackerError
from tracker.core.settings import FILE
from tracker.core.ticket import Attachment
from tracker.desk.desk import Desk
from tracker.desk.visibility import need_asked, turn, what_shows

FILES = (Attachment("a.pdf", "tickets/000/ACCREDO-1/a.pdf", 3, "application/pdf"),)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivateDesk:
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    desk = PrivateDesk(tmp_path / "desk")
    desk.put(ticket(1, entry("от Ивана", attachments=FILES)))
    desk.file("tickets/000/ACCREDO-1/a.pdf", b"pdf")
    desk.account()
    desk.commit()
    return desk


def settings(desk: PrivateDesk) -> str:
    return (desk.root / FILE).read_text("utf-8")


def test_what_becomes_visible_is_told_and_asked(desk: PrivateDesk) -> None:
    shows = what_shows(Desk.open(desk.root))
    assert (shows.tickets, shows.open, shows.people, shows.attachments, shows.accounts) == (
        *(1, 1, 1, 1, 1),
    )
    asked = desk.run("visibility", "public")
    assert asked.returncode == 1
    assert "1 requests (1 of them open) by 1 people" in asked.stdout
    assert 'visibility = "private"' in settings(desk)
    done = desk.run("visibility", "public", "--yes")
    assert done.returncode == 0, done.stderr
    assert desk.run("visibility").stdout == "public\n"
    assert not list((desk.root / "accounts").rglob("*.json"))
    assert desk.run("visibility", "public", "--yes").stdout == "The desk is public already.\n"


def test_turned_by_hand_it_is_not_built(desk: PrivateDesk) -> None:
    text = settings(desk)
    desk.settings(text.replace('"private"', '"public"'))
    desk.commit()
    for command in ("build", "check", "doctor"):
        done = desk.run(command)
        assert done.returncode == 1, command
        assert "tracker visibility public" in done.stdout + done.stderr, command
    assert not (desk.root / "site").exists()
    with pytest.raises(TrackerError, match="was private"):
        need_asked(Desk.open(desk.root).git, Desk.open(desk.root).repository.newest())
    assert turn(Desk.open(desk.root), "public")
    built = desk.run("build")
    assert built.returncode == 0, built.stderr
    assert (desk.root / "site" / "tickets" / "ACCREDO-1" / "index.html").is_file()


def test_back_to_private_the_next_build_takes_the_public_site_away(desk: PrivateDesk) -> None:
    assert turn(Desk.open(desk.root), "public")
    assert turn(Desk.open(desk.root), "private")
    assert not turn(Desk.open(desk.root), "private")
    assert 'visibility = "private"' in settings(desk)


def test_settings_without_the_line_get_one(desk: PrivateDesk) -> None:
    desk.settings(settings(desk).replace('visibility = "private"\n', ""))
    desk.commit()
    assert turn(Desk.open(desk.root), "public")
    assert Desk.open(desk.root).settings.desk.visibility == "public"
    assert Desk.open(desk.root).settings.desk.prefix == "ACCREDO"


def test_a_broken_record_is_a_fault_of_check(desk: PrivateDesk) -> None:
    record = desk.account("maria@example.org")
    desk.file(record.path, b"{}")
    desk.commit()
    done = desk.run("check", "--json")
    assert done.returncode == 1
    (fault,) = json.loads(done.stdout)["faults"]
    assert fault["path"] == record.path


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://help.example.org/", "portal: private, at https://help.example.org/"),
        ("http://help.example.org/", "browsers open accounts over https only"),
        ("https://owner.github.io/desk/", "shares its origin"),
        ("http://127.0.0.1:8000/", "ok   portal: private"),
    ],
)
def test_doctor_knows_where_accounts_can_be_opened(desk: PrivateDesk, url: str, words: str) -> None:
    line = next(one for one in settings(desk).split("\n") if one.startswith("portal_url"))
    desk.settings(settings(desk).replace(line, f'portal_url = "{url}"'))
    desk.commit()
    told = desk.run("doctor", "--resolver", "none").stdout
    assert words in told.replace("\x1b[0m", "")
    assert "accounts: 1 accounts, all under this secret" in told


def test_doctor_tells_of_another_secret(desk: PrivateDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_SECRET", "quite another secret of a desk")
    told = desk.run("doctor", "--resolver", "none")
    assert "written under another secret" in told.stdout
    assert IVAN.email not in told.stdout
