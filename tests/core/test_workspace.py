"""Ticket files as one decision leaves them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import IVAN, NOW, MemoryDesk, entry, event, ticket
from tracker.core import state
from tracker.core.addresses import Address
from tracker.core.document import parse, render
from tracker.core.ticket import Ticket
from tracker.core.workspace import NoTicketError, Workspace, number_in

ANNA = Address("Анна", "anna@example.org")


def workspace(*tickets: Ticket) -> Workspace:
    desk = MemoryDesk(*tickets)
    return Workspace(desk, desk.settings, NOW, desk.new_id)


def merged(number: int, into: int) -> Ticket:
    """A ticket that another one took."""
    return ticket(number, entry(), event("merged", data={"into": f"ACCREDO-{into}"}))


def test_a_change_is_seen_by_the_next_one() -> None:
    work = workspace(ticket())
    work.set_fields(work.need(42), {"status": "closed"})
    work.add(work.need(42), [event("closed")])
    work.amend(work.need(42), "e1", {"visibility": "held"})
    work.rewrite(work.need(42), "e1", "Другое")
    found = work.need(42)
    assert found.status == "closed"
    assert [one.id for one in found.entries] == ["e1", "evclosed"]
    assert (found.entries[0].visibility, found.entries[0].text) == ("held", "Другое")
    assert list(work.files) == ["tickets/000/ACCREDO-42.md"]
    assert work.files["tickets/000/ACCREDO-42.md"] == (work.text(42) or "").encode()


def test_no_change_is_no_file() -> None:
    work = workspace(ticket())
    work.set_fields(work.need(42), {})
    assert work.files == {}


def test_a_new_ticket_is_known_without_reading_it_again() -> None:
    work = workspace()
    one = ticket(work.next_number())
    work.open(one)
    path = "tickets/000/ACCREDO-1.md"
    assert set(work.files) == {path, state.NUMBERS}
    content = work.files[path]
    assert content is not None
    assert work.tickets[path] == parse(content.decode())
    assert work.tickets[path].entries[0].data == {"title": "Кабинет", "tell": "anna"}
    work.add(work.need(1), [event("closed")])
    assert work.tickets == {}, "what was known is not so any more"


def test_a_ticket_of_an_old_prefix_stays_where_it_is() -> None:
    work = workspace(ticket(7, id="OLD-7"))
    work.set_fields(work.need(7), {"status": "closed"})
    assert list(work.files) == ["tickets/000/OLD-7.md"]


def test_no_ticket() -> None:
    with pytest.raises(NoTicketError, match="There is no ticket ACCREDO-9") as caught:
        workspace().need(9)
    assert caught.value.number == 9
    assert workspace().ticket(9) is None


def test_a_broken_ticket_is_none() -> None:
    desk = MemoryDesk(ticket())
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    work.store(ticket(), "rubbish")
    assert work.ticket(42) is None


def test_numbers_only_go_up() -> None:
    desk = MemoryDesk(ticket(5))
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    assert [work.next_number() for _ in range(3)] == [6, 7, 8]
    assert state.read_last_number(work.files[state.NUMBERS]) == 8
    desk.files[state.NUMBERS] = state.write({"last": 100})
    assert Workspace(desk, desk.settings, NOW, desk.new_id).next_number() == 101


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 7)), max_size=8))
def test_the_ticket_that_took_it_over_any_steps(merges: list[tuple[int, int]]) -> None:
    """Whatever was merged into what, even in a circle by hand: there is an end."""
    into = dict(merges)
    tickets = [merged(n, into[n]) if n in into else ticket(n) for n in range(1, 7)]
    work = workspace(*tickets)
    for number in range(1, 7):
        final = work.final(work.need(number))
        seen = {number}
        here = number
        while here in into and into[here] in range(1, 7) and into[here] not in seen:
            here = into[here]
            seen.add(here)
        assert final.number == here


def test_the_latest_merge_counts_and_an_undone_one_does_not() -> None:
    one = merged(42, 17).with_entries(
        event("merged", id="m2", data={"into": "ACCREDO-18"}),
    )
    work = workspace(one, ticket(17), ticket(18))
    assert work.final(work.need(42)).number == 18
    work.add(one, [event("unmerged")])
    assert work.final(work.need(42)).number == 42


def test_names_in_a_folder_are_those_of_this_decision_too() -> None:
    desk = MemoryDesk(ticket())
    folder = "tickets/000/ACCREDO-42"
    desk.files[f"{folder}/a.txt"] = b""
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    work.files[f"{folder}/b.txt"] = b"x"
    work.files[f"{folder}/c.txt"] = None
    assert work.names_in(folder) == {"a.txt", "b.txt"}


@pytest.mark.parametrize(
    ("written", "number"),
    [("ACCREDO-42", 42), ("A-B-7", 7), ("ACCREDO-", 0), ("", 0), ("x", 0), ("A-٣", 0)],
)
def test_the_number_in_an_id(written: str, number: int) -> None:
    assert number_in(written) == number


def test_an_answer_of_whoever_took_the_ticket_gives_it_back() -> None:
    taken = replace(ticket(), taken=f"anna {NOW.isoformat()}")
    answer = entry("e2", author=ANNA, role="agent", via="git")
    note = replace(answer, kind="note", visibility="internal")
    others = (note, entry("e2"), event("closed"))
    for one in others:
        work = workspace(taken)
        work.add(taken, [one])
        assert work.need(42).taken == taken.taken
    work = workspace(taken)
    work.add(taken, [answer])
    found = work.need(42)
    assert found.taken == ""
    assert render(found, "ru") == work.text(42)
    by_another = replace(taken, taken=f"boris {NOW.isoformat()}")
    work = workspace(by_another)
    work.add(by_another, [answer])
    assert work.need(42).taken == by_another.taken


def test_a_heading_is_brought_up_to_date() -> None:
    work = workspace(ticket())
    note = replace(work.need(42).entries[0], kind="note", visibility="internal")
    work.amend(work.need(42), "e1", {"kind": "note"})
    work.retitle(work.need(42), note)
    assert work.text(42) == render(replace(ticket(), entries=(note,)), "ru")
    assert IVAN.name in (work.text(42) or "")
