"""``tracker seal`` and ``tracker scan``: a private portal's two steps around the generator."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tracker.cli.common import echo_json, json_option, note, open_desk


@click.command()
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but faults.")
@click.pass_obj
def seal(folder: Path, quiet: bool) -> None:
    """Encrypt what each account of a private desk may see, from the newest commit.

    The only step of a private portal that needs the desk's secret. The sealed files wait in
    .tracker/sealed/ for `tracker build --sealed`, which needs no secret. Only what changed is
    sealed anew. `tracker build` does this and the steps after it.

    \b
    Example:
      tracker seal && env -u TRACKER_SECRET tracker build --sealed
    """
    from tracker.desk.seal import seal as seal_desk

    sealed = seal_desk(open_desk(folder))
    if not quiet:
        click.echo(str(sealed))
    for one in sealed.skipped:
        note(f"Left out, since it can't be read: {one}")


@click.command()
@click.argument("site", required=False, type=click.Path(path_type=Path))
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="The site as it was published last: a file with words of a ticket is taken from there.",
)
@json_option
@click.pass_obj
def scan(folder: Path, site: Path | None, previous: Path | None, as_json: bool) -> None:
    """Look whether a built site shows anything of a private ticket. SITE is site/ by default.

    Searched are the sealing's random words and people's addresses; and of any ticket eight words
    in a row, whole titles and notes, names of people and telephone numbers that stand in no page
    of docs/ and in no part of the theme. Also escaped for JSON, HTML and URLs, in base64, and
    inside compressed files.

    A random word or an address is a fault: exit status 1, and the site must not be published.
    A file with words of a ticket is replaced by its last good version, or taken away, and told:
    exit status 3, and the rest may go out.

    \b
    Examples:
      tracker scan
      tracker scan public --previous /srv/www
    """
    from tracker.desk.desk import find_root
    from tracker.desk.scan import scan as scan_site

    root = find_root(folder)
    done = scan_site(root, site or root / "site", previous)
    if as_json:
        echo_json(done.as_json())
    else:
        click.echo(str(done))
    for sentence in done.notes():
        click.echo(sentence, err=as_json)
    sys.exit(done.exit_code)
