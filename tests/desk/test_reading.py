"""Lists, one ticket, search, check and doctor; and the JSON that programs rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import SECRET, RealDesk, letter
from tests.desk.helpers import run
from tracker.adapters.dns import Resolver
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.desk import answers, changes, opening, queries
from tracker.desk.check import check, index_differences
from tracker.desk.doctor import examine
from tracker.desk.finding import search_tickets

pytestmark = pytest.mark.servers


@pytest.fixture
def filled(desk: RealDesk) -> RealDesk:
    """Two requests by mail, one of them closed, and a call."""
    html = letter("ivan", subject="Принтер")
    desk.mailbox.append_many([html, letter("olga", subject="Пропуск")])
    run(desk)
    one = desk.open()
    opening.open_ticket(one, "anna", Address("Пётр", ""), "Звонок", "Перезвоните", "phone")
    changes.set_status(one, [2], "anna", "closed")
    return desk


def test_lists(filled: RealDesk) -> None:
    desk = filled.open()
    names = {
        scope: [one.id for one in queries.list_tickets(desk, scope)] for scope in queries.SCOPES
    }
    assert sorted(names["any"]) == ["ACCREDO-1", "ACCREDO-2", "ACCREDO-3"]
    assert sorted(names["open"]) == ["ACCREDO-1", "ACCREDO-3"]
    assert names["closed"] == ["ACCREDO-2"]


SEARCHES = {
    "принтеру": ["ACCREDO-1"],
    "письма": ["ACCREDO-1", "ACCREDO-2"],
    "письма olga": ["ACCREDO-2"],
    "ACCREDO-3": ["ACCREDO-3"],
    "перезвоните": ["ACCREDO-3"],
    "ivan@example.org": ["ACCREDO-1"],
    "нет такого": [],
    '" OR *': [],
    "!!!": [],
}


def test_search_finds_every_word_in_any_form(filled: RealDesk) -> None:
    desk = filled.open()
    found = {words: sorted(one.id for one in search_tickets(desk, words)) for words in SEARCHES}
    assert found == SEARCHES


def test_search_follows_what_changes(filled: RealDesk) -> None:
    desk = filled.open()
    assert search_tickets(desk, "картриджа") == []
    answers.answer(desk, 1, "anna", "Меняем картридж")
    assert [one.id for one in search_tickets(desk, "картриджа")] == ["ACCREDO-1"]
    assert index_differences(desk) == []


def test_the_json_of_a_ticket_is_the_contract(filled: RealDesk) -> None:
    done = filled.run("show", "1", "--json")
    shown: dict[str, Any] = json.loads(done.stdout)
    assert list(shown) == [
        *("id", "title", "status", "requester", "assignee", "labels", "channel"),
        *("created", "updated", "path", "participants", "muted", "priority", "taken"),
        *("phone", "merged_into", "links", "entries"),
    ]
    assert shown["requester"] == {"name": "ivan", "email": "ivan@example.org"}
    assert (shown["assignee"], shown["labels"]) == (None, [])
    assert shown["path"] == "tickets/000/ACCREDO-1.md"
    (entry,) = shown["entries"]
    promised = {
        *("n", "kind", "visibility", "role", "via", "author", "at", "text", "quoted"),
        *("message_id", "told", "bounced", "attachments"),
    }
    assert promised <= set(entry)
    assert (entry["n"], entry["message_id"]) == (1, "<ivan-0@example.org>")
    assert list(entry["told"]) == ["ivan@example.org", "anna@example.org", "@anna"]
    assert (entry["bounced"], entry["attachments"]) == ({}, [])


def test_an_attachment_in_the_json(filled: RealDesk, tmp_path: Path) -> None:
    (tmp_path / "акт.pdf").write_bytes(b"%PDF")
    answers.answer(filled.open(), 1, "anna", "Вот", attach=[tmp_path / "акт.pdf"])
    _, ticket = queries.find_ticket(filled.open(), 1)
    shown = queries.ticket_json("p", ticket)["entries"][-1]["attachments"]
    assert shown == [
        {
            "name": "акт.pdf",
            "path": "tickets/000/ACCREDO-1/акт.pdf",
            "size": 4,
            "type": "application/pdf",
        }
    ]


def test_a_ticket_that_is_not_there(filled: RealDesk) -> None:
    with pytest.raises(TrackerError, match="There is no ticket ACCREDO-99999"):
        queries.find_ticket(filled.open(), 99999)


def test_a_desk_whose_branch_does_not_exist_is_empty(filled: RealDesk) -> None:
    """The index held another branch before; nothing must wait for ever."""
    assert queries.list_tickets(filled.open(), "any")
    toml = filled.root / "tracker.toml"
    toml.write_text(toml.read_text().replace("[desk]\n", '[desk]\nbranch = "nowhere"\n'))
    assert queries.list_tickets(filled.open(), "any") == []


# check


def test_a_sound_desk_has_no_fault_and_its_index_equals_a_rebuilt_one(filled: RealDesk) -> None:
    assert check(filled.root) == (3, [])
    assert index_differences(filled.open()) == []


def test_every_fault_with_path_and_line(filled: RealDesk) -> None:
    root = filled.root
    folder = root / "tickets/000"

    def change(name: str, before: str, after: str) -> None:
        file = folder / name
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after, 1))

    change("ACCREDO-1.md", "status: open", "status: done")
    change("ACCREDO-2.md", "channel: email", "channel: email\nasignee: anna\nassignee: nobody")
    change("ACCREDO-3.md", "<!-- reply", "<<<<<<< HEAD\n<!-- reply")
    (folder / "ACCREDO-4.md").write_bytes(b"---\nid: \xff\n---\n")
    (folder / "ACCREDO-5.md").write_text((folder / "ACCREDO-2.md").read_text())
    lone = (folder / "ACCREDO-2.md").read_text().replace("ACCREDO-2", "OTHER-2")
    (folder / "OTHER-2.md").write_text(lone)
    toml = root / "tracker.toml"
    toml.write_text(toml.read_text() + "\n[limits]\nmesage_mib = 1\n")
    tickets, faults = check(root)
    said = "\n".join(map(str, faults))
    assert tickets == 6
    assert "tracker.toml:" in said
    assert "did you mean `message_mib`?" in said
    assert "tickets/000/ACCREDO-1.md:4: `status` must be" in said
    assert "ACCREDO-2.md:7: unknown field `asignee`; did you mean `assignee`?" in said
    assert "ACCREDO-3.md:" in said
    assert "unsolved merge" in said
    assert "ACCREDO-4.md: is not UTF-8" in said
    assert "ACCREDO-5.md:2: `id: ACCREDO-2` belongs into tickets/000/ACCREDO-2.md" in said
    assert "OTHER-2.md: the number 2 belongs to tickets/000/ACCREDO-2.md already" in said


def test_a_conflict_below_the_reply_mark_is_a_fault_too(filled: RealDesk) -> None:
    file = filled.root / "tickets/000/ACCREDO-1.md"
    text = file.read_text()
    file.write_text(text + "<<<<<<< HEAD\nодин\n=======\nдва\n>>>>>>> other\n")
    _, (fault,) = check(filled.root)
    assert fault.line == text.count("\n") + 1
    assert "unsolved merge" in fault.message


def test_agents_and_attachments_are_checked_against_the_desk(filled: RealDesk) -> None:
    file = filled.root / "tickets/000/ACCREDO-1.md"
    one = '{"name": "a", "path": "tickets/000/ACCREDO-1/a", "size": 1, "type": "x/y"}'
    two = '{"name": "a", "path": "tickets/000/ACCREDO-1/../../../x", "size": 1, "type": "x/y"}'
    text = file.read_text().replace('"via"', f'"files": [{one}, {two}], "via"')
    file.write_text(text.replace("channel: email", "assignee: petr\nchannel: email"))
    said = [fault.message for fault in check(filled.root)[1]]
    assert said == [
        "there is no agent `petr`; known are anna",
        "the attachment tickets/000/ACCREDO-1/a is missing",
        "the attachment tickets/000/ACCREDO-1/../../../x does not lie in tickets/000/ACCREDO-1",
    ]


def test_a_broken_ticket_is_reported_by_the_list_and_the_others_stay(filled: RealDesk) -> None:
    file = filled.root / "tickets/000/ACCREDO-1.md"
    file.write_text("rubbish\n")
    filled.git("commit", "-qam", "Break it")
    desk = filled.open()
    (fault,) = queries.broken_tickets(desk)
    assert fault.message.startswith("tickets/000/ACCREDO-1.md:1: expected `---`")
    assert len(queries.list_tickets(desk, "any")) == 2
    with pytest.raises(TrackerError, match=r"ACCREDO-1\.md:1"):
        queries.find_ticket(desk, 1)


# doctor


def findings(desk: RealDesk) -> dict[str, tuple[bool, str]]:
    return {
        one.subject: (one.ok, f"{one.message} {one.hint}")
        for one in examine(desk.root, Resolver("none"))
    }


def test_a_healthy_desk(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    found = findings(desk)
    assert all(ok for ok, _ in found.values()), found
    assert "1 mails wait" in found["mailbox"][1]
    assert desk.tickets() == {}


def test_everything_that_is_wrong_is_found_at_once(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.remote is not None
    monkeypatch.setenv("TRACKER_SECRET", "short")
    monkeypatch.setenv("TRACKER_IMAP_PASSWORD", "wrong-canary")
    desk.remote.rename(desk.remote.with_name("gone.git"))
    desk.smtp.kill()
    (desk.root / "tickets/000").mkdir(parents=True)
    (desk.root / "tickets/000/ACCREDO-1.md").write_text("x")
    found = findings(desk)
    wrong = {name for name, (ok, _) in found.items() if not ok}
    assert wrong == {"tickets", "remote", "secret", "mailbox", "sending"}
    assert all(said.count(".") for name, (ok, said) in found.items() if not ok)
    everything = str(found)
    assert "wrong-canary" not in everything
    assert SECRET not in everything


def test_doctor_outside_a_desk(tmp_path: Path) -> None:
    (one,) = examine(tmp_path)
    assert not one.ok
    assert "is not inside a desk" in one.message


def test_a_missing_password_is_named(desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_IMAP_PASSWORD")
    assert "TRACKER_IMAP_PASSWORD is not set" in findings(desk)["mailbox"][1]
