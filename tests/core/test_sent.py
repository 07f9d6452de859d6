"""Noting in the tickets what became of letters: once, whatever is noted again."""

from __future__ import annotations

import pytest

from tests.core.samples import NOW, MemoryDesk, entry, ticket
from tracker.core.sent import Sent, note
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace

AT = "2026-11-23T07:00:00Z"
IVAN, ANNA = "ivan@example.org", "anna@example.org"


def after(*sent: Sent, times: int = 1, first: Entry | None = None) -> Ticket:
    """The ticket with letters noted so many times, each time in a commit of its own."""
    desk = MemoryDesk(ticket(42, first or entry(data={"tell": "anna boris"}), entry("e2")))
    for _ in range(times):
        work = Workspace(desk, desk.settings, NOW, desk.new_id)
        note(work, sent)
        desk.files.update({path: text for path, text in work.files.items() if text is not None})
    return desk.tickets()[42]


def letter(address: str = IVAN, *entries: str, **values: object) -> Sent:
    return Sent(address, tuple((42, one) for one in entries or ("e1",)), AT, **values)  # type: ignore[arg-type]


def test_a_letter_is_noted_on_all_it_told_of() -> None:
    first, second = after(letter(IVAN, "e1", "e2")).entries
    assert first.told == second.told == {IVAN: AT}


def test_an_agent_s_letter_is_noted_under_the_handle_where_the_entry_names_it() -> None:
    first, second = after(letter(ANNA, "e1", "e2", handle="anna")).entries
    assert first.told == {ANNA: AT, "@anna": AT}
    assert second.told == {ANNA: AT}


@pytest.mark.parametrize("times", [1, 2])
def test_a_refusal_makes_one_event(times: int) -> None:
    refused = letter(IVAN, "e1", "e2", refusal="550 no")
    first, second, *events = after(refused, times=times).entries
    assert first.bounced == second.bounced == {IVAN: "550 no"}
    (event,) = events
    assert (event.event, event.visibility) == ("undelivered", "internal")
    assert event.data == {"address": IVAN, "reason": "550 no"}
    assert len(after(letter(refusal="550 no", kind="digest"), times=times).entries) == 2


@pytest.mark.parametrize("known", [{"told": {IVAN: AT}}, {"bounced": {IVAN: "550 no"}}])
def test_a_delay_noted_late_changes_nothing(known: dict[str, dict[str, str]]) -> None:
    first = after(letter(later=f"{AT} 1 cut off"), first=entry(**known)).entries[0]
    assert first.delayed == {}


def test_a_delay_is_noted_and_forgotten_with_the_letter() -> None:
    waits = f"{AT} 1 450 later"
    delayed = letter(ANNA, "e1", handle="anna", later=waits)
    other = letter(IVAN, later=waits)
    first = after(delayed, other).entries[0]
    assert first.delayed == {ANNA: waits, "@anna": waits, IVAN: waits}
    for end in ({}, {"refusal": "given up"}):
        gone = after(letter(ANNA, "e1", handle="anna", **end), first=first).entries[0]
        assert gone.delayed == {IVAN: waits}


def test_what_is_not_there_any_more_is_passed_over() -> None:
    assert after(letter(IVAN, "gone")) == after()
    work = Workspace(MemoryDesk(), MemoryDesk().settings, NOW, lambda: "x")
    note(work, [letter(), Sent(ANNA, (), AT, handle="anna", kind="alarm")])
    assert work.files == {}
