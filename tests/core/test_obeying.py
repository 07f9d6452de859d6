"""What each command does, and why one can not be obeyed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.doing import WHO, names, requested, told, workspace
from tests.core.samples import event
from tracker.core import obeying
from tracker.core.commands import Command
from tracker.core.operations import OperationError
from tracker.core.workspace import NoTicketError


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [
        ("close", "", ["closed"]),
        ("wait", "", ["waiting"]),
        ("reopen", "", []),
        ("assign", "", ["assigned"]),
        ("assign", "Борис", ["assigned"]),
        ("label", "a, b c", ["labelled", "labelled"]),
        ("unlabel", "x", ["unlabelled"]),
        ("priority", "срочная", ["priority"]),
        ("cc", "olga@example.org, Пётр <petr@example.org>", ["joined", "joined"]),
        ("merge", "ACCREDO-17", ["merged", "closed"]),
        ("link", "#17", ["linked", "linked"]),
        ("spam", "", ["spam", "closed"]),
        ("stop", "", ["muted"]),
        ("resume", "", []),
        ("note", "слова", []),
    ],
)
def test_each_command_is_obeyed(name: str, argument: str, expected: list[str]) -> None:
    work = workspace(requested(42, labels=("x",)), requested(17))
    command = Command(name, argument, 0)
    assert obeying.fault_of(work, 42, command) == ""
    assert names(obeying.obey(work, 42, WHO, [command])) == expected


def test_a_public_repository_keeps_no_note() -> None:
    work = workspace()
    desk = replace(work.settings.desk, repository="public")
    work.settings = replace(work.settings, desk=desk)
    assert "the repository is public" in obeying.fault_of(work, 42, Command("note", "", 0))


def test_commands_are_obeyed_in_their_order() -> None:
    work = workspace()
    commands = [Command(name, "", 0) for name in ("assign", "close", "reopen")]
    assert names(obeying.obey(work, 42, WHO, commands)) == ["assigned", "closed", "reopened"]
    assert work.need(42).assignee == "anna"
    told(work)


FAULTS = {
    ("assign", "nobody"): "There is no agent `nobody`",
    ("priority", "soon"): "`soon` is no priority",
    ("cc", "olga"): "`olga` is no mail address",
    ("merge", "x"): "`x` is no ticket number",
    ("merge", "99"): "There is no ticket ACCREDO-99",
    ("merge", "42"): "ACCREDO-42 can't be merged into itself",
    ("merge", "7"): "ACCREDO-7 was merged into ACCREDO-42 itself",
    ("link", "OTHER-1"): "`OTHER-1` is no ticket number",
    ("link", "42"): "`/link 42` names the ticket itself",
}


@pytest.mark.parametrize(("name", "argument"), FAULTS)
def test_why_a_command_can_not_be_obeyed(name: str, argument: str) -> None:
    taken = requested(7).with_entries(event("merged", data={"into": "ACCREDO-42"}))
    work = workspace(requested(42), taken)
    command = Command(name, argument, 0)
    assert obeying.fault_of(work, 42, command) == FAULTS[name, argument]
    with pytest.raises((OperationError, NoTicketError)):
        obeying.obey(work, 42, WHO, [command])
    assert work.files == {}
