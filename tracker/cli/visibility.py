"""``tracker visibility``: who may read tickets, and turning a desk public or private."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import note, open_desk

if TYPE_CHECKING:
    from tracker.desk.visibility import Visible


@click.command()
@click.argument("to", required=False, type=click.Choice(["private", "public"]))
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.pass_obj
def visibility(folder: Path, to: str | None, yes: bool) -> None:
    """Say who may read tickets on the portal, or turn the desk private or public.

    A desk that turns public shows every request to everybody, also those of the time before:
    what becomes visible is told first, and asked. Its accounts are deleted. What search engines
    and people fetched can't be taken back afterwards.

    \b
    Examples:
      tracker visibility
      tracker visibility public
    """
    from tracker.desk import visibility as turning

    desk = open_desk(folder)
    if to is None:
        click.echo(desk.settings.desk.visibility)
        return
    if to == "public" and not yes:
        _warn(turning.what_shows(desk))
        click.confirm("Let everybody read all of it?", abort=True)
    if not turning.turn(desk, to):
        click.echo(f"The desk is {to} already.")
        return
    click.echo(f"The desk is {to} from the next build on.")
    if to == "private":
        note("Run `tracker build` at once: it takes the public site away. Copies elsewhere stay.")


def _warn(shows: Visible) -> None:
    click.echo(
        f"Everybody will read {shows.tickets} requests ({shows.open} of them open) by "
        f"{shows.people} people, with\ntheir names, every public message and answer, and "
        f"{shows.attachments} attached files.\nNot shown: internal notes, what is held for review, "
        "mail addresses and telephone numbers\nin texts (masked; not those inside attachments)."
    )
    for title in shows.titles:
        click.echo(f"  {title}")
    if shows.accounts:
        click.echo(
            f"{shows.accounts} accounts are deleted: their passwords and links open nothing."
        )
