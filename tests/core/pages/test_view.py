"""The gate: notes, held and internal entries, bounces and addresses never pass it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tests.core.pages.make import answer, entry, ticket
from tracker.core.addresses import Address
from tracker.core.pages.view import Gate, PublicTicket, looked_at
from tracker.core.ticket import Attachment, Entry, Ticket

GATE = Gate("en", ZoneInfo("Europe/Moscow"), ("support@example.org",))
CANARY = "canary7f3a"


def seen(of: Ticket) -> PublicTicket:
    public = GATE.pass_through(of)
    assert public is not None
    return public


def test_only_public_entries_pass() -> None:
    file = Attachment(CANARY, f"tickets/000/ACCREDO-42/{CANARY}.png", 1, "image/png")
    public = seen(
        ticket(
            42,
            entry("visible", told={f"{CANARY}@example.org": "x"}, message_id=f"<{CANARY}@x.org>"),
            answer(CANARY, 1, kind="note", attachments=(file,)),
            answer(CANARY, 2, visibility="internal"),
            entry(CANARY, 3, visibility="held"),
            entry("", 4, kind="event", event="bounced", data={"address": CANARY, "reason": CANARY}),
            entry("", 5, kind="event", event="refused", data={"names": CANARY, "count": "1"}),
            entry("", 6, kind="event", event=CANARY),
            entry("", 7, kind="event", event="closed", visibility="internal"),
            assignee=CANARY,
            extra={"secret": CANARY},
        )
    )
    assert CANARY not in repr(public)
    assert [one.text for one in public.entries] == ["visible"]


def test_times_count_public_entries_alone() -> None:
    public = seen(ticket(42, entry("a"), answer("b", 1), answer("c", 9, kind="note")))
    assert public.updated == public.entries[-1].at
    assert public.updated.hour == 10  # 07:14 UTC in Moscow


def test_a_ticket_whose_first_message_is_held_is_unseen() -> None:
    assert GATE.pass_through(ticket(42, entry("spam", visibility="held"), answer("?"))) is None
    assert GATE.pass_through(ticket(42, answer("only a note", kind="note"))) is None


def test_a_closed_ticket_tells_when_it_was_closed() -> None:
    closing = answer("", 5, kind="event", event="closed")
    public = seen(ticket(42, entry("a"), closing, answer("later", 8), status="closed"))
    assert public.closed == closing.at
    assert public.entries[1].text == "Анна closed the request"


def test_names_titles_labels_and_file_names_are_masked() -> None:
    who = Address("", "ivan@example.org")
    file = Attachment("ivan@example.org.png", "tickets/000/ACCREDO-42/a.png", 1, "image/png")
    public = seen(
        ticket(
            42,
            entry("mail ivan@example.org, +7 912 345-67-89", author=who, attachments=(file,)),
            title="Call ivan@example.org",
            requester=who,
            labels=("ivan@example.org",),
        )
    )
    assert "ivan" not in repr(public) and "345" not in repr(public)


def test_an_assignee_is_told_only_if_an_agent_of_the_desk() -> None:
    gate = Gate("en", ZoneInfo("UTC"), (), ["anna"])
    shown = [gate.pass_through(ticket(42, assignee=one)) for one in ("anna", CANARY)]
    assert [one.assignee if one else None for one in shown] == ["anna", ""]


def test_an_unseen_merging_leads_nowhere() -> None:
    merged = answer("", 1, kind="event", event="merged", data={"into": "ACCREDO-7"})
    held = answer("", 2, kind="event", event="merged", data={"into": CANARY}, visibility="held")
    assert seen(ticket(42, entry("a"), merged)).merged_into == "ACCREDO-7"
    assert seen(ticket(42, entry("a"), merged, held)).merged_into == "ACCREDO-7"
    assert seen(ticket(42, entry("a"), held)).merged_into == ""


# Publishing after review


def passes(*entries: Entry, vouched: bool = False) -> bool:
    return GATE.pass_through(ticket(42, *entries), vouched=vouched) is not None


def test_a_strangers_ticket_waits_for_an_agent() -> None:
    assert not passes(entry("spam"))
    assert not passes(entry("spam"), entry("more", 1))
    assert passes(entry("hello"), vouched=True)


@pytest.mark.parametrize("event", ["assigned", "closed", "labelled", "accepted", "opened"])
def test_whatever_an_agent_does_is_a_look(event: str) -> None:
    visibility = "public" if event in ("closed", "opened") else "internal"
    assert passes(entry("a"), answer("", 1, kind="event", event=event, visibility=visibility))
    assert passes(entry("a"), answer("b", 1))


def test_a_note_an_automatic_reply_and_a_held_text_are_no_look() -> None:
    assert not passes(entry("a"), answer("is this spam?", 1, kind="note"))
    assert not passes(entry("a"), answer("on holiday", 1, automatic="vacation"))
    assert not passes(entry("a"), answer("forged", 1, visibility="held"))
    assert not passes(entry("a"), entry("", 1, kind="event", event="reopened"))


def test_spam_is_neither_seen_nor_a_look() -> None:
    marked = answer("", 1, kind="event", event="spam", visibility="internal")
    spam = ticket(42, entry("buy", visibility="held"), marked)
    assert not looked_at(spam)
    assert GATE.pass_through(spam) is None
