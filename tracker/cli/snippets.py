"""``tracker snippets``: canned answers, and what one says for a ticket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tracker.cli.common import as_option, echo_json, json_option, note, open_desk
from tracker.core.operations import number_of
from tracker.core.snippets import Snippet
from tracker.desk import acting
from tracker.desk import snippets as kept


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def snippets(context: click.Context, as_json: bool) -> None:
    """List the canned answers: Markdown files in snippets/ of the desk's repository.

    `done.md` is the snippet `done`; `done.ru.md` and `done.en.md` are chosen by the desk's
    language. A line `title: …` between two `---` gives it a title. These places are filled:
    {number}, {title}, {name} (the requester's), {agent}, {desk}, {portal}, {card}, {today}.

    \b
    Examples:
      tracker snippets
      tracker snippets --json
      tracker snippets show done 42 --as anna
    """
    if context.invoked_subcommand:
        return
    found = kept.snippets(open_desk(context.obj))
    if as_json:
        echo_json([_as_json(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.name}\t{one.title}\t{one.opening}")
    if not found:
        note("No snippets: put Markdown files into snippets/ and commit them.")


@snippets.command()
@click.argument("name")
@click.argument("number", required=False)
@as_option
@click.pass_obj
def show(folder: Path, name: str, number: str | None, handle: str | None) -> None:
    """Print a snippet, filled where a ticket's number is given.

    \b
    Examples:
      tracker snippets show done
      tracker snippets show done 42 --as anna
    """
    desk = open_desk(folder)
    if number is None:
        click.echo(kept.snippet(desk, name).text)
        return
    agent = acting.agent_of(desk, handle)
    click.echo(kept.filled(desk, name, number_of(desk.settings, number), agent))


def _as_json(one: Snippet) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "language": one.language or None,
        "path": one.path,
        "first_line": one.opening,
    }
