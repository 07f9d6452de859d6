"""``tracker init``: a new desk, by questions or by options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import click

from tracker.cli import init_hosting
from tracker.cli.init_hosting import hosting_options
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.hosting.choices import Hosting
from tracker.core.settings import FILE, SettingsError, read_settings
from tracker.desk.desk import Desk
from tracker.desk.init import Made, agent_from, make_desk, settings_text

_NEEDED = {
    "name": "The desk's name",
    "prefix": "What numbers begin with (capital letters, such as ACCREDO)",
    "address": "The mailbox requesters write to",
}
_LATER = {
    "imap": "IMAP server, such as imaps://support@imap.example.org",
    "smtp": "SMTP server, such as smtps://support@smtp.example.org",
    "portal_url": "Where the portal will be, such as https://help.example.org/",
}

Answer = TypeVar("Answer")
_OF_THE_DESK = ("name", "prefix", "portal_url", "timezone", "phone", "hours")
_SAMPLE = {
    "desk": {"name": "Desk", "prefix": "DESK"},
    "mailbox": {"address": "desk@example.org"},
}
"""The rest of the settings, when one answer is looked at by itself."""


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
@hosting_options
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
    hosting: init_hosting.Given,
    **given: str | None,
) -> None:
    """Make a new desk: a Git repository with settings, pages and its first commit.

    Asks for what is not given, and says what the choices cost; with --yes it asks nothing. With
    --host it also writes what runs the job: workflows for GitHub, a pipeline for GitLab, or units,
    a crontab, nginx and a container file for a server of yours.

    \b
    Examples:
      tracker init desk
      tracker init desk --name 'Accreditation' --prefix ACCREDO \\
          --address support@example.org \\
          --imap imaps://support@imap.example.org --smtp smtps://support@smtp.example.org \\
          --language en --agent 'anna=Anna <anna@example.org>' \\
          --host github --repository private --deploy rsync --yes
    """
    for key, question in _NEEDED.items():
        given[key] = given[key] or ("" if yes else _ask(key, question))
        if not given[key]:
            raise TrackerError(f"A desk needs --{key}", question + ".")
    if language is None:
        choice = click.Choice(["ru", "en"])
        language = "en" if yes else click.prompt("Language", type=choice, default="en")
    people = dict(agent_from(one) for one in agents)
    if yes:
        chosen = init_hosting.take(hosting)
    else:
        for key, question in _LATER.items():
            given[key] = given[key] or _ask(key, question, may_wait=True)
        people = people or _ask_agent()
        visibility = _ask_visibility(visibility)
        if visibility == "public":
            publish = publish or _ask_publish()
        chosen = init_hosting.ask(hosting, may_be_public=visibility == "public")
    tables = {
        "desk": {key: given[key] or "" for key in _OF_THE_DESK}
        | {"language": language, "visibility": visibility or "private", "publish": publish or ""}
        | {"repository": "public" if chosen.open_source else ""},
        "mailbox": {key: given[key] or "" for key in ("address", "imap", "smtp")},
    }
    made = make_desk(folder / directory, settings_text(tables, people), chosen)
    _tell(made, visibility or "private", chosen, asks=not yes)


def _ask(key: str, question: str, *, may_wait: bool = False) -> str:
    """Ask for one option of the settings, again where the answer will not do."""

    def fitting(written: str) -> str:
        tables = {name: dict(values) for name, values in _SAMPLE.items()}
        tables["desk" if key in _OF_THE_DESK else "mailbox"][key] = written
        _settings_of(tables, {})
        return written

    return _ask_until(question, fitting, may_wait=may_wait)


def _ask_agent() -> dict[str, Address]:
    def fitting(written: str) -> dict[str, Address]:
        people = dict([agent_from(written)]) if written else {}
        _settings_of(_SAMPLE, people)
        return people

    question = "Who answers, such as anna=Anna <anna@example.org>"
    return _ask_until(question, fitting, may_wait=True)


def _settings_of(tables: Mapping[str, Mapping[str, str]], people: Mapping[str, Address]) -> None:
    """Read what would be written, for its faults alone."""
    read_settings(settings_text(tables, people))


def _ask_until(question: str, fitting: Callable[[str], Answer], *, may_wait: bool) -> Answer:
    """Ask until ``fitting`` takes the answer; it raises TrackerError for one that will not do."""

    def take(written: str) -> Answer:
        try:
            return fitting(written.strip())
        except SettingsError as error:
            fault = error.message.partition(": ")[2]  # no file is there yet that could be mended
            raise click.UsageError(fault) from None
        except TrackerError as error:
            raise click.UsageError(f"{error.message}. {error.hint}") from None

    more = " (empty: later)" if may_wait else ""
    default = "" if may_wait else None
    answer: Answer = click.prompt(
        f"{question}{more}", default=default, show_default=False, value_proc=take
    )
    return answer


def _ask_visibility(given: str | None) -> str:
    """Ask who may read tickets. A public desk is confirmed: what it showed can't be hidden."""
    if given is None:
        click.echo(
            "\nWho reads requests on the portal? private: each person their own, with an account. "
            "public: everybody all of them, with addresses and telephone numbers masked."
        )
        choice = click.Choice(["private", "public"])
        given = str(click.prompt("Portal", type=choice, default="private"))
    if given == "public":
        click.echo(
            "Everybody will read every request, with the names of those who wrote, their messages, "
            "files and your answers."
        )
        click.confirm("Make the desk public?", abort=True)
    return given


def _ask_publish() -> str:
    """Ask when strangers' requests appear; waiting is the safe answer (spam)."""
    click.echo(
        "Everybody will read the tickets. Those of people who never wrote before can wait until "
        "an agent has looked at them (after-review), so that nobody finds spam on your portal."
    )
    choice = click.Choice(["at-once", "after-review"])
    return str(click.prompt("New tickets appear", type=choice, default="after-review"))


def _tell(made: Made, visibility: str, chosen: Hosting, *, asks: bool) -> None:
    click.echo(f"The desk is in {made.root}. Its settings: {made.root / FILE}")
    if made.secret:
        _tell_secret(made.secret, visibility, asks=asks)
    click.echo(f"Then `tracker -C {made.root} doctor` says what is still missing.")
    if visibility == "private":
        click.echo("The desk is private: `tracker build` needs the desk's secret.")
    for sentence in init_hosting.next_steps(chosen):
        click.echo(sentence)
    waiting = _waiting_mails(made.root)
    if waiting:
        click.echo(
            f"{waiting} mails wait in the mailbox. Those older than two days will be taken in "
            "silently; `backlog` in tracker.toml leaves them instead."
        )


def _tell_secret(secret: str, visibility: str, *, asks: bool) -> None:
    click.echo("\nThe desk's secret, shown this once:\n")
    click.echo(f"    export TRACKER_SECRET={secret}\n")
    click.echo(
        "Keep two copies: one where you keep passwords, and one offline, such as printed and\n"
        "locked away. Nothing makes it again."
    )
    if visibility == "private":
        click.echo(
            "Whoever has it can open every account. If it is lost, every password and link is\n"
            "void, and everybody needs a new one (`tracker account rotate --lost`)."
        )
    while asks:
        written = click.prompt(
            "Made the copies? Type its last four letters", default="", show_default=False
        )
        if written.strip() == secret[-4:]:
            break
        click.echo("Those are not its last four letters.")
    click.echo()


def _waiting_mails(root: Path) -> int:
    """Count the mails in the mailbox where it can be reached already; else 0."""
    from tracker.desk.doctor import waiting_mails

    try:
        return waiting_mails(Desk.open(root))
    except TrackerError:
        return 0
