"""Trailers of commit messages: which count, what they say, and what they do to tickets."""

from __future__ import annotations

import pytest

from tests.core.past import AGENTS, anna, boris, forged
from tests.core.samples import NOW, MemoryDesk, entry, event, settings, ticket
from tracker.core.origins import Origin
from tracker.core.ticket import Entry
from tracker.core.trailers import Message, obey_trailers, read_trailers
from tracker.core.workspace import Workspace


def read(message: str) -> Message | None:
    return read_trailers(message, "ACCREDO")


@pytest.mark.parametrize(
    ("last", "tickets"),
    [
        ("Closes: ACCREDO-42", [(42, True)]),
        ("closes: accredo-42", [(42, True)]),
        ("CLOSES : 42", [(42, True)]),
        ("Закрывает: ACCREDO-42", [(42, True)]),
        ("ЗАЯВКА: 42.", [(42, False)]),
        ("Ticket: ACCREDO-42, 7 9;11", [(42, False), (7, False), (9, False), (11, False)]),
        ("Ticket: 42\nCloses: 42", [(42, True)]),
        ("Closes: 42\nTicket: 42", [(42, True)]),
        ("Closes: ACCREDO-42,\n ACCREDO-7", [(42, True), (7, True)]),
        ("Signed-off-by: A <a@b.org>\nCloses: 42\nReviewed-by: B", [(42, True)]),
        ("Closes: 42\n(cherry picked from commit 0123abc)", [(42, True)]),
    ],
)
def test_trailers_as_people_write_them(last: str, tickets: list[tuple[int, bool]]) -> None:
    found = read(f"Mend it\n\nMore words.\n\n{last}\n")
    assert found is not None
    assert (found.subject, found.body, list(found.tickets)) == ("Mend it", "More words.", tickets)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Closes: ACCREDO-42",
        "Mend it\n\nThis closes: nothing\nat all.\n",
        "Mend it\n\nCloses: ACCREDO-42\n\nOne more paragraph.\n",
        "Mend it\n\nCloses: ACCREDO-42\nand a word.\n",
        "Mend it\n\nCloses: #42\n",
        "Mend it\n\nCloses: JIRA-42\n",
        "Mend it\n\nCloses: https://example.org/42\n",
        "Mend it\n\nCloses: 0\n",
        "Mend it\n\nRefs: ACCREDO-42\n",
        "Mend it (#12)\n\nWords\n\nCloses: ACCREDO-42\n",
        "Merge all\n\nSquashed commit of the following:\n\ncommit 1\n\nCloses: ACCREDO-42\n",
    ],
)
def test_what_is_no_trailer(message: str) -> None:
    assert read(message) is None


def test_a_message_with_the_line_ends_of_windows() -> None:
    found = read("Mend\r\n\r\nOne\r\ntwo\r\n\r\nThree\r\n\r\nTicket: 42\r\n")
    assert found is not None
    assert (found.body, found.tickets) == ("One\ntwo\n\nThree", ((42, False),))


def obeyed(message: str, origin: Origin) -> tuple[list[Entry], str, list[str]]:
    """The new entries of ticket 42, its status, and what was missed."""
    desk = MemoryDesk(ticket(), with_settings=settings(AGENTS))
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    found = read(message)
    assert found is not None
    reached, missed = obey_trailers(work, found, origin)
    assert reached == (["ACCREDO-42"] if work.files else [])
    now = work.need(42)
    return list(now.entries[1:]), now.status, missed


def test_the_body_becomes_the_answer_and_the_ticket_is_closed() -> None:
    (answer, closed), status, _ = obeyed("Mend\n\nIt was #1.\n\nCloses: 42\n", anna(hours=1))
    assert (answer.text, answer.format, answer.visibility) == ("It was #1.", "text", "public")
    assert (answer.role, answer.via, str(answer.author)) == (
        "agent",
        "git",
        "Анна <anna@example.org>",
    )
    assert (closed.event, closed.at, status) == ("closed", answer.at, "closed")


def test_without_a_body_closing_says_nothing_more_and_a_mention_says_the_subject() -> None:
    (closed,), status, _ = obeyed("Mend the printer\n\nCloses: 42\n", anna())
    assert (closed.event, status) == ("closed", "closed")
    (answer,), status, _ = obeyed("Mend the printer\n\nTicket: 42\n", boris())
    assert (answer.text, answer.author.name, status) == ("Mend the printer", "Борис", "open")


def test_of_a_commit_that_is_not_believed_the_text_is_held_and_nothing_obeyed() -> None:
    (held,), status, _ = obeyed("Mend the printer\n\nCloses: 42\n", forged())
    assert (held.text, held.role, held.visibility) == ("Mend the printer", "stranger", "held")
    assert status == "open"


def test_a_number_that_is_no_ticket_is_said_and_the_others_go_on() -> None:
    _, status, missed = obeyed("Mend\n\nCloses: 7, 42\n", anna())
    assert (status, missed) == ("closed", ["there is no ticket ACCREDO-7"])


def test_what_is_said_to_a_merged_ticket_reaches_the_one_that_took_it() -> None:
    merged = ticket(7, entry("e7"), event("merged", data={"into": "ACCREDO-42"}), status="closed")
    desk = MemoryDesk(ticket(), merged, with_settings=settings(AGENTS))
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    found = read("Mend\n\nCloses: 7\n")
    assert found is not None
    assert obey_trailers(work, found, anna())[0] == ["ACCREDO-42"]
    assert work.need(42).status == "closed"
