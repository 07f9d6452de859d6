"""``tracker stats``: the desk in figures."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from tracker.cli.common import echo_json, json_option, open_desk
from tracker.core.pages.durations import duration
from tracker.core.statistics import AGES, Figures, Pile, Times
from tracker.core.texts import texts
from tracker.desk import stats as statistics

# A label comes from a file that anybody with a commit may have written.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_Table = tuple[str, Sequence[str], list[Sequence[str]]]


@click.command()
@click.option(
    "--weeks",
    type=click.IntRange(min=1),
    default=12,
    show_default=True,
    help="How many weeks to show, this one among them.",
)
@json_option
@click.pass_obj
def stats(folder: Path, weeks: int, as_json: bool) -> None:
    """Show the desk in figures: new and closed tickets, times, and what is still open.

    The same figures as on the portal, but of all tickets, held ones too.

    \b
    Examples:
      tracker stats
      tracker stats --weeks 52
      tracker stats --json | jq .tickets
    """
    desk = open_desk(folder)
    found = statistics.count(desk)
    if as_json:
        echo_json(statistics.as_json(found, weeks))
        return
    tables = list(_tables(found, weeks))
    if sys.stdout.isatty():
        _draw(tables)
        return
    for title, head, rows in tables:
        click.echo(f"# {title}")
        for row in (head, *rows):
            click.echo("\t".join(_CONTROL.sub("\ufffd", cell) for cell in row))


def _tables(found: Figures, weeks: int) -> Iterator[_Table]:
    states = found.statuses
    yield (
        f"Tickets, {found.day.isoformat()}",
        ("open", "waiting", "closed"),
        [(str(states["open"]), str(states["waiting"]), str(states["closed"]))],
    )
    yield (
        "By week",
        ("week from", "new", "closed", "first answer", "90 %", "closing", "90 %"),
        [
            (
                one.start.isoformat(),
                str(one.opened),
                str(one.closed),
                *_times(one.answer),
                *_times(one.closing),
            )
            for one in found.weeks[-weeks:]
        ],
    )
    ages = [
        f"{first} days and more" if last is None else f"{first} to {last} days"
        for first, last in AGES
    ]
    yield _piles("age", ages, found.ages)
    yield _piles("label", [one.name or "(none)" for one in found.labels], found.labels)
    who = [one.name or "(nobody)" for one in found.assignees]
    yield _piles("assignee", who, found.assignees)


def _piles(what: str, names: Sequence[str], piles: Sequence[Pile]) -> _Table:
    rows = [(name, str(one.open), str(one.waiting)) for name, one in zip(names, piles, strict=True)]
    return f"Open by {what}", (what, "open", "waiting"), list(rows)


def _times(times: Times | None) -> tuple[str, str]:
    if times is None:
        return "-", "-"
    english = texts("en", "portal")
    return duration(times.median, english), duration(times.p90, english)


def _draw(tables: Sequence[_Table]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for title, head, rows in tables:
        table = Table(
            title=Text(title), box=None, header_style="bold", pad_edge=False, title_justify="left"
        )
        for at, name in enumerate(head):
            table.add_column(name, justify="right" if at or len(rows) == 1 else "left")
        for row in rows:
            table.add_row(*(Text(_CONTROL.sub("\ufffd", cell)) for cell in row))
        console.print(table)
        console.print()
