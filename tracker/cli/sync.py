"""``tracker sync`` and ``tracker recover``: the job, and accepting a rewritten history."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tracker.cli.common import echo_json, json_option, note, open_desk, progress_bar
from tracker.core.errors import TrackerError
from tracker.desk.report import Report

_SHOWN = 5


@click.command()
@json_option
@click.pass_obj
def sync(folder: Path, as_json: bool) -> None:
    """Stamp what was committed, take in mail, commit, push, send letters.

    Stamping makes answers of what agents wrote under the reply mark of tickets, and events of
    what they changed in front matter; commits with `Closes: ACCREDO-42` are obeyed.

    Needs TRACKER_SECRET, and TRACKER_IMAP_PASSWORD and TRACKER_SMTP_PASSWORD where the mail
    servers ask for them. Safe to run at any time, on several machines at once, and again after
    a crash at any instant.

    \b
    Examples:
      tracker sync                 # from cron, every few minutes
      tracker -C /srv/desk sync --json

    Exit status: 0 done; 1 a fault you can mend; 3 done, but something was quarantined or is
    still unsent; 4 another run is at work in this folder.
    """
    from tracker.desk.sync import sync as run_once

    desk = open_desk(folder)
    with progress_bar("Taking in mail", shown=not as_json) as watch:
        report = run_once(desk, watch)
    if as_json:
        echo_json(report.as_json())
    else:
        _tell(report)
    for sentence in report.notes:
        note(sentence)
    sys.exit(report.exit_code)


def _tell(report: Report) -> None:
    parts = [f"{report.fetched} fetched"]
    mails = ("opened", "commented", "ignored", "quarantined")
    for name in ("stamped", *mails, "sent", "failed", "waiting"):
        if count := report.count(name):
            parts.append(f"{count} {name}")
    click.echo(", ".join(parts))
    for line in report.quarantined:
        note(f"quarantined: message {line} (see `tracker quarantine list`)")
    for line in report.failed[:_SHOWN]:
        note(f"not sent: {line}")
    if len(report.failed) > _SHOWN:
        note(f"not sent: {len(report.failed) - _SHOWN} more; `--json` names them all")


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def recover(folder: Path, yes: bool) -> None:
    """Accept a remote whose history was rewritten.

    The desk stops when the remote no longer holds the commit that was last seen there, since
    carrying on could lose tickets or give a number twice. Look at what happened first:

    \b
      git log --oneline refs/tracker/seen -5     # what the desk saw last
      git log --oneline origin/main -5           # what is there now
      tracker recover
    """
    desk = open_desk(folder)
    if not desk.repository.remote:
        raise TrackerError("This desk has no remote: there is nothing to recover from")
    if not yes:
        click.confirm("Accept what the remote holds now as the truth?", abort=True)
    commit = desk.repository.recover()
    note(desk.repository.follow())
    click.echo(f"The desk goes on from {desk.repository.newest()[:12]}.")
    own = int(desk.git.run("rev-list", "--count", f"{commit}..{desk.repository.newest()}"))
    if own:
        click.echo(
            f"This folder holds {own} commits that the remote lacks; the next write pushes them. "
            "To drop them instead: `git reset --hard @{upstream}`."
        )
