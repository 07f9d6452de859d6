"""``tracker github``: setting up a desk on GitHub, how its runs went, alarms, issues to import."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import click

from tracker.cli.common import echo_json, json_option, note
from tracker.core.errors import MENDABLE
from tracker.desk.desk import find_root, load_settings, utc_now

repository_option = click.option(
    "--repository", default="", metavar="ORG/DESK", help="Another one than the remote's."
)
hours_option = click.option(
    "--late",
    type=click.IntRange(1),
    default=6,
    show_default=True,
    metavar="HOURS",
    help="How long after it was due an intake is still taken for usually late.",
)


@click.group()
def github() -> None:
    """Set up a desk on GitHub, and see how its workflows are.

    Needs a token in GITHUB_TOKEN or GH_TOKEN. Rate limits are waited for.

    \b
    Examples:
      export GITHUB_TOKEN=$(gh auth token)
      tracker github setup --dry-run
      tracker github setup
      tracker github status
    """


@github.command()
@repository_option
@click.option("--renew", is_flag=True, help="Set secrets anew that are there already.")
@click.option("--dry-run", is_flag=True, help="Show the plan and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def setup(folder: Path, repository: str, renew: bool, dry_run: bool, yes: bool) -> None:
    """Set secrets, variables, Pages, the alarm's label and rights, as the workflows need them.

    Values come from environment variables of the same names. Shows the plan and asks. May be
    repeated: what is there already is left alone.

    \b
    Examples:
      export TRACKER_SECRET=… TRACKER_IMAP_PASSWORD=… TRACKER_SMTP_PASSWORD=…
      tracker github setup --dry-run
      tracker github setup

    Exit status 1 while something is missing that only you can give.
    """
    from tracker.desk.github import carry_out, connect, planned

    root = find_root(folder)
    settings = load_settings(root)
    host = connect(root, repository)
    steps = planned(host, root, settings, renew=renew)
    todo = [step for step in steps if not step.missing]
    click.echo(f"{host.name}:" if steps else f"{host.name}: everything is there.")
    for step in steps:
        click.echo(f"  {'!' if step.missing else '+'} {step.says}")
    if todo and not dry_run and (yes or click.confirm("Do it?")):
        for step in todo:
            otherwise = carry_out(host, step, root, settings)
            click.echo(otherwise or f"done: {step.says}")
    sys.exit(MENDABLE if any(step.missing for step in steps) else 0)


@github.command()
@repository_option
@hours_option
@json_option
@click.pass_obj
def status(folder: Path, repository: str, late: int, as_json: bool) -> None:
    """Show the last run of each workflow and the age of the last good intake.

    \b
    Examples:
      tracker github status
      tracker github status --json

    Exit status 1 if something needs a look.
    """
    from tracker.core.hosting.pulse import span
    from tracker.desk.github import connect, pause_of
    from tracker.desk.github import status as ask

    now, root = utc_now(), find_root(folder)
    found = ask(connect(root, repository), now, pause_of(root) + timedelta(hours=late))
    if as_json:
        echo_json(found.as_json(now))
    else:
        for one in found.runs:
            age = span(now - one.at)
            click.echo(f"{one.workflow:<15} {one.result or 'under way':<12} {age} ago  {one.url}")
        if found.intake:
            click.echo(f"last good intake: {span(now - found.intake)} ago")
        for sentence in found.troubles:
            note(sentence)
    sys.exit(MENDABLE if found.troubles else 0)


@github.command()
@repository_option
@hours_option
@click.option("--enable", is_flag=True, help="Switch the inbox workflow on again.")
@click.pass_obj
def heartbeat(folder: Path, repository: str, late: int, enable: bool) -> None:
    """Warn in an issue while the schedule stalls or is switched off; close it when all is well.

    The workflows *heartbeat* (weekly) and *portal* (after a push) run this.

    \b
    Example:
      tracker github heartbeat --enable
    """
    from tracker.desk.github import connect, pause_of
    from tracker.desk.github import heartbeat as look

    root = find_root(folder)
    host = connect(root, repository)
    found = look(host, utc_now(), pause_of(root) + timedelta(hours=late), enable=enable)
    for sentence in found:
        note(sentence)
    click.echo("The schedule needs a look." if found else "The schedule is alive.")


@github.command()
@repository_option
@click.option("--over", is_flag=True, help="The job is well again: close the issue.")
@click.pass_obj
def alarm(folder: Path, repository: str, over: bool) -> None:
    """Open an issue about a job that failed, or close it.

    There is one issue as long as the fault lasts, with a comment a day. Whoever watches the
    repository gets mail of it. The workflows run this.

    \b
    Examples:
      tracker github alarm
      tracker github alarm --over
    """
    from tracker.adapters.environment import variable
    from tracker.desk.github import FAILED, connect, end_alarm, raise_alarm

    host = connect(find_root(folder), repository)
    if over:
        if end_alarm(host, FAILED, "The job is well again."):
            click.echo("The alarm is over.")
        return
    server, run = variable("GITHUB_SERVER_URL"), variable("GITHUB_RUN_ID")
    where = f"{server}/{host.name}/actions/runs/{run}" if run else "its workflow"
    text = (
        f"The workflow *{variable('GITHUB_WORKFLOW') or 'inbox'}* failed: {where}. The message "
        "stands there, with what to do. Nothing is lost meanwhile: mail stays in the mailbox, and "
        "the next run goes on where this one stopped."
    )
    click.echo(f"The alarm is issue #{raise_alarm(host, FAILED, text, utc_now())}.")


@github.command()
@click.argument("workflow", default="portal.yml")
@repository_option
@click.pass_obj
def start(folder: Path, workflow: str, repository: str) -> None:
    """Start a workflow by hand.

    A push made with a job's own token starts none by itself: a workflow of yours that commits to
    the desk ends with this, and needs `actions: write` for it.

    \b
    Examples:
      tracker github start
      tracker github start inbox.yml
    """
    from tracker.desk.github import connect

    root = find_root(folder)
    branch = load_settings(root).desk.branch
    connect(root, repository).start(workflow, branch)
    click.echo(f"Started {workflow} on {branch}.")


@github.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@repository_option
@click.pass_obj
def issues(folder: Path, file: Path, repository: str) -> None:
    """Fetch issues and comments of a repository into a JSON file, as GitHub returns them.

    It is what an import reads. Pull requests are left out.

    \b
    Example:
      tracker github issues old.json --repository org/old
    """
    from tracker.desk.github import connect

    host = connect(folder, repository)
    found = list(host.issues())
    file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    comments = sum("issue_url" in one for one in found)
    click.echo(f"{len(found) - comments} issues and {comments} comments are in {file}.")
