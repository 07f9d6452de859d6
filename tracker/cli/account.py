"""``tracker account``: who can sign in to a private portal, and forgetting a person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import echo_json, json_option, note, open_desk, progress_bar

if TYPE_CHECKING:
    from tracker.desk.forget import Forgotten


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
    for name, value in data.items():
        click.echo(f"{name}: {' '.join(value) if isinstance(value, list) else value}")


@account.command()
@click.argument("address")
@click.option("--name", default="", help="The person's name, for an account that is new.")
@click.pass_obj
def invite(folder: Path, address: str, name: str) -> None:
    """Invite a person and print the link that opens their account, valid for seven days.

    Makes the account where there is none; an agent of tracker.toml gets an agent's. Whoever has
    the link has the account: hand it to nobody else.

    \b
    Example:
      tracker account invite anna@example.org --name 'Anna'
    """
    from tracker.desk import accounts

    _, link = accounts.invited(open_desk(folder), address, name)
    click.echo(link)


@account.command()
@click.argument("who")
@click.pass_obj
def reset(folder: Path, who: str) -> None:
    """Void every password and link of an account, and print a new link.

    Also opens a revoked account again.

    \b
    Example:
      tracker account reset ivan@example.org
    """
    from tracker.desk import accounts

    _, link = accounts.reset(open_desk(folder), who)
    click.echo(link)


@account.command()
@click.argument("who")
@click.pass_obj
def revoke(folder: Path, who: str) -> None:
    """Void every password and link of an account; nothing opens it until it is reset.

    What somebody opened already can't be taken back.

    \b
    Example:
      tracker account revoke ivan@example.org
    """
    from tracker.desk import accounts

    record = accounts.revoke(open_desk(folder), who)
    click.echo(f"{record.account[:8]}: revoked; gone from the site with the next build")


@account.command()
@click.argument("who")
@click.argument("address")
@click.pass_obj
def alias(folder: Path, who: str, address: str) -> None:
    """Give an account one more address of the same person.

    Requests from there are shown with the others. To sign in with it, they ask for access from
    there.

    \b
    Example:
      tracker account alias ivan@example.org ivan.petrov@work.example
    """
    from tracker.desk import accounts

    record = accounts.alias(open_desk(folder), who, address)
    click.echo(f"{record.account[:8]}: {' '.join(record.addresses)}")


@account.command()
@click.option("--lost", is_flag=True, help="The former secret is lost: go on without it.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.pass_obj
def rotate(folder: Path, lost: bool, yes: bool) -> None:
    """Rewrite all accounts under a new TRACKER_SECRET; the former one is TRACKER_SECRET_OLD.

    Every password and link is void after it: each person gets a new invitation. It takes about
    half a second an account and processor.

    \b
    Example:
      tracker account rotate --yes
    """
    from tracker.desk import accounts

    if not yes:
        click.confirm("Every password and link will be void. Go on?", abort=True)
    desk = open_desk(folder)
    with progress_bar("Rewriting accounts", shown=True) as step:
        count = accounts.rotate(desk, lost=lost, step=step)
    click.echo(f"{count} accounts rewritten")


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
