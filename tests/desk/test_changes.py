"""What agents change, on real Git: one commit, nothing of anybody else's lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.desk.conftest import RealDesk
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.fields import Fields, events_between, said
from tracker.core.ticket import Ticket
from tracker.desk import changes
from tracker.desk.check import check, index_differences
from tracker.desk.desk import Desk
from tracker.desk.opening import open_ticket
from tracker.desk.queries import find_ticket, ticket_json

pytestmark = pytest.mark.servers
IVAN, OLGA = Address("Иван", "ivan@example.org"), Address("Ольга", "olga@example.org")
BORIS = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'


@pytest.fixture
def desk(desk_of: Callable[..., RealDesk]) -> Iterator[RealDesk]:
    """A desk with two agents and three requests; afterwards every law must hold."""
    made = desk_of(settings=BORIS)
    one = made.open()
    for who, title in ((IVAN, "Принтер"), (OLGA, "Пропуск"), (IVAN, "Стул")):
        open_ticket(one, "anna", who, title, "x", "phone")
    yield made
    for ticket in made.tickets().values():
        assert list(events_between(said(ticket), Fields.of(ticket))) == []
    assert check(made.root)[1] == []
    assert made.git("status", "--porcelain") == ""
    assert index_differences(one) == []
    one.index.close()


@pytest.fixture
def opened(desk: RealDesk) -> Iterator[Desk]:
    one = desk.open()
    yield one
    one.index.close()


def now(desk: RealDesk, number: int = 1) -> Ticket:
    return desk.tickets()[f"ACCREDO-{number}"]


def head(desk: RealDesk) -> str:
    return desk.git("log", "-1", "--format=%s %an", "origin/main").strip()


def test_a_call_with_its_number_and_who_is_to_answer(opened: Desk, desk: RealDesk) -> None:
    open_ticket(
        opened, "anna", IVAN, "Ещё", "x", "phone", phone="+7 900 000-00-00", assignee="Борис"
    )
    one = now(desk, 4)
    assert (one.phone, one.assignee) == ("+7 900 000-00-00", "boris")
    assert [each.event for each in one.entries] == ["", "opened", "assigned"]
    assert list(events_between(said(one), Fields.of(one))) == []
    with pytest.raises(TrackerError, match="no agent `nobody`"):
        open_ticket(opened, "anna", IVAN, "Ещё", "x", "phone", assignee="nobody")


def test_several_in_one_commit(opened: Desk, desk: RealDesk) -> None:
    before = int(desk.git("rev-list", "--count", "origin/main"))
    done = changes.assign(opened, [1, 2, 1], "anna", "boris@example.org")
    assert [(one.ticket, one.changed) for one in done] == [("ACCREDO-1", True), ("ACCREDO-2", True)]
    assert int(desk.git("rev-list", "--count", "origin/main")) == before + 1
    assert head(desk) == "Assign ACCREDO-1, ACCREDO-2 Анна"
    assert {now(desk, n).assignee for n in (1, 2)} == {"boris"}
    partly = changes.assign(opened, [1, 3], "anna", "boris")
    assert [(one.changed, one.note) for one in partly] == [
        (False, "ACCREDO-1 is assigned to boris already"),
        (True, ""),
    ]
    changes.assign(opened, [1], "anna", None)
    assert now(desk).assignee is None
    assert now(desk).entries[-1].data == {"to": ""}


def test_all_or_none(opened: Desk, desk: RealDesk) -> None:
    before = desk.git("rev-parse", "origin/main")
    with pytest.raises(TrackerError, match="There is no ticket ACCREDO-99"):
        changes.label(opened, [1, 99], "anna", ["a"], remove=False)
    with pytest.raises(TrackerError, match="no agent `nobody`"):
        changes.assign(opened, [1], "anna", "nobody")
    with pytest.raises(TrackerError, match="no priority"):
        changes.prioritise(opened, [1], "anna", "soon")
    with pytest.raises(TrackerError, match="merged into itself"):
        changes.merge(opened, [2, 1], 1, "anna")
    assert desk.git("rev-parse", "origin/main") == before


def test_labels_and_priority(opened: Desk, desk: RealDesk) -> None:
    changes.label(opened, [1], "anna", ["принтер", "2 этаж"], remove=False)
    changes.label(opened, [1], "anna", ["2 этаж", "срочно"], remove=False)
    assert now(desk).labels == ("принтер", "2 этаж", "срочно")
    changes.label(opened, [1], "anna", ["принтер", "нет такой"], remove=True)
    assert now(desk).labels == ("2 этаж", "срочно")
    (done,) = changes.label(opened, [1], "anna", ["принтер"], remove=True)
    assert done.note == "ACCREDO-1 has none of these labels"
    changes.prioritise(opened, [1, 2], "anna", "срочная")
    assert now(desk, 2).priority == "urgent"
    changes.prioritise(opened, [1, 2], "anna", "normal")
    assert "priority" not in (desk.root / "tickets/000/ACCREDO-2.md").read_text().split("---")[1]


def test_merging_and_back(opened: Desk, desk: RealDesk) -> None:
    changes.merge(opened, [2, 3], 1, "anna")
    assert head(desk) == "Merge ACCREDO-2, ACCREDO-3 Анна"
    assert now(desk).participants == (OLGA,)
    assert {now(desk, n).status for n in (2, 3)} == {"closed"}
    with pytest.raises(TrackerError, match="ACCREDO-2 was merged into ACCREDO-1") as caught:
        changes.set_status(opened, [2], "anna", "open")
    assert caught.value.hint == "Take that back with `tracker merge 2 --undo`."
    (done,) = changes.set_status(opened, [2], "anna", "closed")
    assert done.note == "ACCREDO-2 is closed already"
    changes.unmerge(opened, [2, 3], "anna")
    assert now(desk).participants == ()
    assert {now(desk, n).status for n in (2, 3)} == {"open"}
    (done,) = changes.unmerge(opened, [2], "anna")
    assert done.note == "ACCREDO-2 is not merged"


def test_links_people_and_letters(opened: Desk, desk: RealDesk) -> None:
    changes.link(opened, 1, [2, 3], "anna", remove=False)
    changes.link(opened, 3, [1], "anna", remove=True)
    assert (now(desk, 1).links, now(desk, 3).links) == (("ACCREDO-2",), ())
    done, changed = changes.take_part(
        opened, 1, [OLGA, IVAN, Address("", "support@example.org")], "anna", remove=False
    )
    assert (done.changed, changed) == (True, [OLGA.key])
    changes.mute(opened, 1, [IVAN.key, OLGA.key], "anna", muted=True)
    assert now(desk).muted == (IVAN.key, OLGA.key)
    changes.mute(opened, 1, [IVAN.key], "anna", muted=False)
    shown = ticket_json(*find_ticket(opened, 1))
    assert json.loads(json.dumps(shown)) == shown
    assert shown["participants"] == [{"name": "Ольга", "email": "olga@example.org"}]
    assert (shown["muted"], shown["links"]) == ([OLGA.key], ["ACCREDO-2"])
    assert (shown["priority"], shown["taken"], shown["merged_into"]) == ("normal", None, None)
    _, changed = changes.take_part(opened, 1, [OLGA, IVAN], "anna", remove=True)
    assert changed == [OLGA.key]
    done, changed = changes.take_part(opened, 1, [OLGA], "anna", remove=True)
    assert (done.changed, changed) == (False, [])
    assert "example.org" not in desk.git("log", "--format=%s%n%b", "origin/main")


def test_taking_what_another_has(opened: Desk, desk: RealDesk) -> None:
    changes.take(opened, [1, 2], "anna", release=False, force=False)
    taken = ticket_json(*find_ticket(opened, 1))["taken"]
    assert taken["agent"] == "anna"
    assert now(desk).taken == f"anna {taken['since']}"
    with pytest.raises(TrackerError, match=r"ACCREDO-1 is taken by anna since \d\d:\d\d"):
        changes.take(opened, [3, 1], "boris", release=False, force=False)
    assert now(desk, 3).taken == "", "all or none"
    with pytest.raises(TrackerError, match="taken by anna"):
        changes.take(opened, [1], "boris", release=True, force=False)
    changes.take(opened, [1], "boris", release=False, force=True)
    changes.take(opened, [1], "boris", release=True, force=False)
    changes.take(opened, [2], "anna", release=True, force=False)
    assert now(desk).taken == now(desk, 2).taken == ""
    (done,) = changes.take(opened, [1], "anna", release=True, force=False)
    assert done.note == "ACCREDO-1 is not taken"


def test_spam_and_back(opened: Desk, desk: RealDesk) -> None:
    changes.spam(opened, [1, 2], "anna", undo=False)
    assert head(desk) == "Mark as spam: ACCREDO-1, ACCREDO-2 Анна"
    assert not now(desk).accepted
    (done,) = changes.spam(opened, [1], "anna", undo=False)
    assert done.note == "ACCREDO-1 is marked as spam already"
    changes.spam(opened, [1], "anna", undo=True)
    assert (now(desk).accepted, now(desk).status) == (True, "open")


def test_a_long_list_makes_a_short_commit_message(opened: Desk, desk: RealDesk) -> None:
    for n in range(4, 9):
        open_ticket(opened, "anna", IVAN, f"Ещё {n}", "x", "cli")
    changes.set_status(opened, range(1, 9), "anna", "closed")
    assert head(desk) == (
        "Close ACCREDO-1, ACCREDO-2, ACCREDO-3, ACCREDO-4, ACCREDO-5 and 3 more Анна"
    )


def test_two_at_once_on_one_ticket_lose_nothing(desk: RealDesk) -> None:
    clones = [desk.clone(f"clone{n}") for n in range(3)]
    runs = [
        desk.start("label", "1", f"метка-{n}", "--as", "anna", root=root)
        for n, root in enumerate(clones)
    ]
    for process in runs:
        _, err = process.communicate()
        assert process.returncode == 0, err
    assert set(now(desk).labels) == {"метка-0", "метка-1", "метка-2"}
    desk.git("pull", "-q", "origin", "main")
