"""Small tools that the tests of the desk share."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.desk.conftest import RealDesk
from tests.servers.smtp import Letter
from tracker.adapters.commits import Change
from tracker.core.addresses import Address
from tracker.core.operations import Actor
from tracker.core.ticket import Entry
from tracker.core.workspace import Workspace
from tracker.desk.report import Report
from tracker.desk.sync import sync
from tracker.desk.write import write

ANNA = "anna@example.org"
NOW = datetime.now(UTC).replace(microsecond=0)


def run(desk: RealDesk, after: timedelta = timedelta(), root: Path | None = None) -> Report:
    """Do one ``sync`` in this process, with the clock ``after`` what it was at the start."""
    opened = desk.open() if root is None else type(desk)(root, *_rest(desk)).open()
    opened.clock = lambda: NOW + after
    opened.pause = lambda attempt: None
    try:
        return sync(opened)
    finally:
        opened.index.close()


def _rest(desk: RealDesk) -> tuple[object, ...]:
    return desk.mailbox, desk.smtp, desk.remote


def outside(desk: RealDesk) -> list[Letter]:
    """The letters that went to anybody but the agent."""
    return [one for one in desk.smtp.letters() if one.recipients != (ANNA,)]


def everybody(desk: RealDesk) -> Counter[str]:
    """How many letters each address got, the agent left out."""
    return Counter(one.recipients[0] for one in outside(desk))


def act(
    desk: RealDesk,
    do: Callable[[Workspace, Actor], object],
    after: timedelta = timedelta(),
    agent: str = "anna",
) -> None:
    """Do something to tickets as an agent, in one transaction."""
    opened = desk.open()
    opened.clock = lambda: NOW + after
    name = opened.settings.agents[agent]
    try:

        def decide(view: object) -> Change:
            work = Workspace(view, opened.settings, opened.now(), opened.new_id)  # type: ignore[arg-type]
            do(work, Actor(Address(name.name, name.emails[0]), "agent", "cli", work.now, agent))
            return Change(work.files, "Act", work.tickets)

        write(opened, decide)
        opened.repository.follow()
    finally:
        opened.index.close()


def answer(
    work: Workspace, who: Actor, number: int = 1, text: str = "Готово.", **more: object
) -> str:
    """Add an agent's answer; return the entry's id."""
    values = {"text": text, "format": "markdown"} | more
    entry = Entry(work.new_id(), who.at, who.author, "agent", who.via, **values)  # type: ignore[arg-type]
    work.add(work.need(number), [entry])
    return entry.id


def hook(desk: RealDesk, script: str) -> Callable[[], None]:
    """Make the remote run ``script`` (sh) before it takes a push; returns what removes it."""
    assert desk.remote is not None
    file = desk.remote / "hooks" / "pre-receive"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file.unlink


REFUSES_POISON = """\
while read old new ref; do
  if git grep -q POISON "$new" -- tickets; then
    echo "policy: {words}" >&2
    exit 1
  fi
done"""
