"""Building again whenever a file of the desk changes: what ``tracker build --watch`` does.

A change of tickets brings only what depends on them up to date, from the pages that the generator
rendered last; any other change lets the generator run as well.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from tracker.core.errors import TrackerError
from tracker.portal.build import Build, start_build
from tracker.portal.site import Published

QUIET = 0.1
"""Seconds without another change after which a build begins: an editor writes in several steps."""
_FOLDERS = ("tickets", "docs", "overrides")
_SETTINGS = (".toml", ".yml")
_READING = ("opened", "closed_no_write")


class Changes(FileSystemEventHandler):
    """Collects which files changed, for one who waits."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._changed: set[str] = set()
        self._condition = threading.Condition()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note the files of one event; reading is none."""
        if event.event_type in _READING:
            return
        paths = [Path(str(one)) for one in (event.src_path, event.dest_path) if one]
        names = {one.relative_to(self._root).as_posix() for one in paths if one != self._root}
        # At the top only settings and the folders themselves count: the site lies there too.
        names = {one for one in names if "/" in one or one in _FOLDERS or one.endswith(_SETTINGS)}
        if names:
            with self._condition:
                self._changed |= names
                self._condition.notify_all()

    def wait(self) -> set[str]:
        """Return the files that changed, as soon as no more do. Waits for the first one."""
        with self._condition:
            self._condition.wait_for(lambda: self._changed)
            while self._condition.wait(QUIET):
                pass
            changed, self._changed = self._changed, set()
            return changed


class Watcher:
    """Watches what a desk's portal is made of. The site is not among it, nor is Git."""

    def __init__(self, root: Path) -> None:
        self.changes = Changes(root)
        self._root = root
        self._observer = Observer()
        self._watched: set[Path] = set()
        self._observer.start()

    def look(self, more: Iterable[Path]) -> None:
        """Watch every folder that is there by now; ``more`` are some of the generator's."""
        folders = {self._root / one for one in _FOLDERS}.union(more)
        for folder in [self._root, *sorted(folders)]:
            if folder not in self._watched and folder.is_dir() and self._is_inside(folder):
                deep = folder != self._root
                self._observer.schedule(self.changes, str(folder), recursive=deep)
                self._watched.add(folder)

    def _is_inside(self, folder: Path) -> bool:
        return folder.is_relative_to(self._root)

    def close(self) -> None:
        """Watch no more."""
        self._observer.stop()
        self._observer.join()


def watch(
    root: Path, built: Callable[[Published], None], failed: Callable[[TrackerError], None]
) -> None:
    """Build the work tree of the desk in ``root`` now and after every change, until interrupted.

    ``built`` is told of every build, ``failed`` of every fault; the site stays as it was then.
    """
    root = root.resolve()
    watcher = Watcher(root)
    try:
        build: Build | None = None
        changed: set[str] = set()
        while True:
            watcher.look([])
            try:
                if build is None or not all(one.startswith("tickets/") for one in changed):
                    build = None
                    build = start_build(root, from_work_tree=True)
                    watcher.look(build.folders)
                    built(build.published)
                else:
                    built(build.again())
            except TrackerError as error:
                failed(error)
            changed = watcher.changes.wait()
    finally:
        watcher.close()
