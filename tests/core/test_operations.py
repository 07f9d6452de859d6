"""What is done to tickets: each operation, its undo, its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.doing import ANNA, BORIS, OLGA, PETR, WHO, names, requested, told, workspace
from tests.core.samples import IVAN, MALLORY, NOW, MemoryDesk, entry, event, settings, ticket
from tracker.core import merging, obeying, operations
from tracker.core.addresses import Address
from tracker.core.commands import Command
from tracker.core.fields import Fields
from tracker.core.operations import Actor, OperationError
from tracker.core.workspace import Workspace

# Events


def test_an_event_says_who_when_and_who_may_see_it() -> None:
    work = workspace()
    closed = operations.event(work, WHO, "closed")
    assert (closed.kind, closed.event, closed.author, closed.role) == (
        "event",
        "closed",
        ANNA,
        "agent",
    )
    assert (closed.via, closed.at, closed.visibility, closed.data) == ("cli", NOW, "public", {})
    assigned = operations.event(work, WHO, "assigned", {"to": "anna"}, silent="import")
    assert (assigned.visibility, assigned.data, assigned.silent) == (
        "internal",
        {"to": "anna"},
        "import",
    )
    assert operations.event(work, WHO, "x", visibility="held").visibility == "held"


# Fields


wanted = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["open", "waiting", "closed"]),
        "assignee": st.sampled_from([None, "anna", "boris"]),
        "labels": st.lists(st.sampled_from(["a", "b", "c d"]), unique=True).map(tuple),
        "priority": st.sampled_from(["low", "normal", "high", "urgent"]),
        "participants": st.lists(st.sampled_from([OLGA, PETR]), unique=True).map(tuple),
        "muted": st.lists(st.sampled_from(["a@x.org", "b@x.org"]), unique=True).map(tuple),
        "title": st.sampled_from(["Кабинет", "Другое", ""]),
        "requester": st.sampled_from([IVAN, MALLORY]),
    }
)


@given(st.lists(wanted, min_size=1, max_size=4))
def test_any_change_is_told_and_stands_in_the_front_matter(steps: list[dict[str, object]]) -> None:
    work = workspace()
    for step in steps:
        fields = Fields(**step)  # type: ignore[arg-type]
        operations.change(work, 42, WHO, fields)
        # Lists keep what was there first; who is in them is what counts.
        assert set(work.need(42).labels) == set(fields.labels)
        assert replace(Fields.of(work.need(42)), labels=(), participants=(), muted=()) == replace(
            fields, labels=(), participants=(), muted=()
        )
        told(work)
        assert operations.change(work, 42, WHO, fields) == []


@pytest.mark.parametrize(
    ("status", "event_name", "undo", "undone"),
    [("closed", "closed", "open", "reopened"), ("waiting", "waiting", "open", "resumed")],
)
def test_status(status: str, event_name: str, undo: str, undone: str) -> None:
    work = workspace()
    assert names(operations.set_status(work, 42, WHO, status)) == [event_name]
    assert operations.set_status(work, 42, WHO, status) == []
    assert work.need(42).status == status
    assert names(operations.set_status(work, 42, WHO, undo)) == [undone]
    assert work.need(42).status == "open"
    told(work)


# People


def test_people_join_and_leave() -> None:
    work = workspace()
    assert names(operations.join(work, 42, WHO, [OLGA, PETR])) == ["joined", "joined"]
    assert work.need(42).participants == (OLGA, PETR)
    assert names(operations.leave(work, 42, WHO, "OLGA@example.org")) == ["left"]
    assert operations.leave(work, 42, WHO, "olga@example.org") == []
    assert operations.leave(work, 42, WHO, IVAN.key) == []
    assert work.need(42).participants == (PETR,)
    told(work)


@pytest.mark.parametrize(
    "who",
    [
        IVAN,
        Address("", "IVAN@example.org"),
        ANNA,
        Address("", "support@example.org"),
        Address("", "Support+ACCREDO-42.abc@example.org"),
        Address("", "team@lists.example"),
        Address("Без адреса", ""),
        Address("", "no-address"),
        Address("", "a@b c@d"),
    ],
)
def test_who_never_joins(who: Address) -> None:
    desk = MemoryDesk(requested(42))
    lists = replace(desk.settings.mailbox, lists=("team@lists.example",))
    work = Workspace(desk, replace(desk.settings, mailbox=lists), NOW, desk.new_id)
    assert operations.join(work, 42, WHO, [who]) == []


def test_ten_at_most_and_nobody_twice() -> None:
    work = workspace()
    many = [Address("", f"a{n}@x.org") for n in range(20)]
    *joined, left_out = operations.join(work, 42, WHO, [many[0], many[0], *many])
    assert len(joined) == len(work.need(42).participants) == operations.MOST_PARTICIPANTS
    assert left_out.data == {"who": ", ".join(f"a{n}@x.org" for n in range(10, 20))}
    operations.leave(work, 42, WHO, "a3@x.org")
    assert names(operations.join(work, 42, WHO, [OLGA, PETR])) == ["joined", "left-out"]
    told(work)


def test_agents_hear_once_who_found_no_room() -> None:
    many = tuple(Address("", f"a{n}@x.org") for n in range(10))
    work = workspace(requested(42, participants=many))
    ivan = Actor(IVAN, "requester", "email", NOW)
    (first,) = operations.join(work, 42, ivan, [OLGA])
    assert (first.event, first.visibility, first.author) == ("left-out", "internal", IVAN)
    assert work.need(42).entries[-1].data == {"who": OLGA.key, "tell": "anna boris"}
    (second,) = operations.join(work, 42, ivan, [OLGA, PETR])
    assert second.data == {"who": PETR.key}
    assert operations.join(work, 42, ivan, [PETR, OLGA]) == []
    assert work.need(42).participants == many


def test_more_than_ten_by_hand_stay_and_nobody_else_joins() -> None:
    many = tuple(Address("", f"a{n}@x.org") for n in range(12))
    work = workspace(requested(42, participants=many))
    assert names(operations.join(work, 42, WHO, [OLGA])) == ["left-out"]
    assert len(work.need(42).participants) == 12


def test_mute_and_unmute() -> None:
    work = workspace()
    assert names(operations.mute(work, 42, WHO, "Ivan@Example.org")) == ["muted"]
    assert operations.mute(work, 42, WHO, "ivan@example.org") == []
    assert work.need(42).muted == ("ivan@example.org",)
    assert names(operations.mute(work, 42, WHO, "ivan@example.org", muted=False)) == ["unmuted"]
    assert operations.mute(work, 42, WHO, "ivan@example.org", muted=False) == []
    assert work.need(42).muted == ()
    told(work)


# Links


def test_links_stand_on_both_and_are_taken_off_both() -> None:
    work = workspace(requested(42), requested(17), requested(18))
    assert len(operations.link(work, 42, 17, WHO)) == 2
    assert operations.link(work, 17, 42, WHO) == []
    operations.link(work, 42, 18, WHO)
    assert work.need(42).links == ("ACCREDO-17", "ACCREDO-18")
    assert work.need(17).links == ("ACCREDO-42",)
    assert len(operations.unlink(work, 17, 42, WHO)) == 2
    assert operations.unlink(work, 17, 42, WHO) == []
    assert (work.need(42).links, work.need(17).links) == (("ACCREDO-18",), ())
    operations.link(work, 17, 42, WHO)
    assert work.need(42).links == ("ACCREDO-18", "ACCREDO-17")
    with pytest.raises(OperationError, match="can't be linked with itself"):
        operations.link(work, 42, 42, WHO)


# Spam


def test_spam_withdraws_and_comes_back() -> None:
    work = workspace()
    assert names(operations.spam(work, 42, WHO)) == ["spam", "closed"]
    assert operations.is_spam(work.need(42))
    assert not work.need(42).accepted
    assert operations.spam(work, 42, WHO) == []
    assert names(operations.spam(work, 42, WHO, undo=True)) == ["not-spam", "reopened"]
    assert work.need(42).accepted
    assert operations.spam(work, 42, WHO, undo=True) == []
    told(work)


def test_what_was_held_is_held_again_when_it_is_no_spam() -> None:
    one = requested(42)
    work = workspace(replace(one, entries=(replace(one.entries[0], visibility="held"),)))
    for _ in range(2):
        operations.spam(work, 42, WHO)
        operations.spam(work, 42, WHO, undo=True)
        assert not work.need(42).accepted


def test_what_a_stranger_edited_meanwhile_stays_held_when_it_is_no_spam() -> None:
    work = workspace()
    operations.spam(work, 42, WHO)
    entry_id = work.need(42).entries[0].id
    work.amend(work.need(42), entry_id, {"data": {"held": operations.EDITED}})
    operations.spam(work, 42, WHO, undo=True)
    assert not work.need(42).accepted


def test_a_ticket_without_a_message_is_no_spam() -> None:
    work = workspace(ticket(42, event("opened")))
    assert operations.spam(work, 42, WHO) == []


# Words


def test_numbers() -> None:
    one = settings()
    for written in ("42", " 42 ", "#42", "ACCREDO-42", "accredo-42", "#ACCREDO-42"):
        assert operations.number_of(one, written) == 42
    for written in ("", "0", "-1", "4 2", "42a", "OTHER-42", "٤٢", "9" * 12, "##42"):
        with pytest.raises(OperationError, match="is no ticket number"):
            operations.number_of(one, written)


def test_agents_by_handle_name_and_address() -> None:
    one = settings(BORIS)
    for written in ("anna", "@anna", "ANNA", "анна", " anna@Example.org"):
        assert operations.agent_of(one, written) == "anna"
    with pytest.raises(OperationError) as caught:
        operations.agent_of(one, "petr")
    assert caught.value.hint == "Agents in tracker.toml: anna, boris."


def test_priorities_in_both_languages() -> None:
    assert [operations.priority_of(one) for one in ("LOW", "обычная", " высокая ", "urgent")] == [
        *("low", "normal", "high", "urgent")
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a@x.org", ["a@x.org"]),
        ("a@x.org b@x.org", ["a@x.org", "b@x.org"]),
        ("a@x.org, b@x.org,", ["a@x.org", "b@x.org"]),
        ("Ольга Иванова <a@x.org>, b@x.org", ["Ольга Иванова <a@x.org>", "b@x.org"]),
        ("", []),
    ],
)
def test_addresses(written: str, expected: list[str]) -> None:
    assert [str(one) for one in operations.addresses_of(written)] == expected


def test_labels() -> None:
    assert operations.words_of("a b") == ["a", "b"]
    assert operations.words_of("second floor, b ,") == ["second floor", "b"]


def test_the_desk_s_own_addresses() -> None:
    one = settings()
    own = ("support@example.org", "SUPPORT@example.org", "support+x@example.org")
    assert all(operations.is_own(one, address) for address in own)
    others = ("support@example.com", "support", "supports@example.org", "")
    assert not any(operations.is_own(one, address) for address in others)


def test_entries_by_place_and_id() -> None:
    one = ticket(42, entry("k3v9x2"), entry("234567"))
    for written, n in (("1", 1), ("#2", 2), ("k3v9x2", 1), ("234567", 2)):
        found = operations.find_entry(one, written)
        assert found == (n, one.entries[n - 1])
    with pytest.raises(OperationError, match="ACCREDO-42 has no entry `3`"):
        operations.find_entry(one, "3")


# Everything at once


ACTS: list[Callable[[Workspace, int], object]] = [
    lambda work, n: operations.set_status(work, n, WHO, "closed"),
    lambda work, n: operations.set_status(work, n, WHO, "open"),
    lambda work, n: operations.set_status(work, n, WHO, "waiting"),
    lambda work, n: operations.join(work, n, WHO, [OLGA, PETR]),
    lambda work, n: operations.leave(work, n, WHO, OLGA.key),
    lambda work, n: operations.mute(work, n, WHO, IVAN.key),
    lambda work, n: operations.mute(work, n, WHO, IVAN.key, muted=False),
    lambda work, n: merging.merge(work, n, n % 3 + 1, WHO),
    lambda work, n: merging.unmerge(work, n, WHO),
    lambda work, n: operations.link(work, n, n % 3 + 1, WHO),
    lambda work, n: operations.unlink(work, n, n % 3 + 1, WHO),
    lambda work, n: operations.spam(work, n, WHO),
    lambda work, n: operations.spam(work, n, WHO, undo=True),
    lambda work, n: obeying.obey(work, n, WHO, [Command("label", "a b", 0)]),
    lambda work, n: obeying.obey(work, n, WHO, [Command("unlabel", "a", 0)]),
]


@given(st.lists(st.tuples(st.sampled_from(range(len(ACTS))), st.integers(1, 3)), max_size=14))
def test_whatever_is_done_events_and_front_matter_agree(acts: list[tuple[int, int]]) -> None:
    people = (IVAN, OLGA, MALLORY)
    work = workspace(*(requested(n, people[n - 1]) for n in (1, 2, 3)))
    for act, number in acts:
        try:
            ACTS[act](work, number)
        except OperationError:
            continue
    for number in (1, 2, 3):
        told(work, number)
        one = work.need(number)
        assert work.final(one).merged_into == "", "every chain has an end"
        assert len({each.id for each in one.entries}) == len(one.entries)
