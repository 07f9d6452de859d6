"""Queues and filtered lists on a real desk: what the index says is what the tickets say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests.desk.conftest import RealDesk
from tests.desk.helpers import NOW
from tracker.adapters.commits import Change
from tracker.core import operations
from tracker.core.addresses import Address
from tracker.core.document import parse
from tracker.core.fields import Fields
from tracker.core.queues import Standing
from tracker.core.workspace import Workspace
from tracker.desk import answers, changes, opening
from tracker.desk.check import index_differences
from tracker.desk.desk import Desk
from tracker.desk.phone import sort_in
from tracker.desk.queries import Filter, list_tickets
from tracker.desk.queues import Queue, queue
from tracker.desk.view import View
from tracker.desk.write import write

pytestmark = pytest.mark.servers
IVAN, OLGA = Address("Иван Петров", "ivan@example.org"), Address("Ольга", "olga@example.org")
SETTINGS = """
[agents.boris]
name = "Борис"
emails = ["boris@example.org"]

[sla]
first_answer = "1h"
close = "10h"
hours = "Mon-Sun 00:00-24:00"
"""


@pytest.fixture
def opened(desk_of: Callable[..., RealDesk]) -> Iterator[Desk]:
    """Three requests: a new one, an answered one of Anna's, a call of Boris's."""
    made = desk_of(settings=SETTINGS, remote=False)
    one = made.open()
    one.clock = lambda: NOW
    for person, channel in ((IVAN, "cli"), (OLGA, "cli"), (IVAN, "phone")):
        title = f"Запрос {person.name}"
        opening.open_ticket(one, "anna", person, title, "Текст", channel, phone="8 495 1234567")
    sort_in(one, 2, "anna", assignee="anna", labels=["печать", "срочно"])
    sort_in(one, 3, "anna", assignee="boris")
    answers.answer(one, 2, "anna", "Смотрю")
    yield one
    one.index.close()


def numbers(found: Queue) -> list[str]:
    return [line.row.id for line in found.lines]


def names(desk: Desk, agent: str | None = "anna") -> dict[str, list[str]]:
    """What stands in each queue that is not empty."""
    found = {name: numbers(queue(desk, name, agent)) for name in queue(desk, "all", agent).counts}
    counts = queue(desk, "all", agent).counts
    assert {name: len(one) for name, one in found.items()} == counts
    return {name: one for name, one in found.items() if one}


def test_each_ticket_stands_where_it_belongs(opened: Desk) -> None:
    every = ["ACCREDO-1", "ACCREDO-2", "ACCREDO-3"]
    assert names(opened) == {
        "mine": ["ACCREDO-2"],
        "unassigned": ["ACCREDO-1"],
        "to-answer": ["ACCREDO-1", "ACCREDO-3"],
        "waiting": ["ACCREDO-2"],
        "all": every,
    }
    assert "mine" not in names(opened, None)


def test_time_makes_tickets_overdue_and_the_late_come_first(opened: Desk) -> None:
    opened.clock = lambda: NOW + timedelta(hours=2)
    assert names(opened)["overdue"] == ["ACCREDO-1"]
    opened.clock = lambda: NOW + timedelta(hours=11)
    assert names(opened)["overdue"] == ["ACCREDO-1", "ACCREDO-2", "ACCREDO-3"]
    line = queue(opened, "mine", "anna").lines[0]
    shown = line.as_json()
    assert (shown["overdue"], shown["age"], shown["waits_for"]) == (True, 39600, "requester")
    assert shown["due"]["goal"] == "close"
    assert shown["due"]["left"] == -3600
    assert shown["taken"] is None


def change(desk: Desk, number: int, **values: object) -> None:
    """Change fields of a ticket, as Anna would."""

    def decide(view: View) -> Change:
        work = Workspace(view, desk.settings, desk.now(), desk.new_id)
        who = operations.Actor(desk.settings.address_of("anna"), "agent", "cli", work.now, "anna")
        before = Fields.of(work.need(number))
        wanted = {name: values.get(name, getattr(before, name)) for name in before.__slots__}
        operations.change(work, number, who, Fields(**wanted))
        if "taken" in values:
            work.set_fields(work.need(number), {"taken": str(values["taken"])})
        return Change(work.files, "Change it", work.tickets)

    write(desk, decide)


def test_priority_and_who_is_writing_are_shown(opened: Desk) -> None:
    since = NOW - timedelta(minutes=50)
    change(opened, 3, priority="urgent", taken=f"boris {since.isoformat()}")
    first = queue(opened, "to-answer", None).lines[0]
    assert (first.row.id, first.row.priority) == ("ACCREDO-3", "urgent")
    assert first.as_json()["taken"] == {"agent": "boris", "since": since.isoformat()}
    opened.clock = lambda: NOW + timedelta(minutes=11)
    assert queue(opened, "to-answer", None).lines[0].taken is None


def test_a_closed_ticket_leaves_the_queues_and_waiting_stops_the_clock(opened: Desk) -> None:
    changes.set_status(opened, [1], "anna", "closed")
    change(opened, 2, status="waiting")
    opened.clock = lambda: NOW + timedelta(days=9)
    assert names(opened) == {
        "mine": ["ACCREDO-2"],
        "to-answer": ["ACCREDO-3"],
        "waiting": ["ACCREDO-2"],
        "overdue": ["ACCREDO-3"],
        "all": ["ACCREDO-3", "ACCREDO-2"],
    }


def test_the_index_says_of_a_ticket_what_its_file_says(opened: Desk) -> None:
    found = {
        line.place.standing.number: line.place.standing for line in queue(opened, "all", None).lines
    }
    for path in sorted(opened.root.glob("tickets/*/*.md")):
        one = parse(path.read_text("utf-8"))
        assert found[one.number] == Standing.of(one)
    assert index_differences(opened) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), [1, 2, 3]),
        (Filter(assignee="boris"), [3]),
        (Filter(assignee="none"), [1]),
        (Filter(label="печать"), [2]),
        (Filter(label="печат"), []),
        (Filter(priority="urgent"), []),
        (Filter(requester="ПЕТРОВ иван"), [1, 3]),
        (Filter(requester="olga@"), [2]),
        (Filter(requester="%"), []),
        (Filter(assignee="boris", requester="ольга"), []),
    ],
)
def test_lists_can_be_narrowed(opened: Desk, wanted: Filter, expected: list[int]) -> None:
    found = sorted(one.id for one in list_tickets(opened, "open", wanted))
    assert found == [f"ACCREDO-{number}" for number in expected]
