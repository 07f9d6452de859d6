"""What is held for review, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.doing import ANNA, held, proposed
from tests.core.samples import entry, event, settings, ticket
from tracker.core import review
from tracker.core.ticket import Entry


def test_messages_and_proposals_are_held_and_nothing_else() -> None:
    one = ticket(
        42,
        entry("e1"),
        held(),
        replace(proposed("status", "closed"), id="h2"),
        event("closed", visibility="held"),
        entry("e2", kind="note"),
    )
    assert [n for n, _ in review.held(one)] == [2, 3]


def test_a_held_request_is_held_and_one_marked_as_spam_is_not() -> None:
    one = ticket(42, held(role="requester"))
    assert [n for n, _ in review.held(one)] == [1]
    spam = one.with_entries(event("spam"))
    assert review.held(spam) == []
    assert review.held(spam.with_entries(event("not-spam"))) == review.held(one)
    withdrawn = ticket(42, held(role="requester"), event("spam"), replace(held(), id="h2"))
    assert review.held(withdrawn) == []


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (held(), "stranger"),
        (held(data={"dmarc": "fail"}), "unproven"),
        (held(ANNA), "agent"),
        (held(ANNA, data={"dmarc": "fail"}), "unproven"),
        (held(via="git", role="stranger"), "commit"),
        (held(role="requester"), "other"),
        (held(data={"held": "spam"}), "spam"),
        (proposed("status", "closed"), "proposed"),
    ],
)
def test_why(one: Entry, reason: str) -> None:
    assert review.why(one, settings()) == reason


def test_people_with_commas_in_their_names() -> None:
    written = "Петрова, Ольга <olga@example.org>, petr@example.org, Иван <ivan@example.org>"
    found = [one.key for one in review.people_in(written)]
    assert found == ["olga@example.org", "petr@example.org", "ivan@example.org"]
    assert review.people_in("") == []
