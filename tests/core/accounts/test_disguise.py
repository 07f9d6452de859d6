"""Pseudonyms in ticket files: sealed and back, and nothing left in the open."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.pages.make import ANNA, IVAN, answer, entry, ticket
from tests.core.samples import KEYS, RING, mail, settings
from tracker.core.accounts.disguise import (
    cut_short,
    needs_sealing,
    seal_file,
    seal_mail,
    seal_words,
    unseal_file,
)
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.people import People, address_of, make_person, read_person
from tracker.core.addresses import Address
from tracker.core.document import parse, render
from tracker.core.errors import TrackerError
from tracker.core.retries import read_delay
from tracker.core.ticket import Ticket

OLGA = Address("Ольга Сидорова", "olga--b@example.org")


def people(*before: People) -> People:
    """Pseudonyms that are there already, made by ``before``."""
    count = itertools.count(len(before) * 1000 + 1)
    found = [(path, data) for one in before for path, data in one.files.items()]
    keep = ["support@example.org", ANNA.email]
    return People(RING, keep, lambda: found, lambda: f"{next(count):032x}")


def whole() -> Ticket:
    return ticket(
        7,
        entry(
            "Здравствуйте!",
            author=IVAN,
            told={"ivan@example.org": "2026-11-22T06:40:11Z", "@anna": "2026-11-22T06:40:11Z"},
            message_id="<m-" + "0" * 32 + "@sealed>",
        ),
        answer("Готово.", told={OLGA.email: "2026-11-22T06:40:11Z"}),
        answer("", 2, kind="event", event="joined", data={"who": str(OLGA)}),
        answer("", 3, kind="event", event="bounced", data={"address": OLGA.email, "reason": "no"}),
        entry("", 4, author=Address("", "petr@example.org")),
        participants=(OLGA, Address("", "petr@example.org")),
        muted=("olga--b@example.org",),
    )


def test_a_file_is_sealed_and_comes_back() -> None:
    text = render(whole(), "ru")
    sealed = seal_file(text, people())
    for one in ("ivan@", "olga", "petr@", "Петров", "Сидорова"):
        assert one not in sealed, one
    assert "Иван П. <u-" in sealed
    assert "### Иван П., 22 ноября" in sealed
    assert "anna@example.org" in sealed
    assert f"<m-{'0' * 32}@sealed>" in sealed
    assert parse(sealed).requester.email.endswith("@sealed")
    assert not needs_sealing(sealed, ["anna@example.org"])
    assert needs_sealing(sealed, [])
    assert needs_sealing(text, ["anna@example.org"])
    first = people()
    sealed = seal_file(text, first)
    again = people(first)
    back = unseal_file(sealed, people(first))
    assert parse(back).requester == Address("Иван П.", "ivan@example.org")
    assert [one.email for one in parse(back).participants] == [OLGA.email, "petr@example.org"]
    assert parse(back).muted == whole().muted
    assert [one.told for one in parse(back).entries] == [one.told for one in whole().entries]
    assert seal_file(back, again) == sealed
    assert not again.files, "the same people again, and no new pseudonym"
    assert seal_file(sealed, again) == sealed


names = st.text(st.characters(whitelist_categories=("Lu", "Ll")), min_size=1, max_size=8)
locals_ = st.from_regex(r"[a-z0-9][a-z0-9.+_-]{0,12}[a-z0-9]", fullmatch=True)


@given(names, names, locals_, st.text(max_size=40))
def test_any_person_and_any_text(first: str, last: str, local: str, words: str) -> None:
    who = Address(f"{first} {last}", f"{local}@example.org")
    one = ticket(3, entry(words, author=who), requester=who)
    text = render(one, "en")
    there = people()
    sealed = seal_file(text, there)
    assert f"{local}@example.org" not in sealed or f"{local}@example.org" in words
    back = parse(unseal_file(sealed, people(there)))
    assert back.requester.email == who.email
    assert back.entries[0].author.email == who.email
    assert back.entries[0].text == parse(text).entries[0].text
    assert sealed.count("\n") == text.count("\n")


def test_what_a_server_said_keeps_its_codes_and_times() -> None:
    said = "450 4.2.0 <olga--b@example.org>: Mailbox full"
    later = f"2026-11-23T10:00:00Z 3 {said}"
    words = {"delayed": {OLGA.email: later}, "bounced": {OLGA.email: said}}
    event = answer(
        "", 2, kind="event", event="bounced", data={"address": OLGA.email, "reason": said}
    )
    text = render(ticket(3, answer("Готово.", 1, **words), event), "ru")
    there = people()
    sealed = seal_file(text, there)
    assert OLGA.email not in sealed
    first, second = parse(sealed).entries
    (delay,) = map(read_delay, first.delayed.values())
    assert delay is not None and (delay.count, delay.reason[:10]) == (3, "450 4.2.0 ")
    assert next(iter(first.bounced.values())).startswith("450 4.2.0 <u-")
    assert second.data["reason"].startswith("450 4.2.0 <u-")
    back = parse(unseal_file(sealed, people(there)))
    assert back.entries[0].delayed == {OLGA.email: later}


def test_words_below_a_mark_stay_as_they_are() -> None:
    text = render(ticket(3, answer("Пишите на press@office.example.")), "ru")
    assert "press@office.example" in seal_file(text, people())


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Мой адрес: ivan@example.org.", "ivan@"),
        ("<ivan@example.org>", "ivan@"),
        ("mailto:ivan@example.org?subject=x", "ivan@"),
        ("(ivan@example.org, olga@example.org)", "olga@"),
        ("иван@пример.рф", "пример"),
    ],
)
def test_addresses_in_words_are_sealed(words: str, left: str) -> None:
    sealed = seal_words(words, people())
    assert left not in sealed
    assert "@sealed" in sealed
    assert seal_words(sealed, people()) == sealed


def test_the_desks_own_addresses_stay() -> None:
    words = "support@example.org, anna@example.org, Anna@Example.org"
    assert seal_words(words, people()) == words


def test_a_mail_holds_nothing_foreign_afterwards() -> None:
    raw = mail(
        text="Пишите на ivan@example.org",
        subject="От ivan@example.org",
        In_Reply_To="<foreign@mail.example>",
        Cc="Ольга Сидорова <olga@example.org>",
    )
    sealed = seal_mail(raw, people(), KEYS, settings())
    assert "ivan@" not in sealed.text + sealed.subject
    assert sealed.sender == Address("Иван П.", "ivan@example.org")
    assert sealed.cc[0].name == "Ольга С."
    assert re.fullmatch(r"<m-[0-9a-f]{32}@sealed>", sealed.message_id)
    assert sealed.in_reply_to[0] != "<foreign@mail.example>"
    assert seal_mail(raw, people(), KEYS, settings()).message_id == sealed.message_id
    ours = KEYS.message_id("ACCREDO-7", "a1", "ivan@example.org", "example.org")
    answer_ = mail(In_Reply_To=ours)
    assert seal_mail(answer_, people(), KEYS, settings()).in_reply_to == (ours,)


@pytest.mark.parametrize(
    ("name", "short"),
    [("Иван Петров", "Иван П."), ("Иван", "Иван"), ("Ann Mary Lee", "Ann M. L."), ("", "")],
)
def test_names_are_cut_short(name: str, short: str) -> None:
    assert cut_short(name) == short


def test_a_pseudonym_opens_under_its_secret_only() -> None:
    one = make_person(f"u-{'1' * 32}@sealed", "Ivan@Example.org", RING.current)
    assert read_person(one.write(), one.path) == one
    assert b"ivan" not in one.write().lower()
    assert address_of(one, RING) == "ivan@example.org"
    with pytest.raises(TrackerError, match="another secret"):
        address_of(one, Ring.of_secrets("another secret altogether"))
    for broken in (b"{}", b"[]", one.write().replace(b'"v": 1', b'"v": 2')):
        with pytest.raises(TrackerError, match="no record of a pseudonym"):
            read_person(broken, one.path)
    other = make_person(f"u-{'2' * 32}@sealed", "ivan@example.org", RING.current)
    swapped = read_person(one.write(), other.path)
    with pytest.raises(TrackerError, match="was changed"):
        address_of(swapped, RING)


def test_who_was_erased_is_a_pseudonym_for_ever() -> None:
    there = people()
    assert there.unseal(f"u-{'9' * 32}@sealed") == f"u-{'9' * 32}@sealed"
