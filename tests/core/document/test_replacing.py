"""Replacing the text of one entry: nothing else moves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.document.strategies import body, tickets
from tests.core.samples import entry, event, ticket
from tracker.core.document import TicketFault, parse, render, replace_text, retitle
from tracker.core.ticket import Entry, Ticket, normal_text

with_messages = tickets.filter(lambda one: any(each.kind != "event" for each in one.entries))


def message_of(one: Ticket, place: int) -> Entry:
    messages = [each for each in one.entries if each.kind != "event"]
    return messages[place % len(messages)]


def changed(one: Ticket, chosen: Entry, text: str) -> Ticket:
    entries = (replace(each, text=text, sum="") if each is chosen else each for each in one.entries)
    return replace(one, entries=tuple(entries))


@given(with_messages, st.integers(0, 2), body)
def test_the_file_is_what_the_changed_ticket_would_be_written_as(
    one: Ticket, place: int, text: str
) -> None:
    chosen = message_of(one, place)
    new = replace_text(render(one, "ru"), chosen.id, text)
    assert new == render(changed(one, chosen, text), "ru")
    found = next(each for each in parse(new).entries if each.id == chosen.id)
    assert (found.text, found.edited) == (normal_text(text), False)


@given(with_messages, st.integers(0, 2), body)
def test_windows_line_ends_stay(one: Ticket, place: int, text: str) -> None:
    chosen = message_of(one, place)
    written = render(one, "ru").replace("\n", "\r\n")
    new = replace_text(written, chosen.id, text)
    assert new == render(changed(one, chosen, text), "ru").replace("\n", "\r\n")


def test_what_a_person_wrote_around_it_stays() -> None:
    one = ticket(42, entry("e1", text="Один"), entry("e2", text="Два"))
    written = render(one, "ru").replace("title: Кабинет", 'title:   "Кабинет"  # наш')
    written = written.replace("\nДва\n", "\n\n\nДва\n\n\n") + "Черновик\r\n"
    assert replace_text(written, "e2", "Три\nчетыре").count("\n\n\nТри\nчетыре\n\n\n") == 1
    back = replace_text(replace_text(written, "e2", "Три"), "e2", "Два")
    assert back == written
    assert replace_text(written, "e1", "Один") == written


@pytest.mark.parametrize("text", ["### Анна", "*Анна*", "Слова"])
def test_without_its_heading_the_text_is_not_taken_for_one(text: str) -> None:
    written = render(ticket(42, entry("e1", text="Один"), event("closed")), "ru")
    heading = next(line for line in written.split("\n") if line.startswith("### "))
    for bare in (written.replace(f"{heading}\n\n", ""), written.replace(f"{heading}\n", "")):
        new = replace_text(bare, "e1", text)
        assert parse(new).entries[0].text == text


def test_no_such_entry() -> None:
    with pytest.raises(TicketFault, match="holds no entry `nope`"):
        replace_text(render(ticket(), "ru"), "nope", "x", "tickets/000/ACCREDO-42.md")


def test_a_heading_follows_its_entry_where_there_is_one() -> None:
    one = ticket(42, entry("e1"))
    note = replace(one.entries[0], kind="note", visibility="internal")
    assert "(внутренняя заметка)\n" in retitle(render(one, "ru"), note, "ru")
    written = render(one, "ru").replace("\n", "\r\n")
    assert retitle(written, one.entries[0], "ru") == written
    heading = next(line for line in render(one, "ru").split("\n") if line.startswith("### "))
    bare = render(one, "ru").replace(f"{heading}\n", "")
    assert retitle(bare, note, "ru") == bare
