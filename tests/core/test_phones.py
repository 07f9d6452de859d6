"""Telephone numbers: the same however they are written; and a number in large digits."""

from __future__ import annotations

import pytest

from tracker.core.banner import banner
from tracker.core.phones import is_number, same, tail

SAME = ["+7 (495) 123-45-67", "8 495 123 45 67", "84951234567", "495.123.45.67", "123-45-67"]


@pytest.mark.parametrize("one", SAME)
@pytest.mark.parametrize("other", SAME)
def test_one_number_in_any_writing(one: str, other: str) -> None:
    assert same(one, other)
    assert tail(one) == tail(other) == "1234567"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+7 495 123-45-67", "+7 499 123-45-67"),
        ("123-45-67", "123-45-68"),
        ("45-67", "123-45-67"),
        ("", ""),
    ],
)
def test_other_numbers(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize("text", ["+7 495 123-45-67", "1234567", " 8(800)1234567 "])
def test_what_looks_like_a_number(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize("text", ["42", "ACCREDO-1234567", "звонил 1234567", "1" * 16, "", "+"])
def test_what_looks_like_none(text: str) -> None:
    assert not is_number(text)


def test_a_number_in_large_digits() -> None:
    lines = banner(10).split("\n")
    assert lines[1:-1] == [
        "    █     ███",
        "   ██    █   █",
        "    █    █   █",
        "    █    █   █",
        "   ███    ███",
    ]
    shapes = {banner(digit) for digit in range(10)}
    assert len(shapes) == 10
