"""Which letters go now and which wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.core.samples import NOW, later, settings
from tracker.core.breaker import Breaker
from tracker.core.gathering import MOST_NOTICES, letter_address
from tracker.core.options import Agent
from tracker.core.planned import Owed, Planned
from tracker.core.retries import Delay
from tracker.core.schedule import Past, Schedule, schedule

IVAN, ANNA = "ivan@example.org", "anna@example.org"
DESK = settings("\n[limits]\nconfirmations_an_hour = 3\n")


def owed(number: int = 1, entry: str = "e1", to: str = IVAN, **values: Any) -> Owed:
    given = {"what": "notice" if to.startswith("@") else "answer"}
    return Owed(number, f"ACCREDO-{number}", f"oid{number}", entry, to, **(given | values))


def asked(number: int = 1, to: str = IVAN, **values: Any) -> Owed:
    return owed(number, to=to, what="confirmation", **values)


def planned(*rows: Owed, past: Past | None = None) -> Schedule:
    return schedule(rows, past or Past(), DESK, NOW)


def shown(found: Schedule) -> list[tuple[str, str, list[str], list[str]]]:
    return [
        (one.kind, one.address, one.tickets, [item.entry for item in one.items])
        for one in found.now
    ]


def test_one_letter_for_a_ticket_and_a_recipient() -> None:
    rows = [owed(1, "a"), owed(1, "b"), owed(2, "c"), owed(1, "a", to="olga@example.org")]
    assert shown(planned(*rows)) == [
        ("answer", IVAN, ["ACCREDO-1"], ["a", "b"]),
        ("answer", IVAN, ["ACCREDO-2"], ["c"]),
        ("answer", "olga@example.org", ["ACCREDO-1"], ["a"]),
    ]


def test_an_answer_tells_the_number_as_well() -> None:
    assert shown(planned(asked(), owed(1, "a"))) == [("answer", IVAN, ["ACCREDO-1"], ["e1", "a"])]
    kinds = [one.kind for one in planned(asked(), owed(2, "a")).now]
    assert kinds == ["answer", "confirmation"]


def test_agents_are_written_to_where_they_read() -> None:
    (one,) = planned(owed(to="@anna"), owed(2, to="@gone")).now
    assert (one.kind, one.address, one.handle) == ("staff", ANNA, "anna")
    emails = ("1+anna@users.noreply.github.com", "Anna@Example.org")
    assert letter_address(Agent("Анна", emails)) == ANNA
    assert letter_address(Agent("Анна", emails[:1])) == emails[0]
    assert letter_address(Agent("Анна", ())) == ""


def test_an_agent_who_is_the_requester_is_not_told_the_same_twice() -> None:
    rows = [owed(1, "a", to=ANNA), owed(1, "a", to="@anna"), owed(1, "b", to="@anna")]
    assert [(kind, entries) for kind, _, _, entries in shown(planned(*rows))] == [
        ("answer", ["a"]),
        ("staff", ["b"]),
    ]
    other_ticket = [owed(1, "a", to=ANNA), owed(2, "a", to="@anna")]
    assert len(planned(*other_ticket).now) == 2


def test_what_is_held_for_review_is_no_letter() -> None:
    assert planned(replace(asked(), what="held")).now == ()


# Later


def delayed(letter: Planned, minutes: int = 5) -> list[Owed]:
    """What a letter told, as it is owed when a server would not take it."""
    delay = Delay(later(minutes=minutes), letter.tries + 1, "450 greylisted", letter.word)
    return [replace(one, delayed=str(delay)) for one in letter.items]


def test_a_delay_is_of_that_letter_alone() -> None:
    (first,) = planned(owed(1, "a"), owed(1, "b")).now
    found = planned(*delayed(first), owed(1, "c"))
    assert shown(found) == [("answer", IVAN, ["ACCREDO-1"], ["c"])]
    assert found.now[0].tries == 0
    ((held),) = found.later
    assert (held.why, held.planned.tries) == ("delayed", 1)
    assert [one.entry for one in held.planned.items] == ["a", "b"]


@pytest.mark.parametrize(
    "rows",
    [
        [owed(1, "a")],
        [owed(1, "a"), owed(1, "b")],
        [asked(), owed(1, "a")],
        [asked(), owed(1, "j", what="joined")],
        [asked(1), asked(2)],
        [owed(1, "a", to="@anna"), owed(1, "b", to=ANNA, what="receipt")],
        [owed(1, "a", to="@anna"), owed(1, "a", to=ANNA, what="receipt")],
        [owed(n, "a", to="@anna") for n in range(MOST_NOTICES + 1)],
    ],
)
def test_what_is_tried_again_is_the_same_letter_and_goes_first(rows: list[Owed]) -> None:
    (first,) = planned(*rows).now
    # What is new for the same recipient is another letter.
    fresh = [replace(one, entry=f"{one.entry}2") for one in rows]
    again, *others = planned(*delayed(first, minutes=0), *fresh).now
    assert again.tries == 1
    assert (again.kind, again.address, again.word) == (first.kind, first.address, first.word)
    assert [one.entry for one in again.items] == [one.entry for one in first.items]
    assert not {one.tries for one in others} - {0}


def test_two_letters_that_wait_alike_stay_two() -> None:
    rows = [*delayed(planned(owed(1, "a"), owed(1, "b")).now[0], 0)]
    rows += delayed(planned(owed(1, "c"), owed(1, "d")).now[0], 0)
    rows += [*delayed(planned(owed(1, "e")).now[0], 0), *delayed(planned(owed(1, "f")).now[0], 0)]
    found = [entries for _, _, _, entries in shown(planned(*rows))]
    assert found == [["a", "b"], ["c", "d"], ["e"], ["f"]]


def test_a_number_that_waits_is_not_told_by_the_next_answer() -> None:
    (first,) = planned(asked()).now
    found = planned(*delayed(first), owed(1, "a"))
    assert shown(found) == [("answer", IVAN, ["ACCREDO-1"], ["a"])]
    assert [(one.why, one.planned.kind) for one in found.later] == [("delayed", "confirmation")]


def test_a_confirmation_tried_again_counts_for_the_limits() -> None:
    (first,) = planned(asked(1)).now
    found = planned(*delayed(first, minutes=0), asked(2))
    assert [one.tickets for one in found.now] == [["ACCREDO-1"]]
    assert [(one.why, one.planned.tickets) for one in found.later] == [("limits", ["ACCREDO-2"])]


def test_a_delayed_number_waits_and_the_others_go() -> None:
    soon = f"{later(minutes=1).isoformat()} 1 450"
    found = planned(asked(1, delayed=soon), asked(2))
    assert [one.tickets for one in found.now] == [["ACCREDO-2"]]
    assert [(one.why, one.planned.tickets) for one in found.later] == [("delayed", ["ACCREDO-1"])]


def test_limits_hold_confirmations_back_and_nothing_else() -> None:
    past = Past({IVAN: [later(minutes=-5)]}, 1)
    found = planned(asked(1), asked(2), owed(3, "a"), owed(1, to="@anna"), past=past)
    assert [one.kind for one in found.now] == ["answer", "staff"]
    assert [(one.why, one.planned.tickets) for one in found.later] == [
        ("limits", ["ACCREDO-1", "ACCREDO-2"])
    ]


def joined(number: int = 1, entry: str = "j1", to: str = IVAN, **values: Any) -> Owed:
    return owed(number, entry, to, what="joined", **values)


def test_who_was_added_by_mail_is_told_under_the_limits_of_confirmations() -> None:
    olga = "olga@example.org"
    rows = [asked(), joined(), joined(to=olga), joined(2, to=olga)]
    found = planned(*rows)
    assert shown(found) == [
        ("joined", IVAN, ["ACCREDO-1"], ["e1", "j1"]),
        ("joined", olga, ["ACCREDO-1"], ["j1"]),
    ]
    assert [(one.why, one.planned.tickets) for one in found.later] == [("limits", ["ACCREDO-2"])]
    past = Past({IVAN: [later(minutes=-5)], olga: [later(minutes=-11)]})
    found = planned(*rows[:3], past=past)
    assert [one.address for one in found.now] == [olga]
    assert [(one.why, one.planned.kind) for one in found.later] == [("limits", "joined")]


def test_an_answer_tells_who_joined_as_well() -> None:
    past = Past({IVAN: [later(minutes=-5)]})
    found = planned(joined(), owed(1, "a"), past=past)
    assert shown(found) == [("answer", IVAN, ["ACCREDO-1"], ["j1", "a"])]


@pytest.mark.parametrize("proven", [True, False])
def test_who_asked_is_proven_and_who_was_added_is_not(proven: bool) -> None:
    times = [later(hours=-n) for n in range(1, 7)]
    past = Past({IVAN: times, "olga@example.org": times})
    rows = [asked(proven=proven), joined(), joined(to="olga@example.org")]
    found = [one.address for one in planned(*rows, past=past).now]
    assert found == ([IVAN] if proven else [])


def test_strangers_whom_mails_add_trip_the_breaker() -> None:
    rows = [joined(1, f"j{n}", f"s{n}@example.org") for n in range(5)]
    found = planned(*rows, owed(9, "a"))
    assert [one.kind for one in found.now] == ["answer", *["joined"] * 3, "alarm"]
    assert [one.why for one in found.later] == ["breaker"] * 2
    assert found.breaker.tripped


def flood(count: int) -> list[Owed]:
    return [asked(n, to=f"m{n}@example.org") for n in range(1, count + 1)]


def test_a_flood_trips_the_breaker_and_the_agents_hear_of_it() -> None:
    found = planned(*flood(5), owed(9, "a"))
    kinds = [one.kind for one in found.now]
    assert kinds == ["answer", *["confirmation"] * 3, "alarm"]
    assert found.now[-1].address == ANNA
    assert [one.why for one in found.later] == ["breaker"] * 2
    assert found.breaker.tripped


def test_while_it_is_tripped_only_answers_and_notices_go() -> None:
    past = Past({}, 3, Breaker("2026-11-23T07:00:00Z", {"anna": "2026-11-23T07:00:00Z"}))
    found = planned(*flood(2), owed(9, "a"), owed(9, to="@anna"), past=past)
    assert [one.kind for one in found.now] == ["answer", "staff"]
    over = planned(*flood(2), past=replace(past, last_hour=1))
    assert [one.kind for one in over.now] == ["confirmation"] * 2
    assert not over.breaker.tripped


# Many notices


@pytest.mark.parametrize("tickets", [MOST_NOTICES, MOST_NOTICES + 1])
def test_many_notices_are_one_letter(tickets: int) -> None:
    rows = [owed(n, f"e{n}", to="@anna") for n in range(1, tickets + 1)]
    found = planned(*rows, owed(99, "r", to=ANNA, what="receipt"), owed(99, "x", to="@anna"))
    kinds = [one.kind for one in found.now]
    if tickets > MOST_NOTICES:
        assert kinds == ["staff", "digest"]
        assert found.now[0].tickets == ["ACCREDO-99"]
        assert len(found.now[1].tickets) == tickets
    else:
        assert kinds == ["staff"] * (tickets + 1)
