"""``tracker build``: the portal as a static site."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.adapters.environment import without_secrets
from tracker.adapters.processes import go_on_as
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
@click.option(
    "--sealed", is_flag=True, help="On a private desk: take what `tracker seal` wrote last."
)
@click.pass_obj
def build(folder: Path, quiet: bool, watch: bool, sealed: bool) -> None:
    """Build the portal into site/, from the newest commit.

    On a public desk it is the same as `mkdocs build`; a build with the previous one at hand
    rewrites only what changed. With --watch an edited ticket is in site/ within a second of being
    saved, before it is committed: a preview, not to be published. On a private desk it is
    `tracker seal`, then without any secret MkDocs on a copy of the desk that has no ticket, then
    `tracker scan`: site/ changes only when nothing of a ticket shows. With --sealed the first step
    was done before, by a process that has the secret; this one needs none. Where words of a ticket
    keep a file back, the rest goes out and the exit status is 3: look at what is named.

    \b
    Examples:
      tracker build
      tracker build --watch
      tracker seal && env -u TRACKER_SECRET tracker build --sealed
      tracker -C /srv/desk build && rsync -a /srv/desk/site/ web:/var/www/desk/
    """
    root = find_root(folder)

    if load_settings(root).desk.visibility == "private":
        if watch:
            raise TrackerError(
                "A private desk is built from what is sealed, not from the work tree.",
                "Run `tracker build` without --watch.",
            )
        _private(root, quiet, sealed)
        return
    if sealed:
        raise TrackerError("This desk is public: nothing is sealed.", "Run `tracker build`.")

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


def _private(root: Path, quiet: bool, sealed: bool) -> None:
    if not sealed:
        _seal(root, quiet)
        go_on_as(_arguments(root, quiet), without_secrets())
    from tracker.portal.build import build_sealed

    done = build_sealed(root)
    for sentence in () if quiet else done.warnings:
        note(sentence)
    if not quiet:
        click.echo(f"{root / 'site'}: {done.scanned}")
    for sentence in done.scanned.notes():  # to where the job's summary is taken from
        click.echo(sentence)
    sys.exit(done.scanned.exit_code)


def _seal(root: Path, quiet: bool) -> None:
    from tracker.portal.build import seal_private

    sealed = seal_private(open_desk(root))
    for one in sealed.skipped:
        note(f"Left out, since it can't be read: {one}")
    if not quiet:
        click.echo(str(sealed))


def _arguments(root: Path, quiet: bool) -> list[str]:
    return ["-C", str(root), "build", "--sealed", *(["--quiet"] if quiet else [])]
