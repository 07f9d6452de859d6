"""`tracker import`: mail archives, Jira, GitHub Issues and other desks become tickets, silently."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.common import echo_json, json_option, note, open_desk, progress_bar
from tracker.cli.import_options import directory_of, reading_of

if TYPE_CHECKING:
    from tracker.adapters.archives import Stored
    from tracker.core.moving.items import Found
    from tracker.core.moving.people import Directory
    from tracker.core.settings import Settings
    from tracker.desk.desk import Desk
    from tracker.desk.importing import ImportReport, Watch

_SHOWN = 10
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_PATH = click.Path(path_type=Path, exists=True)

dry_option = click.option("--dry-run", is_flag=True, help="Say what would come; write nothing.")
believe_option = click.option(
    "--believe-agents",
    is_flag=True,
    help="What bears an agent's address, or the desk's, is theirs; else it is held for review.",
)
path_argument = click.argument("path", type=_PATH)
paths_argument = click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=_PATH)
keep_option = click.option("--keep-numbers", is_flag=True, help="ABC-12 becomes number 12.")
users_option = click.option(
    "--users", metavar="FILE", type=_PATH, help="A table of users: username, name, email."
)
user_option = click.option(
    "--user", "told", multiple=True, metavar="'WHO=NAME <ADDRESS>'", help="Who somebody is."
)
staff_option = click.option(
    "--staff",
    multiple=True,
    metavar="WHO",
    help="A name, address or @domain of people who answered and are no agents here.",
)


@click.group("import")
def import_() -> None:
    """Take in what another system holds. Nobody gets a letter about it, now or later.

    What was imported before is known again: a second import adds only what is new, and one that
    was interrupted goes on. Each batch is one commit, which names the run: Import-Run.

    \b
    Examples:
      tracker import jira export.csv --attachments files --dry-run
      tracker import mbox archive.mbox

    Exit status: 0 all was taken; 1 a fault you can mend; 3 something was left, see the report.
    """


@dataclass(frozen=True, slots=True)
class _Run:
    """What all kinds have in common: the desk, and what the command prints at its end."""

    desk: Desk
    report: ImportReport
    as_json: bool

    @classmethod
    def start(cls, folder: Path, *, dry_run: bool, as_json: bool) -> _Run:
        from tracker.desk.desk import random_id
        from tracker.desk.importing import ImportReport

        return cls(open_desk(folder), ImportReport(random_id(), dry_run), as_json)

    def do(self, work: Callable[[Watch], None]) -> None:
        """Do it, tell what was done, and exit."""
        with progress_bar("Importing", shown=not self.as_json) as watch:
            try:
                work(watch)
            finally:
                behind = "" if self.report.dry_run else self.desk.repository.follow()
        if self.report.commits:
            self.desk.repository.tidy()
        if self.as_json:
            echo_json(self.report.as_json())
        else:
            _tell(self.report)
        note(behind)
        sys.exit(self.report.exit_code)


def _tell(report: ImportReport) -> None:
    words = "would open" if report.dry_run else "opened"
    click.echo(
        f"{len(report.opened)} {words}, {len(report.commented)} added to, "
        f"{report.known} known already, {report.files} files"
    )
    for sentence in report.notes:
        note(sentence)
    for one in report.left[:_SHOWN]:
        note(f"left: {one}")
    if len(report.left) > _SHOWN:
        note(f"left: {len(report.left) - _SHOWN} more; `--json` names them all")
    if report.commits:
        note(f"To take it back: git revert the commits of Import-Run {report.run}.")


def _mail(
    folder: Path, archive: Iterator[Stored], *, dry_run: bool, as_json: bool, believe: bool
) -> None:
    from tracker.desk.importing_mail import import_mails

    run = _Run.start(folder, dry_run=dry_run, as_json=as_json)
    run.do(lambda watch: import_mails(run.desk, archive, run.report, watch, believe_agents=believe))


@import_.command()
@path_argument
@believe_option
@dry_option
@json_option
@click.pass_obj
def mbox(folder: Path, path: Path, believe_agents: bool, dry_run: bool, as_json: bool) -> None:
    """Import an mbox file, or a folder of them, such as Thunderbird and Gmail export.

    Mails thread into tickets as the intake does it; nothing of them is obeyed or answered.
    Needs TRACKER_SECRET.

    \b
    Examples:
      tracker import mbox archive.mbox --dry-run
      tracker import mbox archive.mbox --believe-agents
    """
    from tracker.adapters.archives import in_mbox

    _mail(folder, in_mbox(path), dry_run=dry_run, as_json=as_json, believe=believe_agents)


@import_.command()
@path_argument
@believe_option
@dry_option
@json_option
@click.pass_obj
def maildir(folder: Path, path: Path, believe_agents: bool, dry_run: bool, as_json: bool) -> None:
    """Import a Maildir and its subfolders. Needs TRACKER_SECRET.

    \b
    Example:
      tracker import maildir /var/mail/support/Maildir
    """
    from tracker.adapters.archives import in_maildir

    _mail(folder, in_maildir(path), dry_run=dry_run, as_json=as_json, believe=believe_agents)


@import_.command()
@path_argument
@believe_option
@dry_option
@json_option
@click.pass_obj
def eml(folder: Path, path: Path, believe_agents: bool, dry_run: bool, as_json: bool) -> None:
    """Import a folder of .eml files, folders in it too. Needs TRACKER_SECRET.

    \b
    Example:
      tracker import eml letters/
    """
    from tracker.adapters.archives import in_folder

    _mail(folder, in_folder(path), dry_run=dry_run, as_json=as_json, believe=believe_agents)


@import_.command()
@paths_argument
@click.option("--attachments", metavar="DIR", type=_FOLDER, help="Where the attachments lie.")
@keep_option
@click.option(
    "--comments",
    type=click.Choice(["internal", "public"]),
    default="internal",
    show_default=True,
    help="Who reads comments of which a CSV does not say whether they were internal.",
)
@users_option
@user_option
@staff_option
@click.option(
    "--status",
    "statuses",
    multiple=True,
    metavar="NAME=STATUS",
    help="What a status means: open, waiting or closed.",
)
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=HEADING", help="Which column a field is."
)
@click.option("--date-format", default="", metavar="FORMAT", help="As `%d/%m/%Y %H:%M`.")
@click.option(
    "--timezone", default="", metavar="ZONE", help="Of times without one; else the desk's."
)
@dry_option
@json_option
@click.pass_obj
def jira(
    folder: Path,
    /,
    paths: Sequence[Path],
    attachments: Path | None,
    keep_numbers: bool,
    comments: str,
    users: Path | None,
    told: Sequence[str],
    staff: Sequence[str],
    dry_run: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """Import issues of Jira: CSV (all fields), or JSON as its REST interface returns a search.

    Several files are one import, since Jira exports 1,000 issues at most at a time.

    \b
    Examples:
      tracker import jira export.csv --attachments files --dry-run
      tracker import jira page1.json page2.json --keep-numbers --users users.csv
      tracker import jira export.csv --comments public --staff @example.org \\
          --status 'In review=waiting' --user 'jsmith=John Smith <john@example.org>'
    """
    from tracker.desk.exports import read_jira

    run = _Run.start(folder, dry_run=dry_run, as_json=as_json)
    settings = run.desk.settings
    found = read_jira(paths, reading_of(settings, **reading))
    if comments == "internal" and any(
        one.internal is None for item in found.items for one in item.sayings
    ):
        found.notes.append(
            "A CSV does not say which comments were internal: all but the reporters' own became "
            "notes. If requesters may read them: --comments public."
        )
    _items(
        run, found, directory_of(settings, users, told, staff), attachments, keep_numbers, comments
    )


@import_.command()
@paths_argument
@keep_option
@users_option
@user_option
@staff_option
@dry_option
@json_option
@click.pass_obj
def github(
    folder: Path,
    paths: Sequence[Path],
    keep_numbers: bool,
    users: Path | None,
    told: Sequence[str],
    staff: Sequence[str],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import issues of GitHub from JSON: of `gh issue list` or of the REST interface.

    Comments may stand in the issues, or in a file of their own. Pull requests are left.

    \b
    Examples:
      tracker import github issues.json --dry-run
      tracker import github issues.json comments.json --keep-numbers --staff octocat
    """
    from tracker.desk.exports import read_github

    run = _Run.start(folder, dry_run=dry_run, as_json=as_json)
    directory = directory_of(run.desk.settings, users, told, staff)
    _items(run, read_github(paths), directory, None, keep_numbers, "public")


@import_.command("json")
@path_argument
@click.option("--attachments", metavar="DIR", type=_FOLDER, help="Else the folder NAME.files.")
@dry_option
@json_option
@click.pass_obj
def json_(folder: Path, path: Path, attachments: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import what `tracker export json` wrote: whole tickets, with their numbers.

    \b
    Example:
      tracker import json desk.json
    """
    from tracker.adapters.attached import Folder
    from tracker.adapters.outfile import folder_beside
    from tracker.desk.exports import read_desk
    from tracker.desk.importing_items import import_tickets

    run = _Run.start(folder, dry_run=dry_run, as_json=as_json)
    tickets = read_desk(path, run.report)
    beside = folder_beside(path)
    place = attachments or (beside if beside.is_dir() else None)
    files = Folder(place, _limit(run.desk.settings))
    run.do(lambda watch: import_tickets(run.desk, tickets, files, run.report, watch))


def _items(
    run: _Run,
    found: Found,
    directory: Directory,
    attachments: Path | None,
    keep: bool,
    comments: str,
) -> None:
    from tracker.adapters.attached import Folder
    from tracker.core.moving.filing import Plan
    from tracker.desk.importing_items import import_items

    limit = _limit(run.desk.settings)
    shown: Any = comments
    plan = Plan(directory, keep, comments=shown, limit=limit)
    files = Folder(attachments, limit)
    run.do(lambda watch: import_items(run.desk, found, plan, files, run.report, watch))


def _limit(settings: Settings) -> int:
    return settings.limits.attachment_mib * 2**20
