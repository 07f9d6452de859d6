"""Figures from the index: the same as from the tickets, and what the command prints."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import NOW, run
from tracker.cli.main import main
from tracker.core.addresses import Address
from tracker.core.statistics import Facts, closed_at, figures, first_answer
from tracker.desk import answers, changes, opening, queries, stats

pytestmark = pytest.mark.servers


@pytest.fixture
def filled(desk: RealDesk) -> RealDesk:
    """Three requests by mail, one answered, one closed; and a call."""
    desk.mailbox.append_many([letter(name) for name in ("ivan", "olga", "petr")])
    run(desk)
    one = desk.open()
    opening.open_ticket(one, "anna", Address("Пётр", ""), "Звонок", "Перезвоните", "phone")
    answers.answer(one, 1, "anna", "Готово")
    changes.set_status(one, [2], "anna", "closed")
    return desk


def test_figures_from_the_index_equal_those_from_the_tickets(filled: RealDesk) -> None:
    desk = filled.open()
    desk.clock = lambda: NOW + timedelta(days=3)
    zone = desk.settings.desk.timezone
    facts = []
    for row in queries.list_tickets(desk, "any"):
        _, one = queries.find_ticket(desk, int(row.id.rpartition("-")[2]))
        answered, closed = first_answer(one.entries), closed_at(one.status, one.entries)
        facts.append(
            Facts.of(
                one.status,
                one.created.astimezone(zone),
                answered and answered.astimezone(zone),
                closed and closed.astimezone(zone),
                one.labels,
                one.assignee,
            )
        )
    found = stats.count(desk)
    assert found == figures(facts, desk.now().date())
    assert found.statuses == {"open": 3, "waiting": 0, "closed": 1}
    assert found.recent.answer is not None and found.recent.answer.count == 1


def test_the_command_prints_tables_and_json(filled: RealDesk) -> None:
    where = ["-C", str(filled.root), "stats"]
    done = CliRunner().invoke(main, [*where, "--weeks", "2"])
    assert done.exit_code == 0, done.output
    assert "open\twaiting\tclosed\n3\t0\t1" in done.output
    assert "(nobody)\t3\t0" in done.output
    told = json.loads(CliRunner().invoke(main, [*where, "--weeks", "2", "--json"]).output)
    assert len(told["weeks"]) == 2 and told["tickets"]["closed"] == 1
    assert told["backlog"]["labels"] == [{"label": None, "open": 3, "waiting": 0}]
