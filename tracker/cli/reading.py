"""``tracker list``, ``show`` and ``search``: reading the desk in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from tracker.cli.common import clean, echo_json, json_option, note, open_desk
from tracker.core.taking import taken_by
from tracker.core.texts import Texts, texts
from tracker.core.ticket import Entry, Ticket
from tracker.core.wording import event_sentence, refused_sentences, size_words
from tracker.desk import queries
from tracker.desk.actions import number_from
from tracker.desk.desk import Desk


@click.command("list")
@click.option(
    "--status",
    type=click.Choice(list(queries.SCOPES)),
    default="open",
    show_default=True,
    help="Which tickets; open ones are open or waiting for the requester.",
)
@json_option
@click.pass_obj
def list_(folder: Path, status: str, as_json: bool) -> None:
    """List tickets, the last changed first.

    \b
    Examples:
      tracker list
      tracker list --status closed
      tracker list --status any --json | jq '.[].id'
    """
    desk = open_desk(folder)
    rows = queries.list_tickets(desk, status)
    _print(desk, rows, as_json)
    for fault in queries.broken_tickets(desk):
        note(f"{fault.message}")


@click.command()
@click.argument("words", nargs=-1, required=True)
@json_option
@click.pass_obj
def search(folder: Path, words: Sequence[str], as_json: bool) -> None:
    """Find tickets that hold every word, in any form: принтер finds принтерами.

    \b
    Examples:
      tracker search кабинет
      tracker search 'printer jam' --json
    """
    desk = open_desk(folder)
    _print(desk, queries.search_tickets(desk, " ".join(words)), as_json)


@click.command()
@click.argument("number")
@json_option
@click.pass_obj
def show(folder: Path, number: str, as_json: bool) -> None:
    """Show one ticket, the whole conversation.

    \b
    Examples:
      tracker show 42
      tracker show ACCREDO-42 --json
    """
    desk = open_desk(folder)
    path, ticket = queries.find_ticket(desk, number_from(desk, number))
    if as_json:
        echo_json(queries.ticket_json(path, ticket))
    else:
        card = "\n".join(_card(path, ticket, texts(desk.settings.desk.language), desk.now()))
        click.echo(clean(card))


def _print(desk: Desk, rows: Sequence[queries.Row], as_json: bool) -> None:
    if as_json:
        echo_json([row.as_json() for row in rows])
    elif not rows:
        note("No tickets.")
    elif sys.stdout.isatty():
        _table(desk, rows)
    else:
        for row in rows:
            click.echo(f"{row.id}\t{row.status}\t{row.requester.shown}\t{row.title}")


def _table(desk: Desk, rows: Sequence[queries.Row]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    zone = desk.settings.desk.timezone
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("Number", "Status", "Changed", "Requester", "Title"):
        table.add_column(name, no_wrap=name != "Title")
    for row in rows:
        changed = datetime.fromisoformat(row.updated).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        cells = (row.id, row.status, changed, row.requester.shown, row.title)
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)


def _card(path: str, ticket: Ticket, words: Texts, now: datetime) -> list[str]:
    lines = [f"{ticket.id}  {ticket.title}", f"{ticket.status}, {ticket.requester}, {path}"]
    taken = taken_by(ticket, now)
    known = {
        "phone": ticket.phone,
        "assignee": ticket.assignee or "",
        "taken": f"{taken.handle} since {taken.since:%H:%M}" if taken else "",
        "priority": ticket.priority if ticket.priority != "normal" else "",
        "labels": ", ".join(ticket.labels),
        "participants": ", ".join(map(str, ticket.participants)),
        "muted": ", ".join(ticket.muted),
        "merged into": ticket.merged_into,
        "related": ", ".join(ticket.links),
    }
    lines += [f"{name}: {value}" for name, value in known.items() if value]
    for n, entry in enumerate(ticket.entries, 1):
        lines += ["", *entry_lines(n, entry, words)]
    return lines


def entry_lines(n: int, entry: Entry, words: Texts) -> list[str]:
    """Return one entry as the terminal shows it."""
    at = words.moment(entry.at)
    if entry.kind == "event":
        return [f"#{n}  {at}  {event_sentence(entry, words)}"]
    flags: list[str] = [entry.role]
    if entry.visibility != "public":
        flags.append(entry.visibility)
    if entry.automatic:
        flags.append(entry.automatic)
    lines = [f"#{n}  {at}  {entry.author}  ({', '.join(flags)})"]
    lines += [f"    {line}".rstrip() for line in entry.text.split("\n") if entry.text]
    if entry.quoted:
        lines.append(f"    [{words._('Quoted text')}: {len(entry.quoted.splitlines())}]")
    for one in entry.attachments:
        lines.append(f"    + {one.path} ({size_words(one.size, words)})")
    return lines + [f"    ! {sentence}" for sentence in refused_sentences(entry, words)]
