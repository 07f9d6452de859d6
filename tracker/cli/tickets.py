"""``tracker new``, ``reply``, ``close`` and ``reopen``: what agents do to tickets."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tracker.cli.common import as_option, note, open_desk
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.desk import actions


def _text(text: str | None, prompt: str) -> str:
    """Return the text given, or standard input, or what is written in $EDITOR."""
    if text is not None:
        return text
    if not sys.stdin.isatty():
        return sys.stdin.read()
    written = click.edit(prompt, extension=".md")
    if written is None:
        raise TrackerError("Nothing was written", "Save the text in the editor, or use --text.")
    kept = [line for line in written.splitlines() if not line.startswith("%%")]
    return "\n".join(kept)


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
    words = _text(text, "\n%% What the requester says. Lines like this one are left out.\n")
    channel = "phone" if phone else "cli"
    done = actions.open_ticket(desk, agent, Address.parse(requester), title, words, channel)
    click.echo(done.ticket)
    note(done.note)


@click.command()
@click.argument("number")
@as_option
@click.option("--text", help="The answer, as Markdown; else standard input or your editor.")
@click.option("--note", "internal", is_flag=True, help="An internal note: agents only.")
@click.option("--close", is_flag=True, help="Close the ticket with it.")
@click.option(
    "--attach",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Add a file; may be given again.",
)
@click.pass_obj
def reply(
    folder: Path,
    number: str,
    handle: str | None,
    text: str | None,
    internal: bool,
    close: bool,
    attach: Sequence[Path],
) -> None:
    """Answer a ticket, or note something for agents.

    \b
    Examples:
      tracker reply 42                               # write in your editor
      tracker reply 42 --text 'Готово, проверьте.' --close
      tracker reply 42 --note --text 'Перезвонить в среду.'
      tracker reply 42 --text 'Инструкция:' --attach guide.pdf
    """
    desk = open_desk(folder)
    agent = actions.agent_of(desk, handle)
    ticket = actions.number_from(desk, number)
    only_files = attach and text is None and sys.stdin.isatty()
    words = "" if only_files else _text(text, f"\n%% Your answer to {number}, as Markdown.\n")
    done = actions.answer(desk, ticket, agent, words, internal=internal, close=close, attach=attach)
    click.echo(f"{done.ticket}: {'noted' if internal else 'answered'}{', closed' * close}")
    note(done.note)


@click.command()
@click.argument("numbers", nargs=-1, required=True)
@as_option
@click.pass_obj
def close(folder: Path, numbers: Sequence[str], handle: str | None) -> None:
    """Close tickets. `tracker reopen` takes it back.

    \b
    Examples:
      tracker close 42 --as anna
      tracker close 42 43 44
    """
    _set(folder, numbers, handle, "closed")


@click.command()
@click.argument("numbers", nargs=-1, required=True)
@as_option
@click.pass_obj
def reopen(folder: Path, numbers: Sequence[str], handle: str | None) -> None:
    """Open closed tickets again.

    \b
    Example:
      tracker reopen 42 --as anna
    """
    _set(folder, numbers, handle, "open")


def _set(folder: Path, numbers: Sequence[str], handle: str | None, status: str) -> None:
    desk = open_desk(folder)
    agent = actions.agent_of(desk, handle)
    wanted = [actions.number_from(desk, number) for number in numbers]
    for done in actions.set_status(desk, wanted, agent, status):
        click.echo(f"{done.ticket}: {status}")
        note(done.note)
