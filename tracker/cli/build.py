"""``tracker build``: the portal as a static site."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from tracker.cli.common import note, open_desk
from tracker.desk.desk import find_root, load_settings


@click.command()
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but faults.")
@click.pass_obj
def build(folder: Path, quiet: bool) -> None:
    """Build the portal into site/, from the newest commit.

    On a public desk it is the same as `mkdocs build`; a build with the previous one at hand
    rewrites only what changed. On a private desk it is `tracker seal`, then `mkdocs build` without
    any secret, then `tracker scan`: site/ changes only when nothing of a ticket shows.

    \b
    Examples:
      tracker build
      tracker -C /srv/desk build && rsync -a /srv/desk/site/ web:/var/www/desk/
    """
    from tracker.portal.build import build_portal

    root = find_root(folder)
    if load_settings(root).desk.visibility == "private":
        _private(folder, quiet)
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    handler.addFilter(lambda record: record.levelno < logging.ERROR)  # those end in an exception
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR if quiet else logging.WARNING)
    try:
        published = build_portal(root)
    finally:
        logger.removeHandler(handler)
    if not quiet:
        click.echo(f"{root / 'site'}: {published}")


def _private(folder: Path, quiet: bool) -> None:
    from tracker.portal.build import build_private

    desk = open_desk(folder)
    done = build_private(desk)
    told = [f"Left out, since it can't be read: {one}" for one in done.sealed.skipped]
    for sentence in (*told, *done.scanned.notes(), *(() if quiet else done.warnings)):
        note(sentence)
    if not quiet:
        click.echo(f"{desk.root / 'site'}: {done.sealed}; {done.scanned}")
