"""Registration: the block survives mail programs; a wrong one changes nothing."""

from __future__ import annotations

import html
import json
import quopri
from base64 import encodebytes
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.accounts.vectors import ACCOUNT, ADDRESS, SITE, SMALL, record
from tracker.core.accounts.blocks import Block, holds_block, read_block, write_block
from tracker.core.accounts.coding import b64, joined
from tracker.core.accounts.keys import Ring, registration_key
from tracker.core.accounts.logins import derive, wrapping_key
from tracker.core.accounts.records import read_record, write_record
from tracker.core.accounts.registration import (
    RegistrationError,
    register,
    seal_registration,
)
from tracker.core.accounts.sealed import seal_bytes
from tracker.core.mail import read_mail

RING = Ring.of_secrets("correct horse battery staple")
FOUND = derive("a password of one's own", ADDRESS, SITE, SMALL)
NONCES = (bytes(range(12)), bytes(range(16)))


def block(epoch: int = 3, nonces: tuple[bytes, bytes] = NONCES, site: str = SITE) -> Block:
    key = RING.current.account_key(ACCOUNT, epoch)
    return seal_registration(ACCOUNT, epoch, key, site, FOUND, nonces)


TEXT = write_block(block())


def rewrapped(text: str, width: int, ending: str = "\n", quote: str = "") -> str:
    """Break every line after ``width`` letters, as a mail program may."""
    lines = []
    for line in text.split("\n"):
        lines += [line[at : at + width] for at in range(0, len(line), width)] or [""]
    return ending.join(quote + line for line in lines)


@given(
    st.integers(5, 200),
    st.sampled_from(["\n", "\r\n", " \n", "\n\n", "\u00a0\r\n"]),
    st.sampled_from(["", "> ", ">> ", "> > ", "| ", "   ", "\t"]),
)
def test_any_width_line_end_and_quote(width: int, ending: str, quote: str) -> None:
    text = f"Здравствуйте!\n{rewrapped(TEXT, width, ending, quote)}\n-- \nИван <ivan@example.org>"
    assert holds_block(text)
    assert read_block(text) == block()


@given(st.binary(min_size=28, max_size=600))
def test_any_block_is_read_as_written(sealed: bytes) -> None:
    one = Block(ACCOUNT, sealed)
    for text in (
        write_block(one),
        write_block(one).replace("\n", " "),
        rewrapped(write_block(one), 7),
    ):
        assert read_block(text) == one


def html_forms() -> list[str]:
    lines = TEXT.strip().split("\n")
    return [
        "<div>" + "</div><div>".join(lines) + "</div>",
        "<p class=MsoNormal>" + "<br>\r\n".join(lines) + "<o:p></o:p></p>",
        "<pre>" + TEXT + "</pre><p>-- <br>Ivan</p>",
        "<blockquote>&gt;&nbsp;" + "<br>&gt;&nbsp;".join(lines) + "</blockquote>",
        "".join(f"<span>{html.escape(one)}</span><wbr>" for one in TEXT),
        TEXT.replace("-----", "&#45;&#45;&#45;&#45;&#45;").replace("\n", "<br/>"),
    ]


@pytest.mark.parametrize("text", html_forms())
def test_html_between(text: str) -> None:
    assert holds_block(text) and read_block(text) == block()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\u200b".join(text),
        lambda text: text.replace("\n", "\u00ad\n\ufeff"),
        lambda text: text.replace("_", "\\_").replace("-", "\\-"),
        lambda text: text.replace("-----", "\u2014\u2013"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: f"-----BEGIN TRACKER REGISTRATION-----\nbroken\n{text}",
        lambda text: f"On 25 November Ivan <i@example.org> wrote:\n> {text}",
        lambda text: text.replace("\n", ""),
    ],
)
def test_what_else_programs_do(change: object) -> None:
    text = change(TEXT)  # type: ignore[operator]
    assert holds_block(text) and read_block(text) == block()


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_through_the_reader_of_mails(encoding: str, kind: str) -> None:
    body = TEXT if kind == "plain" else html_forms()[1]
    raw = {"base64": encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(
        body.encode()
    )
    mail = read_mail(
        b"From: ivan@example.org\r\nTo: support@example.org\r\nSubject: x\r\n"
        b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n%s"
        % (kind.encode(), encoding.encode(), raw)
    )
    assert read_block(f"{mail.text}\n{mail.quoted}") == block()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BEGIN TRACKER REGISTRATION",
        "Please send me the tracker registration.",
        TEXT.replace("BEGIN", "BEGAN"),
    ],
)
def test_an_ordinary_mail_holds_no_block(text: str) -> None:
    assert not holds_block(text) and read_block(text) is None


@pytest.mark.parametrize(
    "text",
    [
        TEXT.partition("-----END")[0],
        TEXT.replace(TEXT.split("\n")[2], ""),
        "-----BEGIN TRACKER REGISTRATION-----\n\n-----END TRACKER REGISTRATION-----",
        "-----BEGIN TRACKER REGISTRATION-----\nAg\n-----END TRACKER REGISTRATION-----",
    ],
)
def test_a_broken_block_is_known_for_one(text: str) -> None:
    """Nothing of it may become a ticket, even where it can't be read."""
    assert holds_block(text)
    found = read_block(text)
    if found is not None:
        with pytest.raises(RegistrationError):
            register(record(), found, RING, SITE)


def test_hostile_text_is_read_quickly() -> None:
    begin = "-----BEGIN TRACKER REGISTRATION-----\n"
    for text in (begin * 20_000, "-" * 10**6 + "BEGINTRACKER", "<" * 10**6 + begin, "- " * 10**5):
        read_block(text)


# Taking it


def test_a_chosen_password_replaces_every_other_way() -> None:
    before = record()
    after = register(before, block(), RING, SITE)
    assert (after.epoch, after.invitation, after.expires, after.to) == (4, 0, "", "")
    assert [(one.locator, one.kind) for one in after.logins] == [(FOUND.locator, "chosen")]
    assert wrapping_key(RING.current, after, after.logins[0]) == FOUND.wrapping
    assert after.nonces == (b64(NONCES[1]),)
    assert read_record(write_record(after), after.path) == after
    for words in (FOUND.wrapping.hex(), b64(FOUND.wrapping), "password of"):
        assert words not in write_record(after).decode()


def reason(record_: object, found: Block, **more: object) -> str:
    with pytest.raises(RegistrationError) as caught:
        register(record_, found, RING, SITE, **more)  # type: ignore[arg-type]
    return caught.value.reason


def test_a_replayed_or_older_one_changes_nothing() -> None:
    after = register(record(), block(), RING, SITE)
    assert reason(after, block()) == "used"
    same_epoch = replace(record(), nonces=after.nonces)
    assert reason(same_epoch, block()) == "used"


def test_nobody_registers_for_another_account() -> None:
    """A requester with a key of their own: neither renamed nor sealed anew does it open."""
    mine, victim = "cd" * 16, record()
    key = RING.current.account_key(mine, 3)
    own = seal_registration(mine, 3, key, SITE, FOUND, NONCES)
    assert reason(victim, own) == "account"
    assert reason(victim, Block(ACCOUNT, own.sealed)) == "sealed"
    assert reason(victim, seal_registration(ACCOUNT, 3, key, SITE, FOUND, NONCES)) == "sealed"


def test_another_site_epoch_or_a_revoked_account() -> None:
    assert reason(record(), block(site="https://other.example/")) == "sealed"
    assert reason(record(), block(epoch=2)) == "epoch"
    assert reason(replace(record(), epoch=9), block(epoch=3)) == "sealed"
    assert reason(replace(record(), revoked="2026-11-25T12:00:00Z"), block()) == "revoked"


def test_a_locator_of_somebody_else_is_not_taken_over() -> None:
    assert reason(record(), block(), taken=lambda locator: locator == FOUND.locator) == "taken"


def sealed_json(content: object) -> Block:
    key = registration_key(RING.current.account_key(ACCOUNT, 3))
    where = joined("tracker 1", "registration", SITE, ACCOUNT)
    return Block(ACCOUNT, seal_bytes(key, NONCES[0], where, json.dumps(content).encode()))


GOOD = {
    "purpose": "password",
    "epoch": 3,
    "locator": FOUND.locator,
    "wrap": b64(FOUND.wrapping),
    "nonce": b64(NONCES[1]),
}


def test_the_pieces_of_the_next_test_are_right() -> None:
    assert register(record(), sealed_json(GOOD), RING, SITE).epoch == 4


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({**GOOD, "purpose": "revoke"}, "purpose"),
        ({**GOOD, "epoch": 2}, "epoch"),
        ({**GOOD, "epoch": 3.0}, "epoch"),
        ({**GOOD, "locator": "../x"}, "malformed"),
        ({**GOOD, "locator": 5}, "malformed"),
        ({**GOOD, "wrap": "AA"}, "malformed"),
        ({**GOOD, "nonce": ""}, "malformed"),
        ({**GOOD, "more": 1}, "malformed"),
        ({"purpose": "password"}, "malformed"),
        ([], "malformed"),
        (None, "malformed"),
    ],
)
def test_what_the_portal_does_not_write(content: object, why: str) -> None:
    assert reason(record(), sealed_json(content)) == why


def test_any_changed_byte_is_refused() -> None:
    sealed = block().sealed
    for at in range(len(sealed)):
        touched = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        assert reason(record(), Block(ACCOUNT, touched)) == "sealed"
        assert reason(record(), Block(ACCOUNT, sealed[:at])) == "sealed"
