"""Which letters went to an address, by the record of the entries."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.core.samples import entry, ticket
from tracker.core.tokens import letter_word
from tracker.core.told import letters_to

EARLY, LATE = "2026-11-22T06:40:11Z", "2026-11-23T06:40:11Z"


def test_entries_told_at_one_time_are_one_letter() -> None:
    one = ticket(
        42,
        entry("a", told={"Ivan@example.org": LATE}),
        entry("b", told={"ivan@example.org": EARLY, "olga@example.org": LATE}),
        entry("c", told={"ivan@example.org": LATE}),
        entry("d"),
    )
    early, late = letters_to(one, "ivan@EXAMPLE.org")
    assert (early.word, early.entries) == ("b", ("b",))
    assert early.at == datetime(2026, 11, 22, 6, 40, 11, tzinfo=UTC)
    assert (late.word, late.entries) == (letter_word(["a", "c"]), ("a", "c"))
    assert letters_to(one, "petr@example.org") == []
