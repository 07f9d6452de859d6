"""What is held for review, and what accepting and refusing do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.samples import IVAN, MALLORY, NOW, MemoryDesk, entry, event, settings, ticket
from tracker.core import operations, review
from tracker.core.addresses import Address
from tracker.core.document import render
from tracker.core.fields import Fields, events_between, said
from tracker.core.operations import Actor, OperationError
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace

ANNA = Address("Анна", "anna@example.org")
BORIS = Address("Борис", "boris@example.org")
OLGA = Address("Ольга", "olga@example.org")
MORE = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'
WHO = Actor(ANNA, "agent", "cli", NOW, "anna")
PATH = "tickets/000/ACCREDO-42.md"


def held(author: Address = MALLORY, **values: object) -> Entry:
    given = {"author": author, "role": "stranger", "visibility": "held", "text": "Впустите."}
    return entry("h1", **(given | values))


def proposed(field: str, to: str, **values: object) -> Entry:
    given = {"visibility": "held", "data": {"field": field, "to": to}, "author": MALLORY}
    return event("proposed", id="h1", role="stranger", **(given | values))


def workspace(*entries: Entry, **values: object) -> Workspace:
    first = entry("e1", data={"title": "Кабинет"})
    desk = MemoryDesk(ticket(42, first, *entries, **values), with_settings=settings(MORE))
    return Workspace(desk, desk.settings, NOW, desk.new_id)


def waiting(work: Workspace) -> list[tuple[int, str]]:
    return [(n, one.id) for n, one in review.held(work.need(42))]


def names(events: list[Entry]) -> list[str]:
    return [one.event for one in events]


def reviewed(work: Workspace, place: int = 1) -> Entry:
    """The entry after the decision; the file is as it would be written."""
    one = work.need(42)
    assert work.text(42) == render(one, "ru")
    assert waiting(work) == []
    return one.entries[place]


# What is held


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


# Accepting a message


def test_a_stranger_s_message_becomes_public_and_gives_no_right() -> None:
    work = workspace(held(text="/close\nВпустите."), status="waiting")
    (accepted,) = review.accept(work, 42, "h1", WHO)
    assert (accepted.event, accepted.data, accepted.visibility) == (
        "accepted",
        {"entry": "h1"},
        "internal",
    )
    assert accepted.author == ANNA
    one = reviewed(work)
    assert (one.visibility, one.role, one.text) == ("public", "stranger", "/close\nВпустите.")
    assert work.need(42).status == "waiting"
    assert work.need(42).participants == ()


def test_the_agents_hear_of_it() -> None:
    work = workspace(held())
    review.accept(work, 42, "h1", WHO)
    assert reviewed(work).data == {"tell": "boris"}
    work = workspace(held(BORIS, text="/note Не пускать."))
    review.accept(work, 42, "h1", WHO)
    assert reviewed(work).data == {"tell": "anna"}, "whoever wrote it knows"
    work = workspace(held(BORIS, text="Готово."))
    review.accept(work, 42, "h1", WHO)
    assert reviewed(work).data == {}, "an answer is told outside"


def test_a_stranger_may_join_with_it() -> None:
    work = workspace(held())
    assert names(review.accept(work, 42, "2", WHO, joins=True)) == ["accepted", "joined"]
    assert work.need(42).participants == (MALLORY,)
    assert reviewed(work).role == "stranger"


def test_a_held_request_is_accepted_whole() -> None:
    first = held(IVAN, role="requester", data={"title": "Кабинет"})
    desk = MemoryDesk(ticket(42, first))
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    assert not work.need(42).accepted
    assert names(review.accept(work, 42, "1", WHO)) == ["accepted"]
    assert work.need(42).accepted
    assert reviewed(work, 0).role == "requester"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("closed", ["reopened"]), ("waiting", ["resumed"]), ("open", [])],
)
@pytest.mark.parametrize("role", ["requester", "participant"])
def test_a_requester_s_answer_opens_the_ticket(role: str, status: str, expected: list[str]) -> None:
    work = workspace(held(IVAN, role=role, data={"dmarc": "fail"}), status=status)
    events = review.accept(work, 42, "h1", WHO)
    assert names(events) == ["accepted", *expected]
    assert [one.author for one in events[1:]] == [IVAN] * len(expected)
    assert work.need(42).status == "open"


def test_an_automatic_answer_opens_nothing() -> None:
    work = workspace(held(IVAN, role="requester", automatic="auto-reply"), status="closed")
    assert names(review.accept(work, 42, "h1", WHO)) == ["accepted"]


def test_an_agent_s_mail_is_obeyed_at_its_start() -> None:
    text = "/close\n/assign\n/label принтер\nГотово.\n/spam"
    work = workspace(held(BORIS, text=text))
    events = review.accept(work, 42, "h1", WHO)
    assert names(events) == ["accepted", "closed", "assigned", "labelled"]
    assert {one.author for one in events[1:]} == {BORIS}
    assert {one.role for one in events[1:]} == {"agent"}
    one = reviewed(work)
    assert (one.role, one.visibility, one.text) == ("agent", "public", "Готово.\n/spam")
    assert not one.edited
    found = work.need(42)
    assert (found.status, found.assignee, found.labels) == ("closed", "boris", ("принтер",))
    assert list(events_between(said(found), Fields.of(found))) == []


def test_an_agent_s_draft_is_obeyed_anywhere() -> None:
    work = workspace(held(BORIS, via="git", format="markdown", text="Готово.\n\n/close"))
    assert names(review.accept(work, 42, "h1", WHO)) == ["accepted", "closed"]
    assert reviewed(work).text == "Готово."


def test_an_agent_s_note_becomes_one() -> None:
    work = workspace(held(BORIS, text="/note Не пускать."))
    assert names(review.accept(work, 42, "h1", WHO)) == ["accepted"]
    one = reviewed(work)
    assert (one.kind, one.visibility, one.text) == ("note", "internal", "Не пускать.")


def test_a_mail_of_commands_alone() -> None:
    work = workspace(held(BORIS, text="/close"))
    assert names(review.accept(work, 42, "h1", WHO)) == ["accepted", "closed"]
    assert reviewed(work).text == ""


@pytest.mark.parametrize(
    "values",
    [{"via": "cli"}, {"via": "git"}, {"via": "email", "told": {IVAN.key: "2026-11-23T07:00:00Z"}}],
)
def test_an_answer_that_somebody_else_edited_commands_nothing(values: dict[str, object]) -> None:
    work = workspace(held(BORIS, role="agent", text="/close\nГотово.", **values))
    assert names(review.accept(work, 42, "h1", WHO)) == ["accepted"]
    one = reviewed(work)
    assert (one.role, one.visibility, one.text) == ("agent", "public", "/close\nГотово.")


def test_what_can_not_be_obeyed_is_noted() -> None:
    work = workspace(held(BORIS, text="/assign nobody\n/clsoe\n/wait\nСлова."))
    events = review.accept(work, 42, "h1", WHO)
    assert names(events) == ["accepted", "waiting", "misunderstood", "misunderstood"]
    assert "no agent `nobody`" in events[-1].data["reason"]
    assert {one.visibility for one in events[2:]} == {"internal"}
    assert reviewed(work).text == "/clsoe\nСлова."


def test_an_agent_who_is_the_requester_stays_one() -> None:
    first = held(BORIS, role="requester", text="/close\nСломался.", data={"title": "x"})
    desk = MemoryDesk(ticket(42, first, requester=BORIS), with_settings=settings(MORE))
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    assert names(review.accept(work, 42, "1", WHO)) == ["accepted"]
    assert work.need(42).entries[0].role == "requester"
    assert work.need(42).status == "open"


# Accepting a proposal


@pytest.mark.parametrize(
    ("field", "to", "expected"),
    [
        ("status", "closed", {"status": "closed"}),
        ("assignee", "boris", {"assignee": "boris"}),
        ("assignee", "", {"assignee": None}),
        ("labels", "a, b c", {"labels": ("a", "b c")}),
        ("labels", "", {"labels": ()}),
        ("priority", "urgent", {"priority": "urgent"}),
        ("muted", "ivan@example.org", {"muted": ("ivan@example.org",)}),
        ("requester", "Ольга <olga@example.org>", {"requester": OLGA}),
        ("title", "Другое", {"title": "Другое"}),
        ("participants", "Ольга <olga@example.org>", {"participants": (OLGA,)}),
    ],
)
def test_a_proposed_change_is_made(field: str, to: str, expected: dict[str, object]) -> None:
    work = workspace(proposed(field, to))
    before = Fields.of(work.need(42))
    events = review.accept(work, 42, "h1", WHO)
    assert events[0].event == "accepted"
    assert {one.author for one in events} == {ANNA}
    found = Fields.of(work.need(42))
    assert found == replace(before, **expected)  # type: ignore[arg-type]
    assert said(work.need(42)) == found
    assert reviewed(work).visibility == "internal"


@pytest.mark.parametrize(
    ("field", "to"),
    [("status", "done"), ("assignee", "nobody"), ("priority", "soon"), ("colour", "red")],
)
def test_what_can_not_be_made_is_said(field: str, to: str) -> None:
    with pytest.raises(OperationError) as caught:
        review.accept(workspace(proposed(field, to)), 42, "h1", WHO)
    assert caught.value.hint


def test_a_commit_proposes_all_participants_a_mail_those_who_come() -> None:
    to = '"Петрова, Ольга" <olga@example.org>'
    by_mail = workspace(proposed("participants", to, via="email"), participants=(MALLORY,))
    review.accept(by_mail, 42, "h1", WHO)
    assert {one.key for one in by_mail.need(42).participants} == {MALLORY.key, OLGA.key}
    by_commit = workspace(proposed("participants", to, via="git"), participants=(MALLORY,))
    assert names(review.accept(by_commit, 42, "h1", WHO)) == ["accepted", "left", "joined"]
    assert [str(one) for one in by_commit.need(42).participants] == [
        "Петрова, Ольга <olga@example.org>"
    ]


def test_people_with_commas_in_their_names() -> None:
    written = "Петрова, Ольга <olga@example.org>, petr@example.org, Иван <ivan@example.org>"
    found = [one.key for one in review.people_in(written)]
    assert found == ["olga@example.org", "petr@example.org", "ivan@example.org"]
    assert review.people_in("") == []


# Refusing


def test_what_is_refused_stays_as_it_is_and_is_asked_about_no_more() -> None:
    work = workspace(held(data={"dmarc": "fail"}))
    (refused,) = review.refuse(work, 42, "h1", WHO)
    assert (refused.event, refused.data, refused.visibility) == (
        "refused",
        {"entry": "h1"},
        "internal",
    )
    one = reviewed(work)
    assert (one.visibility, one.data) == ("held", {"dmarc": "fail", "refused": "anna"})
    with pytest.raises(OperationError, match="refused already"):
        review.refuse(work, 42, "h1", WHO)


def test_what_was_refused_can_still_be_accepted() -> None:
    for data in ({}, {"dmarc": "fail"}):
        work = workspace(held(data=data))
        review.refuse(work, 42, "h1", WHO)
        review.accept(work, 42, "h1", WHO)
        one = reviewed(work)
        assert (one.visibility, one.data) == ("public", {**data, "tell": "boris"})


def test_a_request_that_is_refused_is_closed_and_opens_when_it_is_accepted() -> None:
    desk = MemoryDesk(ticket(42, held(role="requester")))
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    assert names(review.refuse(work, 42, "1", WHO)) == ["refused", "closed"]
    assert not work.need(42).accepted
    assert names(review.accept(work, 42, "1", WHO)) == ["accepted", "reopened"]
    assert work.need(42).status == "open"


def test_a_refused_proposal_changes_nothing() -> None:
    work = workspace(proposed("status", "closed"))
    assert names(review.refuse(work, 42, "2", WHO)) == ["refused"]
    assert work.need(42).status == "open"
    assert reviewed(work).visibility == "held"


# What can't be decided on


@pytest.mark.parametrize("decide", [review.accept, review.refuse])
def test_only_what_is_held(decide: object) -> None:
    assert callable(decide)
    work = workspace(held(), event("closed", visibility="held"))
    with pytest.raises(OperationError, match="#1 of ACCREDO-42 is not held for review"):
        decide(work, 42, "1", WHO)
    with pytest.raises(OperationError, match="#3 of ACCREDO-42 is not held"):
        decide(work, 42, "3", WHO)
    with pytest.raises(OperationError, match="has no entry `9`"):
        decide(work, 42, "9", WHO)
    operations.spam(work, 42, WHO)
    with pytest.raises(OperationError) as caught:
        decide(work, 42, "h1", WHO)
    assert caught.value.hint == "Take that back first: `tracker spam 42 --undo`."


def test_accepting_twice_is_refused() -> None:
    work = workspace(held())
    review.accept(work, 42, "h1", WHO)
    with pytest.raises(OperationError, match="is not held"):
        review.accept(work, 42, "h1", WHO)


def test_only_the_entry_decided_on_changes() -> None:
    other: Ticket = ticket(42, entry("e1"), held(), replace(held(), id="h2"))
    desk = MemoryDesk(other)
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    review.accept(work, 42, "h1", WHO)
    assert list(work.files) == [PATH]
    assert waiting(work) == [(3, "h2")]
