"""``tracker check``: every fault in settings and tickets, with path and line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tracker.cli.common import echo_json, json_option, open_desk
from tracker.core.errors import MENDABLE
from tracker.core.settings import Fault


@click.command()
@click.option("--deep", is_flag=True, help="Also prove that the index equals a rebuilt one.")
@click.option(
    "--outside", metavar="BASE", help="Also refuse commits since BASE that touch tickets/."
)
@json_option
@click.pass_obj
def check(folder: Path, deep: bool, outside: str | None, as_json: bool) -> None:
    """Find every fault in settings and tickets of this folder, saved or not.

    Prints `path:line: what is wrong`, as compilers do. Exit status 1 if there is any. What is
    written under the reply mark of a ticket is checked as well: a misspelt command, say, would
    keep it from being taken.

    A pull request from outside must not touch tickets: its commits bear whatever author their
    maker chose. `--outside` checks that; in a GitHub workflow for a pull request from a fork it
    is checked without being asked.

    \b
    Examples:
      tracker check
      tracker check --json
      tracker check --deep
      tracker check --outside origin/main
    """
    from tracker.desk.check import check as find_faults
    from tracker.desk.check import index_differences, outside_faults

    tickets, faults = find_faults(folder)
    faults += outside_faults(folder, outside)
    if deep and not faults:
        differ = index_differences(open_desk(folder))
        where = ".tracker/index.sqlite"
        faults += [Fault(where, 0, f"`{name}` differs from a rebuilt one") for name in differ]
    if as_json:
        found = [{"path": one.path, "line": one.line, "message": one.message} for one in faults]
        echo_json({"tickets": tickets, "faults": found})
    else:
        for fault in faults:
            click.echo(str(fault))
        summary = f"faults: {len(faults)}" if faults else "no fault"
        click.echo(f"{tickets} tickets, {summary}", err=bool(faults))
    sys.exit(MENDABLE if faults else 0)
