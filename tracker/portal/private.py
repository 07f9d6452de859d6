"""A private desk's site: the generator's pages, the viewer, and the sealed files, no ticket.

Whatever runs here needs no secret and reads no ticket.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from mkdocs.exceptions import PluginError

from tracker.adapters.git import Git
from tracker.core.accounts.layout import COMPLETE, FOLDER, SEALED
from tracker.core.errors import TrackerError
from tracker.core.pages.site import ACCESS, OPEN, Desk
from tracker.core.pages.viewer import ViewerPages
from tracker.desk import visibility
from tracker.desk.snapshot import Snapshot
from tracker.portal import chrome, generator
from tracker.portal.finish import Finisher
from tracker.portal.site import STAMP, empty

VIEWER = Path(__file__).parent / "assets" / "viewer"
"""The viewer's scripts and styles."""


@dataclass(frozen=True, slots=True)
class PrivatePublished:
    """What a build of a private desk did: pages and files of the generator, and sealed files."""

    pages: int
    sealed: int

    def __str__(self) -> str:
        return f"{self.pages} pages and files, {self.sealed} sealed files"


def pages(desk: Desk) -> dict[str, str]:
    """Return the pages that the desk need not write itself: path below ``docs/`` to Markdown. Those
    of the viewer are stand-ins, which give the generator's navigation its link; the pages
    themselves take their place at the end.
    """
    title = desk.words._("My requests")
    return generator.shared_pages(desk) | {
        f"{address}index.md": f"---\nsearch:\n  exclude: true\n---\n# {title}\n"
        for address in (OPEN, ACCESS)
    }


@cache
def viewer_folder() -> str:
    """Return the folder of the site with the viewer's scripts: each version has its own, so that
    no browser mixes two.
    """
    digest = sha256()
    for path in _files(VIEWER):
        digest.update(path.name.encode() + path.read_bytes())
    return f"assets/tracker/viewer-{digest.hexdigest()[:10]}"


def static_files() -> Iterator[tuple[str, Path]]:
    """Return the viewer's own scripts and styles: (address, file)."""
    for path in _files(VIEWER):
        yield f"{viewer_folder()}/{path.relative_to(VIEWER).as_posix()}", path


def take_public_away(site: Path) -> None:
    """Empty a site that the desk built while it was public."""
    if (site / STAMP).is_file():
        empty(site)


def need_sealed(root: Path, site: Path) -> None:
    """Stop where the sealed files are missing or not whole."""
    take_public_away(site)
    if not (root / SEALED / COMPLETE).is_file():
        raise PluginError(
            'This desk is private (`visibility = "private"` in tracker.toml), and its sealed files '
            "are missing: nothing was written. Run `tracker seal` first, with the desk's secret; "
            "`tracker build` does both."
        )


def need_asked(root: Path) -> None:
    """Stop where a desk was turned public without asking what becomes visible."""
    snapshot = Snapshot.open(root)
    try:
        visibility.need_asked(Git(root), snapshot.commit)
    except TrackerError as error:
        raise PluginError(f"{error.message}. {error.hint}") from None


def publish(desk: Desk, root: Path, pages: Path, site: Path) -> PrivatePublished:
    """Bring the site to the generator's ``pages`` and the sealed files; all else leaves it."""
    wanted: set[str] = set()
    for path, data in _pages(desk, pages):
        wanted.add(path)
        _put(site / path, data)
    count = len(wanted)
    wanted |= add_sealed(root, site)
    _clear(site, wanted)
    return PrivatePublished(count, len(wanted) - count)


def add_sealed(root: Path, site: Path) -> set[str]:
    """Put the sealed files of the desk in ``root`` into a site; return their paths there."""
    added: set[str] = set()
    for one in _files(root / SEALED / FOLDER):
        path = f"{FOLDER}/{one.parent.name}/{one.name}"
        added.add(path)
        _link(one, site / path)
    return added


def _pages(desk: Desk, pages: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the generator's files, finished; the viewer's pages replace their stand-ins."""
    looks = chrome.read_looks((pages / chrome.PAGE).read_text("utf-8"))
    has_help = (pages / "help" / "index.html").is_file()
    viewer = ViewerPages(desk, looks, viewer_folder(), has_help=has_help).files()
    for path, data in Finisher(pages, desk, None).files():
        if path not in viewer:
            yield path, data
    for path, text in viewer.items():
        yield path, text.encode()


def _put(target: Path, data: bytes) -> None:
    if not (target.is_file() and target.read_bytes() == data):
        target.unlink(missing_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _link(source: Path, target: Path) -> None:
    """Let the site hold the very file: sealing writes files anew and never into one."""
    if target.is_file() and target.samefile(source):
        return
    target.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def _clear(site: Path, wanted: set[str]) -> None:
    """Take out what is not wanted, but hidden entries at the top, as MkDocs does."""
    for path in list(_files(site)):
        name = path.relative_to(site).as_posix()
        if name not in wanted and not name.startswith("."):
            path.unlink()
    for folder in sorted((one for one in site.rglob("*") if one.is_dir()), reverse=True):
        if not any(folder.iterdir()) and not folder.relative_to(site).parts[0].startswith("."):
            folder.rmdir()


def _files(folder: Path) -> Iterator[Path]:
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(top) / name
