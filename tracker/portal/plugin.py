"""The MkDocs plugin: settings in, tickets beside the pages, and the site at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.utils import get_build_datetime

from tracker.adapters.catalogues import FOLDER
from tracker.core.errors import TrackerError
from tracker.core.pages.site import Desk
from tracker.core.settings import Settings
from tracker.desk.desk import load_settings
from tracker.portal import generator, private
from tracker.portal.finish import PLACES, place
from tracker.portal.private import PrivatePublished
from tracker.portal.resources import static_files
from tracker.portal.serving import Preview
from tracker.portal.site import Publication, Published
from tracker.portal.source import FolderSource, Source

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

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

    from_work_tree = False
    """Whether tickets are taken as they lie there, committed or not. A preview does so."""

    def __init__(self) -> None:
        self._command: Command = "build"
        self._folder: FolderSource | None = None

    def on_startup(self, *, command: Command, dirty: bool) -> None:  # noqa: ARG002
        """Remember whether this is a preview: it shows the work tree, a build the last commit."""
        self._command = command
        self.from_work_tree = self.from_work_tree or command == "serve"

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
        if self._command == "serve":
            parts = (self.config.settings, "tickets", FOLDER)
            config.watch += [str(self._root / one) for one in parts if (self._root / one).exists()]
        return config

    def _settings(self) -> Settings:
        path = self._root / self.config.settings
        if not path.is_file():
            raise PluginError(
                f"There is no {path}. A desk keeps its settings there; `tracker init` writes it."
            )
        try:
            return load_settings(self._root, self.config.settings)
        except TrackerError as error:
            raise PluginError(f"{error.message}\n{error.hint}") from None

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the lists, the page that lean pages are cut from, and scripts and styles."""
        for file in list(files):
            if file.src_uri.endswith(".po"):  # the desk's own texts, beside its templates
                files.remove(file)
        made_pages = private.pages(self._desk) if self._private else generator.pages(self._desk)
        for name, text in made_pages.items():
            if not any(files.get_file_from_path(one) for one in generator.written_as(name)):
                made = File.generated(config, name, content=text)
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

    def on_post_page(self, output: str, **_: object) -> str:
        """Mend what the theme's pages lack."""
        return generator.mended(output, self._desk)

    def on_post_template(self, output_content: str, **_: object) -> str:
        """Mend the page for dead links, which is a template."""
        return generator.mended(output_content, self._desk)

    @event_priority(-100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Bring the site up to date from the generator's pages and the tickets."""
        config.site_dir = str(self._site)
        self._finish()

    def _finish(self) -> None:
        if self._private:
            self.published = private.publish(self._desk, self._root, self._pages, self._site)
        else:
            self.published = self.publish()
        log.info("%s: %s", self._site, self.published)

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[[], None]
    ) -> LiveReloadServer:
        """Let a change of tickets alone be shown without rendering every page again."""
        tickets = str(self._root / "tickets")
        others = [config.docs_dir, config.config_file_path, *config.theme.dirs, *config.watch]
        rest = [Path(one) for one in others if one != tickets]
        server.builder = Preview(builder, self._finish, rest)
        return server

    def publish(self) -> Published:
        """Bring the site up to date with the tickets, from the pages rendered last."""
        name = "serve" if self._command == "serve" else _short(self._site)
        state = self._cache / f"{name}.sqlite"
        try:
            today = get_build_datetime().astimezone(self._desk.zone).date()
            source = self._source()
            publication = Publication(self._desk, source, self._site, self._pages, state, today)
            return publication.publish()
        except TrackerError as error:
            raise PluginError(f"{error.message}\n{error.hint}") from None

    def _source(self) -> Source:
        if self.from_work_tree:
            self._folder = self._folder or FolderSource(self._root)
            return self._folder
        from tracker.desk.snapshot import Snapshot  # opens Git only for a real build

        return Snapshot.open(self._root)


def _short(path: Path) -> str:
    return sha256(str(path.resolve()).encode()).hexdigest()[:16]
