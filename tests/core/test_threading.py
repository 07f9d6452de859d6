"""Which ticket a mail belongs to, whoever sends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.samples import (
    KEYS,
    OTHER_KEYS,
    MemoryDesk,
    entry,
    event,
    mail,
    our_letter,
    settings,
    ticket,
)
from tracker.core.addresses import Address
from tracker.core.threading import Thread, find_thread, role_on

IVAN, ANNA, STRANGER = "ivan@example.org", "anna@example.org", "mallory@elsewhere.example"
PETR = "petr@partner.example"
MINE = our_letter()
HELD = "<first@example.org>"
TAG = "Re: [ACCREDO-42] Кабинет"


def found(sender: str, *, plus_tags: bool = True, **headers: str) -> Thread | None:
    """The thread of a mail on a desk with ticket 42 of Ivan's and Пётр's, and two others."""
    known = settings()
    desk = MemoryDesk(
        ticket(42, participants=(Address("Пётр", PETR),)),
        ticket(7, entry("x", message_id="<seven@example.org>")),
        ticket(
            3,
            entry("y", message_id="<three@example.org>"),
            event("merged", data={"into": "ACCREDO-42"}),
        ),
        with_settings=replace(known, mailbox=replace(known.mailbox, plus_tags=plus_tags)),
    )
    read = mail(sender, headers.pop("subject", "Вопрос"), **headers)
    return find_thread(read, read.sender.key, desk.intake(), desk.settings, KEYS)


@pytest.mark.parametrize(
    ("sender", "headers", "number"),
    [
        # 1. A valid token, whoever sends it
        (IVAN, {"In_Reply_To": MINE}, 42),
        (IVAN.upper(), {"References": f"<x@y> {MINE}"}, 42),
        (STRANGER, {"In_Reply_To": MINE}, 42),
        (STRANGER, {"In_Reply_To": our_letter(to=STRANGER)}, 42),
        (PETR, {"In_Reply_To": our_letter(to=PETR)}, 42),
        (ANNA, {"In_Reply_To": our_letter(to=ANNA)}, 42),
        (STRANGER, {"To": KEYS.tagged("support@example.org", "ACCREDO-42", IVAN)}, 42),
        (STRANGER, {"Cc": KEYS.tagged("support@example.org", "ACCREDO-42", IVAN).upper()}, 42),
        (STRANGER, {"X_Original_To": KEYS.tagged("x@y.org", "ACCREDO-42", PETR)}, 42),
        # A token of another desk, ticket, or a made-up one
        (STRANGER, {"In_Reply_To": our_letter(keys=OTHER_KEYS)}, None),
        (STRANGER, {"In_Reply_To": our_letter("ACCREDO-7").replace("-7.", "-42.")}, None),
        (STRANGER, {"In_Reply_To": our_letter("ACCREDO-99")}, None),
        (STRANGER, {"In_Reply_To": our_letter(to="x@y.org")}, None),
        (STRANGER, {"To": OTHER_KEYS.tagged("support@example.org", "ACCREDO-42", IVAN)}, None),
        # 2. A message that the ticket holds, from one who speaks there
        (IVAN, {"In_Reply_To": HELD}, 42),
        (PETR, {"In_Reply_To": HELD}, 42),
        (IVAN, {"References": f"{HELD} <x@y>"}, 42),
        (ANNA, {"In_Reply_To": HELD}, 42),
        # 3. The number in the subject, likewise
        (IVAN, {"subject": TAG}, 42),
        (PETR, {"subject": TAG}, 42),
        (ANNA, {"subject": TAG}, 42),
        (IVAN, {"subject": "[ACCREDO-99] Кабинет"}, None),
        (IVAN, {"subject": "[OTHER-42] Кабинет"}, None),
        (IVAN, {"subject": "ACCREDO-42 Кабинет"}, None),
        # 4. Never the title
        (IVAN, {"subject": "Кабинет"}, None),
        (IVAN, {"subject": "Re: Кабинет", "In_Reply_To": "<unknown@x.org>"}, None),
        # The order: token before message before subject; the newest reference first
        (IVAN, {"In_Reply_To": "<seven@example.org>", "References": MINE}, 42),
        (IVAN, {"subject": TAG, "In_Reply_To": "<seven@example.org>"}, 7),
        (IVAN, {"References": f"{HELD} <seven@example.org>"}, 7),
        (PETR, {"subject": TAG, "In_Reply_To": "<seven@example.org>"}, 42),
        # Merged tickets forward
        (IVAN, {"In_Reply_To": our_letter("ACCREDO-3")}, 42),
        (PETR, {"subject": "[ACCREDO-3] Кабинет"}, 42),
        (IVAN, {"References": "<three@example.org>"}, 42),
    ],
)
def test_the_order(sender: str, headers: dict[str, str], number: int | None) -> None:
    thread = found(sender, **headers)
    assert (thread.ticket.number if thread and thread.speaks else None) == number
    assert thread is None or thread.speaks


@pytest.mark.parametrize(
    "headers", [{"In_Reply_To": HELD}, {"subject": TAG}, {"References": "<three@example.org>"}]
)
def test_a_stranger_only_names_a_ticket(headers: dict[str, str]) -> None:
    thread = found(STRANGER, **headers)
    assert thread is not None
    assert (thread.ticket.number, thread.speaks) == (42, False)


def test_the_sender_s_own_tokens_are_told_from_those_of_others() -> None:
    theirs = found(STRANGER, In_Reply_To=MINE)
    both = found(
        IVAN, In_Reply_To=our_letter(to=PETR), References=f"{our_letter('ACCREDO-7')} {MINE}"
    )
    assert theirs and both
    assert theirs.own == ()
    assert [one.letter for one in both.own] == ["e1"]


def test_without_plus_tags_the_tag_is_not_read() -> None:
    tagged = KEYS.tagged("support@example.org", "ACCREDO-42", IVAN)
    assert found(STRANGER, plus_tags=False, To=tagged) is None


def test_a_letter_told_of_stays_valid_after_the_requester_changed() -> None:
    told = entry(told={"old@example.org": "2026-11-22T06:40:11Z"})
    desk = MemoryDesk(ticket(42, told))
    read = mail(STRANGER, In_Reply_To=our_letter(to="old@example.org"))
    thread = find_thread(read, STRANGER, desk.intake(), settings(), KEYS)
    assert thread is not None
    assert thread.ticket.number == 42


def test_as_what_people_take_part() -> None:
    one = ticket(participants=(Address("Пётр", PETR),))
    assert [role_on(one, who) for who in (IVAN, PETR, ANNA, "")] == [
        "requester",
        "participant",
        None,
        None,
    ]
    assert role_on(ticket(requester=Address("Иван", "")), "") is None
