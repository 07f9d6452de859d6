"""``tracker texts``: every sentence a requester may see, to be said in other words."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.desk.desk import find_root, load_settings


@click.command()
@click.argument("language", required=False)
@click.pass_obj
def texts(folder: Path, language: str | None) -> None:
    """Print every sentence of letters and portal as a gettext catalogue.

    Written to overrides/LANGUAGE.po of the desk, it changes what the desk says, or translates it
    into a new LANGUAGE. Without LANGUAGE it is the desk's own.

    \b
    Examples:
      tracker texts de > overrides/de.po
      tracker texts | less
    """
    from tracker.adapters.catalogues import template

    root = find_root(folder)
    click.echo(template(language or load_settings(root).desk.language, root), nl=False)
