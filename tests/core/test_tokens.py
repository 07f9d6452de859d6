"""Tokens: the letter of one's own proves, every other does not."""

from __future__ import annotations

import base64
import quopri
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import KEYS, OTHER_KEYS
from tracker.core.tokens import (
    Keys,
    file_without_tokens,
    letter_word,
    read_message_id,
    read_tag,
    without_tokens,
)

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


TAGGED = KEYS.tagged("support@example.org", "ACCREDO-42", "ivan@example.org")
TOKEN = KEYS.token("ACCREDO-42", "ivan@example.org")


def test_a_tag_is_read_in_any_case() -> None:
    for written in (TAGGED, TAGGED.upper(), TAGGED.replace("ACCREDO", "accredo")):
        letter = read_tag(written)
        assert letter is not None
        assert (letter.ticket, letter.letter) == ("ACCREDO-42", "")
        assert KEYS.proves(letter, "ivan@example.org")
        assert not KEYS.proves(letter, "olga@example.org")
    for other in ("support@example.org", "support+x@example.org", TAGGED.replace("42.", "42"), "@"):
        assert read_tag(other) is None


@pytest.mark.parametrize(
    "text",
    [
        f"Ответьте на {TAGGED} или {TAGGED.upper()}",
        f"[письмо](mailto:{TAGGED.replace('+', '%2B').replace('@', '%40')}?subject=x)",
        TAGGED.replace("@", "&#64;"),
    ],
)
def test_tags_and_links_are_taken_out_of_texts(text: str) -> None:
    assert TOKEN not in without_tokens(text).lower()


LETTER = (
    f"Message-ID: {KEYS.message_id('ACCREDO-42', 'k3v9x2', 'ivan@example.org', 'example.org')}\r\n"
)
FILES = {
    "plain": f"{LETTER}Reply-To: {TAGGED}\r\n\r\nHello".encode(),
    "capitals": TAGGED.upper().encode(),
    "folded": LETTER.replace(TOKEN[:8], f"{TOKEN[:8]}\r\n ").encode(),
    "quoted-printable": LETTER.replace(TOKEN[:9], f"{TOKEN[:9]}=\r\n").replace("@", "=40").encode(),
    "utf-16": LETTER.encode("utf-16"),
    "utf-16-be": LETTER.encode("utf-16-be"),
    "base64": b"Subject: x\r\n\r\n" + base64.encodebytes(f"Hello {LETTER * 3}".encode()),
    "base64 in base64": base64.encodebytes(
        b"Subject: x\n\n" + base64.encodebytes(f"Hello {LETTER * 3}".encode())
    ),
}


def plain(content: bytes) -> str:
    """Everything that can be read in a file."""
    text = content.replace(b"\0", b"").replace(b"=\r\n", b"").replace(b"\r\n ", b"")
    found = text.decode("latin-1").lower()
    for block in re.findall(rb"(?:[A-Za-z0-9+/]{20,}={0,2}\r?\n?)+", content):
        joined = b"".join(block.split())
        found += plain(base64.b64decode(joined[: len(joined) // 4 * 4]))
    return found


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_tokens_are_taken_out_of_files(content: bytes) -> None:
    assert TOKEN in plain(content)
    cleaned = file_without_tokens(content)
    assert TOKEN not in plain(cleaned)
    assert len(cleaned) == len(content)
    assert file_without_tokens(cleaned) == cleaned


@given(st.binary(max_size=300), st.booleans())
def test_a_file_without_tokens_stays(content: bytes, encoded: bool) -> None:
    written = base64.encodebytes(content) if encoded else content
    assert file_without_tokens(written) == written
    address = b"ivan.abcdefghijklmnopqrstuvwx@example.org"  # no number before it: a person's name
    assert file_without_tokens(address) == address


# Links that open accounts

SECRET_PART = "A_b-C9" * 7 + "z"
LINK = f"https://help.example.org/access/#a={SECRET_PART}"


@pytest.mark.parametrize(
    "text",
    [
        f"See {LINK} now",
        f"> {LINK[:60]}\n> {LINK[60:]}\n> and more",
        f"[Activate]({LINK.replace('_', chr(92) + '_')})",
        f"https://safelinks.example/?url={quote(LINK, safe='')}&data=1",
        f"https://twice.example/?u={quote(quote(LINK, safe=''), safe='')}",
        LINK.replace("#", "&#35;"),
        LINK.upper().replace(SECRET_PART.upper(), SECRET_PART),
    ],
)
def test_no_link_that_opens_an_account_is_stored(text: str) -> None:
    kept = without_tokens(text)
    assert "b-C9A" not in kept.replace("\\", "").replace("\n> ", "")
    assert without_tokens(kept) == kept
    assert "and more" not in text or "and more" in kept


@pytest.mark.parametrize("text", ["#a=short", "page.html#a=1", "a%23a%3D", "#access=" + "x" * 50])
def test_other_fragments_stay(text: str) -> None:
    assert without_tokens(text) == text


@pytest.mark.parametrize(
    "content",
    [
        LINK.encode(),
        LINK.encode("utf-16-le"),
        quopri.encodestring(f"Here: {LINK} and words that make the line long".encode()),
        base64.encodebytes(f"Hello, here is {LINK} for you".encode()),
    ],
)
def test_nor_in_a_file(content: bytes) -> None:
    kept = file_without_tokens(content)
    assert len(kept) == len(content)
    plain = kept
    if not any(one in kept for one in (b"#", b"=23")):
        plain = base64.decodebytes(kept)
    plain = quopri.decodestring(plain) if b"=3D" in plain else plain
    assert b"b-C9A" not in plain.replace(b"\0", b"")
