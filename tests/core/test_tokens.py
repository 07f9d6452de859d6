"""Tokens: the letter of one's own proves, every other does not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import KEYS, OTHER_KEYS
from tracker.core.tokens import Keys, letter_word, read_message_id, without_tokens

tickets = st.integers(1, 10**9).map("ACCREDO-{}".format)
people = st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.org", fullmatch=True)


@given(tickets, people)
def test_a_letter_proves_its_recipient_in_any_case(ticket: str, recipient: str) -> None:
    written = KEYS.message_id(ticket, "k3v9x2", recipient, "example.org")
    letter = read_message_id(written)
    assert letter is not None
    assert (letter.ticket, letter.letter) == (ticket, "k3v9x2")
    assert KEYS.proves(letter, recipient.upper())


@given(tickets, tickets, people, people)
def test_no_other_ticket_recipient_or_desk_has_the_same_token(
    ticket: str, other: str, recipient: str, somebody: str
) -> None:
    token = KEYS.token(ticket, recipient)
    assert (KEYS.token(other, recipient) == token) == (other == ticket)
    assert (KEYS.token(ticket, somebody) == token) == (somebody == recipient)
    assert OTHER_KEYS.token(ticket, recipient) != token


def test_a_message_id_is_always_the_same_and_fits_on_a_line() -> None:
    one = KEYS.message_id("ACCREDO-42", "k3v9x2", "ivan@example.org", "example.org")
    assert one == Keys("a secret of thirty-two characters").message_id(
        "ACCREDO-42", "k3v9x2", "Ivan@Example.org", "example.org"
    )
    assert re.fullmatch(r"<ACCREDO-42\.k3v9x2\.[a-z2-7]{24}@example\.org>", one)


@pytest.mark.parametrize(
    "written",
    [
        "<abc@mail.example>",
        "<ACCREDO-42.k3v9x2@example.org>",
        "<ACCREDO-0.k3v9x2.aaaaaaaaaaaaaaaaaaaaaaaa@example.org>",
        "<ACCREDO-42.k3v9x2.aaaaaaaaaaaaaaaaaaaaaaa1@example.org>",
        "<accredo-42.k3v9x2.aaaaaaaaaaaaaaaaaaaaaaaa@example.org>",
        "ACCREDO-42.k3v9x2.aaaaaaaaaaaaaaaaaaaaaaaa@example.org",
        "<ACCREDO-42.k3v9x2.aaaaaaaaaaaaaaaaaaaaaaaa@>",
        "",
    ],
)
def test_what_is_no_message_id_of_ours(written: str) -> None:
    assert read_message_id(written) is None


@given(st.text(max_size=20), st.text(max_size=20), tickets, people)
def test_no_token_is_left_in_a_text(before: str, after: str, ticket: str, person: str) -> None:
    written = KEYS.message_id(ticket, "e1", person, "example.org")
    text = without_tokens(f"{before}{written}{after}")
    assert KEYS.token(ticket, person) not in text
    assert without_tokens(text) == text


def test_a_text_without_tokens_stays() -> None:
    text = "Пишите на a.b@example.org или x.abcdefghijklmnopqrstuvwx@ — нет, не туда"
    assert without_tokens("Пишите на a.b@example.org") == "Пишите на a.b@example.org"
    assert "abcdefghijklmnopqrstuvwx" not in without_tokens(text)


def test_keys_of_several_purposes_differ_and_do_not_show_the_secret() -> None:
    assert KEYS.loop != OTHER_KEYS.loop
    assert KEYS.seen("x") != KEYS.seen("y")
    assert KEYS.seen("x") != OTHER_KEYS.seen("x")
    assert "secret" not in KEYS.loop + KEYS.seen("secret")


def test_the_word_of_a_letter_about_many_entries_depends_on_each_and_their_order() -> None:
    assert letter_word(["k3v9x2"]) == "k3v9x2"
    words = {letter_word(ids) for ids in (["a", "b"], ["b", "a"], ["a", "b", "c"], ["ab", ""])}
    assert len(words) == 4
    assert all(re.fullmatch(r"[a-z0-9]+", word) for word in words)
