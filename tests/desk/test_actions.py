"""What agents do: new, reply, note, close, reopen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk
from tests.desk.helpers import hook
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.desk import acting, answers, changes, opening
from tracker.desk.desk import Desk
from tracker.desk.write import PushRefusedError

pytestmark = pytest.mark.servers
CALLER = Address("Иван", "ivan@example.org")


@pytest.fixture
def opened(desk: RealDesk) -> Iterator[Desk]:
    """A desk with one request."""
    one = desk.open()
    opening.open_ticket(one, "anna", CALLER, "Принтер", "Не печатает", "phone")
    yield one
    one.index.close()


def test_a_call_becomes_a_ticket_with_the_caller_s_words_and_who_took_it(
    opened: Desk, desk: RealDesk
) -> None:
    ticket = desk.tickets()["ACCREDO-1"]
    said, event = ticket.entries
    assert (ticket.channel, str(ticket.requester)) == ("phone", "Иван <ivan@example.org>")
    assert (said.role, said.via, said.text) == ("requester", "phone", "Не печатает")
    assert (event.event, event.author.name) == ("opened", "Анна")
    assert "Open ACCREDO-1" in desk.git("log", "-1", "--format=%s %an", "origin/main")


def test_a_call_needs_a_title_and_a_caller(desk: RealDesk) -> None:
    with pytest.raises(TrackerError, match="needs a title"):
        opening.open_ticket(desk.open(), "anna", CALLER, " ", "x", "phone")
    with pytest.raises(TrackerError, match="needs a requester"):
        opening.open_ticket(desk.open(), "anna", Address("", ""), "x", "x", "phone")
    assert desk.tickets() == {}


def test_an_answer_with_files_and_closing(opened: Desk, desk: RealDesk, tmp_path: Path) -> None:
    for name in ("a.txt", "-х\nя.txt"):
        (tmp_path / name).write_bytes(b"\xff\x00" + name.encode())
    files = [tmp_path / "a.txt", tmp_path / "-х\nя.txt", tmp_path / "a.txt"]
    text = "Готово.\n\n<!-- reply -->\n---\n/close"
    answers.answer(opened, 1, "anna", text, close=True, attach=files)
    ticket = desk.tickets()["ACCREDO-1"]
    *_, answer, closed = ticket.entries
    assert ticket.status == "closed"
    assert answer.text == text
    assert (answer.role, answer.format, closed.event) == ("agent", "markdown", "closed")
    names = [one.path.rpartition("/")[2] for one in answer.attachments]
    assert names == ["a.txt", "_х я.txt", "a-2.txt"]
    for one in answer.attachments:
        assert (desk.root / one.path).stat().st_size == one.size


def test_a_note_is_internal(opened: Desk, desk: RealDesk) -> None:
    answers.answer(opened, 1, "anna", "Перезвонить", internal=True)
    note = desk.tickets()["ACCREDO-1"].entries[-1]
    assert (note.kind, note.visibility) == ("note", "internal")


def test_an_empty_answer_is_refused(opened: Desk) -> None:
    with pytest.raises(TrackerError, match="empty"):
        answers.answer(opened, 1, "anna", "  \n")


def test_closing_and_reopening_twice_changes_once(opened: Desk, desk: RealDesk) -> None:
    for status, event in (("closed", "closed"), ("open", "reopened")):
        changes.set_status(opened, [1], "anna", status)
        head = desk.git("rev-parse", "origin/main")
        (again,) = changes.set_status(opened, [1, 1], "anna", status)
        assert again.note == f"ACCREDO-1 is {status} already"
        assert desk.git("rev-parse", "origin/main") == head
        ticket = desk.tickets()["ACCREDO-1"]
        assert (ticket.status, ticket.entries[-1].event) == (status, event)


def test_several_are_closed_in_one_commit_or_none(opened: Desk, desk: RealDesk) -> None:
    opening.open_ticket(opened, "anna", CALLER, "Второе", "x", "cli")
    with pytest.raises(TrackerError, match="There is no ticket ACCREDO-9"):
        changes.set_status(opened, [1, 9, 2], "anna", "closed")
    assert {one.status for one in desk.tickets().values()} == {"open"}
    before = desk.git("rev-list", "--count", "origin/main")
    changes.set_status(opened, [1, 2], "anna", "closed")
    assert {one.status for one in desk.tickets().values()} == {"closed"}
    assert int(desk.git("rev-list", "--count", "origin/main")) == int(before) + 1


def test_a_ticket_that_is_not_there_or_broken(opened: Desk, desk: RealDesk) -> None:
    with pytest.raises(TrackerError, match="There is no ticket ACCREDO-99"):
        answers.answer(opened, 99, "anna", "x")
    file = desk.root / "tickets/000/ACCREDO-1.md"
    broken = file.read_text().replace("status: open", "status: lost")
    file.write_text(broken)
    desk.git("commit", "-qam", "Break it")
    with pytest.raises(TrackerError, match=r"tickets/000/ACCREDO-1\.md:4: `status` must be"):
        answers.answer(opened, 1, "anna", "x")
    assert file.read_text() == broken


@pytest.mark.parametrize(
    ("written", "number"), [("42", 42), ("ACCREDO-42", 42), ("accredo-42", 42), (" 7 ", 7)]
)
def test_numbers_as_people_write_them(desk: RealDesk, written: str, number: int) -> None:
    assert acting.number_from(desk.open(), written) == number


@pytest.mark.parametrize("written", ["abc", "0", "-1", "OTHER-42", "42a", "", "4 2", "9" * 20])
def test_what_is_no_number(desk: RealDesk, written: str) -> None:
    with pytest.raises(TrackerError, match="is no ticket number") as caught:
        acting.number_from(desk.open(), written)
    assert caught.value.hint == "Write 42 or ACCREDO-42."


def test_who_acts(desk: RealDesk) -> None:
    one = desk.open()
    assert acting.agent_of(one, "anna") == "anna"
    with pytest.raises(TrackerError, match="no agent `petr`"):
        acting.agent_of(one, "petr")
    with pytest.raises(TrackerError, match=r"tester@example\.org\) belongs to no agent"):
        acting.agent_of(one, None)
    desk.git("config", "user.email", "Anna@example.org")
    assert acting.agent_of(one, None) == "anna"


def test_a_number_is_given_only_when_the_host_took_it(desk: RealDesk) -> None:
    unhook = hook(desk, "exit 1")
    with pytest.raises(PushRefusedError):
        opening.open_ticket(desk.open(), "anna", CALLER, "Принтер", "x", "phone")
    unhook()
    assert desk.tickets() == {}
    done = opening.open_ticket(desk.open(), "anna", CALLER, "Принтер", "x", "phone")
    assert done.ticket == "ACCREDO-1"


def test_what_somebody_else_pushed_meanwhile_is_kept(desk: RealDesk) -> None:
    other = RealDesk(desk.clone("other"), desk.mailbox, desk.smtp, desk.remote)
    opening.open_ticket(other.open(), "anna", CALLER, "Первое", "x", "phone")
    done = opening.open_ticket(desk.open(), "anna", CALLER, "Второе", "x", "phone")
    assert done.ticket == "ACCREDO-2"
    assert sorted(one.title for one in desk.tickets().values()) == ["Второе", "Первое"]


def test_without_a_remote(desk_of: Callable[..., RealDesk]) -> None:
    desk = desk_of(remote=False)
    one = desk.open()
    opening.open_ticket(one, "anna", CALLER, "Принтер", "x", "phone")
    answers.answer(one, 1, "anna", "Готово", close=True)
    assert desk.tickets()["ACCREDO-1"].status == "closed"
    assert desk.git("status", "--porcelain") == ""


def test_a_draft_under_the_reply_mark_survives_an_answer(opened: Desk, desk: RealDesk) -> None:
    file = desk.root / "tickets/000/ACCREDO-1.md"
    file.write_text(file.read_text() + "Черновик\n")
    done = answers.answer(opened, 1, "anna", "Ответ")
    assert "tickets/000/ACCREDO-1.md" in done.note
    assert file.read_text().endswith("Черновик\n")
    assert desk.tickets()["ACCREDO-1"].entries[-1].text == "Ответ"
