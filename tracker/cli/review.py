"""``tracker review``: what is held until an agent accepts or refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tracker.cli.common import (
    acting,
    as_option,
    clean,
    echo_json,
    json_option,
    note,
    open_desk,
    report,
)
from tracker.cli.reading import entry_lines
from tracker.core.texts import texts
from tracker.desk import review as held
from tracker.desk.acting import number_from
from tracker.desk.desk import Desk

_WHY = {
    "proposed": "a change by somebody who may not make it",
    "unproven": "the provider says the sender is forged (DMARC)",
    "agent": "an agent's address, not proven",
    "commit": "a commit by somebody who is no agent",
    "stranger": "somebody who takes no part in it",
    "edited": "changed by somebody who is no agent, after it was taken in",
    "spam": "the provider says it is spam",
    "other": "not proven",
}

_ALSO = {"copied": "accepting it lets in", "asked": "accepting it obeys"}


@click.command()
@click.argument("number", default="")
@click.argument("entries", nargs=-1, metavar="[ENTRY…]")
@as_option
@click.option("--accept", is_flag=True, help="It counts: show it, mail it, obey it.")
@click.option("--join", "joins", is_flag=True, help="With --accept: its author takes part.")
@click.option("--refuse", is_flag=True, help="It never counts; agents still see it.")
@click.option("--all", "every", is_flag=True, help="Decide on everything held on the ticket.")
@json_option
@click.pass_obj
def review(
    folder: Path,
    number: str,
    entries: Sequence[str],
    handle: str | None,
    accept: bool,
    joins: bool,
    refuse: bool,
    every: bool,
    as_json: bool,
) -> None:
    """List what is held for review; with a number show it whole; accept or refuse it.

    Held is what came without proof of who wrote it: it is not mailed, not published, and no
    command in it is obeyed. ENTRY is a place or an id. What was refused can still be accepted,
    by its ENTRY; what was accepted is told, and can't be taken back.

    \b
    Examples:
      tracker review
      tracker review 42
      tracker review 42 --accept
      tracker review 42 3 --accept --join            # whoever wrote #3 takes part from now on
      tracker review 42 --refuse --all
      tracker review --json
    """
    _check(number, accept=accept, refuse=refuse, joins=joins, every=every)
    if accept or refuse:
        desk, agent = acting(folder, handle)
        ticket = number_from(desk, number)
        if accept:
            done = held.accept(desk, ticket, agent, entries, every=every, joins=joins)
        else:
            done = held.refuse(desk, ticket, agent, entries, every=every)
        report([done], "accepted" if accept else "refused")
        return
    desk = open_desk(folder)
    found = _found(desk, number, entries)
    if as_json:
        echo_json([one.as_json() for one in found])
    elif not found:
        note("Nothing is held for review.")
    elif number:
        _whole(desk, found)
    else:
        for one in found:
            author = one.entry.author
            cells = (one.ticket.id, f"#{one.n}", str(author), _WHY.get(one.why, one.why), one.words)
            click.echo("\t".join(clean(" ".join(cell.split())) for cell in cells))


def _check(number: str, *, accept: bool, refuse: bool, joins: bool, every: bool) -> None:
    if accept and refuse:
        raise click.UsageError("--accept and --refuse exclude each other.")
    if joins and not accept:
        raise click.UsageError("--join goes with --accept.")
    if every and not (accept or refuse):
        raise click.UsageError("--all goes with --accept or --refuse.")
    if (accept or refuse) and not number:
        raise click.UsageError("Name the ticket: tracker review 42 --accept.")


def _found(desk: Desk, number: str, entries: Sequence[str]) -> list[held.Waiting]:
    if not number:
        return held.waiting(desk)
    ticket = number_from(desk, number)
    if not entries:
        return held.waiting_on(desk, ticket)
    return [one for entry in entries for one in held.waiting_on(desk, ticket, entry)]


def _whole(desk: Desk, found: Sequence[held.Waiting]) -> None:
    words = texts(desk.settings.desk.language)
    ticket = found[0].ticket
    click.echo(clean(f"{ticket.id}  {ticket.title}"))
    for one in found:
        click.echo(clean("\n".join(("", *entry_lines(one.n, one.entry, words)))))
        click.echo(f"    ? {_WHY.get(one.why, one.why)}")
        for name, words_for in _ALSO.items():
            if asked := one.entry.data.get(name):
                click.echo(clean(f"    ? {words_for}: {asked}"))
