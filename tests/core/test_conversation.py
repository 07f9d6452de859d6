"""Late answers: which ticket takes them, one after the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.core.samples import KEYS, MemoryDesk, event, later, raw_mail, ticket
from tracker.core.merging import merge
from tracker.core.operations import Actor, link, set_status
from tracker.core.workspace import Workspace

LETTER = KEYS.message_id("ACCREDO-42", "e1", "ivan@example.org", "example.org")


def closed_long_ago() -> MemoryDesk:
    return MemoryDesk(
        ticket(42, *ticket().entries, event("closed", later(days=-20)), status="closed")
    )


def answer(desk: MemoryDesk, days: float, text: str = "Опять не открывается.", to: int = 42) -> str:
    """Take in a late answer so many days from now; return the ticket that took it."""
    letter = KEYS.message_id(f"ACCREDO-{to}", "e1", "ivan@example.org", "example.org")
    raw = raw_mail(message_id=f"<{days}@x>", text=text, In_Reply_To=letter)
    (outcome,) = desk.take(raw, at=later(days=days))
    return outcome.detail


def act(desk: MemoryDesk, days: float, do: Callable[[Workspace, Actor], object]) -> None:
    """Let Anna do something so many days from now."""
    at = later(days=days)
    work = Workspace(desk, desk.settings, at, desk.new_id)
    do(work, Actor(desk.settings.address_of("anna"), "agent", "cli", at, "anna"))
    desk.files |= {path: text for path, text in work.files.items() if text is not None}


def close(desk: MemoryDesk, number: int, days: float) -> None:
    act(desk, days, lambda work, who: set_status(work, number, who, "closed"))


def test_the_second_late_answer_goes_where_the_first_one_went() -> None:
    desk = closed_long_ago()
    assert [answer(desk, days) for days in (0, 0.1, 1)] == ["ACCREDO-43"] * 3
    assert len(desk.tickets()[43].entries) == 4
    close(desk, 43, 2)
    assert answer(desk, 15.9) == "ACCREDO-43"
    assert desk.tickets()[43].status == "open"
    assert desk.tickets()[42].status == "closed"


def test_when_that_one_is_over_too_the_next_one_goes_on() -> None:
    desk = closed_long_ago()
    answer(desk, 0)
    close(desk, 43, 1)
    assert answer(desk, 15.1, to=43) == "ACCREDO-44"
    assert answer(desk, 16, to=43) == "ACCREDO-44"
    assert answer(desk, 17) == "ACCREDO-44", "over two steps"
    close(desk, 44, 18)
    assert answer(desk, 33) == "ACCREDO-45"
    assert answer(desk, 34) == "ACCREDO-45"


def test_where_it_was_merged_the_answer_goes_along() -> None:
    desk = closed_long_ago()
    answer(desk, 0)
    desk.take(raw_mail("Olga <olga@example.org>", message_id="<o@x>"))
    act(desk, 1, lambda work, who: merge(work, 43, 44, who))
    assert answer(desk, 2) == "ACCREDO-44"


def test_both_of_one_batch() -> None:
    desk = closed_long_ago()
    mails = [raw_mail(message_id=f"<{n}@x>", text=f"{n}", In_Reply_To=LETTER) for n in (1, 2)]
    outcomes = desk.take(*mails)
    assert [(one.what, one.detail) for one in outcomes] == [
        ("opened", "ACCREDO-43"),
        ("commented", "ACCREDO-43"),
    ]


@pytest.mark.parametrize(
    "mail",
    [
        {"subject": "[ACCREDO-42] stop", "text": "Иван"},
        {"text": "/stop", "In_Reply_To": LETTER},
    ],
)
def test_a_late_command_is_obeyed_where_it_belongs(mail: dict[str, str]) -> None:
    desk = closed_long_ago()
    (outcome,) = desk.take(raw_mail(message_id="<s@x>", **mail))
    assert (outcome.what, outcome.detail) == ("commented", "ACCREDO-42")
    assert list(desk.tickets()) == [42]
    assert desk.tickets()[42].muted == ("ivan@example.org",)
    assert desk.tickets()[42].status == "closed"


def test_a_ticket_that_is_merely_linked_takes_nothing() -> None:
    desk = closed_long_ago()
    desk.take(raw_mail(message_id="<other@x>"))
    act(desk, 0, lambda work, who: link(work, 42, 43, who))
    assert answer(desk, 1) == "ACCREDO-44"
