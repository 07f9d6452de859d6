"""``tracker doctor``: what the desk still needs."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from tracker.cli.common import echo_json, json_option
from tracker.core.errors import MENDABLE


@click.command()
@json_option
@click.pass_obj
def doctor(folder: Path, as_json: bool) -> None:
    """Look at settings, tickets, Git, secrets, mailbox and sending; say how to mend them.

    Changes nothing, sends nothing. Exit status 1 if something is wrong.

    \b
    Examples:
      tracker doctor
      tracker doctor --json
    """
    from tracker.desk.doctor import examine

    findings = examine(folder)
    if as_json:
        echo_json({"findings": [asdict(one) for one in findings]})
    else:
        for one in findings:
            click.echo(
                f"{click.style('ok  ', 'green') if one.ok else click.style('FAIL', 'red')} "
                f"{one.subject}: {one.message}"
            )
            if one.hint:
                click.echo(f"     {one.hint}")
    sys.exit(0 if all(one.ok for one in findings) else MENDABLE)
