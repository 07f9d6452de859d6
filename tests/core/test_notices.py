"""Who is owed a letter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.samples import entry, event, ticket
from tracker.core.addresses import Address
from tracker.core.notices import Due, due


def test_the_requester_is_owed_the_number() -> None:
    assert list(due(ticket())) == [Due("e1", "ivan@example.org", proven=False)]
    assert next(due(ticket(42, entry(data={"dmarc": "pass"})))).proven
    shouting = ticket(requester=Address("", "Ivan@Example.ORG"))
    assert next(due(shouting)).address == "ivan@example.org"


@pytest.mark.parametrize(
    "values",
    [
        {"told": {"ivan@example.org": "2026-11-22T06:40:11Z"}},
        {"bounced": {"ivan@example.org": "5.1.1 no such user"}},
        {"automatic": "auto-reply"},
        {"silent": "import"},
        {"visibility": "held"},
        {"kind": "note"},
        {"role": "agent"},
        {"via": "phone"},
    ],
)
def test_nobody_is_told_of(values: dict[str, Any]) -> None:
    assert list(due(ticket(42, entry(**values)))) == []


def test_nothing_is_due_without_an_address_or_without_entries() -> None:
    assert list(due(ticket(requester=Address("Иван", "")))) == []
    assert list(due(ticket(entries=()))) == []


def test_later_entries_owe_nothing() -> None:
    told = entry(told={"ivan@example.org": "2026-11-22T06:40:11Z"})
    assert list(due(ticket(42, told, entry("e2"), event("closed")))) == []
