"""``tracker init``: a new desk, by questions or by options."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tracker.core.errors import TrackerError
from tracker.core.settings import FILE
from tracker.desk.desk import Desk
from tracker.desk.init import Made, agent_from, make_desk, settings_text

_NEEDED = {
    "name": "The desk's name",
    "prefix": "What numbers begin with (capital letters, such as ACCREDO)",
    "address": "The mailbox requesters write to",
}


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="The desk's name.")
@click.option("--prefix", help="What ticket numbers begin with: ACCREDO.")
@click.option("--address", help="The mailbox requesters write to.")
@click.option("--imap", default="", help="imaps://user@host: where mail is read.")
@click.option("--smtp", default="", help="smtps://user@host: where letters are sent.")
@click.option("--language", type=click.Choice(["ru", "en"]), help="Of letters and portal.")
@click.option("--visibility", type=click.Choice(["private", "public"]), help="Who reads tickets.")
@click.option(
    "--publish",
    type=click.Choice(["at-once", "after-review"]),
    help="When new tickets of unknown people appear on a public portal.",
)
@click.option("--portal-url", default="", help="Where the portal is published.")
@click.option("--timezone", default="", help="Such as Europe/Moscow.")
@click.option("--phone", default="", help="The telephone number.")
@click.option("--hours", default="", help="When the telephone is answered.")
@click.option(
    "--agent", "agents", multiple=True, metavar="'HANDLE=NAME <ADDRESS>'", help="One who answers."
)
@click.option("--yes", is_flag=True, help="Ask nothing; take the defaults.")
@click.pass_obj
def init(
    folder: Path,
    /,
    directory: Path,
    yes: bool,
    agents: Sequence[str],
    language: str | None,
    visibility: str | None,
    publish: str | None,
    **given: str | None,
) -> None:
    """Make a new desk: a Git repository with settings, pages and its first commit.

    Asks for what is not given; with --yes it asks nothing.

    \b
    Example:
      tracker init desk --name 'Accreditation' --prefix ACCREDO \\
          --address support@example.org \\
          --imap imaps://support@imap.example.org --smtp smtps://support@smtp.example.org \\
          --language en --agent 'anna=Anna <anna@example.org>' --yes
    """
    for key, question in _NEEDED.items():
        given[key] = given[key] or ("" if yes else click.prompt(question))
        if not given[key]:
            raise TrackerError(f"A desk needs --{key}", question + ".")
    if language is None:
        choice = click.Choice(["ru", "en"])
        language = "en" if yes else click.prompt("Language", type=choice, default="en")
    if not yes:
        for key, question in (("imap", "IMAP server"), ("smtp", "SMTP server")):
            given[key] = given[key] or click.prompt(f"{question} (empty: later)", default="")
    if visibility == "public" and publish is None and not yes:
        publish = _ask_publish()
    desk_keys = ("name", "prefix", "portal_url", "timezone", "phone", "hours")
    tables = {
        "desk": {key: given[key] or "" for key in desk_keys}
        | {"language": language, "visibility": visibility or "", "publish": publish or ""},
        "mailbox": {key: given[key] or "" for key in ("address", "imap", "smtp")},
    }
    people = dict(agent_from(one) for one in agents)
    made = make_desk(folder / directory, settings_text(tables, people))
    _tell(made, visibility or "private")


def _ask_publish() -> str:
    """Ask when strangers' requests appear; waiting is the safe answer (spam)."""
    click.echo(
        "Everybody will read the tickets. Those of people who never wrote before can wait until "
        "an agent has looked at them (after-review), so that nobody finds spam on your portal."
    )
    choice = click.Choice(["at-once", "after-review"])
    return str(click.prompt("New tickets appear", type=choice, default="after-review"))


def _tell(made: Made, visibility: str) -> None:
    click.echo(f"The desk is in {made.root}. Its settings: {made.root / FILE}")
    if made.secret:
        click.echo("\nThe desk's secret, shown this once. Keep it where you keep passwords:\n")
        click.echo(f"    export TRACKER_SECRET={made.secret}\n")
    click.echo(f"Then `tracker -C {made.root} doctor` says what is still missing.")
    if visibility == "private":
        click.echo("The desk is private: its portal can't be built until private portals exist.")
    waiting = _waiting_mails(made.root)
    if waiting:
        click.echo(
            f"{waiting} mails wait in the mailbox. Those older than two days will be taken in "
            "silently; `backlog` in tracker.toml leaves them instead."
        )


def _waiting_mails(root: Path) -> int:
    """Count the mails in the mailbox where it can be reached already; else 0."""
    from tracker.desk.doctor import waiting_mails

    try:
        return waiting_mails(Desk.open(root))
    except TrackerError:
        return 0
