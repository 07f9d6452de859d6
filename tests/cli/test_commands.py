"""The commands from outside: help, JSON, what they print."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.desk.conftest import SECRET, RealDesk, letter
from tests.servers.dovecot import PASSWORD
from tracker.cli.main import COMMANDS, main

WITHOUT_EXAMPLE = {"quarantine", "demo", "demo send", "demo letters"}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", one) for sub, one in command.commands.items())


def test_every_command_has_help_with_an_example() -> None:
    for name, _ in commands():
        done = CliRunner().invoke(main, [*name.split(), "--help"])
        assert done.exit_code == 0, name
        assert done.output.startswith("Usage: "), name
        if name not in WITHOUT_EXAMPLE:
            assert re.search(rf"^ +tracker .*{name.split()[0]}", done.output, re.MULTILINE), name


def test_every_option_says_what_it_does() -> None:
    for name, command in commands():
        for one in command.params:
            if isinstance(one, click.Option) and not name.startswith("demo"):
                assert one.help or one.type.name == "choice", f"{name} {one.name}"


def test_the_commands_of_the_contract_are_there() -> None:
    promised = {"init", "sync", "list", "show", "search", "check", "build", "close", "reopen"}
    promised |= {"reply", "new", "doctor", "demo", "quarantine", "assign", "label", "merge", "spam"}
    assert promised <= set(COMMANDS)
    done = CliRunner().invoke(main, ["--version"])
    assert re.fullmatch(r"tracker, version \d+\.\d+\.\d+\n", done.output)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert "_TRACKER_COMPLETE" in done.output
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=done.output, text=True, check=True)


def test_no_help_or_completion_needs_a_desk(tmp_path: Path) -> None:
    for arguments in (["--help"], ["sync", "--help"], ["completion", "bash"]):
        assert CliRunner().invoke(main, ["-C", str(tmp_path), *arguments]).exit_code == 0


# JSON: name to type, or to the shape of what is inside

TEXT, NUMBER, MAYBE = (str,), (int,), (str, type(None))
PERSON = {"name": TEXT, "email": TEXT}
ROW = {
    **dict.fromkeys(("id", "title", "status", "channel", "created", "updated", "path"), TEXT),
    "requester": PERSON,
    "assignee": MAYBE,
    "labels": [TEXT],
}
TICKET = {
    **ROW,
    "participants": [PERSON],
    "muted": [TEXT],
    "priority": TEXT,
    "taken": (dict, type(None)),
    "phone": TEXT,
    "merged_into": MAYBE,
    "links": [TEXT],
}
LISTED = {**ROW, "priority": TEXT}
ENTRY = {
    "n": NUMBER,
    **dict.fromkeys(("id", "kind", "visibility", "role", "via", "at", "format", "text"), TEXT),
    **dict.fromkeys(("quoted", "message_id", "automatic", "event"), TEXT),
    "author": PERSON,
    "data": (dict,),
    "told": (dict,),
    "bounced": (dict,),
    "delayed": (dict,),
    "attachments": [{"name": TEXT, "path": TEXT, "size": NUMBER, "type": TEXT}],
}
COUNTED = (
    "stamped",
    "opened",
    "commented",
    "account",
    "ignored",
    "quarantined",
    "sent",
    "failed",
    "waiting",
)
SYNC = {
    **dict.fromkeys(("fetched", "pushed", *COUNTED), NUMBER),
    "ids": {name: [TEXT] for name in COUNTED},
    "notes": [TEXT],
}
CHECK = {"tickets": NUMBER, "faults": [{"path": TEXT, "line": NUMBER, "message": TEXT}]}
DOCTOR = {
    "findings": [{"subject": TEXT, "ok": (bool,), "level": (str,), "message": TEXT, "hint": TEXT}]
}


def fits(value: Any, shape: Any, where: str = "$") -> None:
    """The value has exactly this shape."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert set(value) == set(shape), where
        for name, inner in shape.items():
            fits(value[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for n, one in enumerate(value):
            fits(one, shape[0], f"{where}[{n}]")
    else:
        assert isinstance(value, shape), where


@pytest.mark.servers
def test_a_day_at_the_desk(desk: RealDesk, tmp_path: Path) -> None:
    """Every command in turn, its words, its JSON and its exit code."""
    canary = letter("ivan", subject="Канарейка") + b"\x1b[31mred\x07\r\n"
    desk.mailbox.append_many([canary, letter("olga", subject="Пропуск")])

    def shape_of(shape: Any, *arguments: str, code: int = 0) -> Any:
        done = desk.run(*arguments, "--json")
        assert done.returncode == code, done.stderr
        value = json.loads(done.stdout)
        fits(value, shape)
        return value

    def words(*arguments: str) -> str:
        done = desk.run(*arguments)
        assert done.returncode == 0, done.stderr
        assert SECRET not in done.stdout + done.stderr
        return done.stdout

    assert shape_of(SYNC, "sync")["ids"]["opened"] == ["ACCREDO-1", "ACCREDO-2"]
    assert words("sync") == "0 fetched\n"
    call = ["new", "--phone", "--as", "anna", "--from", "Пётр <p@example.org>"]
    assert words(*call, "--title", "Звонок", "--text", "Перезвоните") == "ACCREDO-3\n"
    (tmp_path / "акт.txt").write_text("x")
    attach = ["--attach", str(tmp_path / "акт.txt")]
    assert words("reply", "3", "--as", "anna", "--text", "Звоню", *attach, "--close") == (
        "ACCREDO-3: answered, closed\n"
    )
    assert words("reply", "3", "--as", "anna", "--text", "не брал", "--note") == (
        "ACCREDO-3: noted\n"
    )
    assert words("reopen", "accredo-3", "--as", "anna") == "ACCREDO-3: open\n"
    assert words("close", "2", "3", "--as", "anna") == "ACCREDO-2: closed\nACCREDO-3: closed\n"
    assert words("list") == "ACCREDO-1\topen\tivan\tКанарейка 0\n"
    assert [one["id"] for one in shape_of([LISTED], "list", "--status", "closed")] == [
        "ACCREDO-3",
        "ACCREDO-2",
    ]
    assert len(shape_of([LISTED], "search", "письма")) == 2
    shown = shape_of({**TICKET, "entries": [ENTRY]}, "show", "3")
    assert [one["kind"] for one in shown["entries"]] == [
        *("message", "event", "message", "event", "note", "event", "event")
    ]
    card = words("show", "1")
    assert "Канарейка" in card
    assert "\x1b" not in card
    assert "\x07" not in card
    assert shape_of(CHECK, "check") == {"tickets": 3, "faults": []}
    assert words("check", "--deep") == "3 tickets, no fault\n"
    shape_of(DOCTOR, "doctor", "--resolver", "none")
    assert shape_of([{}], "quarantine", "list") == []
    log = desk.git("log", "-p", "--all", "--format=%B")
    for secret in (SECRET, f"={PASSWORD}"):
        assert secret not in log
    assert "анарейка" not in desk.git("log", "--all", "--format=%an%ae%B")
    for path in (path for path in desk.root.rglob("*") if path.is_file()):
        assert SECRET.encode() not in path.read_bytes(), path


@pytest.mark.servers
def test_a_desk_made_by_the_command_line_shows_its_secret_once(tmp_path: Path) -> None:
    options = ["--name", "Отдел", "--prefix", "AB", "--address", "a@b.org", "--yes"]
    done = CliRunner().invoke(main, ["init", str(tmp_path / "desk"), *options])
    assert done.exit_code == 0, done.output
    assert done.output.count("export TRACKER_SECRET=") == 1
    made = re.search(r"TRACKER_SECRET=(\S+)", done.output)
    assert made is not None
    for path in (path for path in (tmp_path / "desk").rglob("*") if path.is_file()):
        assert made[1].encode() not in path.read_bytes()
    given = CliRunner(env={"TRACKER_SECRET": SECRET}).invoke(
        main, ["init", str(tmp_path / "two"), *options]
    )
    assert "TRACKER_SECRET" not in given.output
    assert SECRET not in given.output


NEW = ["--name", "Отдел", "--prefix", "AB", "--address", "a@b.org", "--language", "ru"]


@pytest.mark.servers
def test_init_goes_on_only_when_the_secret_was_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "secrets.token_urlsafe", lambda _: "made-of-forty-three-letters-and-figures-7Qxz"
    )
    # Servers, portal, agent, visibility, host, and the letters twice.
    answers = "\n\n\n\n\nnone\nwrong\n7Qxz\n"
    done = CliRunner(env={"TRACKER_SECRET": ""}).invoke(
        main, ["init", str(tmp_path / "desk"), *NEW], input=answers
    )
    assert done.exit_code == 0, done.output
    assert "Those are not its last four letters." in done.output
    assert "Keep two copies" in done.output
    assert 'visibility = "private"' in (tmp_path / "desk" / "tracker.toml").read_text("utf-8")


@pytest.mark.servers
def test_an_answer_that_will_not_do_is_asked_for_again(tmp_path: Path) -> None:
    said = [
        *("Desk", "low letters", "DESK", "nobody", "help@example.org", "en"),
        *("imap.example.org", "", "", "help.example.org", "https://help.example.org/"),
        *("anna", "anna=Anna <anna@example.org>", "private", "none"),
    ]
    done = CliRunner(env={"TRACKER_SECRET": SECRET}).invoke(
        main, ["init", str(tmp_path / "desk")], input="\n".join(said) + "\n"
    )
    assert done.exit_code == 0, done.output
    assert [one for one in done.output.splitlines() if "Error:" in one] == [
        "Error: `prefix` must be 2 to 10 capital letters and digits, a letter first: ACCREDO",
        "Error: `address` must be a mail address such as support@example.org",
        "Error: `imap` must look like imaps://user@imap.example.org",
        "Error: `portal_url` must be a web address such as https://help.example.org/",
        "Error: `anna` names no agent. Write it as --agent 'anna=Анна <anna@example.org>'.",
    ]
    text = (tmp_path / "desk" / "tracker.toml").read_text("utf-8")
    assert 'emails = ["anna@example.org"]' in text and "imap" not in text


@pytest.mark.servers
def test_a_public_desk_is_confirmed(tmp_path: Path) -> None:
    options = ["init", str(tmp_path / "desk"), *NEW, "--imap", "imap://127.0.0.1:1"]
    options += ["--smtp", "smtp://127.0.0.1:1"]
    runner = CliRunner(env={"TRACKER_SECRET": SECRET})
    no = runner.invoke(main, [*options, "--visibility", "public"], input="\n\nn\n")
    assert no.exit_code == 1
    assert "Everybody will read every request" in no.output
    assert not (tmp_path / "desk").exists()
    yes = runner.invoke(main, options, input="\n\npublic\ny\n\nnone\npublic\n")
    assert yes.exit_code == 0, yes.output
    text = (tmp_path / "desk" / "tracker.toml").read_text("utf-8")
    assert 'visibility = "public"' in text and 'repository = "public"' in text
