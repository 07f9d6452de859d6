"""``tracker new``: a request noted by an agent, such as a telephone call."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli.common import as_option, note, open_desk
from tracker.cli.writing import written
from tracker.core.addresses import Address
from tracker.desk import actions


@click.command()
@click.option("--phone", is_flag=True, help="The request came by telephone.")
@as_option
@click.option(
    "--from", "requester", required=True, metavar="'NAME <ADDRESS>'", help="Whose request it is."
)
@click.option("--title", required=True, help="What it is about, in one line.")
@click.option("--text", help="What the requester says; else standard input or your editor.")
@click.pass_obj
def new(
    folder: Path, phone: bool, handle: str | None, requester: str, title: str, text: str | None
) -> None:
    """Register a request, such as a telephone call, and print its number.

    The number is printed once the desk's repository has accepted it: nobody else can get it.

    \b
    Example:
      tracker new --phone --as anna --from 'Иван Петров <ivan@example.org>' \\
          --title 'Не открывается кабинет' --text 'Звонил в 10:15, просит перезвонить.'
    """
    desk = open_desk(folder)
    agent = actions.agent_of(desk, handle)
    words = written(text, "What the requester says, as plain text.").text
    channel = "phone" if phone else "cli"
    done = actions.open_ticket(desk, agent, Address.parse(requester), title, words, channel)
    click.echo(done.ticket)
    note(done.note)
