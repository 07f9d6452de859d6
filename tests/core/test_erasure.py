"""Forgetting a person: nothing of theirs is left, the ticket is still one, others stay whole."""

from __future__ import annotations

from dataclasses import replace

from tests.core.pages.make import IVAN, answer, entry, ticket
from tracker.core.addresses import Address
from tracker.core.document import parse, render
from tracker.core.erasure import erase
from tracker.core.fields import Fields, said
from tracker.core.ticket import Attachment, Ticket

MARK = "[удалено]"
PEOPLE = frozenset({"ivan@example.org"})
MARIA = Address("Мария", "maria@example.org")
FILE = Attachment("паспорт.pdf", "tickets/000/ACCREDO-42/паспорт.pdf", 3, "application/pdf")


def own() -> Ticket:
    return ticket(
        42,
        entry(
            "Меня зовут ИВАНТЕКСТ",
            message_id="<ИВАНПИСЬМО@host>",
            digest="ab",
            quoted="ИВАНЦИТАТА",
            attachments=(FILE,),
            told={
                "ivan@example.org": "2026-11-22T06:40:11Z",
                "anna@example.org": "2026-11-22T06:40:11Z",
            },
            data={"title": "ИВАНТЕМА", "refused_size": "ИВАНФАЙЛ"},
        ),
        answer("Здравствуйте, ИВАНИМЯ", 1, bounced={"ivan@example.org": "550"}),
        answer("", 2, kind="event", event="renamed", data={"to": "ИВАНТЕМА"}),
        answer("", 3, kind="event", event="muted", data={"who": "ivan@example.org"}),
        answer("", 4, kind="event", event="closed"),
        title="ИВАНТЕМА",
        status="closed",
        phone="ИВАНТЕЛЕФОН",
        muted=("ivan@example.org",),
        extra={"city": "ИВАНГОРОД"},
    )


def test_of_their_own_request_number_times_and_order_stay() -> None:
    found = erase(own(), PEOPLE, MARK)
    text = render(found.ticket, "ru")
    assert "ИВАН" not in text and "ivan@" not in text.lower() and "Иван" not in text
    assert parse(text) == found.ticket
    assert (found.ticket.id, found.ticket.created) == ("ACCREDO-42", own().created)
    assert [one.id for one in found.ticket.entries] == ["e00000", "e00001", "e00004"]
    assert "anna@example.org" in text and found.ticket.status == "closed"
    assert found.files == (FILE.path,)
    assert found.mails == ("<ИВАНПИСЬМО@host> ivan@example.org ab",)


def test_stamping_sees_no_change_afterwards() -> None:
    after = erase(own(), PEOPLE, MARK).ticket
    shown, told = Fields.of(after), said(after)
    assert replace(told, title=told.title) == replace(shown, requester=told.requester)
    assert all(not one.edited for one in after.entries)


def test_of_anothers_request_only_their_part_goes() -> None:
    before = ticket(
        7,
        entry("Мой вопрос. Коллега: ivan@example.org, Ivan@Example.org.", author=MARIA),
        answer("", 1, kind="event", event="joined", data={"who": str(IVAN)}),
        entry("ИВАНТЕКСТ", 2, role="participant", message_id="<i@host>", digest="cd"),
        answer("Ответ", 3, quoted="ИВАНТЕКСТ"),
        requester=MARIA,
        participants=(IVAN, Address("Пётр", "petr@example.org")),
        title="Вопрос",
    )
    found = erase(before, PEOPLE, MARK)
    text = render(found.ticket, "ru")
    assert "ИВАН" not in text and "ivan@" not in text.lower()
    assert "Мой вопрос. Коллега: [удалено], [удалено]." in text and "Ответ" in text
    assert found.ticket.title == "Вопрос" and found.ticket.requester == MARIA
    assert [one.key for one in found.ticket.participants] == ["petr@example.org"]
    assert parse(text) == found.ticket


def test_a_similar_address_is_another_person() -> None:
    before = ticket(
        7, entry("xivan@example.org ivan@example.org.uk", author=MARIA), requester=MARIA
    )
    assert "xivan@example.org ivan@" in erase(before, PEOPLE, MARK).ticket.entries[0].text


def test_erasing_again_changes_nothing() -> None:
    once = erase(own(), PEOPLE, MARK).ticket
    assert erase(once, PEOPLE, MARK).ticket == once
