"""Listing and deciding on what is held, on real Git."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk.conftest import RealDesk
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.operations import Actor
from tracker.core.ticket import Entry
from tracker.core.workspace import Workspace
from tracker.desk import review
from tracker.desk.acting import carry_out
from tracker.desk.check import index_differences
from tracker.desk.desk import Desk
from tracker.desk.opening import open_ticket

pytestmark = pytest.mark.servers
IVAN = Address("Иван", "ivan@example.org")
MALLORY = Address("Mallory", "mallory@elsewhere.example")


def hold(desk: Desk, number: int, *entries: Entry) -> None:
    """Put held entries on a ticket, as the intake does."""

    def act(work: Workspace, _: Actor) -> str:
        work.add(work.need(number), entries)
        return "Hold"

    carry_out(desk, "anna", act)


@pytest.fixture
def desk_now(desk: RealDesk) -> Iterator[Desk]:
    """Three requests; a stranger's words on the first, two things on the third."""
    one = desk.open()
    for title in ("Принтер", "Пропуск", "Стул"):
        open_ticket(one, "anna", IVAN, title, "x", "phone")
    at = one.now()
    message = Entry("h1", at, MALLORY, "stranger", "email", "Впустите\nменя.", visibility="held")
    hold(one, 1, message)
    proposed = Entry(
        "h2", at, MALLORY, "stranger", "git", kind="event", visibility="held",
        event="proposed", data={"field": "status", "to": "closed"},
    )  # fmt: skip
    hold(one, 3, message, proposed)
    yield one
    assert index_differences(one) == []
    one.index.close()


def held(desk: Desk) -> list[tuple[str, int, str]]:
    return [(one.ticket.id, one.n, one.why) for one in review.waiting(desk)]


ALL = [
    ("ACCREDO-1", 3, "stranger"),
    ("ACCREDO-3", 3, "stranger"),
    ("ACCREDO-3", 4, "proposed"),
]


def test_the_list_follows_what_is_held(desk_now: Desk) -> None:
    assert held(desk_now) == ALL
    rows = list(desk_now.index.query("SELECT number, entry FROM held ORDER BY number, entry"))
    assert rows == [(1, "h1"), (3, "h1"), (3, "h2")]
    words = [one.words for one in review.waiting(desk_now)]
    assert words == ["Впустите меня.", "Впустите меня.", "status: closed"]


def test_one_ticket_and_one_entry(desk_now: Desk) -> None:
    assert [one.n for one in review.waiting_on(desk_now, 3)] == [3, 4]
    assert [one.entry.id for one in review.waiting_on(desk_now, 3, "4")] == ["h2"]
    assert review.waiting_on(desk_now, 2) == []
    with pytest.raises(TrackerError, match="There is no ticket ACCREDO-9"):
        review.waiting_on(desk_now, 9)


def test_accepting_the_only_one(desk_now: Desk, desk: RealDesk) -> None:
    review.accept(desk_now, 1, "anna", [], every=False, joins=True)
    one = desk.tickets()["ACCREDO-1"]
    assert one.entries[2].visibility == "public"
    assert one.participants == (MALLORY,)
    assert held(desk_now) == ALL[1:]
    assert desk.git("log", "-1", "--format=%s").strip() == "Accept what was held on ACCREDO-1"
    assert desk.git("status", "--porcelain") == ""


def test_of_several_one_is_named_or_all_are_meant(desk_now: Desk, desk: RealDesk) -> None:
    with pytest.raises(TrackerError, match="2 entries are held on ACCREDO-3: #3, #4") as caught:
        review.accept(desk_now, 3, "anna", [], every=False, joins=False)
    assert "--all" in caught.value.hint
    review.refuse(desk_now, 3, "anna", ["3"], every=False)
    assert held(desk_now) == [ALL[0], ALL[2]]
    review.accept(desk_now, 3, "anna", [], every=False, joins=False)
    one = desk.tickets()["ACCREDO-3"]
    assert (one.entries[2].visibility, one.status) == ("held", "closed")
    assert held(desk_now) == ALL[:1]
    review.accept(desk_now, 3, "anna", ["h1"], every=False, joins=False)
    assert desk.tickets()["ACCREDO-3"].entries[2].visibility == "public"


def test_everything_at_once(desk_now: Desk, desk: RealDesk) -> None:
    review.refuse(desk_now, 3, "anna", [], every=True)
    assert held(desk_now) == ALL[:1]
    events = [one.event for one in desk.tickets()["ACCREDO-3"].entries]
    assert events.count("refused") == 2


def test_nothing_to_decide(desk_now: Desk, desk: RealDesk) -> None:
    before = desk.git("rev-parse", "origin/main")
    with pytest.raises(TrackerError, match="Nothing is held for review on ACCREDO-2"):
        review.accept(desk_now, 2, "anna", [], every=True, joins=False)
    with pytest.raises(TrackerError, match="#1 of ACCREDO-1 is not held"):
        review.accept(desk_now, 1, "anna", ["3", "1"], every=False, joins=False)
    assert desk.git("rev-parse", "origin/main") == before, "all or none"
