"""Answers, notes and corrections, on real Git."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import run
from tracker.core.addresses import Address
from tracker.core.document import amend_entry
from tracker.core.errors import TrackerError
from tracker.core.operations import Actor
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace
from tracker.desk import answers, changes
from tracker.desk.acting import carry_out
from tracker.desk.desk import Desk
from tracker.desk.opening import open_ticket

pytestmark = pytest.mark.servers
CALLER = Address("Иван", "ivan@example.org")
BORIS = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'
FILE = "tickets/000/ACCREDO-1.md"


@pytest.fixture
def desk(desk_of: Callable[..., RealDesk]) -> RealDesk:
    """A desk with two agents."""
    return desk_of(settings=BORIS)


@pytest.fixture
def opened(desk: RealDesk) -> Iterator[Desk]:
    """The same with one request."""
    one = desk.open()
    open_ticket(one, "anna", CALLER, "Принтер", "Не печатает", "phone")
    yield one
    one.index.close()


def now(desk: RealDesk) -> Ticket:
    return desk.tickets()["ACCREDO-1"]


def holding(work: Workspace, _: Actor) -> str:
    """Hold the request for review."""
    ticket = work.need(1)
    work.amend(ticket, ticket.entries[0].id, {"visibility": "held"})
    return "Hold"


def sent(opened: Desk, place: int = -1) -> None:
    """Record that an entry was mailed."""

    def act(work: Workspace, _: Actor) -> str:
        told = {"told": {CALLER.key: "2026-11-23T07:00:00Z"}}
        ticket = work.need(1)
        file = amend_entry(work.text(1) or "", ticket.entries[place].id, told)
        work.store(ticket, file)
        return "Send"

    carry_out(opened, "anna", act)


def test_an_answer_that_waits(opened: Desk, desk: RealDesk) -> None:
    answers.answer(opened, 1, "anna", "Какой принтер?", wait=True)
    *_, said, event = now(desk).entries
    assert (said.text, event.event, now(desk).status) == ("Какой принтер?", "waiting", "waiting")
    answers.answer(opened, 1, "anna", "Ну так какой?", wait=True)
    assert now(desk).entries[-1].text == "Ну так какой?", "it waited already"
    answers.answer(opened, 1, "anna", "Нашёл.")
    assert now(desk).status == "waiting", "an answer alone changes no status"
    assert desk.git("status", "--porcelain") == ""


def test_commands_are_obeyed_where_they_are_asked_for(opened: Desk, desk: RealDesk) -> None:
    text = "Готово.\n\n/close\n/assign boris\n\\/close"
    answers.answer(opened, 1, "anna", text, obey=True)
    one = now(desk)
    assert (one.entries[2].text, one.status, one.assignee) == (
        "Готово.\n\n/close",
        "closed",
        "boris",
    )
    answers.answer(opened, 1, "anna", "/note Звонил ещё раз.\n/reopen", obey=True)
    assert (now(desk).entries[-2].kind, now(desk).status) == ("note", "open")
    answers.answer(opened, 1, "anna", "/wait\n", obey=True)
    assert [one.kind for one in now(desk).entries[-2:]] == ["event", "event"]
    answers.answer(opened, 1, "anna", "/close")
    assert now(desk).entries[-1].text == "/close"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Готово.\n/clsoe", "did you mean `/close`"),
        ("Готово.\n/assign nobody", "no agent `nobody`"),
        ("Готово.\n/merge 99", "no ticket ACCREDO-99"),
    ],
)
def test_a_wrong_command_writes_nothing(
    opened: Desk, desk: RealDesk, text: str, reason: str
) -> None:
    head = desk.git("rev-parse", "origin/main")
    with pytest.raises(TrackerError, match=reason):
        answers.answer(opened, 1, "anna", text, obey=True)
    assert desk.git("rev-parse", "origin/main") == head


def test_what_is_held_is_noted_on_but_not_answered(opened: Desk, desk: RealDesk) -> None:
    carry_out(opened, "anna", holding)
    with pytest.raises(TrackerError, match="ACCREDO-1 is held for review") as caught:
        answers.answer(opened, 1, "anna", "Здравствуйте")
    assert "`tracker review 1 --accept`" in caught.value.hint
    answers.answer(opened, 1, "anna", "Кто это?", internal=True)
    answers.answer(opened, 1, "anna", "/note И это?", obey=True)
    assert [one.kind for one in now(desk).entries[-2:]] == ["note", "note"]


def test_spam_is_not_answered(opened: Desk) -> None:
    changes.spam(opened, [1], "anna", undo=False)
    with pytest.raises(TrackerError, match="marked as spam") as caught:
        answers.answer(opened, 1, "anna", "Здравствуйте")
    assert "`tracker spam 1 --undo`" in caught.value.hint


def test_what_was_merged_is_answered_where_it_went(opened: Desk) -> None:
    for title in ("Второе", "Третье"):
        open_ticket(opened, "anna", CALLER, title, "x", "cli")
    changes.merge(opened, [1], 2, "anna")
    changes.merge(opened, [2], 3, "anna")
    for internal in (False, True):
        with pytest.raises(TrackerError, match="ACCREDO-1 was merged into ACCREDO-3") as caught:
            answers.answer(opened, 1, "anna", "Готово", internal=internal)
        assert caught.value.hint == "Answer there: `tracker reply 3`."


def test_an_answer_ends_one_s_own_take_and_names_another_s(opened: Desk, desk: RealDesk) -> None:
    changes.take(opened, [1], "anna", release=False, force=False)
    done = answers.answer(opened, 1, "boris", "Я тоже")
    assert done.note == "anna is writing an answer too: talk to each other."
    assert now(desk).taken.startswith("anna ")
    assert answers.answer(opened, 1, "boris", "Заметка", internal=True).note == ""
    assert answers.answer(opened, 1, "anna", "Готово").note == ""
    assert now(desk).taken == ""


def test_names_of_files_are_free_ones(opened: Desk, desk: RealDesk, tmp_path: Path) -> None:
    for content in (b"1", b"2"):
        (tmp_path / "Акт.txt").write_bytes(content)
        answers.answer(opened, 1, "anna", "", attach=[tmp_path / "Акт.txt"])
    names = [one.attachments[0].path for one in now(desk).entries if one.attachments]
    assert names == ["tickets/000/ACCREDO-1/Акт.txt", "tickets/000/ACCREDO-1/Акт-2.txt"]
    assert [(desk.root / name).read_bytes() for name in names] == [b"1", b"2"]


# Corrections


def test_a_correction_changes_the_file_and_is_owed(opened: Desk, desk: RealDesk) -> None:
    answers.answer(opened, 1, "anna", "Приём до 19:00.")
    with pytest.raises(TrackerError, match="Nobody was sent #3 of ACCREDO-1 yet"):
        answers.correct(opened, 1, "anna", text="Приём до 18:00.")
    sent(opened)
    before = (desk.root / FILE).read_text()
    assert answers.sent_answer(opened, 1) == "Приём до 19:00."
    answers.correct(opened, 1, "boris", text="Приём до 18:00.")
    after = (desk.root / FILE).read_text()
    changed = set(after.split("\n")) - set(before.split("\n"))
    assert "Приём до 18:00." in changed
    assert len(changed) == 4, "the text, its mark, the event's mark and line"
    event = now(desk).entries[-1]
    assert (event.event, event.author.name) == ("correction", "Борис")
    assert "Приём" not in desk.git("log", "--format=%B")


def test_a_correction_by_hand(opened: Desk, desk: RealDesk) -> None:
    answers.answer(opened, 1, "anna", "Приём до 19:00.")
    sent(opened)
    file = desk.root / FILE
    file.write_text(file.read_text().replace("19:00.", "18:00."))
    desk.git("commit", "-qam", "Mend")
    desk.git("push", "-q", "origin", "main")
    answers.correct(opened, 1, "anna")
    entries: tuple[Entry, ...] = now(desk).entries
    assert (entries[2].text, entries[2].edited) == ("Приём до 18:00.", False)
    assert entries[-1].event == "correction"


def test_a_correction_is_not_on_the_portal(opened: Desk, desk: RealDesk) -> None:
    from tracker.core.pages.view import Gate

    answers.answer(opened, 1, "anna", "Приём до 19:00.")
    sent(opened)
    answers.correct(opened, 1, "anna", text="Приём до 18:00.")
    shown = Gate("ru", opened.settings.desk.timezone).pass_through(now(desk))
    assert shown is not None
    assert [one.text for one in shown.entries if "исправ" in one.text] == []


def test_a_mail_s_words_are_not_corrected(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    with pytest.raises(TrackerError, match="is no agent's answer"):
        answers.correct(desk.open(), 1, "anna", "1", "Другое")


def test_a_take_is_over_after_an_hour(opened: Desk, desk: RealDesk) -> None:
    changes.take(opened, [1], "anna", release=False, force=False)
    opened.clock = lambda: datetime.now(UTC) + timedelta(minutes=61)
    changes.take(opened, [1], "boris", release=False, force=False)
    assert now(desk).taken.startswith("boris ")
