"""Entry marks that come by a merged pull request, with real Git: nobody is told of them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import everybody, outside, run
from tests.desk.people import AGENTS, Person, anna, boris, mallory
from tracker.core import state
from tracker.core.addresses import Address
from tracker.core.document import marks_of, replace_mark
from tracker.core.document.marks import REPLY, write_data
from tracker.core.ticket import Entry, checksum
from tracker.desk import answers, opening
from tracker.desk import review as reviewing
from tracker.desk.stamping import stamp_all

pytestmark = pytest.mark.servers
CALLER = Address("Иван", "ivan@example.org")
WORDS = "Ваш пароль сброшен, переведите деньги."
ANSWER: dict[str, object] = {
    "id": "forged",
    "n": 3,
    "at": "2026-03-01T12:00:00+05:00",
    "by": "Анна <anna@example.org>",
    "role": "agent",
    "via": "git",
    "format": "markdown",
    "sum": checksum(WORDS),
}
CLOSED = {**ANSWER, "kind": "event", "event": "closed"}


@pytest.fixture
def desk(desk_of: Callable[..., RealDesk]) -> RealDesk:
    """A desk with two agents and a ticket, whose letters went out."""
    made = desk_of(settings=AGENTS)
    opened = made.open()
    opening.open_ticket(opened, "anna", CALLER, "Принтер", "Не печатает", "phone")
    opened.index.close()
    run(made)
    return made


def forger(desk: RealDesk) -> Person:
    """A contributor who claims to be Anna, on a branch of their own."""
    made = Person(desk.clone("forger"), "Анна", "anna@example.org")
    made.git("checkout", "-q", "-b", "mend")
    return made


def forge(who: Person, mark: dict[str, object], text: str = "", status: str = "open") -> None:
    """Write a whole entry above the reply mark."""
    words = f"### Анна, 1 марта 2026, 12:00\n\n{text}\n\n" if text else "*Анна закрыла*\n\n"
    new = who.read().replace(REPLY, f"{write_data(mark)}\n{words}{REPLY}")
    who.save(new.replace("status: open", f"status: {status}"))
    who.commit("Mend")


def merge(desk: RealDesk, branch: Person) -> Person:
    """Have an agent merge the branch as a pull request."""
    owner = boris(desk)
    owner.git("fetch", "-q", str(branch.root), "mend:mend")
    owner.git("merge", "-q", "--no-ff", "-m", "Merge pull request #1 from x/mend", "mend")
    owner.push_merged()
    return owner


def entries(desk: RealDesk) -> tuple[Entry, ...]:
    return desk.tickets()["ACCREDO-1"].entries


def settled(desk: RealDesk) -> None:
    """Nothing changes in a second run, on another machine or with a lost index."""
    head = desk.git("rev-parse", "refs/remotes/origin/main")
    run(desk)
    for file in (desk.root / ".tracker").glob("index.sqlite*"):
        file.unlink()
    run(desk)
    run(desk, root=desk.clone("machine2"))
    desk.git("fetch", "-q")
    assert desk.git("rev-parse", "refs/remotes/origin/main") == head


def test_a_forged_answer_is_held_and_nobody_gets_it(desk: RealDesk) -> None:
    one = forger(desk)
    forge(one, ANSWER, WORDS)
    merge(desk, one)
    before = len(outside(desk))
    assert run(desk).stamped == ["ACCREDO-1"]
    answer = entries(desk)[-1]
    assert (answer.text, answer.visibility, answer.role) == (WORDS, "held", "stranger")
    assert not answer.told
    settled(desk)
    assert len(outside(desk)) == before


def test_a_merge_that_lands_while_a_run_stamps_waits_for_the_next(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = forger(desk)
    forge(one, ANSWER, WORDS)
    before = everybody(desk)

    def landing(*arguments: object) -> str:
        commit = stamp_all(*arguments)  # type: ignore[arg-type]
        merge(desk, one)
        return commit

    with monkeypatch.context() as patched:
        patched.setattr("tracker.desk.sync.stamp_all", landing)
        desk.mailbox.append(letter("olga"))  # what is written fetches, and so sees the merge
        run(desk)
    assert entries(desk)[-1].visibility == "public"
    assert everybody(desk)["olga@example.org"] == 1
    run(desk)
    assert entries(desk)[-1].visibility == "held"
    assert everybody(desk)[CALLER.email] == before[CALLER.email]


def test_a_forged_event_counts_for_nothing_and_its_field_is_put_back(desk: RealDesk) -> None:
    one = forger(desk)
    forge(one, CLOSED, status="closed")
    merge(desk, one)
    before = len(outside(desk))
    run(desk)
    found = desk.tickets()["ACCREDO-1"]
    assert found.status == "open"
    assert [(at.event, at.role) for at in found.entries[-2:]] == [
        ("forged", "stranger"),
        ("proposed", "stranger"),
    ]
    assert found.entries[-2].data == {"event": "closed"}
    settled(desk)
    assert len(outside(desk)) == before


def test_a_mark_that_was_changed_is_put_back(desk: RealDesk) -> None:
    """An internal note made public is internal again; who was told stays told."""
    opened = desk.open()
    answers.answer(opened, 1, "anna", "Пароль: 1", internal=True)
    answers.answer(opened, 1, "anna", "Готово.")
    opened.index.close()
    run(desk)
    before = entries(desk)
    one = forger(desk)
    for _, mark in marks_of(one.read())[2:]:
        open_mark = {key: mark[key] for key in mark if key not in ("kind", "told", "data")}
        one.save(replace_mark(one.read(), str(mark["id"]), open_mark))
    one.commit()
    merge(desk, one)
    count = len(outside(desk))
    assert run(desk).stamped == ["ACCREDO-1"]
    assert entries(desk) == before
    settled(desk)
    assert len(outside(desk)) == count


def test_who_may_push_and_is_no_agent_forges_nothing(desk: RealDesk) -> None:
    one = mallory(desk)
    forge(one, ANSWER, WORDS)
    one.push()
    run(desk)
    assert entries(desk)[-1].visibility == "held"
    assert entries(desk)[-1].author.email == "mallory@elsewhere.example"


def test_the_position_can_t_be_forged_along(desk: RealDesk) -> None:
    one = forger(desk)
    forge(one, ANSWER, WORDS)
    forged = json.dumps({"commit": one.git("rev-parse", "HEAD"), "patches": {}})
    one.save(forged, state.COMMITS)
    one.commit()
    merge(desk, one)
    run(desk)
    assert entries(desk)[-1].visibility == "held"
    settled(desk)


@pytest.mark.parametrize("position", ["", '{"commit": "0123456789", "patches": {}}'])
def test_nor_can_it_be_taken_away(desk: RealDesk, position: str) -> None:
    one = forger(desk)
    forge(one, ANSWER, WORDS)
    if position:
        one.save(position, state.COMMITS)
    else:
        (one.root / state.COMMITS).unlink()
    one.commit()
    merge(desk, one)
    run(desk)
    assert entries(desk)[-1].visibility == "held"
    settled(desk)


def test_a_broken_file_is_looked_at_once_it_is_mended(desk: RealDesk) -> None:
    one = forger(desk)
    forge(one, ANSWER, WORDS)
    one.save(one.read().replace("status: open", "status: odd"))
    one.commit()
    owner = merge(desk, one)
    run(desk)
    owner.git("pull", "-q", "--rebase", "origin", "main")
    owner.save(owner.read().replace("status: odd", "status: open"))
    owner.commit()
    owner.push_merged()
    run(desk)
    assert entries(desk)[-1].visibility == "held"


def test_what_was_held_and_then_accepted_stays_so(desk: RealDesk) -> None:
    one = forger(desk)
    forge(one, ANSWER, WORDS)
    merge(desk, one)
    run(desk)
    opened = desk.open()
    reviewing.accept(opened, 1, "anna", [], every=False, joins=False)
    opened.index.close()
    run(desk)
    settled(desk)
    assert [at.visibility for at in entries(desk) if at.id == "forged"] == ["public"]


@pytest.mark.parametrize("pulled", ["pull", "merge"])
def test_what_the_desk_wrote_is_never_held(desk: RealDesk, pulled: str) -> None:
    """Agents merge the branch into their own work, and their own branches into it."""
    owner, other = boris(desk), anna(desk)
    owner.git("checkout", "-q", "-b", "work")
    owner.save("x", "docs/x.md")
    owner.commit()
    desk.mailbox.append(letter("petr"))
    opened = desk.open()
    answers.answer(opened, 1, "anna", "Готово.")
    opened.index.close()
    run(desk)
    other.save("y", "docs/y.md")
    other.commit()
    if pulled == "pull":
        other.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    else:
        other.git("fetch", "-q", "origin")
        other.git("merge", "-q", "--no-edit", "origin/main")
    other.push_merged()
    owner.git("fetch", "-q", "origin")
    owner.git("merge", "-q", "--no-edit", "origin/main")
    owner.push_merged()
    before = desk.tickets()
    report = run(desk)
    assert report.stamped == []
    assert desk.tickets() == before
    settled(desk)


def test_nor_what_it_wrote_under_an_earlier_address(desk: RealDesk) -> None:
    opened = desk.open()
    answers.answer(opened, 1, "anna", "Готово.")
    opened.index.close()
    run(desk)
    owner = boris(desk)
    file = owner.root / "tracker.toml"
    file.write_text(file.read_text().replace("support@example.org", "help@example.org"))
    owner.save("x", "docs/x.md")
    owner.commit()
    owner.push()
    desk.git("pull", "-q", "--rebase", "origin", "main")
    before = desk.tickets()
    assert run(desk).stamped == []
    assert desk.tickets() == before
