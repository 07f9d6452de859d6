"""``tracker list``, ``show`` and ``search``: reading the desk in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from tracker.cli.common import clean, echo_json, json_option, note, open_desk
from tracker.core.operations import number_of
from tracker.core.taking import taken_by
from tracker.core.texts import Texts, texts
from tracker.core.ticket import PRIORITIES, Entry, Ticket
from tracker.core.wording import event_sentence, refused_sentences, size_words
from tracker.desk import queries
from tracker.desk.desk import Desk
from tracker.desk.finding import search_tickets


@click.command("list")
@click.option(
    "--status",
    type=click.Choice(list(queries.SCOPES)),
    default="open",
    show_default=True,
    help="Which tickets; open ones are open or waiting for the requester.",
)
@click.option("--assignee", default="", metavar="AGENT", help="Whose; `none` for nobody's.")
@click.option("--label", default="", help="With this label.")
@click.option("--priority", type=click.Choice(PRIORITIES), help="Of this priority.")
@click.option("--requester", default="", metavar="WORDS", help="Part of a name or an address.")
@json_option
@click.pass_obj
def list_(folder: Path, /, status: str, as_json: bool, **wanted: str | None) -> None:
    """List tickets, the last changed first.

    \b
    Examples:
      tracker list
      tracker list --status closed
      tracker list --assignee none --priority urgent
      tracker list --requester petrov --status any
      tracker list --status any --json | jq '.[].id'
    """
    desk = open_desk(folder)
    wanted_ones = queries.Filter(**{key: value or "" for key, value in wanted.items()})
    rows = queries.list_tickets(desk, status, wanted_ones)
    _print(desk, rows, as_json)
    for fault in queries.broken_tickets(desk):
        note(f"{fault.message}")


@click.command()
@click.argument("words", nargs=-1, required=True)
@json_option
@click.pass_obj
def search(folder: Path, words: Sequence[str], as_json: bool) -> None:
    """Find tickets by number, telephone number, name, address or words.

    A telephone number may be written in any way. Tickets that hold every word are found in any
    form of the words: принтер finds принтерами.

    \b
    Examples:
      tracker search кабинет
      tracker search 42
      tracker search '8 (495) 123-45-67'
      tracker search ivan@example.org
      tracker search 'printer jam' --json
    """
    desk = open_desk(folder)
    _print(desk, search_tickets(desk, " ".join(words)), as_json)


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
    path, ticket = queries.find_ticket(desk, number_of(desk.settings, number))
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

    zone, now = desk.settings.desk.timezone, desk.now()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("Number", "Status", "Priority", "Changed", "Writing", "Requester", "Title"):
        table.add_column(name, no_wrap=name != "Title")
    for row in rows:
        changed = datetime.fromisoformat(row.updated).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        taken = taken_by(row.taken, now)
        who = taken.handle if taken else ""
        cells = (row.id, row.status, row.priority, changed, who, row.requester.shown, row.title)
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)


def _card(path: str, ticket: Ticket, words: Texts, now: datetime) -> list[str]:
    lines = [f"{ticket.id}  {ticket.title}", f"{ticket.status}, {ticket.requester}, {path}"]
    taken = taken_by(ticket.taken, now)
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
