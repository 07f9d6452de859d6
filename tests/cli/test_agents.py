"""What agents type: what is printed, what is refused, what the editor shows and keeps."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from tests.desk.conftest import RealDesk, letter
from tracker.cli.main import main
from tracker.core.document import amend_entry, parse
from tracker.core.errors import TrackerError
from tracker.core.operations import Actor
from tracker.core.ticket import Ticket
from tracker.core.workspace import Workspace
from tracker.desk.acting import carry_out

pytestmark = pytest.mark.servers
BORIS = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'
DOUBTFUL = (
    "Authentication-Results: mx.example.org; dmarc=fail header.from=example.org\r\n"
    "Cc: zoe@example.org\r\n"
)


@pytest.fixture
def desk(desk_of: Callable[..., RealDesk]) -> RealDesk:
    """Two agents, and three requests: by Ivan, by Olga, and one whose sender is doubtful."""
    made = desk_of(settings=BORIS)
    toml = made.root / "tracker.toml"
    toml.write_text(
        toml.read_text().replace("[mailbox]", '[mailbox]\nauthserv_id = "mx.example.org"', 1)
    )
    made.git("commit", "-qam", "Believe the provider")
    made.git("config", "user.email", "anna@example.org")
    letters = [letter("ivan"), letter("olga"), letter("mallory", extra=DOUBTFUL)]
    made.mailbox.append_many(letters)
    made.sync()
    return made


def call(desk: RealDesk, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(desk.root), *arguments])


def said(desk: RealDesk, *arguments: str) -> str:
    """What a command prints that is done."""
    done = call(desk, *arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def refused(desk: RealDesk, *arguments: str) -> TrackerError:
    """The fault of a command that is not."""
    done = call(desk, *arguments)
    assert isinstance(done.exception, TrackerError), done.output
    assert done.exception.exit_code == 1
    assert done.exception.hint
    return done.exception


def now(desk: RealDesk, number: int) -> Ticket:
    return desk.tickets()[f"ACCREDO-{number}"]


DAY = [
    ("take 1", "ACCREDO-1: taken by anna\n"),
    ("assign 1 2 Борис", "ACCREDO-1: assigned to Борис\nACCREDO-2: assigned to Борис\n"),
    ("assign 1 boris", "ACCREDO-1: assigned to boris\nACCREDO-1 is assigned to boris already\n"),
    ("assign 2 --nobody", "ACCREDO-2: assigned to nobody\n"),
    ("label 1 принтер", "ACCREDO-1: labelled принтер\n"),
    ("label 1 принтер --remove", "ACCREDO-1: without принтер\n"),
    ("priority 1 2 срочная", "ACCREDO-1: priority urgent\nACCREDO-2: priority urgent\n"),
    ("cc 1 Olga@example.org", "ACCREDO-1: with olga@example.org\n"),
    (
        "cc 1 olga@example.org",
        "Not added: olga@example.org. They are there already, agents or the desk itself, "
        "or there would be more than 10.\n",
    ),
    ("mute 1 ivan@example.org", "ACCREDO-1: muted\n"),
    ("unmute 1 ivan@example.org", "ACCREDO-1: not muted\n"),
    ("cc 1 olga@example.org --remove", "ACCREDO-1: without olga@example.org\n"),
    ("note 1 --text Заметка", "ACCREDO-1: noted\n"),
    ("reply 1 --text Какой? --wait", "ACCREDO-1: answered, waiting\n"),
    ("link 1 2", "ACCREDO-2: linked with ACCREDO-1\n"),
    ("link 1 2 --remove", "ACCREDO-2: not linked with ACCREDO-1\n"),
    ("reopen 1", "ACCREDO-1: open\n"),
    ("wait 1 2", "ACCREDO-1: waiting\nACCREDO-2: waiting\n"),
    ("merge 2 1", "ACCREDO-2: merged into ACCREDO-1\n"),
    ("merge 2 --undo", "ACCREDO-2: stands for itself again\n"),
    ("spam 2", "ACCREDO-2: spam\n"),
    ("spam 2 --undo", "ACCREDO-2: no spam\n"),
    ("close 1 2", "ACCREDO-1: closed\nACCREDO-2: closed\n"),
    ("take 2 --as boris", "ACCREDO-2: taken by boris\n"),
    ("take 2 --force", "ACCREDO-2: taken by anna\n"),
    ("take 2 --release", "ACCREDO-2: free\n"),
]


def test_a_day_of_an_agent(desk: RealDesk) -> None:
    for typed, expected in DAY:
        assert said(desk, *typed.split()) == expected, typed
    assert said(desk, "check") == "3 tickets, no fault\n"
    log = desk.git("log", "--format=%an %s", "-30")
    assert log.count("Анна") >= len(DAY) - 5
    assert desk.git("status", "--porcelain") == ""


USAGE = [
    "assign 1",
    "assign",
    "label 1",
    "priority 1",
    "merge 1",
    "link 1",
    "cc 1",
    "mute 1",
    "take",
    "spam",
    "note",
    "correct",
    "reply 1 --close --wait --text x",
    "review --accept",
    "review 1 --join",
    "review 1 --all",
    "review 1 --accept --refuse",
]


@pytest.mark.parametrize("typed", USAGE)
def test_wrong_usage(tmp_path: Path, typed: str) -> None:
    done = CliRunner().invoke(main, ["-C", str(tmp_path), *typed.split()])
    assert done.exit_code == 2
    assert done.output.startswith("Usage: ")


def test_what_is_wrong_is_said_with_its_mend(desk: RealDesk) -> None:
    faults = {
        "assign 1 nobody": "There is no agent `nobody`",
        "assign 9 anna": "There is no ticket ACCREDO-9",
        "priority 1 soon": "`soon` is no priority",
        "cc 1 olga": "`olga` is no mail address",
        "mute 1 olga": "`olga` is no mail address",
        "merge 1 1": "ACCREDO-1 can't be merged into itself",
        "link 1 1": "ACCREDO-1 can't be linked with itself",
        "label x y": "`x` is no ticket number",
        "note 1 --text x --as petr": "There is no agent `petr`",
        "correct 1 --text x": "ACCREDO-1 has no answer yet",
        "correct 1 1 --text x": "#1 of ACCREDO-1 is no agent's answer",
        "review 1 --accept": "Nothing is held for review on ACCREDO-1",
        "review 3 9 --accept": "ACCREDO-3 has no entry `9`",
        "reply 3 --text x": "ACCREDO-3 is held for review: an answer would go to somebody nobody "
        "has looked at",
    }
    for typed, message in faults.items():
        assert refused(desk, *typed.split()).message == message
    said(desk, "merge", "2", "1")
    fault = refused(desk, "reply", "2", "--text", "x")
    assert (fault.message, fault.hint) == (
        "ACCREDO-2 was merged into ACCREDO-1",
        "Answer there: `tracker reply 1`.",
    )
    said(desk, "take", "1", "--as", "boris")
    assert refused(desk, "take", "1").message.startswith("ACCREDO-1 is taken by boris since ")


def test_show_tells_everything(desk: RealDesk) -> None:
    for typed in ("cc 1 olga@example.org", "mute 1 ivan@example.org", "take 1", "priority 1 high"):
        said(desk, *typed.split())
    said(desk, "link", "1", "2")
    said(desk, "merge", "2", "1")
    card = said(desk, "show", "1")
    for line in (
        r"taken: anna since \d\d:\d\d",
        "priority: high",
        "participants: .*olga@example.org",
        "muted: ivan@example.org",
        "related: ACCREDO-2",
    ):
        assert re.search(f"(?m)^{line}$", card), card
    assert "merged into: ACCREDO-1" in said(desk, "show", "2")
    shown = json.loads(said(desk, "show", "2", "--json"))
    assert shown["merged_into"] == "ACCREDO-1"


# review


def test_review_lists_shows_accepts_and_refuses(desk: RealDesk) -> None:
    assert said(desk, "review") == (
        "ACCREDO-3\t#1\tmallory <mallory@example.org>\t"
        "the provider says the sender is forged (DMARC)\t"
        "Здравствуйте, это mallory, письмо 0.\n"
    )
    (one,) = json.loads(said(desk, "review", "--json"))
    assert (one["ticket"], one["n"], one["why"]) == ("ACCREDO-3", 1, "unproven")
    assert json.loads(said(desk, "review", "1", "--json")) == []
    whole = said(desk, "review", "3")
    assert whole.startswith("ACCREDO-3  Вопрос 0\n")
    assert "    Здравствуйте, это mallory, письмо 0." in whole
    assert "    ? accepting it lets in: zoe@example.org\n" in whole
    assert said(desk, "review", "3", "--refuse") == "ACCREDO-3: refused\n"
    assert said(desk, "review") == "Nothing is held for review.\n"
    assert now(desk, 3).status == "closed"
    assert said(desk, "review", "3", "1", "--accept") == "ACCREDO-3: accepted\n"
    assert now(desk, 3).accepted
    assert [one.key for one in now(desk, 3).participants] == ["zoe@example.org"]
    assert said(desk, "reply", "3", "--text", "Здравствуйте") == "ACCREDO-3: answered\n"


def test_a_held_mail_can_not_steer_the_terminal(desk: RealDesk) -> None:
    raw = letter("mallory", 1, extra=DOUBTFUL) + b"\x1b[31m\x07\r\n"
    desk.mailbox.append(raw)
    desk.sync()
    for typed in (["review"], ["review", "4"]):
        assert not {"\x1b", "\x07"} & set(said(desk, *typed))


# The editor


EDITOR = """\
#!/bin/sh
cp "$1" "{seen}"
{{ printf '%b' '{typed}'; cat "$1"; }} > "{seen}.new"
cp "{seen}.new" "$1"
"""


@pytest.fixture
def typing(desk: RealDesk, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Run a command on a terminal, with an editor that types something above what it is shown."""

    def run(typed: str, *arguments: str) -> tuple[subprocess.CompletedProcess[str], str]:
        seen, editor = tmp_path / "seen.md", tmp_path / "editor"
        editor.write_text(EDITOR.format(seen=seen, typed=typed))
        editor.chmod(0o755)
        ours, theirs = pty.openpty()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tracker", "-C", str(desk.root), *arguments],
                stdin=theirs,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "EDITOR": str(editor), "VISUAL": ""},
            )
        finally:
            os.close(ours)
            os.close(theirs)
        return done, seen.read_text() if seen.exists() else ""

    yield run


def test_the_editor_quotes_the_conversation(desk: RealDesk, typing: Callable[..., Any]) -> None:
    said(desk, "note", "1", "--text", "Звонил дважды.")
    done, seen = typing(r"Готово.\n\n/close\n", "reply", "1")
    assert (done.returncode, done.stdout) == (0, "ACCREDO-1: answered\n"), done.stderr
    lines = [line for line in seen.split("\n") if line]
    assert all(line.startswith("%%") for line in lines)
    assert "Здравствуйте, это ivan, письмо 0." in seen
    assert seen.index("Звонил дважды.") < seen.index("Здравствуйте"), "the newest first"
    one = now(desk, 1)
    assert (one.entries[-2].text, one.status) == ("Готово.", "closed")


def test_an_editor_that_is_left_without_a_word(desk: RealDesk, typing: Callable[..., Any]) -> None:
    done, _ = typing("", "reply", "1")
    assert done.returncode == 1
    assert "Nothing was written" in done.stderr or "answer is empty" in done.stderr
    assert len(now(desk, 1).entries) == 1


def test_what_was_typed_is_kept_when_it_can_not_be_stored(
    desk: RealDesk, typing: Callable[..., Any]
) -> None:
    done, _ = typing(r"Длинный ответ.\n/assign nobody\n", "reply", "1")
    assert done.returncode == 1
    kept = desk.root / ".tracker" / "drafts" / "ACCREDO-1.md"
    assert done.stderr.split("\n")[0] == "tracker: There is no agent `nobody`"
    assert str(kept) in done.stderr
    assert kept.read_text() == "Длинный ответ.\n/assign nobody\n"
    assert len(now(desk, 1).entries) == 1


def test_a_file_alone_needs_no_editor(
    desk: RealDesk, typing: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "акт.txt").write_text("x")
    done, seen = typing("", "reply", "1", "--attach", str(tmp_path / "акт.txt"))
    assert (done.returncode, seen) == (0, ""), done.stderr
    assert now(desk, 1).entries[-1].attachments[0].name == "акт.txt"


def test_a_correction_begins_with_what_was_sent(desk: RealDesk, typing: Callable[..., Any]) -> None:
    said(desk, "reply", "1", "--text", "Приём до 19:00.")

    def send(work: Workspace, _: Actor) -> str:
        one = work.need(1)
        told = {"told": {"ivan@example.org": "2026-11-23T07:00:00Z"}}
        work.store(one, amend_entry(work.text(1) or "", one.entries[-1].id, told))
        return "Send"

    carry_out(desk.open(), "anna", send)
    done, seen = typing(r"Внимание!\n", "correct", "1")
    assert (done.returncode, done.stdout) == (0, "ACCREDO-1: corrected\n"), done.stderr
    assert seen.startswith("Приём до 19:00.\n")
    assert now(desk, 1).entries[1].text == "Внимание!\nПриём до 19:00."
    assert refused(desk, "correct", "1", "--edited").message.endswith("says this already")
    assert said(desk, "correct", "1", "2", "--text", "Приём до 17:00.") == "ACCREDO-1: corrected\n"
    file = (desk.root / "tickets/000/ACCREDO-1.md").read_text()
    assert [one.event for one in parse(file).entries[2:]] == ["correction", "correction"]


def test_every_help_names_its_undo() -> None:
    words = (
        "--undo|--remove|--release|--nobody|undoes|takes? it back|take .* back|taken back|ends it"
    )
    context = click.Context(main)
    for name in (
        *("reply", "note", "correct", "take", "close", "reopen", "wait", "assign", "label"),
        *("priority", "merge", "link", "cc", "mute", "unmute", "spam", "review"),
    ):
        command = main.get_command(context, name)
        assert command is not None
        assert re.search(words, " ".join((command.help or "").split())), name
