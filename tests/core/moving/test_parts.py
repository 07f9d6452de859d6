"""The small parts of moving: times, words, documents, order, tables, and what may leave."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.document.strategies import tickets
from tests.core.samples import NOW, entry, event, ticket
from tracker.core.addresses import Address
from tracker.core.moving.adf import adf_to_markdown
from tracker.core.moving.leaving import Scope, leaving
from tracker.core.moving.mbox import mails
from tracker.core.moving.order import Head, in_order, read_head
from tracker.core.moving.own_json import read_ticket, settled
from tracker.core.moving.rows import LONGEST_CELL, row, safe_cell
from tracker.core.moving.times import read_time
from tracker.core.moving.words import labels_of, priority_of, status_of
from tracker.core.notices import due, withheld
from tracker.core.pages.masking import Mask
from tracker.core.ticket import Attachment, Ticket
from tracker.desk.exporting import ticket_data

EVERYTHING = Scope(internal=True, held=True, addresses=True)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("19/Sep/13 1:33 PM", (2013, 9, 19, 13, 33)),
        ("19/Sep/13 12:05 am", (2013, 9, 19, 0, 5)),
        ("30/Jul/18 23:33", (2018, 7, 30, 23, 33)),
        ("30/июл./18 23:33", (2018, 7, 30, 23, 33)),
        ("01-мая-2024 08:00:09", (2024, 5, 1, 8, 0, 9)),
        ("22.11.2026 09:14", (2026, 11, 22, 9, 14)),
        ("6/21/2025 16:14", (2025, 6, 21, 16, 14)),
        ("21/6/2025", (2025, 6, 21)),
        ("05/05/2010 11:20:30", (2010, 5, 5, 11, 20, 30)),
        ("2026-11-22T09:14:03.000+0000", (2026, 11, 22, 9, 14, 3)),
        ("2026-11-22 09:14", (2026, 11, 22, 9, 14)),
        ("2026-11-22", (2026, 11, 22)),
    ],
)
def test_times(written: str, wanted: tuple[int, ...]) -> None:
    assert read_time(written, UTC) == datetime(*wanted, tzinfo=UTC)  # type: ignore[arg-type, misc]


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    try:
        assert read_time(text, UTC).tzinfo
    except ValueError as error:
        assert str(error)


def test_statuses_priorities_labels() -> None:
    assert status_of("Whatever", category="done") == "closed"
    assert status_of("Done", category="indeterminate") == "closed"
    assert status_of("Open", resolution="Fixed") == "closed"
    assert status_of("Open", resolution="Unresolved") == "open"
    assert status_of("Waiting for customer", category="indeterminate") == "waiting"
    assert status_of("Done", told={"done": "open"}) == "open"
    names = ("Blocker", "High", "Major", "Trivial", "")
    assert [priority_of(one) for one in names] == ["urgent", "high", "normal", "low", "normal"]
    assert labels_of(["a,b", "a b", " ", "c\nd"]) == ("a b", "c d")
    assert len(labels_of(map(str, range(1000)))) == 50


# Documents of Atlassian


def doc(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def words(text: str, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": text, "marks": list(marks)}


def paragraph(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


def test_a_document_becomes_markdown() -> None:
    link = {"type": "link", "attrs": {"href": "https://example.org/a"}}
    item = {"type": "listItem", "content": [paragraph(words("one"))]}
    shown = adf_to_markdown(
        doc(
            {"type": "heading", "attrs": {"level": 1}, "content": [words("Head")]},
            paragraph(words("see "), words("this", link), words(" now", {"type": "strong"})),
            {"type": "bulletList", "content": [item, item]},
            {"type": "codeBlock", "content": [words("if x:\n    y")]},
            paragraph({"type": "mention", "attrs": {"text": "@Anna"}}, {"type": "hardBreak"}),
        )
    )
    assert shown.replace("  \n", "\n") == (
        "#### Head\n\nsee [this](https://example.org/a) **now**\n\n-   one\n-   one\n\n"
        "if x:\n&nbsp;&nbsp;&nbsp;&nbsp;y\n\n@Anna"
    )


def test_nothing_in_a_document_is_live() -> None:
    bad = {"type": "link", "attrs": {"href": "javascript:alert(1)"}}
    shown = adf_to_markdown(doc(paragraph(words("<script>*x*", bad)), {"type": "rule"}))
    assert shown == "&lt;script>\\*x\\*\n\n* * *"


@pytest.mark.parametrize(
    "node",
    [
        {"type": "doc", "content": [None, 1, "x", {"type": 7}, {"content": "x"}, {}]},
        {"type": "doc", "content": [{"type": "heading", "attrs": None, "content": None}]},
        {"type": "doc", "content": [{"type": "text", "text": None, "marks": [None, {}]}]},
        {"type": "doc", "content": [{"type": "date", "attrs": {"timestamp": "9" * 400}}]},
        {"type": "doc", "content": [{"type": "heading", "attrs": {"level": "²"}}]},
    ],
)
def test_broken_documents_are_read_as_far_as_they_go(node: dict[str, Any]) -> None:
    assert isinstance(adf_to_markdown(node), str)


def test_a_deep_document_keeps_its_words() -> None:
    node: dict[str, Any] = words("deep")
    for _ in range(900):
        node = {"type": "blockquote", "content": [node]}
    assert "deep" in adf_to_markdown(doc(node))


# The order of mails


def head(name: str, *answers: str) -> Head:
    return Head(f"<{name}>", tuple(f"<{one}>" for one in answers), None)


@given(st.integers(0, 10_000))
def test_an_answer_never_comes_before_its_mail(seed: int) -> None:
    chance = random.Random(seed)
    heads = [
        (head(str(n), *(str(chance.randrange(12)) for _ in range(chance.randrange(3)))), NOW)
        for n in range(12)
    ]
    heads = [(one, NOW + timedelta(days=chance.randrange(9))) for one, _ in heads]
    order = in_order(heads)
    assert sorted(order) == list(range(12))


def test_threads_against_their_dates() -> None:
    day = timedelta(days=1)
    heads = [(head("c", "b"), NOW), (head("b", "a"), NOW + day), (head("a"), NOW + 2 * day)]
    assert in_order(heads) == [2, 1, 0]
    circle = [(head("a", "b"), NOW), (head("b", "a"), NOW + day), (head("x", "x"), NOW)]
    assert sorted(in_order(circle)) == [0, 1, 2]


@given(st.binary(max_size=400))
def test_any_bytes_have_a_head(raw: bytes) -> None:
    assert isinstance(read_head(raw), Head)


# Tickets out and in


@given(tickets)
def test_json_gives_back_every_ticket(made: Ticket) -> None:
    try:
        read = read_ticket(ticket_data(made)).ticket
    except ValueError as error:  # names and paths that the tracker itself never makes
        assert any(word in str(error) for word in ("outside", "extra", "same `id`", "entries"))
        return
    assert replace(read, taken=made.taken, entries=()) == replace(made, entries=())
    assert read.entries == made.entries


def test_a_settled_ticket_owes_nothing() -> None:
    owed = ticket(
        42,
        entry(),
        entry("e2", role="agent", author=Address("Анна", "anna@example.org"), message_id=""),
        event("closed"),
        status="closed",
        labels=("x",),
    )
    assert list(due(owed))
    found = settled(owed, lambda: "new")
    assert [*due(found), *withheld(found)] == []
    assert [one.event for one in found.entries] == ["", "", "closed", "labelled"]
    held = settled(ticket(42, entry(visibility="held")), lambda: "new")
    assert [*due(held), *withheld(held)] == []
    told = ticket(42, entry(told={"ivan@example.org": "2026-11-23T10:00:00Z"}))
    assert settled(told, lambda: "new") == told


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "../x-1"}, "is no number"),
        ({"id": "ACCREDO-99999999999"}, "is no number"),
        ({"status": "gone"}, "must be one of"),
        ({"created": "2026-11-23"}, "lacks its time zone"),
        ({"entries": []}, "must be a list that is not empty"),
        ({"entries": [{}]}, "entry 1"),
        ({"labels": [1]}, "must be a list of texts"),
        ({"extra": {"a b": "x"}}, "is no name of a field"),
        ({"requester": "Ivan"}, "must have `name` and `email`"),
        ({"taken": 5}, "must be null or have"),
    ],
)
def test_wrong_tickets_are_told(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_ticket(ticket_data(ticket(42, entry())) | change)


@pytest.mark.parametrize("path", ["/etc/passwd", "tickets/000/ACCREDO-42/../../x", "a", ""])
def test_paths_of_attachments_stay_in_their_folder(path: str) -> None:
    file = Attachment("a.txt", path, 1, "text/plain")
    with pytest.raises(ValueError, match="lies outside"):
        read_ticket(ticket_data(ticket(42, entry(attachments=(file,)))))


@given(tickets)
def test_what_leaves_unasked_holds_no_address(made: Ticket) -> None:
    found = leaving(made, Scope(), Mask())
    if found is not None:
        assert all(one.visibility == "public" and one.kind != "note" for one in found.entries)
        assert not any(one.author.email or one.told or one.message_id for one in found.entries)
        assert (found.requester.email, found.phone, found.muted) == ("", "", ())
    if made.entries and any(one.kind == "message" for one in made.entries):
        assert leaving(made, EVERYTHING, Mask()) == made


@given(st.text(max_size=30))
def test_no_cell_is_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert cell in (text.replace("\0", "\ufffd"), f"'{text}".replace("\0", "\ufffd"))


def test_a_long_cell_says_that_it_was_cut() -> None:
    cells = row(ticket(42, entry(text="x" * 100_000)))
    assert max(map(len, cells)) == LONGEST_CELL
    assert any(one.endswith("…") for one in cells)


@given(tickets)
def test_every_ticket_becomes_mails(made: Ticket) -> None:
    found = list(mails(made, Address("Desk", "support@example.org"), {}))
    assert len(found) == sum(one.kind != "event" for one in made.entries)
    for one in found:
        head, _, rest = one.partition(b"\n")
        assert head.startswith(b"From ")
        assert not rest.startswith(b"From ") and b"\nFrom " not in rest
        assert b"\r" not in one
