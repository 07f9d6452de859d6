"""``tracker build``: the portal as a static site."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import note
from tracker.core.errors import TrackerError
from tracker.desk.desk import find_root

if TYPE_CHECKING:
    from tracker.portal.site import Published


@click.command()
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but faults.")
@click.option(
    "--watch",
    is_flag=True,
    help="Build the work tree, again whenever a file changes, until Ctrl-C.",
)
@click.pass_obj
def build(folder: Path, quiet: bool, watch: bool) -> None:
    """Build the portal into site/, from the newest commit. The same as `mkdocs build`.

    A build with the previous one at hand rewrites only what changed. With --watch an edited
    ticket is in site/ within a second of being saved, before it is committed: a preview, not to
    be published.

    \b
    Examples:
      tracker build
      tracker build --watch
      tracker -C /srv/desk build && rsync -a /srv/desk/site/ web:/var/www/desk/
    """
    root = find_root(folder)

    def say(published: Published) -> None:
        if not quiet:
            click.echo(f"{root / 'site'}: {published}")

    with _warnings(quiet):
        if watch:
            _watch(root, say)
        else:
            from tracker.portal.build import build_portal

            say(build_portal(root))


def _watch(root: Path, say: Callable[[Published], None]) -> None:
    from tracker.portal.watching import watch

    def failed(error: TrackerError) -> None:
        click.echo(f"tracker: {error.message}", err=True)
        note(error.hint)

    with suppress(KeyboardInterrupt):
        watch(root, say, failed)


@contextmanager
def _warnings(quiet: bool) -> Iterator[None]:
    """Show the generator's warnings; its errors end in an exception."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    handler.addFilter(lambda record: record.levelno < logging.ERROR)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR if quiet else logging.WARNING)
    try:
        yield
    finally:
        logger.removeHandler(handler)
