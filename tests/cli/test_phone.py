"""A call at a real terminal, and the same by options."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.terminal import CTRL_C, CTRL_D, terminal
from tests.desk.conftest import RealDesk
from tests.desk.helpers import hook

pytestmark = pytest.mark.servers
NEW = ("new", "--phone", "--as", "anna")
SAVE = ("q drops the call", "")


@pytest.fixture
def english(desk_of: Callable[..., RealDesk]) -> RealDesk:
    """A desk that speaks English."""
    return desk_of(language="en")


def one_call(desk: RealDesk, *more: str) -> None:
    """A call that came in before."""
    person = "Ivan Petrov <ivan@example.org>"
    done = desk.run(*NEW, "--from", person, "--title", "Printer", "--text", "It jams", *more)
    assert done.returncode == 0, done.stderr


def test_a_call_in_the_order_of_the_call(english: RealDesk) -> None:
    with terminal(english.root, *NEW) as shell:
        shell.expect("Say: “Служба поддержки, Анна, hello!”")
        shell.answer(
            ("Caller's name", "Ivan Petrov"),
            ("telephone number", "no idea"),
            ("has digits", "8 495 123-45-67"),
            ("mail address", "ivan"),
            ("no mail address", "ivan@example.org"),
            ("What it is about", ""),
            ("What it is about", "Printer"),
        )
        shell.expect("an empty line ends it")
        shell.type("It jams.", "Since Monday.", "")
        shell.answer(("Labels", "paper, floor 2"), ("Whose is it (anna)", "nobody"))
        shell.answer(("no agent `nobody`", "anna"))
        shown = shell.expect("q drops the call")
        assert "1  Name: Ivan Petrov\n2  Telephone: 8 495 123-45-67\n" in shown
        assert "5  Text: It jams.\n     Since Monday.\n6  Labels: paper, floor 2\n" in shown
        shell.type("")
        status, shown = shell.end()
    assert status == 0
    assert "   ██\n" in shown
    assert shown.endswith("ACCREDO-1\nTell them: “The number of your request is ACCREDO-1.”\n")
    ticket = english.tickets()["ACCREDO-1"]
    assert (str(ticket.requester), ticket.phone) == (
        "Ivan Petrov <ivan@example.org>",
        "8 495 123-45-67",
    )
    assert (ticket.title, ticket.channel, ticket.assignee) == ("Printer", "phone", "anna")
    assert ticket.labels == ("paper", "floor 2")
    assert ticket.entries[0].text == "It jams.\nSince Monday."


def test_enter_skips_what_is_not_needed_and_a_line_can_be_changed(english: RealDesk) -> None:
    with terminal(english.root, *NEW) as shell:
        shell.answer(("Caller's name", "Pyotr"), ("telephone", ""), ("mail address", ""))
        shell.answer(("What it is about", "Pass"), ("an empty line ends it", ""))
        shell.answer(("Labels", ""), ("Whose", ""), ("q drops the call", "1"))
        shell.answer(("Caller's name", "Pyotr Alekseev"), ("1  Name: Pyotr Alekseev", ""))
        status, _ = shell.end()
    assert status == 0
    ticket = english.tickets()["ACCREDO-1"]
    assert (str(ticket.requester), ticket.phone, ticket.assignee) == ("Pyotr Alekseev", "", None)
    assert ticket.entries[0].text == "Pass"
    assert [one.event for one in ticket.entries] == ["", "opened"]


def test_earlier_requests_are_shown_and_one_is_continued(english: RealDesk) -> None:
    one_call(english, "--phone-number", "+7 495 123-45-67")
    english.run("close", "1", "--as", "anna")
    with terminal(english.root, *NEW) as shell:
        shell.answer(("Caller's name", "Petrov"), ("telephone", "84951234567"))
        shell.expect("Earlier requests of this caller:\n  ACCREDO-1  Printer  (closed")
        shell.answer(("mail address", ""), ("About one of these?", "7"))
        shell.answer(("There is no ticket ACCREDO-7", ""), ("What it is about", "x"))
        assert shell.drop()[0] == 1
    with terminal(english.root, *NEW) as shell:
        shell.answer(("Caller's name", "Ivan Petrov"), ("telephone", ""), ("mail address", ""))
        shell.answer(("About one of these?", "ACCREDO-1"))
        shell.expect("an empty line ends it")
        shell.type("It jams again", "")
        shell.answer(("2 a note for agents", "1"), ("Kept as: the caller's message", ""))
        status, shown = shell.end()
    assert status == 0
    assert "I have noted it on your request ACCREDO-1" in shown
    ticket = english.tickets()["ACCREDO-1"]
    assert ticket.status == "open"
    *_, said, event = ticket.entries
    assert (said.text, said.role, said.via) == ("It jams again", "requester", "phone")
    assert event.event == "reopened"


def test_a_caller_knows_the_number_and_says_something_for_agents(english: RealDesk) -> None:
    one_call(english)
    with terminal(english.root, *NEW) as shell:
        shell.answer(("number of their request", "1"))
        shell.expect("ACCREDO-1  Printer  (open, Ivan Petrov)")
        shell.answer(("Caller's name [Ivan Petrov]", ""), ("an empty line ends it", "Is angry"))
        shell.type("")
        shell.answer(("2 a note for agents", "2"), ("Kept as: a note for agents", ""))
        assert shell.end()[0] == 0
    note = english.tickets()["ACCREDO-1"].entries[-1]
    assert (note.kind, note.author.name, note.text) == ("note", "Анна", "Is angry")


def test_the_editor_takes_over_what_was_typed(english: RealDesk, tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text("import sys\nopen(sys.argv[1], 'a').write('and more\\n%% no\\n')\n")
    command = f"{sys.executable} {editor}"
    with terminal(
        english.root, *NEW, "--from", "Olga", "--phone-number", "1", EDITOR=command
    ) as shell:
        shell.answer(("mail address", ""), ("What it is about", "Pass"))
        shell.expect("an empty line ends it")
        shell.type("This", "/e")
        shell.answer(("Labels", ""), ("Whose", ""), SAVE)
        assert shell.end()[0] == 0
    assert english.tickets()["ACCREDO-1"].entries[0].text == "This\nand more"


@pytest.mark.parametrize("keys", [CTRL_C, CTRL_D, "q\n", "й\n"])
def test_a_dropped_call_saves_nothing_and_says_so(english: RealDesk, keys: str) -> None:
    with terminal(english.root, *NEW) as shell:
        shell.answer(("Caller's name", "Pyotr"), ("telephone", ""), ("mail address", ""))
        shell.answer(("What it is about", "Pass"), ("an empty line ends it", ""))
        shell.answer(("Labels", ""), ("Whose", ""))
        shell.expect("q drops the call")
        status, shown = shell.drop(keys)
    assert status == 1
    assert shown.endswith("Nothing was saved.\n")
    assert english.tickets() == {}


def test_no_number_is_told_when_the_host_refuses(english: RealDesk) -> None:
    hook(english, "exit 1")
    with terminal(english.root, *NEW, "--title", "Pass") as shell:
        shell.answer(("Caller's name", "Pyotr"), ("telephone", ""), ("mail address", ""))
        shell.answer(("an empty line ends it", ""), ("Labels", ""), ("Whose", ""), SAVE)
        status, shown = shell.end()
    assert status == 1
    assert "refuses the push" in shown
    assert "█" not in shown
    assert english.tickets() == {}


def close_long_ago(desk: RealDesk) -> None:
    """Make the closing of the first ticket three weeks old."""
    desk.run("close", "1", "--as", "anna")
    file = desk.root / "tickets/000/ACCREDO-1.md"
    lines = file.read_text("utf-8").split("\n")
    for n, line in enumerate(lines):
        if '"event": "closed"' in line:
            before, _, rest = line.partition('"at": "')
            lines[n] = f'{before}"at": "2020-01-01T00:00:00+00:00{rest[rest.index(chr(34)) :]}'
    file.write_text("\n".join(lines), "utf-8")
    desk.git("commit", "-qam", "Long ago")
    desk.git("push", "-q", "origin", "main")


def test_an_old_request_becomes_a_new_one_that_is_linked(english: RealDesk) -> None:
    one_call(english)
    close_long_ago(english)
    with terminal(english.root, *NEW) as shell:
        shell.answer(("Caller's name", "Ivan Petrov"), ("telephone", ""), ("mail address", ""))
        shell.answer(("About one of these?", "1"), ("closed too long ago", "It jams"))
        shell.type("")
        shell.answer(("Labels", ""), ("Whose", ""))
        assert "Title: Printer" in shell.expect("q drops the call")
        shell.type("")
        assert shell.end()[0] == 0
    tickets = english.tickets()
    assert (tickets["ACCREDO-1"].status, tickets["ACCREDO-1"].links) == ("closed", ("ACCREDO-2",))
    assert (tickets["ACCREDO-2"].title, tickets["ACCREDO-2"].links) == ("Printer", ("ACCREDO-1",))


def test_by_options_only_the_number_is_printed(english: RealDesk) -> None:
    given = ("--from", "Ivan", "--phone-number", "+7 495 1", "--title", "T", "--text", "x")
    done = english.run(*NEW, *given, "--label", "paper", "--assignee", "Анна")
    assert (done.returncode, done.stdout) == (0, "ACCREDO-1\n")
    ticket = english.tickets()["ACCREDO-1"]
    assert (ticket.phone, ticket.labels, ticket.assignee) == ("+7 495 1", ("paper",), "anna")
    with terminal(english.root, *NEW, *given) as shell:
        assert shell.end() == (0, "ACCREDO-2\n")


def test_without_a_terminal_nothing_is_asked(english: RealDesk) -> None:
    for missing, given in (("--from", ()), ("--title", ("--from", "Ivan"))):
        done = english.run(*NEW, *given)
        assert done.returncode == 2
        assert f"Missing option '{missing}'" in done.stderr


def test_a_desk_speaks_its_language(desk: RealDesk) -> None:
    with terminal(desk.root, *NEW) as shell:
        shell.expect("«Служба поддержки, Анна, здравствуйте!»")
        shell.answer(("Имя звонящего", "Пётр"), ("Номер телефона", ""), ("почты", ""))
        shell.answer(("О чём", "Пропуск"), ("пустая строка", ""), ("Метки", ""), ("поручить", ""))
        shell.answer(("Enter сохраняет", ""))
        status, shown = shell.end()
    assert status == 0
    assert "зарегистрировано, номер ACCREDO-1»" in shown
