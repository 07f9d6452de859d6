"""What ``mkdocs serve`` does after a change: where only tickets changed, only they are done again.

The generator renders every page after any change; a desk whose agent saves one answer need not wait
for its help pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mkdocs.exceptions import Abort, PluginError

Stamps = dict[str, tuple[int, int]]


class Preview:
    """A builder for MkDocs' server: ``whole`` builds everything, ``tickets`` what depends on them.

    ``others`` are the files and folders, tickets apart, that the pages are made of.
    """

    def __init__(
        self, whole: Callable[[], object], tickets: Callable[[], object], others: Iterable[Path]
    ) -> None:
        self._whole = whole
        self._tickets = tickets
        self._others = tuple(others)
        self._built: Stamps | None = stamps(self._others)

    def __call__(self) -> None:
        """Build. After a fault the next build is a whole one."""
        now = stamps(self._others)
        only_tickets, self._built = now == self._built, None
        if only_tickets:
            try:
                self._tickets()
            except PluginError as error:
                raise Abort(str(error)) from None
        else:
            self._whole()
        self._built = now


def stamps(places: Iterable[Path]) -> Stamps:
    """Return the time (ns) and size (bytes) of every file of some files and folders. Hidden ones
    are no pages (and the theme has ten thousand icons there).
    """
    found: Stamps = {}
    for path in _files(places):
        try:
            about = Path(path).stat()
        except FileNotFoundError:
            continue  # removed meanwhile, or an editor's link to nowhere
        found[path] = about.st_mtime_ns, about.st_size
    return found


def _files(places: Iterable[Path]) -> Iterator[str]:
    for place in places:
        if place.is_file():
            yield str(place)
        for folder, folders, names in os.walk(place):
            folders[:] = [one for one in folders if not one.startswith(".")]
            yield from (f"{folder}/{one}" for one in names if not one.startswith("."))
