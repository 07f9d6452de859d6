"""``tracker export``: the desk's tickets as JSON, a table or mails."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tracker.cli.common import note, open_desk, progress_bar
from tracker.core.errors import PARTIAL
from tracker.core.ticket import PRIORITIES
from tracker.desk import queries

_OPTIONS = (
    click.argument("path", type=click.Path(path_type=Path, dir_okay=False), required=False),
    click.option(
        "--status",
        type=click.Choice(list(queries.SCOPES)),
        default="any",
        show_default=True,
        help="Which tickets; open ones are open or waiting for the requester.",
    ),
    click.option("--assignee", default="", metavar="AGENT", help="Whose; `none` for nobody's."),
    click.option("--label", default="", help="With this label."),
    click.option("--priority", type=click.Choice(PRIORITIES), help="Of this priority."),
    click.option("--requester", default="", metavar="WORDS", help="Part of a name or an address."),
    click.option("--internal", is_flag=True, help="Internal notes and events as well."),
    click.option("--held", is_flag=True, help="What is held for review as well."),
    click.option("--addresses", is_flag=True, help="Mail addresses and telephone numbers as well."),
    click.option(
        "--all", "everything", is_flag=True, help="All three: for another desk, a backup."
    ),
    click.option("--force", is_flag=True, help="Replace a file that is there."),
)


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what all kinds of export have in common."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group()
def export() -> None:
    """Write tickets as JSON, a table or mails: to a file, or to standard output without one.

    Without further options only what requesters may read leaves the desk, with all addresses
    and telephone numbers masked.

    \b
    Examples:
      tracker export json desk.json --all
      tracker export csv tickets.csv --status closed
    """


@export.command("json")
@_shared
@click.pass_obj
def json_(folder: Path, /, path: Path | None, **options: Any) -> None:
    """Write JSON that `tracker import json` reads; attachments go into a folder beside it.

    For a file desk.json that is desk.files. Standard output has no attachments.

    \b
    Examples:
      tracker export json desk.json --all
      tracker export json --status open | jq '.tickets[].title'
    """
    _export(folder, "json", path, **options)


@export.command()
@click.option("--excel", is_flag=True, help="With semicolons and a mark that it is UTF-8.")
@_shared
@click.pass_obj
def csv(folder: Path, /, path: Path | None, excel: bool, **options: Any) -> None:
    """Write a table, a row a ticket. No cell of it can be a formula.

    \b
    Examples:
      tracker export csv tickets.csv
      tracker export csv tickets.csv --excel --addresses --status closed
    """
    _export(folder, "csv", path, excel=excel, **options)


@export.command()
@_shared
@click.pass_obj
def mbox(folder: Path, /, path: Path | None, **options: Any) -> None:
    """Write an mbox file, a mail an entry with its attachments, that every mail program opens.

    \b
    Example:
      tracker export mbox desk.mbox --addresses
    """
    _export(folder, "mbox", path, **options)


def _export(
    folder: Path,
    kind: Any,
    path: Path | None,
    *,
    status: str,
    internal: bool,
    held: bool,
    addresses: bool,
    everything: bool,
    force: bool,
    excel: bool = False,
    **only: str | None,
) -> None:
    from tracker.adapters.outfile import FilesBeside, written
    from tracker.core.moving.leaving import Scope
    from tracker.desk.exporting import Exporter, Wanted

    desk = open_desk(folder)
    scope = Scope(internal or everything, held or everything, addresses or everything)
    chosen = queries.Filter(**{key: value or "" for key, value in only.items()})
    with progress_bar("Exporting", shown=path is not None) as watch:
        exporter = Exporter(desk, Wanted(status, chosen, scope, excel), watch)
        with written(path, replace=force) as out:
            beside = FilesBeside(path) if path and kind == "json" else None
            report = exporter.write(kind, out, beside)
    for sentence in (*report.notes, *(f"left: {one}" for one in report.broken)):
        note(sentence)
    if report.withheld:
        note(f"{len(report.withheld)} tickets are held for review or internal: see --all.")
    if path:
        note(f"{report.tickets} tickets, {report.files} files: {path}")
    sys.exit(PARTIAL if report.broken else 0)
