"""What accepting and refusing do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.doing import ANNA, OLGA, WHO, held, proposed
from tests.core.samples import IVAN, MALLORY, NOW, MemoryDesk, entry, event, settings, ticket
from tracker.core import accepting, correcting, operations, review
from tracker.core.addresses import Address
from tracker.core.document import render
from tracker.core.fields import Fields, events_between, said
from tracker.core.notices import due
from tracker.core.operations import OperationError
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace

BORIS = Address("Борис", "boris@example.org")
MORE = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'
PATH = "tickets/000/ACCREDO-42.md"


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


# Accepting a message


def test_a_stranger_s_message_becomes_public_and_gives_no_right() -> None:
    work = workspace(held(text="/close\nВпустите."), status="waiting")
    (accepted,) = accepting.accept(work, 42, "h1", WHO)
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
    accepting.accept(work, 42, "h1", WHO)
    assert reviewed(work).data == {"tell": "boris"}
    work = workspace(held(BORIS, text="/note Не пускать."))
    accepting.accept(work, 42, "h1", WHO)
    assert reviewed(work).data == {"tell": "anna"}, "whoever wrote it knows"
    work = workspace(held(BORIS, text="Готово."))
    accepting.accept(work, 42, "h1", WHO)
    assert reviewed(work).data == {}, "an answer is told outside"


def test_a_stranger_may_join_with_it() -> None:
    work = workspace(held())
    assert names(accepting.accept(work, 42, "2", WHO, joins=True)) == ["accepted", "joined"]
    assert work.need(42).participants == (MALLORY,)
    assert reviewed(work).role == "stranger"


def test_a_held_request_is_accepted_whole() -> None:
    first = held(IVAN, role="requester", data={"title": "Кабинет"})
    desk = MemoryDesk(ticket(42, first))
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    assert not work.need(42).accepted
    assert names(accepting.accept(work, 42, "1", WHO)) == ["accepted"]
    assert work.need(42).accepted
    assert reviewed(work, 0).role == "requester"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("closed", ["reopened"]), ("waiting", ["resumed"]), ("open", [])],
)
@pytest.mark.parametrize("role", ["requester", "participant"])
def test_a_requester_s_answer_opens_the_ticket(role: str, status: str, expected: list[str]) -> None:
    work = workspace(held(IVAN, role=role, data={"dmarc": "fail"}), status=status)
    events = accepting.accept(work, 42, "h1", WHO)
    assert names(events) == ["accepted", *expected]
    assert [one.author for one in events[1:]] == [IVAN] * len(expected)
    assert work.need(42).status == "open"


def test_an_automatic_answer_opens_nothing() -> None:
    work = workspace(held(IVAN, role="requester", automatic="auto-reply"), status="closed")
    assert names(accepting.accept(work, 42, "h1", WHO)) == ["accepted"]


def test_an_agent_s_mail_is_obeyed_at_its_start() -> None:
    text = "/close\n/assign\n/label принтер\nГотово.\n/spam"
    work = workspace(held(BORIS, text=text))
    events = accepting.accept(work, 42, "h1", WHO)
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
    assert names(accepting.accept(work, 42, "h1", WHO)) == ["accepted", "closed"]
    assert reviewed(work).text == "Готово."


def test_an_agent_s_note_becomes_one() -> None:
    work = workspace(held(BORIS, text="/note Не пускать."))
    assert names(accepting.accept(work, 42, "h1", WHO)) == ["accepted"]
    one = reviewed(work)
    assert (one.kind, one.visibility, one.text) == ("note", "internal", "Не пускать.")


def test_a_mail_of_commands_alone() -> None:
    work = workspace(held(BORIS, text="/close"))
    assert names(accepting.accept(work, 42, "h1", WHO)) == ["accepted", "closed"]
    one = reviewed(work)
    assert (one.visibility, one.role, one.text) == ("internal", "agent", "/close")
    assert not [each for each in due(work.need(42)) if each.entry == one.id]


@pytest.mark.parametrize(
    "values",
    [{"via": "cli"}, {"via": "git"}, {"via": "email"}, {"author": IVAN, "role": "requester"}],
)
def test_an_answer_that_somebody_else_edited_commands_nothing(values: dict[str, object]) -> None:
    given = {"author": BORIS, "role": "agent"} | values
    edited = held(text="/stop\nГотово.", data={"held": "edited"}, **given)
    assert review.why(edited, settings()) == "edited"
    work = workspace(edited, status="closed")
    assert names(accepting.accept(work, 42, "h1", WHO)) == ["accepted"]
    one = reviewed(work)
    assert (one.role, one.visibility, one.text) == (given["role"], "public", "/stop\nГотово.")
    assert "held" not in one.data


def test_what_can_not_be_obeyed_is_noted() -> None:
    work = workspace(held(BORIS, text="/assign nobody\n/clsoe\n/wait\nСлова."))
    events = accepting.accept(work, 42, "h1", WHO)
    assert names(events) == ["accepted", "waiting", "misunderstood", "misunderstood"]
    assert "no agent `nobody`" in events[-1].data["reason"]
    assert {one.visibility for one in events[2:]} == {"internal"}
    assert reviewed(work).text == "/clsoe\nСлова."


def test_an_agent_who_is_the_requester_stays_one() -> None:
    first = held(BORIS, role="requester", text="/close\nСломался.", data={"title": "x"})
    desk = MemoryDesk(ticket(42, first, requester=BORIS), with_settings=settings(MORE))
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    assert names(accepting.accept(work, 42, "1", WHO)) == ["accepted"]
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
    events = accepting.accept(work, 42, "h1", WHO)
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
        accepting.accept(workspace(proposed(field, to)), 42, "h1", WHO)
    assert caught.value.hint


def test_a_commit_proposes_who_comes_and_leaves_a_mail_who_comes() -> None:
    to = '"Петрова, Ольга" <olga@example.org>'
    by_mail = workspace(proposed("participants", to, via="email"), participants=(MALLORY,))
    accepting.accept(by_mail, 42, "h1", WHO)
    assert {one.key for one in by_mail.need(42).participants} == {MALLORY.key, OLGA.key}
    data = {"field": "participants", "to": to, "from": f"{MALLORY}, {ANNA}"}
    commit = proposed("participants", to, via="git", data=data)
    by_commit = workspace(commit, participants=(MALLORY,))
    assert names(accepting.accept(by_commit, 42, "h1", WHO)) == ["accepted", "left", "joined"]
    assert [str(one) for one in by_commit.need(42).participants] == [
        "Петрова, Ольга <olga@example.org>"
    ]


def test_a_proposed_list_takes_nothing_away_that_came_since() -> None:
    data = {"field": "labels", "from": "a, b", "to": "b, c"}
    work = workspace(proposed("labels", "", data=data), labels=("a", "b", "new"))
    assert names(accepting.accept(work, 42, "h1", WHO)) == ["accepted", "unlabelled", "labelled"]
    assert work.need(42).labels == ("b", "new", "c")
    data = {"field": "participants", "from": f"{OLGA}", "to": f"{OLGA}, {MALLORY}"}
    gone = workspace(proposed("participants", "", via="git", data=data))
    accepting.accept(gone, 42, "h1", WHO)
    assert gone.need(42).participants == (MALLORY,), "she left meanwhile"


def test_a_strange_edit_of_what_was_mailed_is_told_as_corrected() -> None:
    values = {"told": {IVAN.key: "2026-11-23T07:00:00Z"}, "data": {"held": "edited"}}
    work = workspace(held(BORIS, role="agent", **values))
    assert names(accepting.accept(work, 42, "h1", WHO)) == ["accepted", "corrected"]
    told = work.need(42).entries[-1]
    assert (told.author, told.data) == (ANNA, {"entry": "h1"})
    assert correcting.correct(work, 42, WHO, "h1")[0].event == "correction"


# Refusing


def test_what_is_refused_stays_as_it_is_and_is_asked_about_no_more() -> None:
    work = workspace(held(data={"dmarc": "fail"}))
    (refused,) = accepting.refuse(work, 42, "h1", WHO)
    assert (refused.event, refused.data, refused.visibility) == (
        "refused",
        {"entry": "h1"},
        "internal",
    )
    one = reviewed(work)
    assert (one.visibility, one.data) == ("held", {"dmarc": "fail", "refused": "anna"})
    with pytest.raises(OperationError, match="refused already"):
        accepting.refuse(work, 42, "h1", WHO)


def test_what_was_refused_can_still_be_accepted() -> None:
    for data in ({}, {"dmarc": "fail"}):
        work = workspace(held(data=data))
        accepting.refuse(work, 42, "h1", WHO)
        accepting.accept(work, 42, "h1", WHO)
        one = reviewed(work)
        assert (one.visibility, one.data) == ("public", {**data, "tell": "boris"})


def test_a_request_that_is_refused_is_closed_and_opens_when_it_is_accepted() -> None:
    desk = MemoryDesk(ticket(42, held(role="requester")))
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    assert names(accepting.refuse(work, 42, "1", WHO)) == ["refused", "closed"]
    assert not work.need(42).accepted
    assert names(accepting.accept(work, 42, "1", WHO)) == ["accepted", "reopened"]
    assert work.need(42).status == "open"


def test_a_refused_proposal_changes_nothing() -> None:
    work = workspace(proposed("status", "closed"))
    assert names(accepting.refuse(work, 42, "2", WHO)) == ["refused"]
    assert work.need(42).status == "open"
    assert reviewed(work).visibility == "held"


# What can't be decided on


@pytest.mark.parametrize("decide", [accepting.accept, accepting.refuse])
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
    accepting.accept(work, 42, "h1", WHO)
    with pytest.raises(OperationError, match="is not held"):
        accepting.accept(work, 42, "h1", WHO)


def test_only_the_entry_decided_on_changes() -> None:
    other: Ticket = ticket(42, entry("e1"), held(), replace(held(), id="h2"))
    desk = MemoryDesk(other)
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    accepting.accept(work, 42, "h1", WHO)
    assert list(work.files) == [PATH]
    assert waiting(work) == [(3, "h2")]
