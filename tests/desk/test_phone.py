"""Calls on tickets that are there: messages, notes, opening again, and sorting in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.desk.conftest import RealDesk
from tests.desk.helpers import NOW
from tracker.core.addresses import Address
from tracker.core.conversation import is_over
from tracker.core.errors import TrackerError
from tracker.desk import changes, opening
from tracker.desk.desk import Desk
from tracker.desk.phone import add_call, sort_in
from tracker.desk.queries import find_ticket

pytestmark = pytest.mark.servers
IVAN = Address("Иван Петров", "ivan@example.org")


@pytest.fixture
def opened(desk: RealDesk) -> Iterator[Desk]:
    """A desk with one call."""
    one = desk.open()
    one.clock = lambda: NOW
    opening.open_ticket(one, "anna", IVAN, "Принтер", "Не печатает", "phone", phone="123-45-67")
    yield one
    one.index.close()


def test_the_caller_s_number_stands_in_the_ticket(opened: Desk, desk: RealDesk) -> None:
    assert desk.tickets()["ACCREDO-1"].phone == "123-45-67"
    text = (desk.root / "tickets/000/ACCREDO-1.md").read_text("utf-8")
    assert "\nphone: 123-45-67\n" in text


@pytest.mark.parametrize(
    ("caller", "author", "role"),
    [
        (IVAN, IVAN, "requester"),
        (Address("иван ПЕТРОВ", ""), IVAN, "requester"),
        (Address("", "IVAN@example.org"), IVAN, "requester"),
        (Address("Ольга", ""), Address("Ольга", ""), "stranger"),
        (
            Address("Иван Петров", "x@example.org"),
            Address("Иван Петров", "x@example.org"),
            "stranger",
        ),
    ],
)
def test_who_calls_again(
    opened: Desk, desk: RealDesk, caller: Address, author: Address, role: str
) -> None:
    done = add_call(opened, 1, "anna", caller, "Всё ещё не печатает")
    said = desk.tickets()[done.ticket].entries[-1]
    assert (said.author, said.role, said.via, said.visibility) == (author, role, "phone", "public")
    assert desk.git("log", "-1", "--format=%s %an", "origin/main") == "Call on ACCREDO-1 Анна\n"


def test_a_call_opens_a_closed_ticket_again_and_a_note_does_not(
    opened: Desk, desk: RealDesk
) -> None:
    changes.set_status(opened, [1], "anna", "closed")
    add_call(opened, 1, "anna", IVAN, "Спасибо", internal=True)
    ticket = desk.tickets()["ACCREDO-1"]
    assert (ticket.status, ticket.entries[-1].kind) == ("closed", "note")
    assert ticket.entries[-1].author.name == "Анна"
    opened.clock = lambda: NOW + timedelta(days=13)
    add_call(opened, 1, "anna", IVAN, "Опять не печатает")
    ticket = desk.tickets()["ACCREDO-1"]
    assert (ticket.status, ticket.entries[-1].event) == ("open", "reopened")
    assert ticket.entries[-1].author == IVAN


def test_a_ticket_closed_long_ago_is_over(opened: Desk, desk: RealDesk) -> None:
    changes.set_status(opened, [1], "anna", "closed")
    opened.clock = lambda: NOW + timedelta(days=15)
    assert is_over(find_ticket(opened, 1)[1], opened.now())
    with pytest.raises(TrackerError, match="closed more than 14 days ago"):
        add_call(opened, 1, "anna", IVAN, "Опять")
    assert desk.tickets()["ACCREDO-1"].status == "closed"
    add_call(opened, 1, "anna", IVAN, "Для памяти", internal=True)
    assert desk.tickets()["ACCREDO-1"].entries[-1].text == "Для памяти"


def test_a_number_is_kept_where_there_was_none(opened: Desk, desk: RealDesk) -> None:
    opening.open_ticket(opened, "anna", IVAN, "Второе", "x", "cli")
    add_call(opened, 2, "anna", IVAN, "Звоню", phone="+7 495 000-00-00")
    add_call(opened, 1, "anna", IVAN, "Звоню", phone="+7 495 000-00-00")
    found = {name: one.phone for name, one in desk.tickets().items()}
    assert found == {"ACCREDO-1": "123-45-67", "ACCREDO-2": "+7 495 000-00-00"}


def test_nothing_said_and_no_ticket(opened: Desk) -> None:
    with pytest.raises(TrackerError, match="says nothing"):
        add_call(opened, 1, "anna", IVAN, " \n")
    with pytest.raises(TrackerError, match="There is no ticket ACCREDO-9"):
        add_call(opened, 9, "anna", IVAN, "x")


def test_a_new_ticket_gets_its_place(opened: Desk, desk: RealDesk) -> None:
    opening.open_ticket(opened, "anna", IVAN, "Второе", "x", "phone")
    sort_in(opened, 2, "anna", labels=["печать", "печать"], assignee="anna", link=1)
    tickets = desk.tickets()
    second = tickets["ACCREDO-2"]
    assert (second.labels, second.assignee) == (("печать",), "anna")
    assert (second.links, tickets["ACCREDO-1"].links) == (("ACCREDO-1",), ("ACCREDO-2",))
    head = desk.git("rev-parse", "origin/main")
    sort_in(opened, 2, "anna", labels=["печать"])
    assert desk.git("rev-parse", "origin/main") == head
