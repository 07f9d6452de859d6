"""``tracker outbox``: letters that wait, and why."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli.common import echo_json, json_option, note, open_desk
from tracker.core.errors import TrackerError


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def outbox(context: click.Context, as_json: bool) -> None:
    """Show the letters that wait, and why.

    \b
    A letter is
      due         the next `tracker sync` sends it
      no-server   due, but `mailbox.smtp` is not set
      delayed     a server would not take it yet: it is tried again then
      limits      a confirmation or who joined by a mail, and this address had one just now,
                  or enough today
      breaker     such a letter, and a flood of requests stopped them all
      review      a confirmation of a request that is held for review
      suppressed  its address does not exist: the next run says so in the ticket

    \b
    Examples:
      tracker outbox
      tracker outbox --json

    Suppressed addresses are told only where TRACKER_SECRET is set.
    """
    if context.invoked_subcommand is not None:
        return
    from tracker.desk.waiting import waiting

    letters = waiting(open_desk(context.obj))
    if as_json:
        echo_json([one.as_json() for one in letters])
        return
    for one in letters:
        tickets = ", ".join(one.tickets[:5]) + ("…" if len(one.tickets) > 5 else "")
        until = f" until {one.until} after {one.tries} tries" if one.until else ""
        click.echo(f"{tickets}\t{one.recipient}\t{one.kind}\t{one.state}{until}: {one.reason}")
    if not letters:
        note("No letter waits.")


@outbox.command()
@click.argument("address")
@click.pass_obj
def allow(folder: Path, address: str) -> None:
    """Write to ADDRESS again, to which no letter goes since one came back for good.

    \b
    Example:
      tracker outbox allow ivan@example.org

    What was refused meanwhile is not sent again. Needs TRACKER_SECRET.
    """
    from tracker.desk.waiting import allow as write_again

    if not write_again(open_desk(folder), address):
        raise TrackerError(
            f"Letters to {address} were not stopped", "`tracker outbox` shows what waits and why."
        )
    note(f"Letters go to {address} again.")
