"""``tracker hosting``: what runs the job, written into a desk that is there already."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

import click

from tracker.cli import init_hosting
from tracker.cli.common import note
from tracker.cli.init_hosting import hosting_options
from tracker.desk.desk import find_root, load_settings


@click.command()
@hosting_options
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
@click.option("--yes", is_flag=True, help="Ask nothing: take the defaults, overwrite files.")
@click.pass_obj
def hosting(folder: Path, hosting: init_hosting.Given, dry_run: bool, yes: bool) -> None:
    """Write workflows, pipeline or units into this desk, as `tracker init` does for a new one.

    Also brings them, and the packages in requirements.txt, up to date after an upgrade of Tracker.
    Shows the difference and asks before it changes a file. It commits nothing.

    \b
    Examples:
      tracker hosting
      tracker hosting --host github --repository private --deploy rsync
      tracker hosting --host cron --dry-run
    """
    from tracker.desk.hosting import hosting_files

    root = find_root(folder)
    settings = load_settings(root)
    hosting = replace(hosting, repository=hosting.repository or settings.desk.repository)
    is_public = settings.desk.visibility == "public"
    chosen = (
        init_hosting.take(hosting) if yes else init_hosting.ask(hosting, may_be_public=is_public)
    )
    changed = 0
    for path, text in hosting_files(chosen, settings).items():
        target = root / path
        before = target.read_text("utf-8") if target.is_file() else ""
        if before == text:
            continue
        changed += 1
        if before:
            lines = difflib.unified_diff(
                before.splitlines(), text.splitlines(), path, path, lineterm=""
            )
            click.echo("\n".join(lines))
        else:
            click.echo(f"new: {path}")
        if dry_run or (before and not yes and not click.confirm(f"Change {path}?")):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    note("Look at it, then commit and push." if changed else "Everything is as it should be.")
