"""Addresses and phone numbers: hidden in every spelling, and nothing else with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.pages.masking import ADDRESS_MASK, PHONE_MASK, Mask

MASK = Mask(("support@example.org", "+7 (495) 123-45-67"))


@pytest.mark.parametrize(
    "text",
    [
        "ivan@example.org",
        "Ivan.Petrov+x@sub.example.co.uk",
        "иван@почта.рф",
        "https://example.org/?mail=ivan%40example.org",
        "ivan&#64;example.org",
        "ivan&#x40;example.org",
        "ivan＠example.org",
        "root@[192.0.2.1]",
    ],
)
def test_every_spelling_of_an_address_is_masked(text: str) -> None:
    masked = MASK(text)
    assert ADDRESS_MASK in masked
    assert "ivan" not in masked.lower() and "192" not in masked and "иван" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "+7 (912) 345-67-89",
        "8 912 345 67 89",
        "89123456789",
        "+79123456789",
        "8(912)345-67-89",
        "+44 20 7946 0000",
        "(495) 765-43-21",
        "212-555-0123",
        "765-43-21",
        "8\u00a0912\u00a0345\u201067\u201089",
    ],
)
def test_every_spelling_of_a_phone_number_is_masked(text: str) -> None:
    assert MASK(f"тел. {text}, звоните") == f"тел. {PHONE_MASK}, звоните"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T09:14:03",
        "22.11.2026",
        "ACCREDO-4212",
        "приказ № 1234 от 01.02.2026",
        "12 345 678 рублей",
        "версия 10.0.19045.3570",
        "ГОСТ 7.32-2017",
        "support@example.org",
        "+7 (495) 123-45-67",
        "+7 495 123-45-67",
        "@anna, посмотри",
    ],
)
def test_other_numbers_and_the_desks_own_ways_stay(text: str) -> None:
    assert MASK(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ivan@**example.org**", "**•••@•••**"),
        ("**ivan**@example.org!", "**•••@•••**!"),
        ("iv**an@exam**ple.org", "•••@•••"),
        ("*ivan@example*.org", "*•••@•••*"),
        ("**ivan@example.org**", "**•••@•••**"),
        (r"ivan\_petrov@example\.org", "•••@•••"),
        ("ivan@`example.org`", "`•••@•••`"),
        ("ivan@[example.org](http://example.org)", "[•••@•••](http://example.org)"),
        ("ivan@<b>example.org</b>", "<b>•••@•••</b>"),
        ("ivan@<span>example.org</span>", "<span>•••@•••</span>"),
        ("<em>iv<b>an</b></em>@example.org", "<em>•••@•••</em>"),
        (
            'ivan@<a href="http://example.org" rel="nofollow">example.org</a>',
            '<a href="http://example.org" rel="nofollow">•••@•••</a>',
        ),
        ("+7 **912** 345-67-89", "•••"),
        ("**8 912** 345 67 89", "**•••**"),
        ("8 912 <b>345-67-89</b>", "<b>•••</b>"),
        ("+7 912 <strong>3456789</strong>", "<strong>•••</strong>"),
        ("sup**port**@example.org", "sup**port**@example.org"),
    ],
)
def test_bold_and_links_within_an_address_do_not_show_it(text: str, masked: str) -> None:
    assert MASK(text) == masked


@given(st.text(alphabet="ab1789+-() .@%40;&#x&я\n*`<>/[\\", max_size=60))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = MASK(text)
    assert MASK(once) == once
