"""``tracker quarantine``: messages that could not be taken in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from tracker.cli.common import echo_json, json_option, note, open_desk


@click.group()
def quarantine() -> None:
    """See and retry messages that could not be taken in.

    The messages themselves stay in the mailbox, untouched.
    """


@quarantine.command("list")
@json_option
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List what is in quarantine.

    \b
    Example:
      tracker quarantine list
    """
    from tracker.desk.quarantine import quarantined

    records = quarantined(open_desk(folder))
    if as_json:
        echo_json([asdict(one) for one in records])
        return
    for one in records:
        click.echo(f"{one.uid}\t{one.at}\t{one.size}\t{one.reason}")
    if not records:
        note("Nothing is in quarantine.")


@quarantine.command()
@click.argument("uids", nargs=-1, type=int)
@click.pass_obj
def retry(folder: Path, uids: Sequence[int]) -> None:
    """Take messages in again, all or those with the given UIDs, after the cause is mended.

    \b
    Examples:
      tracker quarantine retry
      tracker quarantine retry 4711

    Exit status 3 while something stays in quarantine.
    """
    from tracker.desk.quarantine import retry as take_again

    report = take_again(open_desk(folder), uids)
    for name in ("opened", "commented", "ignored", "quarantined"):
        for detail in getattr(report, name):
            click.echo(f"{name}: {detail}")
    if not report.fetched:
        note("Nothing to retry: the messages are gone from the mailbox, or there are none.")
    for sentence in report.notes:
        note(sentence)
    sys.exit(report.exit_code)
