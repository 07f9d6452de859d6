"""Building a desk's portal from a program: what ``tracker build`` and the job call."""

from __future__ import annotations

import logging
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, BuildError, MkDocsException

from tracker.core.errors import TrackerError
from tracker.portal.plugin import TrackerPlugin
from tracker.portal.site import Published


def build_portal(root: Path) -> Published:
    """Build the portal of the desk in ``root`` as ``mkdocs build`` does, and say what was done.

    Raises TrackerError with MkDocs' or the plugin's own words; nothing is half published.
    """
    path = root / "mkdocs.yml"
    if not path.is_file():
        raise TrackerError(f"There is no {path}.", "`tracker init` writes one.")
    try:
        config = _load(path)
        plugin = config.plugins.get("tracker")
        if not isinstance(plugin, TrackerPlugin):
            raise TrackerError(f"{path} names no plugin `tracker`.", "Add it below `plugins:`.")
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
    except MkDocsException as error:
        cause = error.__context__  # the plugin's words; MkDocs says only that it aborted
        raise TrackerError(str(cause if isinstance(cause, BuildError) else error)) from None
    if plugin.published is None:
        raise TrackerError("MkDocs ended without building the portal.")
    return plugin.published


def _load(path: Path) -> MkDocsConfig:
    """Load the generator's settings. What is wrong with them it says in its log alone."""
    heard: list[str] = []
    ear = logging.Handler(logging.ERROR)
    ear.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("mkdocs")
    log.addHandler(ear)
    try:
        return load_config(config_file=str(path))
    except Abort:
        said = " ".join(" ".join(heard).split())
        raise TrackerError(f"{path.name} is wrong: {said}", f"Mend {path}.") from None
    finally:
        log.removeHandler(ear)
