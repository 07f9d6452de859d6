"""The MkDocs plugin: settings in, tickets beside the pages, and the site at the end."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Literal

from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel

from tracker.core.errors import TrackerError
from tracker.core.pages.site import Desk
from tracker.core.settings import Settings, read_settings
from tracker.portal import generator, private
from tracker.portal.finish import PLACES, place
from tracker.portal.private import PrivatePublished
from tracker.portal.resources import static_files
from tracker.portal.site import Publication, Published
from tracker.portal.source import FolderSource, Source

log = get_plugin_logger("tracker")
_MARK = re.compile(r"<!--\s*tracker:(?P<name>[a-z]+)\s*-->")
Command = Literal["build", "gh-deploy", "serve"]


class TrackerConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs has no types there
    """Options of the plugin in ``mkdocs.yml``."""

    settings = options.Type(str, default="tracker.toml")
    """The desk's settings file, relative to ``mkdocs.yml``."""

    cache = options.Type(str, default=".tracker/portal")
    """Where the last build is remembered, relative to ``mkdocs.yml``. May be deleted."""


class TrackerPlugin(BasePlugin[TrackerConfig]):  # type: ignore[no-untyped-call]  # likewise
    """Puts the desk's tickets, lists and search into the site.

    The generator writes to a folder of its own; the site itself is changed only at the end,
    and only where something changed. Every visitor of a public page sees what passed the gate
    of ``tracker.core.pages.view``.
    """

    published: Published | PrivatePublished | None = None
    """What the last build did, for whoever called it."""

    def __init__(self) -> None:
        self._command: Command = "build"

    def on_startup(self, *, command: Command, dirty: bool) -> None:  # noqa: ARG002
        """Remember whether this is a preview: it shows the work tree, a build the last commit."""
        self._command = command

    @event_priority(100)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the settings, and send the generator's own output to a folder beside the site."""
        self._root = Path(config.config_file_path).resolve().parent
        self._site = Path(config.site_dir)
        settings = self._settings()
        self._private = settings.desk.visibility == "private"
        if self._private and self._command != "serve":
            private.need_sealed(self._root, self._site)
        elif not self._private:
            private.need_asked(self._root)
        self._desk = Desk.of(settings)
        if self._command == "serve" and config.site_url:
            self._desk = generator.preview(self._desk, config.site_url)
        generator.adapt(config, self._desk)
        self._cache = self._root / self.config.cache
        self._pages = self._cache / "pages"
        config.site_dir = str(self._pages)
        return config

    def _settings(self) -> Settings:
        path = self._root / self.config.settings
        try:
            return read_settings(path.read_text("utf-8"), self.config.settings)
        except FileNotFoundError:
            raise PluginError(
                f"There is no {path}. A desk keeps its settings there; `tracker init` writes it."
            ) from None
        except TrackerError as error:
            raise PluginError(f"{error.message}\n{error.hint}") from None

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the lists, the page that lean pages are cut from, and scripts and styles."""
        made_pages = private.pages(self._desk) if self._private else generator.pages(self._desk)
        for name, text in made_pages.items():
            if files.get_file_from_path(name) is None:
                made = File.generated(config, name, content=text)
                if name != "requests/index.md":
                    made.inclusion = InclusionLevel.NOT_IN_NAV
                files.append(made)
        if config.nav is None:
            sources = [file.src_uri for file in files.documentation_pages()]
            config.nav = generator.navigation(sources, self._desk, is_private=self._private)
        for address, path in private.static_files() if self._private else ():
            files.append(File.generated(config, address, abs_src_path=str(path)))
        shell = File.generated(config, generator.SHELL, content=generator.shell_page())
        shell.inclusion = InclusionLevel.NOT_IN_NAV
        files.append(shell)
        for address, path in static_files():
            files.append(File.generated(config, address, abs_src_path=str(path)))
        return files

    def on_page_markdown(self, markdown: str, **_: object) -> str:
        """Turn ``<!-- tracker:front -->`` into the place that is filled at the end."""
        return _MARK.sub(
            lambda found: place(found["name"]) if found["name"] in PLACES else found[0], markdown
        )

    @event_priority(-100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Bring the site up to date from the generator's pages and the tickets."""
        config.site_dir = str(self._site)
        if self._private:
            self.published = private.publish(self._desk, self._root, self._pages, self._site)
            log.info("%s: %s", self._site, self.published)
            return
        name = "serve" if self._command == "serve" else _short(self._site)
        state = self._cache / f"{name}.sqlite"
        try:
            publication = Publication(self._desk, self._source(), self._site, self._pages, state)
            self.published = publication.publish()
            log.info("%s: %s", self._site, self.published)
        except TrackerError as error:
            raise PluginError(f"{error.message}\n{error.hint}") from None

    def _source(self) -> Source:
        if self._command == "serve":
            return FolderSource(self._root)
        from tracker.desk.snapshot import Snapshot  # opens Git only for a real build

        return Snapshot.open(self._root)


def _short(path: Path) -> str:
    return sha256(str(path.resolve()).encode()).hexdigest()[:16]
