"""Queues, finding and canned answers at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.terminal import terminal
from tests.desk.conftest import RealDesk

pytestmark = pytest.mark.servers
SETTINGS = '\n[sla]\nfirst_answer = "1m"\nclose = "10h"\nhours = "Mon-Sun 00:00-24:00"\n'


@pytest.fixture
def called(desk_of: Callable[..., RealDesk]) -> RealDesk:
    """A desk with a call of Anna's and a request that nobody has."""
    made = desk_of(remote=False, settings=SETTINGS)
    for more in (["--phone", "--phone-number", "+7 495 123-45-67", "--assignee", "anna"], []):
        person = "Иван Петров <ivan@example.org>"
        made.run(
            "new", *more, "--as", "anna", "--from", person, "--title", "Кабинет", "--text", "x"
        )
    return made


def test_my_queue_and_the_counts_of_all(called: RealDesk) -> None:
    done = called.run("queue", "--as", "anna")
    (line,) = done.stdout.splitlines()
    assert line.split("\t") == [
        *("ACCREDO-1", "normal", "0m"),
        *(line.split("\t")[3], "", "Иван Петров", "Кабинет"),
    ]
    assert line.split("\t")[3] in ("10h 0m", "9h 59m")
    assert done.stderr == "mine 1, unassigned 1, to-answer 2, waiting 0, overdue 0, all 2\n"
    nothing = called.run("queue", "waiting", "--as", "anna")
    assert nothing.stdout == ""
    assert nothing.stderr.startswith("Nothing in the queue `waiting`.\n")


def test_a_queue_needs_an_agent_only_where_it_is_somebody_s(called: RealDesk) -> None:
    refused = called.run("queue")
    assert refused.returncode == 1
    assert "belongs to no agent" in refused.stderr
    done = called.run("queue", "unassigned")
    assert (done.returncode, done.stdout.split("\t")[0]) == (0, "ACCREDO-2")
    assert "mine" not in done.stderr
    assert called.run("queue", "all", "--as", "nobody").returncode == 1
    assert called.run("queue", "urgent").returncode == 2


def test_the_table_on_a_terminal(called: RealDesk) -> None:
    with terminal(called.root, "queue", "all", COLUMNS="120") as shell:
        status, shown = shell.end()
    assert status == 0
    head = shown.split("\n")[0].split()
    assert head == ["Number", "Priority", "Age", "Due", "Writing", "Requester", "Title"]
    assert "ACCREDO-2" in shown
    with terminal(called.root, "list", COLUMNS="120") as shell:
        status, shown = shell.end()
    head = shown.split("\n")[0].split()
    assert head == ["Number", "Status", "Priority", "Changed", "Writing", "Requester", "Title"]


@pytest.mark.parametrize("words", ["1", "ACCREDO-1", "8(495)1234567", "123-45-67"])
def test_a_ticket_is_found_by_its_number_and_by_the_caller_s(called: RealDesk, words: str) -> None:
    found = json.loads(called.run("search", words, "--json").stdout)
    assert [one["id"] for one in found] == ["ACCREDO-1"]


def test_a_ticket_is_found_by_name_and_address(called: RealDesk) -> None:
    for words in (["петров"], ["Иван", "ПЕТРОВ"], ["ivan@example.org"]):
        found = json.loads(called.run("search", *words, "--json").stdout)
        assert sorted(one["id"] for one in found) == ["ACCREDO-1", "ACCREDO-2"], words


@pytest.mark.parametrize("number", ["1", "#1", "ACCREDO-1", "accredo-1"])
def test_show_takes_the_number_in_any_form(called: RealDesk, number: str) -> None:
    assert called.run("show", number).stdout.startswith("ACCREDO-1  Кабинет\n")


def test_lists_are_narrowed_by_options(called: RealDesk) -> None:
    def listed(*options: str) -> list[str]:
        done = called.run("list", "--json", *options)
        return sorted(one["id"] for one in json.loads(done.stdout))

    assert listed("--assignee", "anna") == ["ACCREDO-1"]
    assert listed("--assignee", "none") == ["ACCREDO-2"]
    assert listed("--requester", "петров", "--priority", "normal") == ["ACCREDO-1", "ACCREDO-2"]
    assert listed("--label", "x") == []
    assert called.run("list", "--priority", "soon").returncode == 2


def test_canned_answers(called: RealDesk) -> None:
    listed = called.run("snippets").stdout.splitlines()
    assert [line.split("\t")[:2] for line in listed] == [
        ["details", "Не хватает подробностей"],
        ["done", "Готово"],
    ]
    assert "{name}" in called.run("snippets", "show", "done").stdout
    filled = called.run("snippets", "show", "done", "1", "--as", "anna").stdout
    assert filled.startswith("Здравствуйте, Иван Петров!\n")
    assert "http://127.0.0.1:8000/tickets/ACCREDO-1/" in filled
    wrong = called.run("snippets", "show", "doen")
    assert wrong.returncode == 1
    assert "Did you mean `done`?" in wrong.stderr
