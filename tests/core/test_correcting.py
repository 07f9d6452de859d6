"""Correcting an answer that was sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.samples import IVAN, NOW, MemoryDesk, entry, event, ticket
from tracker.core.addresses import Address
from tracker.core.correcting import answer_of, correct
from tracker.core.document import render
from tracker.core.operations import Actor, OperationError
from tracker.core.ticket import Entry, Ticket, checksum
from tracker.core.workspace import Workspace

ANNA = Address("Анна", "anna@example.org")
WHO = Actor(ANNA, "agent", "cli", NOW, "anna")
TOLD = {IVAN.key: "2026-11-23T07:00:00Z"}


def answer(number: str = "a1", **values: object) -> Entry:
    given = {"author": ANNA, "role": "agent", "via": "cli", "format": "markdown", "told": TOLD}
    return entry(number, **({"text": "До *19:00*."} | given | values), message_id="", digest="")


def workspace(*entries: Entry) -> Workspace:
    desk = MemoryDesk(ticket(42, entry(), *entries))
    return Workspace(desk, desk.settings, NOW, desk.new_id)


def test_the_new_text_stands_in_the_file_and_a_correction_is_owed() -> None:
    work = workspace(answer(), event("closed"))
    (told,) = correct(work, 42, WHO, text="До *18:00*.\n\n# Всё\n")
    one = work.need(42)
    assert one.entries[1].text == "До *18:00*.\n\n# Всё"
    assert one.entries[1].told == TOLD
    assert one.entries[1].sum == checksum(one.entries[1].text)
    assert one.entries[-1] == told
    assert (told.event, told.data, told.visibility) == ("correction", {"entry": "a1"}, "public")
    assert (told.author, told.role) == (ANNA, "agent")
    assert work.text(42) == render(one, "ru")


def test_the_last_answer_or_the_one_that_is_named() -> None:
    one = ticket(42, entry(), answer("a1"), entry("e2"), answer("a2"), event("closed"))
    assert answer_of(one).id == "a2"
    assert answer_of(one, "2").id == answer_of(one, "a1").id == answer_of(one, "#2").id == "a1"


@pytest.mark.parametrize(
    ("entries", "written", "reason"),
    [
        ([], "", "ACCREDO-42 has no answer yet"),
        ([answer()], "1", "#1 of ACCREDO-42 is no agent's answer"),
        ([answer(kind="note")], "", "ACCREDO-42 has no answer yet"),
        ([answer(kind="note")], "2", "#2 of ACCREDO-42 is no agent's answer"),
        ([answer(), event("closed")], "3", "#3 of ACCREDO-42 is no agent's answer"),
        ([answer(visibility="held")], "", "ACCREDO-42 has no answer yet"),
        ([answer(told={})], "", "Nobody was sent #2 of ACCREDO-42 yet"),
        ([answer()], "9", "ACCREDO-42 has no entry `9`"),
    ],
)
def test_what_can_not_be_corrected(entries: list[Entry], written: str, reason: str) -> None:
    with pytest.raises(OperationError) as caught:
        correct(workspace(*entries), 42, WHO, written, "Новое")
    assert caught.value.message == reason
    assert caught.value.hint


def test_what_was_not_sent_is_edited_in_its_file() -> None:
    with pytest.raises(OperationError) as caught:
        correct(workspace(answer(told={})), 42, WHO, text="x")
    assert "tickets/000/ACCREDO-42.md" in caught.value.hint


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_correction_is_refused(text: str) -> None:
    with pytest.raises(OperationError, match="empty"):
        correct(workspace(answer()), 42, WHO, text=text)


def test_the_same_text_is_no_correction() -> None:
    for text in (None, "До *19:00*.\n"):
        with pytest.raises(OperationError, match="says this already"):
            correct(workspace(answer()), 42, WHO, text=text)


def by_hand(work: Workspace) -> Ticket:
    """Change the answer as a person does in an editor."""
    one = work.need(42)
    work.store(one, (work.text(42) or "").replace("До *19:00*.", "До *18:00*."))
    return work.need(42)


def test_a_change_by_hand_is_mailed_without_a_new_text() -> None:
    work = workspace(answer())
    assert by_hand(work).entries[1].edited
    correct(work, 42, WHO)
    one = work.need(42)
    assert (one.entries[1].text, one.entries[1].edited) == ("До *18:00*.", False)
    assert one.entries[-1].event == "correction"


def test_a_change_by_hand_that_was_stamped_is_mailed_once() -> None:
    changed = event("corrected", data={"entry": "a1"}, visibility="internal")
    work = workspace(answer(), changed)
    correct(work, 42, WHO)
    with pytest.raises(OperationError, match="says this already"):
        correct(work, 42, WHO)
    work.add(work.need(42), [replace(changed, id="ev2")])
    assert correct(work, 42, WHO)


def test_corrections_of_another_answer_don_t_count() -> None:
    changed = event("corrected", data={"entry": "a1"})
    work = workspace(answer("a1"), answer("a2"), changed)
    with pytest.raises(OperationError, match="says this already"):
        correct(work, 42, WHO)
    assert correct(work, 42, WHO, "a1")


def test_an_answer_by_mail_is_corrected_as_plain_text() -> None:
    work = workspace(answer(format="text", via="email"))
    correct(work, 42, WHO, text="# не заголовок\n<b>")
    one = work.need(42)
    assert one.entries[1].text == "# не заголовок\n<b>"
    assert "\\# не заголовок\n\\<b>" in (work.text(42) or "")
