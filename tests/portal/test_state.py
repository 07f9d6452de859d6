"""What is remembered of the last build: after any changes it says what a new one would."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tracker.core.statistics import Facts, figures, figures_of
from tracker.portal.render import Rendered
from tracker.portal.shelves import Kind, Run
from tracker.portal.state import State

TODAY = date(2026, 11, 25)
STATUSES = ("open", "waiting", "closed", "closed", "repair", "")
KINDS: tuple[Kind, ...] = ("any", "titles", "sitemap", "rows")


class Desk:
    """Tickets that change from build to build."""

    def __init__(self, path: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.path = path
        self.tickets: dict[str, Rendered] = {}
        self.stamp = ""

    def build(self) -> State:
        """Change some tickets in the state of the last build; return it, not committed yet."""
        state = State(self.path, self.stamp)
        assert state.is_new is not bool(self.stamp)
        for number in self.rng.sample(range(1, 700), self.rng.choice((1, 3, 40))):
            one = ticket(self.rng, number)
            if one.id in self.tickets and self.rng.random() < 0.2:
                del self.tickets[one.id]
                state.drop(one.id)
            else:
                self.tickets[one.id] = one
                state.put(one)
        state.settle()
        return state

    def commit(self, state: State) -> None:
        self.stamp = f"{self.rng.random()}"
        state.commit(self.stamp)
        state.close()

    @property
    def facts(self) -> list[Facts]:
        return [one.facts for one in self.tickets.values() if one.facts]


def ticket(rng: random.Random, number: int) -> Rendered:
    status = rng.choice(STATUSES)
    opened = TODAY.toordinal() - rng.randrange(400)
    answered, closed = opened + rng.randrange(20), opened + rng.randrange(60)
    facts = None
    if status not in ("repair", ""):
        facts = Facts(
            status,
            opened,
            answered if number % 3 else None,
            rng.randrange(10**6) if number % 3 else None,
            closed if status == "closed" else None,
            rng.randrange(10**7) if status == "closed" else None,
            tuple(rng.sample(("door", "key"), rng.randrange(3))),
            rng.choice((None, "anna")),
        )
    name = f"A-{number}"
    return Rendered(
        name,
        number,
        f"tickets/000/{name}.md",
        f"{rng.random()}",
        status,
        rng.randrange(50) if status == "closed" else 0,
        "",
        "title",
        f"row {rng.randrange(3)}",
        "",
        (),
        facts=facts,
    )


@pytest.fixture(params=range(4))
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return Desk(tmp_path / "state.sqlite", request.param)


def test_figures_after_any_changes_are_those_of_all_tickets(desk: Desk) -> None:
    for _ in range(25):
        state = desk.build()
        assert figures_of(state.counting, TODAY) == figures(desk.facts, TODAY)
        desk.commit(state)


def test_a_run_with_the_key_of_the_last_build_says_what_it_said(desk: Desk) -> None:
    """And there are as many tickets on each shelf as there should be, in the right order."""
    before: dict[tuple[str, int], tuple[object, object]] = {}
    kept = 0
    for _ in range(25):
        state = desk.build()
        now = dict(said(desk, state))
        for place, (key, shown) in now.items():
            if place in before and before[place][0] == key:
                kept += 1
                assert before[place][1] == shown, place
        before = now
        desk.commit(state)
    assert kept > 100


def said(desk: Desk, state: State) -> Iterator[tuple[tuple[str, int], tuple[object, object]]]:
    """Every run and part: where it is, its key, and what a file of it would say."""
    for shelf, statuses in (("open", ("open", "waiting")), ("closed", ("closed",))):
        held = [one for one in desk.tickets.values() if one.status in statuses]
        held.sort(key=lambda one: (one.closed, one.number))
        runs: list[Run] = list(state.shelves.runs("open" if shelf == "open" else "closed", 10))
        assert [one.id for run in runs for one in run.tickets()] == [one.id for one in held]
        assert state.shelves.counts().get(shelf, 0) == len(held)
        for at, run in enumerate(runs):
            rows = [desk.tickets[one.id][:9] for one in run.tickets()]
            yield (shelf, at), (run.key, [(row[0], row[4], row[8]) for row in rows])
    seen = [one for one in desk.tickets.values() if one.status]
    for kind in KINDS:
        counted = [one for one in seen if kind != "rows" or one.status != "repair"]
        parts = state.shelves.parts(kind)
        assert sum(part.tickets for part in parts) == len(counted)
        for part in parts:
            inside = state.shelves.inside(kind, part.at)
            shown = [(one[0], one[2], desk.tickets[one[0]].row) for one in inside]
            yield (kind, part.at), (part, shown)
