"""``tracker build``: the portal as a static site."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from tracker.desk.desk import find_root


@click.command()
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but faults.")
@click.pass_obj
def build(folder: Path, quiet: bool) -> None:
    """Build the portal into site/, from the newest commit. The same as `mkdocs build`.

    A build with the previous one at hand rewrites only what changed.

    \b
    Examples:
      tracker build
      tracker -C /srv/desk build && rsync -a /srv/desk/site/ web:/var/www/desk/
    """
    from tracker.portal.build import build_portal

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    handler.addFilter(lambda record: record.levelno < logging.ERROR)  # those end in an exception
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR if quiet else logging.WARNING)
    try:
        root = find_root(folder)
        published = build_portal(root)
    finally:
        logger.removeHandler(handler)
    if not quiet:
        click.echo(f"{root / 'site'}: {published}")
