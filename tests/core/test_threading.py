"""Which ticket a mail belongs to: every row of the table, for everybody who may write."""

from __future__ import annotations

import pytest

from tests.core.samples import (
    KEYS,
    OTHER_KEYS,
    MemoryDesk,
    entry,
    mail,
    our_letter,
    settings,
    ticket,
)
from tracker.core.threading import Standing, find_thread, participants

IVAN, ANNA, STRANGER = "ivan@example.org", "anna@example.org", "mallory@elsewhere.example"
MINE = our_letter()
ANNAS = our_letter(to=ANNA)
HELD = "<first@example.org>"
TAG = "Re: [ACCREDO-42] Кабинет"


def found(sender: str, *, proven: bool = False, **headers: str) -> tuple[int, Standing] | None:
    """Number and standing that a mail gets on a desk with ticket 42 of Ivan's, and another."""
    desk = MemoryDesk(ticket(42), ticket(7, entry("x", message_id="<seven@example.org>")))
    read = mail(sender, headers.pop("subject", "Вопрос"), **headers)
    thread = find_thread(read, desk, settings(), KEYS, proven=proven)
    return (thread.ticket.number, thread.standing) if thread else None


@pytest.mark.parametrize(
    ("sender", "proven", "headers", "expected"),
    [
        # 1. A valid token
        (IVAN, False, {"In_Reply_To": MINE}, (42, "participant")),
        (IVAN.upper(), False, {"References": f"<x@y> {MINE}"}, (42, "participant")),
        (STRANGER, False, {"In_Reply_To": MINE}, (42, "held")),
        (STRANGER, True, {"In_Reply_To": MINE}, (42, "held")),
        (ANNA, True, {"In_Reply_To": MINE}, (42, "agent")),
        (ANNA, False, {"In_Reply_To": ANNAS}, (42, "held")),
        # A token of another desk, ticket, or a made-up one
        (STRANGER, False, {"In_Reply_To": our_letter(keys=OTHER_KEYS)}, None),
        (STRANGER, False, {"In_Reply_To": our_letter("ACCREDO-7").replace("-7.", "-42.")}, None),
        (STRANGER, False, {"In_Reply_To": our_letter("ACCREDO-99")}, None),
        (STRANGER, False, {"In_Reply_To": our_letter(to="x@y.org")}, None),
        # 2. A message that the ticket holds
        (IVAN, False, {"In_Reply_To": HELD}, (42, "participant")),
        (IVAN, False, {"References": f"{HELD} <x@y>"}, (42, "participant")),
        (ANNA, True, {"In_Reply_To": HELD}, (42, "agent")),
        (ANNA, False, {"In_Reply_To": HELD}, (42, "held")),
        (STRANGER, True, {"In_Reply_To": HELD}, None),
        # 3. The number in the subject
        (IVAN, False, {"subject": TAG}, (42, "participant")),
        (ANNA, True, {"subject": TAG}, (42, "agent")),
        (ANNA, False, {"subject": TAG}, (42, "held")),
        (STRANGER, True, {"subject": TAG}, None),
        (IVAN, False, {"subject": "[ACCREDO-99] Кабинет"}, None),
        (IVAN, False, {"subject": "[OTHER-42] Кабинет"}, None),
        (IVAN, False, {"subject": "ACCREDO-42 Кабинет"}, None),
        # 4. Never the title
        (IVAN, False, {"subject": "Кабинет"}, None),
        (IVAN, False, {"subject": "Re: Кабинет", "In_Reply_To": "<unknown@x.org>"}, None),
        # The order: token before message before subject; the newest reference first
        (IVAN, False, {"In_Reply_To": "<seven@example.org>", "References": MINE}, (42, None)),
        (IVAN, False, {"subject": TAG, "In_Reply_To": "<seven@example.org>"}, (7, None)),
        (IVAN, False, {"References": f"{HELD} <seven@example.org>"}, (7, None)),
    ],
)
def test_the_table(
    sender: str, proven: bool, headers: dict[str, str], expected: tuple[int, str | None] | None
) -> None:
    thread = found(sender, proven=proven, **headers)
    if expected is None or thread is None:
        assert thread == expected
    else:
        assert thread[0] == expected[0]
        assert thread[1] == (expected[1] or "participant")


def test_a_letter_told_of_stays_valid_after_the_requester_changed() -> None:
    told = entry(told={"old@example.org": "2026-11-22T06:40:11Z"})
    desk = MemoryDesk(ticket(42, told))
    read = mail(STRANGER, In_Reply_To=our_letter(to="old@example.org"))
    thread = find_thread(read, desk, settings(), KEYS, proven=False)
    assert thread is not None
    assert thread.standing == "held"


def test_a_caller_without_address_has_no_participants() -> None:
    from tracker.core.addresses import Address

    assert participants(ticket(requester=Address("Иван", ""))) == set()
    assert participants(ticket()) == {IVAN}
