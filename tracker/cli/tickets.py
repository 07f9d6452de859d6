"""``tracker reply``, ``close`` and ``reopen``: what agents do to tickets."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tracker.cli.common import as_option, note, open_desk, text_or_editor
from tracker.desk import actions


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
    words = (
        "" if only_files else text_or_editor(text, f"\n%% Your answer to {number}, as Markdown.\n")
    )
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
