"""A person as ``Имя <a@example.org>``."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.document.strategies import line, people
from tracker.core.addresses import _SPACES, Address, one_line


@given(people)
def test_a_person_reads_back_as_written(person: Address) -> None:
    assert Address.parse(str(person)) == person


@given(st.text())
def test_any_text_is_read_and_stays_on_one_line(text: str) -> None:
    person = Address.parse(text)
    assert "\n" not in str(person)
    assert Address.parse(str(person)) == person


@given(line)
def test_one_line_is_idempotent(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


@pytest.mark.parametrize(
    ("written", "name", "email"),
    [
        ("Иван Петров <ivan@example.org>", "Иван Петров", "ivan@example.org"),
        ('"Петров, Иван" <ivan@example.org>', "Петров, Иван", "ivan@example.org"),
        ("ivan@example.org", "", "ivan@example.org"),
        ("Иван Петров", "Иван Петров", ""),
        ("Иван\r\n Bcc: x <i@example.org>", "Иван Bcc: x", "i@example.org"),
        ("Звонок @ вечером", "Звонок @ вечером", ""),
        ("", "", ""),
    ],
)
def test_the_forms_people_write(written: str, name: str, email: str) -> None:
    assert Address.parse(written) == Address(name, email)


def test_hidden_characters_do_not_survive() -> None:
    assert one_line("a\u202eb\u200bc\x00d\x1b[31m") == "a b c d [31m"


def test_addresses_are_compared_in_any_case() -> None:
    assert Address("", "Ivan@Example.ORG").key == "ivan@example.org"
    assert Address("", "i@x.org").shown == "i@x.org"
    assert Address("Иван", "i@x.org").shown == "Иван"


def test_of_what_can_be_printed_only_the_space_is_white() -> None:
    """What lets ``one_line`` take its short way."""
    printable = "".join(filter(str.isprintable, map(chr, range(sys.maxunicode + 1))))
    assert {one_line(f"a{found}b") for found in _SPACES.findall(printable)} == {"a b"}
    assert set(_SPACES.findall(printable)) == {" "}
