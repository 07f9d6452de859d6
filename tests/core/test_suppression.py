"""Addresses that get no letters any more."""

from __future__ import annotations

import pytest

from tests.core.samples import KEYS, NOW, OTHER_KEYS
from tracker.core.errors import TrackerError
from tracker.core.suppression import Suppressed


def test_an_address_is_added_once_in_any_case_and_taken_off_again() -> None:
    held = Suppressed.read(None, KEYS)
    assert held.reason("ivan@example.org") == ""
    assert held.add("Ivan@Example.org", "5.1.1 unknown", "ACCREDO-42", NOW)
    assert not held.add("ivan@example.org", "again", "ACCREDO-43", NOW)
    read = Suppressed.read(held.write(), KEYS)
    assert read.reason("ivan@example.org") == "5.1.1 unknown"
    assert read.allow("IVAN@example.org")
    assert not read.allow("ivan@example.org")
    assert Suppressed.read(read.write(), KEYS).reason("ivan@example.org") == ""


def test_the_file_names_no_address_and_is_worth_nothing_under_another_secret() -> None:
    held = Suppressed.read(None, KEYS)
    held.add("ivan@example.org", "5.1.1", "ACCREDO-42", NOW)
    assert b"ivan" not in held.write()
    assert Suppressed.read(held.write(), OTHER_KEYS).reason("ivan@example.org") == ""


POSTFIX = "550 5.1.1 <Olga.S@mail.example>: Recipient address rejected: User unknown"


@pytest.mark.parametrize(
    "said", [POSTFIX, "5.1.1 rfc822;olga.s@mail.example gone", "550 User olga.s unknown"]
)
def test_what_a_server_says_is_kept_without_the_address(said: str) -> None:
    held = Suppressed.read(None, KEYS)
    held.add("olga.s@mail.example", said, "ACCREDO-42", NOW)
    assert b"olga" not in held.write().lower() and b"mail.example" not in held.write()
    assert held.reason("olga.s@mail.example").startswith(said[:3])


def test_an_older_list_is_cleaned_when_it_is_written_and_tells_of_nobody_forgotten() -> None:
    held = Suppressed.read(None, KEYS)
    held.add("olga@mail.example", "5.1.1", "ACCREDO-42", NOW)
    before = held.write().replace(b'"5.1.1"', b'"550 <olga@mail.example>: User olga unknown"')
    read = Suppressed.read(before, KEYS)
    assert read.reason("olga@mail.example") == "550 <…>: User olga unknown"
    read.forget("olga@mail.example")
    read.forget("ivan@example.org")
    assert read.reason("olga@mail.example") == "550 <…>: User … unknown"
    assert b"olga" not in read.write()


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"a": 1}'])
def test_a_file_changed_by_hand_is_a_fault(content: bytes) -> None:
    with pytest.raises(TrackerError, match=r"suppressed\.json"):
        Suppressed.read(content, KEYS)
