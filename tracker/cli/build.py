"""``tracker build``: the portal as a static site."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import note, open_desk
from tracker.core.errors import TrackerError
from tracker.desk.desk import find_root, load_settings

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
    """Build the portal into site/, from the newest commit.

    On a public desk it is the same as `mkdocs build`; a build with the previous one at hand
    rewrites only what changed. With --watch an edited ticket is in site/ within a second of being
    saved, before it is committed: a preview, not to be published. On a private desk it is
    `tracker seal`, then `mkdocs build` without any secret, then `tracker scan`: site/ changes only
    when nothing of a ticket shows. Where words of a ticket keep a file back, the rest goes out and
    the exit status is 3: look at what is named.

    \b
    Examples:
      tracker build
      tracker build --watch
      tracker -C /srv/desk build && rsync -a /srv/desk/site/ web:/var/www/desk/
    """
    root = find_root(folder)

    if load_settings(root).desk.visibility == "private":
        if watch:
            raise TrackerError(
                "A private desk is built from what is sealed, not from the work tree.",
                "Run `tracker build` without --watch.",
            )
        _private(folder, quiet)
        return

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


def _private(folder: Path, quiet: bool) -> None:
    from tracker.portal.build import build_private

    desk = open_desk(folder)
    done = build_private(desk)
    told = [f"Left out, since it can't be read: {one}" for one in done.sealed.skipped]
    for sentence in (*told, *(() if quiet else done.warnings)):
        note(sentence)
    if not quiet:
        click.echo(f"{desk.root / 'site'}: {done.sealed}; {done.scanned}")
    for sentence in done.scanned.notes():  # to where the job's summary is taken from
        click.echo(sentence)
    sys.exit(done.scanned.exit_code)
