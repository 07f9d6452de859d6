"""Building a desk's portal from a program: what ``tracker build`` and the job call."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, BuildError, MkDocsException

from tracker.adapters.environment import without_secrets
from tracker.core.accounts.layout import COMPLETE, SEALED
from tracker.core.errors import TrackerError
from tracker.desk.desk import Desk
from tracker.desk.scan import Scanned, scan
from tracker.desk.seal import Sealed, seal
from tracker.portal.apart import apart
from tracker.portal.plugin import TrackerPlugin
from tracker.portal.private import add_sealed, take_public_away
from tracker.portal.site import Published


@dataclass(frozen=True, slots=True)
class PrivateBuild:
    """What the steps of a private build without a secret did, and what the generator warned of."""

    scanned: Scanned
    warnings: tuple[str, ...]


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
    """Build the portal of the public desk in ``root`` as ``mkdocs build`` does, and say what was
    done.

    Raises TrackerError with MkDocs' or the plugin's own words; nothing is half published.
    """
    return start_build(root).published


def start_build(root: Path, *, from_work_tree: bool = False) -> Build:
    """Build as ``build_portal`` does, from the work tree if asked for."""
    path = _configuration(root)
    with _words_of_the_generator():
        config = _load(path)
        plugin = config.plugins.get("tracker")
        if not isinstance(plugin, TrackerPlugin):
            raise TrackerError(f"{path} names no plugin `tracker`.", "Add it below `plugins:`.")
        plugin.from_work_tree = from_work_tree
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
    if not isinstance(plugin.published, Published):
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


def seal_private(desk: Desk) -> Sealed:
    """Do the step of a private desk's build that needs the secret.

    Raises TrackerError where it fails: ``site/`` is then what it was, unless it was the public
    site of former times, which is taken away first.
    """
    take_public_away(desk.root / "site")
    _configuration(desk.root)
    return seal(desk)


def build_sealed(root: Path) -> PrivateBuild:
    """Build the portal of the private desk in ``root`` from what was sealed: let the generator
    work apart, scan, and only then put the result in the place of ``site/``. Needs no secret.

    Raises TrackerError where a step fails: ``site/`` is then what it was.
    """
    site, own = root / "site", root / ".tracker"
    take_public_away(site)
    _configuration(root)
    if not (root / SEALED / COMPLETE).is_file():
        raise TrackerError(
            "The sealed files are missing, or are not whole",
            "Run `tracker seal` first, with the desk's secret.",
        )
    fresh, former = own / "next", own / "former"
    for one in (fresh, former):
        shutil.rmtree(one, ignore_errors=True)
    warnings = _generate(root, fresh)
    add_sealed(root, fresh)
    scanned = scan(root, fresh, site if site.is_dir() else None)
    if site.exists():
        _keep_hidden(site, fresh)
        site.rename(former)
    fresh.rename(site)
    shutil.rmtree(former, ignore_errors=True)
    return PrivateBuild(scanned, warnings)


def _configuration(root: Path) -> Path:
    path = root / "mkdocs.yml"
    if not path.is_file():
        raise TrackerError(f"There is no {path}.", "`tracker init` writes one.")
    return path


def _generate(root: Path, site: Path) -> tuple[str, ...]:
    """Run MkDocs in a process and a folder of its own: it is given none of the desk's secrets, and
    no ticket lies where it works.
    """
    surroundings = without_secrets()
    surroundings["NO_MKDOCS_2_WARNING"] = "1"  # the theme's advertisement would hide what matters
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", "site"]
    with apart(root) as place:
        done = subprocess.run(
            command, cwd=place, env=surroundings, capture_output=True, text=True, check=False
        )
        said = done.stderr.strip().replace(str(place), str(root)).splitlines()
        if done.returncode or not (place / "site").is_dir():
            faults = [one for one in said if one.startswith("ERROR")] or said[-5:]
            raise TrackerError("MkDocs: " + "\n".join(faults), "Nothing was published.")
        shutil.copytree(place / "site", site, symlinks=True)
    return tuple(one for one in said if one.startswith("WARNING"))


def _keep_hidden(site: Path, fresh: Path) -> None:
    """Take along what the owner put at the site's top under hidden names, as MkDocs keeps it."""
    for one in site.iterdir():
        if one.name.startswith(".") and not (fresh / one.name).exists():
            one.rename(fresh / one.name)


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
