"""``tracker new``: registering a request, such as a telephone call."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tracker.cli.call import Call, Dialogue
from tracker.cli.common import as_option, note, open_desk
from tracker.cli.writing import written
from tracker.core import operations
from tracker.core.addresses import Address
from tracker.core.banner import banner
from tracker.core.texts import texts
from tracker.core.workspace import number_in
from tracker.desk import acting, opening
from tracker.desk.desk import Desk
from tracker.desk.phone import add_call, sort_in


@click.command()
@click.option("--phone", is_flag=True, help="The request came by telephone.")
@as_option
@click.option("--from", "requester", metavar="'NAME <ADDRESS>'", help="Whose request it is.")
@click.option("--phone-number", default="", metavar="NUMBER", help="Where they can be called.")
@click.option("--title", help="What it is about, in one line.")
@click.option("--text", help="What the requester says; else standard input or your editor.")
@click.option("--label", "labels", multiple=True, help="A label; may be given again.")
@click.option("--assignee", default="", metavar="AGENT", help="Who is to answer it.")
@click.pass_obj
def new(
    folder: Path,
    phone: bool,
    handle: str | None,
    requester: str | None,
    phone_number: str,
    title: str | None,
    text: str | None,
    labels: Sequence[str],
    assignee: str,
) -> None:
    """Register a request, such as a telephone call, and print its number.

    With --phone on a terminal it asks for what is not given, in the order of a call, and shows
    the caller's earlier requests; one of them can be continued instead. Else --from and --title
    must be given; a name without an address is enough.

    The number is printed once the desk's repository has accepted it: nobody else can get it.

    \b
    Examples:
      tracker new --phone
      tracker new --phone --as anna --from 'Иван Петров <ivan@example.org>' \\
          --title 'Не открывается кабинет' --text 'Звонил в 10:15, просит перезвонить.'
      tracker new --phone --as anna --from 'Иван Петров' --phone-number '+7 495 123-45-67' \\
          --title 'Не открывается кабинет' --text 'Просит перезвонить.'
    """
    desk = open_desk(folder)
    agent = acting.agent_of(desk, handle)
    person = Address.parse(requester or "")
    call = Call(person.name, phone_number, person.email, title or "", text or "", tuple(labels))
    call.assignee = operations.agent_of(desk.settings, assignee) if assignee else ""
    if not phone or (requester and title):
        _needed(requester=requester, title=title)
        call.text = written(text, "What the requester says, as plain text.").text
        done = _opened(desk, agent, call, "phone" if phone else "cli")
        click.echo(done)
        _sort_in(desk, agent, call, done)
    elif sys.stdin.isatty() and sys.stdout.isatty():
        _by_questions(desk, agent, call)
    else:
        _needed(requester=requester, title=title)


def _needed(*, requester: str | None, title: str | None) -> None:
    for name, value in (("--from", requester), ("--title", title)):
        if value is None:
            raise click.UsageError(f"Missing option '{name}'.")


def _by_questions(desk: Desk, agent: str, call: Call) -> None:
    words = texts(desk.settings.desk.language)
    try:
        desk.repository.fetch()  # what a colleague took down a minute ago; or no host at all
        call = Dialogue(desk, agent, call).run()
    except (click.Abort, KeyboardInterrupt):
        click.echo()
        click.echo(words._("Nothing was saved."), err=True)
        sys.exit(1)
    try:
        number, sentence = _saved(desk, agent, call)
    except KeyboardInterrupt:
        click.echo(words._("Interrupted: look with `tracker list` whether it was saved."), err=True)
        sys.exit(1)
    click.echo(banner(number_in(number)))
    click.echo(number)
    click.echo(sentence)
    if not call.earlier:
        _sort_in(desk, agent, call, number)


def _saved(desk: Desk, agent: str, call: Call) -> tuple[str, str]:
    """Save a call; return the ticket's id, and what to say to the caller."""
    words = texts(desk.settings.desk.language)
    if not call.earlier:
        number = _opened(desk, agent, call, "phone")
        told = words._("Tell them: “The number of your request is %(number)s.”", number=number)
        return number, told
    done = add_call(
        desk,
        call.earlier.number,
        agent,
        call.caller,
        call.text,
        internal=call.internal,
        phone=call.phone,
    )
    note(done.note)
    told = words._("Tell them: “I have noted it on your request %(number)s.”", number=done.ticket)
    return done.ticket, told


def _opened(desk: Desk, agent: str, call: Call, channel: str) -> str:
    """Open a ticket and return its id, once nobody else can get it."""
    done = opening.open_ticket(
        desk, agent, call.caller, call.title, call.text, channel, phone=call.phone
    )
    note(done.note)
    return done.ticket


def _sort_in(desk: Desk, agent: str, call: Call, number: str) -> None:
    """Give a new ticket what the caller need not wait for."""
    if call.labels or call.assignee or call.linked:
        note(
            sort_in(
                desk,
                number_in(number),
                agent,
                labels=call.labels,
                assignee=call.assignee or None,
                link=call.linked,
            )
        )
