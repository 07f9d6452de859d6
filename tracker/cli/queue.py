"""``tracker queue``: what waits for whom, the late ones first."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from tracker.cli.common import as_option, echo_json, json_option, note, open_desk
from tracker.core.errors import TrackerError
from tracker.core.queues import QUEUES
from tracker.desk import acting
from tracker.desk.queues import Line, Queue
from tracker.desk.queues import queue as read_queue

_COLUMNS = ("Number", "Priority", "Age", "Due", "Writing", "Requester", "Title")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@click.command()
@click.argument("name", type=click.Choice(QUEUES), default="mine")
@as_option
@json_option
@click.pass_obj
def queue(folder: Path, name: str, handle: str | None, as_json: bool) -> None:
    """Show a queue, yours unless another is named: the late, then the urgent, then the old.

    What is due, and how much working time is left, follows from `[sla]` in the settings.

    \b
    mine        assigned to you
    unassigned  nobody has them
    to-answer   they wait for us
    waiting     they wait for the requester
    overdue     a target is missed
    all         every open one

    \b
    Examples:
      tracker queue --as anna
      tracker queue unassigned
      tracker queue overdue --json | jq '.tickets[].id'
    """
    desk = open_desk(folder)
    try:
        agent = acting.agent_of(desk, handle)
    except TrackerError:
        if name == "mine" or handle is not None:
            raise
        agent = None
    found = read_queue(desk, name, agent)
    if as_json:
        echo_json(found.as_json())
    elif sys.stdout.isatty():
        _table(found)
    else:
        for line in found.lines:
            click.echo("\t".join(_cells(line)))
    if not as_json:
        _tell(found)


def _tell(found: Queue) -> None:
    if not found.lines:
        note(f"Nothing in the queue `{found.name}`.")
    shown = (one for one in QUEUES if found.agent or one != "mine")
    note(", ".join(f"{one} {found.counts[one]}" for one in shown))


def _table(found: Queue) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, no_wrap=name != "Title")
    for line in found.lines:
        style = "bold red" if line.place.overdue else ""
        styles = (style if name == "Due" else "" for name in _COLUMNS)
        table.add_row(*map(Text, _cells(line), styles))
    Console().print(table)


def _cells(line: Line) -> Iterator[str]:
    row, place = line.row, line.place
    yield row.id
    yield row.priority
    yield _span(line.age, _DAY)
    if place.due is None:
        yield ""
    elif place.overdue:
        yield f"overdue {_span(-place.left, 0)}"
    else:
        yield _span(place.left, 0)
    yield line.taken.handle if line.taken else ""
    yield row.requester.shown
    yield row.title


def _span(seconds: int, day: int) -> str:
    """Return ``25m``, ``3h 10m`` or, where a ``day`` has so many seconds, ``2d 4h``.

    Working time is told in hours: how long a working day is differs.
    """
    days, rest = divmod(seconds, day) if day else (0, seconds)
    hours, minutes = rest // _HOUR, rest % _HOUR // _MINUTE
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes}m" if hours else f"{minutes}m"
