"""What is done to tickets: each operation, its undo, its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import IVAN, MALLORY, NOW, MemoryDesk, entry, event, settings, ticket
from tracker.core import operations
from tracker.core.addresses import Address
from tracker.core.commands import Command
from tracker.core.document import render
from tracker.core.fields import Fields, events_between, said
from tracker.core.operations import Actor, OperationError
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import NoTicketError, Workspace

ANNA = Address("Анна", "anna@example.org")
OLGA = Address("Ольга", "olga@example.org")
PETR = Address("Пётр", "petr@example.org")
BORIS = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'
WHO = Actor(ANNA, "agent", "cli", NOW, "anna")


def requested(number: int, by: Address = IVAN, **values: object) -> Ticket:
    """A request as the desk opened it, its fields told by its events."""
    first = entry(f"e{number}", author=by, data={"title": "Кабинет"})
    return ticket(number, first, requester=by, **values)


def workspace(*tickets: Ticket) -> Workspace:
    desk = MemoryDesk(*(tickets or (requested(42),)), with_settings=settings(BORIS))
    return Workspace(desk, desk.settings, NOW, desk.new_id)


def names(events: Iterable[Entry]) -> list[str]:
    return [one.event for one in events]


def happened(work: Workspace, number: int = 42) -> list[tuple[str, dict[str, str]]]:
    found = work.need(number).entries
    return [(one.event, dict(one.data)) for one in found if one.kind == "event"]


def told(work: Workspace, number: int = 42) -> None:
    """The law of every operation: events and front matter say the same, the file is well formed."""
    one = work.need(number)
    assert list(events_between(said(one), Fields.of(one))) == []
    assert work.text(number) == render(one, "ru")


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
    joined = operations.join(work, 42, WHO, [many[0], many[0], *many])
    assert len(joined) == len(work.need(42).participants) == operations.MOST_PARTICIPANTS
    assert operations.join(work, 42, WHO, [OLGA]) == []
    operations.leave(work, 42, WHO, "a3@x.org")
    assert names(operations.join(work, 42, WHO, [OLGA, PETR])) == ["joined"]
    told(work)


def test_more_than_ten_by_hand_stay_and_nobody_else_joins() -> None:
    many = tuple(Address("", f"a{n}@x.org") for n in range(12))
    work = workspace(requested(42, participants=many))
    assert operations.join(work, 42, WHO, [OLGA]) == []
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


# Merging


def test_a_merge_closes_and_its_people_take_part_in_the_other() -> None:
    work = workspace(requested(42, participants=(OLGA,)), requested(17, PETR))
    assert names(operations.merge(work, 42, 17, WHO)) == ["merged", "closed"]
    assert (work.need(42).merged_into, work.need(42).status) == ("ACCREDO-17", "closed")
    assert happened(work, 17)[0] == ("took", {"from": "ACCREDO-42"})
    assert set(work.need(17).participants) == {IVAN, OLGA}
    assert work.need(17).status == "open"
    told(work, 17)
    assert operations.merge(work, 42, 17, WHO) == []


def test_a_merge_is_taken_back_with_the_people_it_brought() -> None:
    work = workspace(requested(42, participants=(OLGA,)), requested(17, PETR))
    operations.join(work, 17, WHO, [OLGA])
    operations.merge(work, 42, 17, WHO)
    assert names(operations.unmerge(work, 42, WHO)) == ["unmerged", "reopened"]
    assert work.need(17).participants == (OLGA,), "she took part before"
    assert work.need(42).merged_into == ""
    assert work.need(42).status == "open"
    assert ("released", {"from": "ACCREDO-42"}) in happened(work, 17)
    assert operations.unmerge(work, 42, WHO) == []
    told(work, 17)
    again = operations.merge(work, 42, 17, WHO)
    assert names(again) == ["merged", "closed"]


def test_what_nobody_reviewed_brings_nobody() -> None:
    held = requested(42, MALLORY)
    held = replace(held, entries=(replace(held.entries[0], visibility="held"),))
    work = workspace(held, requested(17))
    operations.merge(work, 42, 17, WHO)
    assert work.need(17).participants == ()


def test_merges_in_a_chain_lead_to_the_last() -> None:
    work = workspace(*(requested(n, Address("", f"a{n}@x.org")) for n in (1, 2, 3, 4)))
    operations.merge(work, 1, 2, WHO)
    operations.merge(work, 2, 3, WHO)
    operations.merge(work, 4, 1, WHO)
    assert work.need(4).merged_into == "ACCREDO-3"
    assert work.final(work.need(1)).number == 3
    with pytest.raises(OperationError, match="ACCREDO-1 was merged into ACCREDO-3") as caught:
        operations.merge(work, 3, 1, WHO)
    assert caught.value.hint == "Take that back first: `tracker merge 1 --undo`."
    with pytest.raises(OperationError, match="ACCREDO-3 can't be merged into itself"):
        operations.merge(work, 3, 3, WHO)


def test_merged_anew_it_leaves_the_first() -> None:
    work = workspace(requested(42, OLGA), requested(17), requested(18))
    operations.merge(work, 42, 17, WHO)
    assert names(operations.merge(work, 42, 18, WHO)) == ["merged"], "closed it is already"
    assert work.need(42).merged_into == "ACCREDO-18"
    assert work.need(17).participants == ()
    assert work.need(18).participants == (OLGA,)
    operations.unmerge(work, 42, WHO)
    assert work.need(18).participants == ()


def test_a_merge_into_what_is_gone_can_be_taken_back() -> None:
    gone = requested(42).with_entries(event("merged", data={"into": "ACCREDO-99"}))
    work = workspace(replace(gone, status="closed"))
    assert names(operations.unmerge(work, 42, WHO)) == ["unmerged", "reopened"]


def test_a_merge_needs_both() -> None:
    work = workspace()
    for one, two in ((42, 9), (9, 42)):
        with pytest.raises(NoTicketError):
            operations.merge(work, one, two, WHO)


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


def test_a_ticket_without_a_message_is_no_spam() -> None:
    work = workspace(ticket(42, event("opened")))
    assert operations.spam(work, 42, WHO) == []


# Commands


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [
        ("close", "", ["closed"]),
        ("wait", "", ["waiting"]),
        ("reopen", "", []),
        ("assign", "", ["assigned"]),
        ("assign", "Борис", ["assigned"]),
        ("label", "a, b c", ["labelled", "labelled"]),
        ("unlabel", "x", ["unlabelled"]),
        ("priority", "срочная", ["priority"]),
        ("cc", "olga@example.org, Пётр <petr@example.org>", ["joined", "joined"]),
        ("merge", "ACCREDO-17", ["merged", "closed"]),
        ("link", "#17", ["linked", "linked"]),
        ("spam", "", ["spam", "closed"]),
        ("stop", "", ["muted"]),
        ("resume", "", []),
        ("note", "слова", []),
    ],
)
def test_each_command_is_obeyed(name: str, argument: str, expected: list[str]) -> None:
    work = workspace(requested(42, labels=("x",)), requested(17))
    command = Command(name, argument, 0)
    assert operations.fault_of(work, 42, command) == ""
    assert names(operations.obey(work, 42, WHO, [command])) == expected


def test_commands_are_obeyed_in_their_order() -> None:
    work = workspace()
    commands = [Command(name, "", 0) for name in ("assign", "close", "reopen")]
    assert names(operations.obey(work, 42, WHO, commands)) == ["assigned", "closed", "reopened"]
    assert work.need(42).assignee == "anna"
    told(work)


FAULTS = {
    ("assign", "nobody"): "There is no agent `nobody`",
    ("priority", "soon"): "`soon` is no priority",
    ("cc", "olga"): "`olga` is no mail address",
    ("merge", "x"): "`x` is no ticket number",
    ("merge", "99"): "There is no ticket ACCREDO-99",
    ("merge", "42"): "ACCREDO-42 can't be merged into itself",
    ("merge", "7"): "ACCREDO-7 was merged into ACCREDO-42 itself",
    ("link", "OTHER-1"): "`OTHER-1` is no ticket number",
    ("link", "42"): "`/link 42` names the ticket itself",
}


@pytest.mark.parametrize(("name", "argument"), FAULTS)
def test_why_a_command_can_not_be_obeyed(name: str, argument: str) -> None:
    taken = requested(7).with_entries(event("merged", data={"into": "ACCREDO-42"}))
    work = workspace(requested(42), taken)
    command = Command(name, argument, 0)
    assert operations.fault_of(work, 42, command) == FAULTS[name, argument]
    with pytest.raises((OperationError, NoTicketError)):
        operations.obey(work, 42, WHO, [command])
    assert work.files == {}


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
    lambda work, n: operations.merge(work, n, n % 3 + 1, WHO),
    lambda work, n: operations.unmerge(work, n, WHO),
    lambda work, n: operations.link(work, n, n % 3 + 1, WHO),
    lambda work, n: operations.unlink(work, n, n % 3 + 1, WHO),
    lambda work, n: operations.spam(work, n, WHO),
    lambda work, n: operations.spam(work, n, WHO, undo=True),
    lambda work, n: operations.obey(work, n, WHO, [Command("label", "a b", 0)]),
    lambda work, n: operations.obey(work, n, WHO, [Command("unlabel", "a", 0)]),
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
