"""Exporting a real desk, and taking what was exported into an empty one."""

from __future__ import annotations

import csv
import io
import json
import mailbox as stdlib
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path

import pytest

from tests import programs
from tests.desk.conftest import RealDesk
from tests.desk.test_importing import no_letter, run_import
from tracker.core.ticket import Ticket

pytestmark = pytest.mark.servers

MAIL = """\
From: =?utf-8?b?0JjQstCw0L0=?= <ivan@example.org>\r
To: support@example.org\r
Subject: {subject}\r
Message-ID: <{name}@example.org>\r
{more}MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
{text}\r
--b\r
Content-Type: application/pdf; name=page.pdf\r
Content-Disposition: attachment; filename="лист.pdf"\r
\r
%PDF {name}\r
--b--\r
"""
FORMULA = '=HYPERLINK("http://evil.example";"x")'


@pytest.fixture
def full(desk: RealDesk) -> RealDesk:
    """A desk with answers, a note, a held mail, labels, a call, a merge and attachments."""
    mails = (
        ("one", FORMULA, "", "Позвоните +7 495 123-45-67.\n\nFrom here on."),
        ("two", "Второй", "In-Reply-To: <one@example.org>\r\n", "Ещё: ivan@example.org\n> цитата"),
        ("spam", "Held", "X-Spam-Flag: YES\r\n", "Buy."),
        ("three", "Printer", "", "It jams."),
    )
    for name, subject, more, text in mails:
        mail = MAIL.format(name=name, subject=subject, more=more, text=text)
        desk.mailbox.append(mail.encode())
    desk.sync()
    anna = ("--as", "anna")
    for arguments in (
        ("reply", "1", "--text", "*Готово.*\n\n/not a command"),
        ("note", "1", "--text", "Только нам"),
        ("label", "1", "кабинет"),
        ("assign", "1", "anna"),
        ("cc", "1", "olga@example.org"),
        ("priority", "3", "urgent"),
        ("new", "--phone", "--from", "Пётр", "--title", "Звонок", "--text", "-1"),
        ("merge", "4", "3"),
        ("close", "3"),
    ):
        done = desk.run(*arguments, *anna)
        assert done.returncode == 0, done.stderr
    desk.sync()
    return desk


@pytest.fixture
def empty(desk: RealDesk, tmp_path: Path) -> Iterator[RealDesk]:
    """Another desk, without a ticket, that sends through the same server."""
    root = tmp_path / "other"
    options = [
        *("--name", "Other"),
        *("--prefix", "ACCREDO", "--address", "support@example.org", "--imap", desk.mailbox.url),
        *("--smtp", desk.smtp.url, "--language", "ru", "--visibility", "public"),
        *("--agent", "anna=Анна <anna@example.org>", "--yes"),
    ]
    programs.run("init", root, *options).check_returncode()
    yield RealDesk(root, desk.mailbox, desk.smtp, None)


def opened(path: Path) -> list[Message]:
    """The mails of an mbox file, as the library of Python reads them."""
    box = stdlib.mbox(path)
    try:
        return list(box)
    finally:
        box.close()


def files_of(desk: RealDesk) -> dict[str, bytes]:
    found = (desk.root / "tickets").rglob("*")
    return {
        one.relative_to(desk.root).as_posix(): one.read_bytes()
        for one in found
        if one.is_file() and one.parent.name.startswith("ACCREDO-")
    }


def test_json_comes_back_equal(full: RealDesk, empty: RealDesk, tmp_path: Path) -> None:
    path = tmp_path / "desk.json"
    done = full.run("export", "json", str(path), "--all")
    assert (done.returncode, done.stdout) == (0, "")
    assert path.stat().st_mode & 0o077 == 0
    before = full.tickets()
    assert len(before) == 4 and len(files_of(full)) == 4
    letters = len(full.smtp.letters())

    result = run_import(empty, "json", str(path))
    assert (result["opened"], result["files"], result["left"]) == (4, 4, [])
    after = empty.tickets()
    quiet = {name: _as_if_told(one) for name, one in before.items()}
    assert {name: _as_if_told(one) for name, one in after.items()} == quiet
    assert after["ACCREDO-1"] == before["ACCREDO-1"]
    assert files_of(empty) == files_of(full)
    again = run_import(empty, "json", str(path))
    assert (again["opened"], again["known"], again["commits"]) == (0, 4, 0)

    empty.mailbox.append(b"From: x@example.org\r\nSubject: New\r\nMessage-ID: <n@x>\r\n\r\nNew")
    assert empty.sync()["ids"]["opened"] == ["ACCREDO-5"]
    told = {one.recipients[0] for one in full.smtp.letters()[letters:]}
    assert told == {"x@example.org", "anna@example.org"}


def _as_if_told(ticket: Ticket) -> Ticket:
    """What was owed when it was exported is silent afterwards, and only that."""
    quiet = (replace(one, silent="") for one in ticket.entries)
    return replace(ticket, entries=tuple(quiet))


def test_what_is_owed_is_owed_no_more(full: RealDesk, empty: RealDesk, tmp_path: Path) -> None:
    full.run("reply", "1", "--as", "anna", "--text", "Not sent yet")
    full.run("export", "json", str(tmp_path / "desk.json"), "--all")
    full.smtp.reset()
    run_import(empty, "json", str(tmp_path / "desk.json"))
    # The mailbox is the same one: what lies in it is known.
    ran = empty.sync()
    assert (ran["opened"], ran["sent"]) == (0, 0)
    accepted = empty.run("review", "2", "--accept", "--as", "anna")
    assert accepted.returncode == 0, accepted.stderr
    no_letter(empty)


def test_a_number_that_is_taken_gives_another(
    full: RealDesk, empty: RealDesk, tmp_path: Path
) -> None:
    full.run("export", "json", str(tmp_path / "desk.json"), "--all")
    empty.run("new", "--as", "anna", "--from", "A", "--title", "Own", "--text", "x")
    result = run_import(empty, "json", str(tmp_path / "desk.json"), status=3)
    assert result["numbers"]["ACCREDO-1"] == "ACCREDO-5"
    assert set(empty.tickets()) == {f"ACCREDO-{n}" for n in range(1, 6)}
    again = run_import(empty, "json", str(tmp_path / "desk.json"))
    assert (again["known"], again["opened"]) == (4, 0)
    assert empty.run("check").returncode == 0


def test_only_public_words_leave_unasked(full: RealDesk, tmp_path: Path) -> None:
    everything = ""
    for kind in ("json", "csv", "mbox"):
        done = full.run("export", kind)
        assert done.returncode == 0
        everything += done.stdout
    for secret in ("Только нам", "Buy.", "ivan@example.org", "olga@", "anna@", "123-45-67"):
        assert secret not in everything
    box = tmp_path / "x.mbox"
    full.run("export", "mbox", str(box))
    words = "".join(
        part.get_payload(decode=True).decode()  # type: ignore[union-attr]
        for one in opened(box)
        for part in one.walk()
        if part.get_content_type() == "text/plain"
    )
    assert "Готово" in words
    assert not any(one in words for one in ("Только нам", "Buy.", "ivan@example.org", "123-45-67"))


def test_a_table_without_formulas(full: RealDesk, tmp_path: Path) -> None:
    path = tmp_path / "desk.csv"
    full.run("export", "csv", str(path), "--all", "--excel")
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))
    assert [one["id"] for one in rows] == [f"ACCREDO-{n}" for n in range(1, 5)]
    assert rows[0]["title"] == f"'{FORMULA}"
    assert rows[3]["request"] == "'-1"
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    assert rows[0]["email"] == "ivan@example.org"
    status = full.run("export", "csv", "--status", "closed").stdout
    assert [one["id"] for one in csv.DictReader(io.StringIO(status))] == ["ACCREDO-3", "ACCREDO-4"]


def test_mails_come_back_as_far_as_mails_can(
    full: RealDesk, empty: RealDesk, tmp_path: Path
) -> None:
    path = tmp_path / "desk.mbox"
    full.run("export", "mbox", str(path), "--addresses")
    assert len(opened(path)) == 5
    full.smtp.reset()
    result = run_import(empty, "mbox", str(path), "--believe-agents")
    assert (result["opened"], result["commented"], result["left"]) == (3, 2, [])
    before, after = full.tickets(), empty.tickets()
    pairs = (("ACCREDO-1", "ACCREDO-1"), ("ACCREDO-3", "ACCREDO-2"), ("ACCREDO-4", "ACCREDO-3"))
    for old, new in pairs:
        one, two = before[old], after[new]
        assert two.title == one.title
        said = [entry for entry in one.entries if entry.kind == "message"]
        back = [entry for entry in two.entries if entry.kind == "message"]
        for left, right in zip(said, back, strict=True):
            assert (right.text, right.quoted, right.at) == (left.text, left.quoted, left.at)
            assert (right.author.name, right.role) == (left.author.name, left.role)
            assert [x.name for x in right.attachments] == [x.name for x in left.attachments]
    assert sorted(files_of(empty).values()) == [b"%PDF one", b"%PDF three", b"%PDF two"]
    ran = empty.sync()  # the one mail that was held is new here, and is held again
    assert (ran["opened"], ran["sent"], full.smtp.letters()) == (1, 0, [])


def test_an_existing_file_is_left_alone(full: RealDesk, tmp_path: Path) -> None:
    path = tmp_path / "desk.json"
    path.write_text("mine")
    done = full.run("export", "json", str(path))
    assert (done.returncode, path.read_text()) == (1, "mine")
    assert full.run("export", "json", str(path), "--force").returncode == 0
    assert json.loads(path.read_text())["format"] == "tracker-desk"
    assert [one.name for one in tmp_path.glob("*.part")] == []
