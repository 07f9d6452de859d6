"""``tracker account``: who can sign in to a private portal, and forgetting a person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import echo_json, json_option, note, open_desk

if TYPE_CHECKING:
    from tracker.core.accounts.records import Record
    from tracker.desk.desk import Desk
    from tracker.desk.forget import Forgotten


_mail_option = click.option(
    "--mail", "by_mail", is_flag=True, help="Print no link: the next `tracker sync` sends it."
)
_yes_option = click.option("--yes", is_flag=True, help="Ask nothing.")


@click.group()
def account() -> None:
    """See and change accounts of a private portal, and forget a person.

    An account is named by an address of its owner, or by the beginning of its id.

    \b
    Example:
      tracker account list
    """


@account.command("list")
@json_option
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the accounts: id, role, how its owner signs in, name, addresses.

    \b
    Example:
      tracker account list
    """
    from tracker.desk import accounts

    records = accounts.accounts(open_desk(folder))
    if as_json:
        echo_json([accounts.as_json(one) for one in records])
        return
    for line in accounts.shown(records):
        click.echo(line)
    if not records:
        note("There are no accounts yet.")


@account.command()
@click.argument("who")
@json_option
@click.pass_obj
def show(folder: Path, who: str, as_json: bool) -> None:
    """Show one account: nothing of it that opens it.

    \b
    Example:
      tracker account show ivan@example.org
    """
    from tracker.desk import accounts

    data = accounts.as_json(accounts.account(open_desk(folder), who))
    if as_json:
        echo_json(data)
        return
    letters = data.pop("letters")
    for name, value in data.items():
        click.echo(f"{name}: {' '.join(value) if isinstance(value, list) else value}")
    for one in letters:
        state = one["told"] or one["bounced"] or one["delayed"] or "waits"
        click.echo(f"letter: {one['kind']} to {one['to']}: {state}")


@account.command()
@click.argument("address")
@click.option("--name", default="", help="The person's name, for an account that is new.")
@_mail_option
@json_option
@click.pass_obj
def invite(folder: Path, address: str, name: str, by_mail: bool, as_json: bool) -> None:
    """Invite a person and print the link that opens their account, valid for seven days.

    Makes the account where there is none; an agent of tracker.toml gets an agent's. An account
    that an agent had before as a requester becomes an agent's, and its passwords and links are
    void. Whoever has the link has the account: hand it to nobody else, or let --mail send it to
    the address.

    Who writes to the desk for the first time is invited by mail without this.

    \b
    Examples:
      tracker account invite anna@example.org --name 'Anna'
      tracker account invite ivan@example.org --mail
    """
    from tracker.desk import accounts

    record, link = accounts.invited(open_desk(folder), address, name, by_mail=by_mail)
    _tell_link(record, link, as_json)


@account.command()
@click.argument("who")
@_mail_option
@_yes_option
@json_option
@click.pass_obj
def reset(folder: Path, who: str, by_mail: bool, yes: bool, as_json: bool) -> None:
    """Void every password and link of an account, and print a new link.

    Also opens a revoked account again.

    \b
    Example:
      tracker account reset ivan@example.org --mail
    """
    from tracker.desk import accounts

    desk = open_desk(folder)
    _ask(desk, who, "Every password and link of %s will be void. Go on?", yes)
    record, link = accounts.reset(desk, who, by_mail=by_mail)
    _tell_link(record, link, as_json)


@account.command()
@click.argument("who")
@_yes_option
@json_option
@click.pass_obj
def revoke(folder: Path, who: str, yes: bool, as_json: bool) -> None:
    """Void every password and link of an account; nothing opens it until it is reset.

    What somebody opened already can't be taken back.

    \b
    Example:
      tracker account revoke ivan@example.org
    """
    from tracker.desk import accounts

    desk = open_desk(folder)
    _ask(desk, who, "Nothing will open the account of %s any more. Go on?", yes)
    record = accounts.revoke(desk, who)
    if as_json:
        echo_json(accounts.as_json(record))
        return
    click.echo(f"{record.account[:8]}: revoked; gone from the site with the next build")
    click.echo(f"To take it back: tracker account reset {record.account[:8]}")


@account.command()
@click.argument("who")
@click.argument("address")
@click.option("--remove", is_flag=True, help="Take the address from the account.")
@click.option("--merge", is_flag=True, help="Take in the account that the address has by itself.")
@_yes_option
@json_option
@click.pass_obj
def alias(
    folder: Path, who: str, address: str, remove: bool, merge: bool, yes: bool, as_json: bool
) -> None:
    """Give an account one more address of the same person, or take one from it.

    Requests from there are shown with the others, so be sure that it is the same person. To sign
    in with it, they ask for access from there.

    Whoever wrote from two addresses has two accounts: --merge makes them one, with the passwords
    of the first. With --remove every password and link of the account is void, unless nobody at
    that address can have had one.

    \b
    Examples:
      tracker account alias ivan@example.org ivan.petrov@work.example
      tracker account alias ivan@example.org ivan@home.example --merge
      tracker account alias ivan@example.org ivan.petrov@work.example --remove
    """
    from tracker.desk import accounts

    desk = open_desk(folder)
    question = f"Take {address} from the account of %s?"
    if not remove:
        question = f"Whoever reads mail at {address} will see every request of %s. Go on?"
    _ask(desk, who, question, yes)
    if remove:
        record = accounts.unalias(desk, who, address)
    else:
        record = accounts.alias(desk, who, address, merge=merge)
    if as_json:
        echo_json(accounts.as_json(record))
        return
    click.echo(f"{record.account[:8]}: {' '.join(record.addresses)}")
    if remove and not record.logins:
        note("Its passwords and links are void: `tracker account reset` makes a new link.")


def _ask(desk: Desk, who: str, question: str, yes: bool) -> None:
    """Ask before what is hard to take back, naming the account that was found."""
    from tracker.desk import accounts

    if not yes:
        from tracker.core.addresses import Address

        found = accounts.account(desk, who)
        click.confirm(question % str(Address(found.name, found.addresses[0])), abort=True)


def _tell_link(record: Record, link: str, as_json: bool) -> None:
    from tracker.desk import accounts

    if as_json:
        echo_json({**accounts.as_json(record), "link": link})
    elif link:
        click.echo(link)
    else:
        click.echo(f"{record.account[:8]}: the next `tracker sync` sends the link")


@account.command()
@click.option("--lost", is_flag=True, help="The former secret is lost: go on without it.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.pass_obj
def rotate(folder: Path, lost: bool, yes: bool) -> None:
    """Rewrite all accounts under a new TRACKER_SECRET; the former one is TRACKER_SECRET_OLD.

    Every password and link is void after it. Nobody is written to on that account: whoever writes
    next is sent a new link beside the answer, and so is who asks for one (`/access`).
    `tracker account invite` makes one at once, such as for each agent.

    A desk that seals addresses keeps its pseudonyms. With --lost those of the lost secret are
    nobody's any more: no letter goes to these people about their former requests, and whoever of
    them writes again is new.

    \b
    Example:
      tracker account rotate --yes
    """
    from tracker.desk import accounts

    if not yes:
        click.confirm("Every password and link will be void. Go on?", abort=True)
    done = accounts.rotate(open_desk(folder), lost=lost)
    click.echo(f"{done.accounts} accounts rewritten, {done.people} pseudonyms")
    if done.accounts:
        note("Whoever writes next, or asks for access, is sent a new link; nobody else is.")
    if done.lost:
        note(
            f"{done.lost} pseudonyms were of the lost secret: nobody knows whose they are, and no "
            "letter goes there any more."
        )


@account.command()
@click.argument("address")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@json_option
@click.pass_obj
def erase(folder: Path, address: str, yes: bool, as_json: bool) -> None:
    """Forget a person: out of tickets, attachments, index, portal, and accounts.

    Every text of their own requests goes, and in others' requests what they wrote and quotes of
    it. Ticket numbers stay. Prints what Git history still holds, and how to take it out there.

    \b
    Example:
      tracker account erase ivan@example.org
    """
    from tracker.desk.forget import forget

    if not yes:
        click.confirm(f"Erase {address} from every ticket? It can't be undone.", abort=True)
    done = forget(open_desk(folder), address)
    if as_json:
        echo_json(asdict(done))
        return
    _tell(done)


def _tell(done: Forgotten) -> None:
    click.echo(
        f"Erased from {len(done.tickets)} tickets, with {len(done.files)} attachments and "
        f"{len(done.accounts)} accounts."
    )
    for one in done.faults:
        note(f"Not erased, since it can't be read; mend it and erase again: {one}")
    if done.kept:
        click.echo(
            f"\nGit history still holds {done.kept} former versions of these files, here and in "
            "every clone and fork.\nTheir ids are in "
            f"{done.blobs}. To take them out of the history, in a fresh clone:\n\n"
            "    git clone --mirror ADDRESS rewritten && cd rewritten\n"
            f"    git filter-repo --strip-blobs-with-ids /path/to/desk/{done.blobs}\n"
            "    git push --mirror --force\n\n"
            "Then run `tracker recover` where the desk runs, clone anew everywhere else, and ask "
            "the Git host to drop what it caches."
        )
    click.echo(
        "\nNot reached: names that others wrote in their texts; the mails in the mailbox; letters "
        "that were sent;\nand whatever somebody fetched from the site before its next build."
    )
