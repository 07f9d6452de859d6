"""Importing archives of mail into a real desk: threaded, once, and answered by nobody."""

from __future__ import annotations

import json
import mailbox as stdlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.test_importing import head, no_letter, run_import

pytestmark = pytest.mark.servers


def mail(
    name: str, day: int, answers: str = "", sender: str = "ivan@example.org", text: str = ""
) -> bytes:
    to = "support@example.org" if sender != "support@example.org" else "ivan@example.org"
    thread = f"In-Reply-To: <{answers}@old.example>\n" if answers else ""
    return (
        f"From: {sender}\nTo: {to}\nSubject: {'Re: ' if answers else ''}Printer {name[0]}\n"
        f"Date: {day} Mar 2021 10:00:00 +0000\nMessage-ID: <{name}@old.example>\n{thread}\n"
        f"{text or f'Mail {name}.'}\n"
    ).encode()


def archive() -> list[bytes]:
    """Two threads, the newest mail first, as some exports have it; one answer by an agent, one
    from the desk's own address, one with a command.
    """
    return [
        mail("b3", 9, "b2", text="/close\nThanks."),
        mail("b2", 8, "b1", "support@example.org"),
        mail("a2", 5, "a1", "anna@example.org", "From me to you."),
        mail("b1", 4),
        mail("a1", 3),
    ]


def as_mbox(mails: list[bytes], path: Path) -> Path:
    box = b""
    for one in mails:
        ending = b"\n" if one.endswith(b"\n") else b"\n\n"
        box += b"From x@old.example Mon Mar  1 10:00:00 2021\n" + one + ending
    path.write_bytes(box)
    return path


def test_threads_in_any_order_come_once_and_silently(desk: RealDesk, tmp_path: Path) -> None:
    path = as_mbox(archive(), tmp_path / "old.mbox")
    done = run_import(desk, "mbox", str(path), "--believe-agents")
    assert (done["opened"], done["commented"], done["left"]) == (2, 3, [])
    tickets = desk.tickets()
    assert [one.text for one in tickets["ACCREDO-1"].entries] == ["Mail a1.", "From me to you."]
    roles = [(one.role, one.visibility) for one in tickets["ACCREDO-2"].entries]
    assert roles == [("requester", "public"), ("agent", "public"), ("requester", "public")]
    assert tickets["ACCREDO-2"].status == "open"  # what was ordered then is not obeyed now
    assert tickets["ACCREDO-2"].entries[2].text == "/close\nThanks."
    assert tickets["ACCREDO-1"].created == datetime(2021, 3, 3, 10, tzinfo=UTC)
    assert all(entry.silent for one in tickets.values() for entry in one.entries)
    before = head(desk)
    again = run_import(desk, "mbox", str(path), "--believe-agents")
    assert (again["opened"], again["commented"], again["known"]) == (0, 0, 5)
    assert head(desk) == before
    no_letter(desk)


def test_the_same_mail_in_the_mailbox_is_known(desk: RealDesk, tmp_path: Path) -> None:
    path = as_mbox(archive(), tmp_path / "old.mbox")
    run_import(desk, "mbox", str(path), "--believe-agents")
    for one in archive()[3:]:
        desk.mailbox.append(one.replace(b"\n", b"\r\n"))
    ran = desk.sync()
    assert (ran["opened"], ran["commented"], ran["ignored"]) == (0, 0, 2)
    assert desk.smtp.letters() == []


def test_agents_are_not_believed_unasked(desk: RealDesk, tmp_path: Path) -> None:
    path = as_mbox(archive(), tmp_path / "old.mbox")
    run_import(desk, "mbox", str(path))
    held = [one for one in desk.tickets()["ACCREDO-1"].entries if one.visibility == "held"]
    assert [one.author.email for one in held] == ["anna@example.org"]
    no_letter(desk)


def test_an_archive_that_begins_with_the_desk(desk: RealDesk, tmp_path: Path) -> None:
    """Whom the desk wrote to first is the requester."""
    mails = [mail("c1", 3, "", "support@example.org"), mail("c2", 4, "c1")]
    run_import(desk, "mbox", str(as_mbox(mails, tmp_path / "sent.mbox")), "--believe-agents")
    (ticket,) = desk.tickets().values()
    assert ticket.requester.email == "ivan@example.org"
    assert [one.role for one in ticket.entries] == ["agent", "requester"]
    no_letter(desk)


def test_maildir_and_eml_hold_the_same(desk: RealDesk, tmp_path: Path) -> None:
    box = stdlib.Maildir(tmp_path / "box")
    sent = box.add_folder("Sent")
    for n, one in enumerate(archive()):
        (sent if n % 2 else box).add(one)
    (tmp_path / "box" / "new" / "17.link").symlink_to("/etc/hostname")
    done = run_import(desk, "maildir", str(tmp_path / "box"), "--believe-agents")
    assert (done["opened"], done["commented"], done["known"]) == (2, 3, 0)
    folder = tmp_path / "letters" / "2021"
    folder.mkdir(parents=True)
    for n, one in enumerate(archive()):
        (folder / f"{n}.eml").write_bytes(one)
    again = run_import(desk, "eml", str(tmp_path / "letters"), "--believe-agents")
    assert (again["opened"], again["commented"], again["known"]) == (0, 0, 5)
    no_letter(desk)


def test_odd_mails_are_named_and_stop_nothing(desk: RealDesk, tmp_path: Path) -> None:
    with (desk.root / "tracker.toml").open("a") as file:
        file.write("\n[limits]\nmessage_mib = 1\n")
    big = letter("big").replace(b"\r\n", b"\n") + b"x" * 2**20
    mails = [
        b"\n",
        big,
        b"\xff\x00\xfe",
        *archive(),
        b"Date: 31 Feb 2021 25:99:99 +9999\n\nNo sender.",
    ]
    path = as_mbox(mails, tmp_path / "old.mbox")
    done = run_import(desk, "mbox", str(path), "--believe-agents", status=3)
    assert {one["file"]: one["reason"] for one in done["left"]} == {
        "old.mbox: mail 1": "is no mail: it has no sender and no words",
        "old.mbox: mail 2": "larger than 1 MiB",
    }
    assert done["opened"] == 4
    again = run_import(desk, "mbox", str(path), "--believe-agents", status=3)
    assert (again["opened"], again["commented"]) == (0, 0)


def test_a_dry_run_threads_as_well(desk: RealDesk, tmp_path: Path) -> None:
    path = as_mbox(archive(), tmp_path / "old.mbox")
    before = head(desk)
    done = run_import(desk, "mbox", str(path), "--believe-agents", "--dry-run")
    assert (done["opened"], done["commented"], done["commits"]) == (2, 3, 0)
    assert head(desk) == before


def test_what_is_no_archive_is_said(desk: RealDesk, tmp_path: Path) -> None:
    (tmp_path / "x.mbox").write_text("Subject: a mail\n\nalone")
    done = desk.run("import", "mbox", str(tmp_path / "x.mbox"))
    assert (done.returncode, "is no mbox file" in done.stderr) == (1, True)
    done = desk.run("import", "maildir", str(tmp_path))
    assert (done.returncode, "is no Maildir" in done.stderr) == (1, True)
    (tmp_path / "deep.json").write_text("[" * 200_000)
    for kind in ("jira", "github", "json"):
        done = desk.run("import", kind, str(tmp_path / "deep.json"))
        assert (done.returncode, "nested too deeply" in done.stderr) == (1, True)
    assert json.loads(desk.run("list", "--status", "any", "--json").stdout) == []
