"""What a ticket is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import NOW, entry, ticket
from tracker.core.ticket import attachment_folder, bucket, normal_text, ticket_path


@given(st.text())
def test_a_text_is_normal_after_one_pass(text: str) -> None:
    once = normal_text(text)
    assert normal_text(once) == once
    assert not set(once) & {"\r", "\0"}
    assert once.strip("\n") == once


@pytest.mark.parametrize(
    ("number", "folder"),
    [(1, "000"), (999, "000"), (1000, "001"), (123456, "123"), (10**6, "1000")],
)
def test_a_thousand_tickets_a_folder(number: int, folder: str) -> None:
    assert bucket(number) == folder
    assert ticket_path("ACCREDO", number) == f"tickets/{folder}/ACCREDO-{number}.md"
    assert attachment_folder("ACCREDO", number) == f"tickets/{folder}/ACCREDO-{number}"


def test_times_have_whole_seconds() -> None:
    precise = NOW.replace(microsecond=123456)
    assert entry(at=precise).at == NOW
    assert ticket(created=precise).created == NOW


def test_a_note_is_never_public() -> None:
    assert entry(kind="note").visibility == "internal"
    assert entry(kind="note", visibility="held").visibility == "held"


def test_a_ticket_knows_its_number_its_last_change_and_whether_it_is_open() -> None:
    late = entry("e2", at=NOW + timedelta(days=1))
    one = ticket(42, late, entry("e1"))
    assert one.number == 42
    assert one.updated == late.at
    assert ticket(1, entries=()).updated == NOW
    assert [ticket(status=name).is_open for name in ("open", "waiting", "closed")] == [
        True,
        True,
        False,
    ]
    assert one.with_entries(entry("e3")).entries[-1].id == "e3"
    assert ticket(title="a\nb\u202e").title == "a b"
