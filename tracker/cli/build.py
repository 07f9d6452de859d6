"""``tracker build``: the portal as a static site."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from tracker.core.errors import TrackerError
from tracker.desk.desk import find_root, load_settings


@click.command()
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but faults.")
@click.pass_obj
def build(folder: Path, quiet: bool) -> None:
    """Build the portal into site/, from the newest commit. The same as `mkdocs build`.

    \b
    Examples:
      tracker build
      tracker -C /srv/desk build && rsync -a /srv/desk/site/ web:/var/www/desk/
    """
    root = find_root(folder)
    settings = load_settings(root)
    if settings.desk.visibility == "private":
        raise TrackerError(
            "This desk is private, and private portals do not exist yet: nothing was built",
            'Only a desk that may show every request to everybody can set `visibility = "public"`.',
        )
    config_file = root / "mkdocs.yml"
    if not config_file.is_file():
        raise TrackerError(f"There is no {config_file}", "Make a desk with `tracker init`.")
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import BuildError, ConfigurationError

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR if quiet else logging.WARNING)
    try:
        config = load_config(str(config_file))
        mkdocs_build(config)
    except (BuildError, ConfigurationError) as error:
        raise TrackerError(f"The portal was not built: {error}") from None
    finally:
        logger.removeHandler(handler)
    if not quiet:
        click.echo(f"The portal is in {config.site_dir}")
