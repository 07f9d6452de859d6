"""Building a desk's portal from a program: what ``tracker build`` and the job call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import BuildError, MkDocsException

from tracker.core.errors import TrackerError
from tracker.portal.plugin import TrackerPlugin
from tracker.portal.site import Published


@dataclass(frozen=True)
class Build:
    """A build that was done, and can be done again for the tickets alone.

    ``folders`` are those that the generator takes its pages and templates from.
    """

    plugin: TrackerPlugin
    published: Published
    folders: tuple[Path, ...]

    def again(self) -> Published:
        """Bring the site up to date with the tickets, from the pages the generator rendered."""
        with _words_of_the_generator():
            return self.plugin.publish()


def build_portal(root: Path) -> Published:
    """Build the portal of the desk in ``root`` as ``mkdocs build`` does, and say what was done.

    Raises TrackerError with MkDocs' or the plugin's own words; nothing is half published.
    """
    return start_build(root).published


def start_build(root: Path, *, from_work_tree: bool = False) -> Build:
    """Build as ``build_portal`` does, from the work tree if asked for."""
    path = root / "mkdocs.yml"
    if not path.is_file():
        raise TrackerError(f"There is no {path}.", "`tracker init` writes one.")
    with _words_of_the_generator():
        config = load_config(config_file=str(path))
        plugin = config.plugins.get("tracker")
        if not isinstance(plugin, TrackerPlugin):
            raise TrackerError(f"{path} names no plugin `tracker`.", "Add it below `plugins:`.")
        plugin.from_work_tree = from_work_tree
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
    if plugin.published is None:
        raise TrackerError("MkDocs ended without building the portal.")
    own = [Path(config.theme.custom_dir)] if config.theme.custom_dir else []
    return Build(plugin, plugin.published, (Path(config.docs_dir), *own))


@contextmanager
def _words_of_the_generator() -> Iterator[None]:
    """Let the generator's errors be the tracker's own."""
    try:
        yield
    except MkDocsException as error:
        cause = error.__context__  # the plugin's words; MkDocs says only that it aborted
        raise TrackerError(str(cause if isinstance(cause, BuildError) else error)) from None
