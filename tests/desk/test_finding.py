"""Finding a ticket by what a caller or an agent knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.desk.conftest import RealDesk
from tracker.core.addresses import Address
from tracker.desk import opening
from tracker.desk.desk import Desk
from tracker.desk.finding import earlier_tickets, search_tickets
from tracker.desk.queries import Row

pytestmark = pytest.mark.servers
CALLS = [
    (Address("Иван Петров", "ivan@example.org"), "Принтер", "+7 (495) 123-45-67"),
    (Address("Пётр Алексеев", ""), "Пропуск 1", "123-45-67"),
    (Address("Петров Иван Сергеевич", "i.petrov@example.com"), "Кабинет", "8 499 123 45 67"),
    (Address("Ольга", "olga@example.org"), "Иван не отвечает", ""),
]


@pytest.fixture
def opened(desk_of: Callable[..., RealDesk]) -> Iterator[Desk]:
    """Four calls."""
    one = desk_of(remote=False).open()
    for person, title, phone in CALLS:
        opening.open_ticket(one, "anna", person, title, "Текст", "phone", phone=phone)
    yield one
    one.index.close()


def ids(rows: list[Row]) -> list[int]:
    return [int(row.id.rpartition("-")[2]) for row in rows]


SEARCHES = {
    "1": [1, 2],
    "#1": [1, 2],
    "ACCREDO-3": [3],
    "accredo-3": [3],
    "OTHER-3": [],
    "99": [],
    "8-495-123-45-67": [2, 1],
    "84991234567": [3, 2],
    "1234567": [3, 2, 1],
    "иван петров": [3, 1],
    "петр алексеев": [2],
    "алекс": [2],
    "Olga@Example.org": [4],
    "i.petrov@": [3],
    "ольга отвечать": [4],
}


def test_what_is_found(opened: Desk) -> None:
    assert {words: ids(search_tickets(opened, words)) for words in SEARCHES} == SEARCHES


def test_the_ticket_of_the_number_stands_before_those_that_hold_it(opened: Desk) -> None:
    assert ids(search_tickets(opened, "1"))[0] == 1


def test_a_requester_s_name_stands_before_words(opened: Desk) -> None:
    found = ids(search_tickets(opened, "иван"))
    assert found[-1] == 4
    assert set(found) == {1, 3, 4}


@pytest.mark.parametrize(
    ("name", "phone", "email", "expected"),
    [
        ("иван ПЕТРОВ", "", "", [3, 1]),
        ("Иван", "", "", []),
        ("Ольга", "", "", [4]),
        ("", "+74951234567", "", [2, 1]),
        ("", "", "IVAN@example.org", [1]),
        ("Ольга", "84951234567", "ivan@example.org", [2, 1, 4]),
        ("", "42", "", []),
        ("", "", "", []),
    ],
)
def test_the_earlier_tickets_of_a_caller(
    opened: Desk, name: str, phone: str, email: str, expected: list[int]
) -> None:
    assert ids(earlier_tickets(opened, name, phone, email)) == expected
