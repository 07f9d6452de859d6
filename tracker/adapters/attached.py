"""Attachments that lie in a folder beside an export: found by what the export calls them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tracker.core.moving.filing import Content
from tracker.core.moving.items import File, Item


class Folder:
    """The folder of attachments, or none. Nothing outside it is ever read, nor through a link."""

    def __init__(self, root: Path | None, limit: int) -> None:
        self._root = root.resolve() if root else None
        self._limit = limit

    def contents(self, item: Item) -> dict[str, Content]:
        """Return what the files of an item hold, by their keys."""
        return {one.key: self._content(self._places(item, one)) for one in item.files()}

    def at(self, path: str) -> Content:
        """Return what a file of an export of ours holds, by its path in the desk."""
        return self._content(iter([path]))

    def _places(self, item: Item, file: File) -> Iterator[str]:
        """Yield where a file may lie: under its issue's key, by id or name; as Jira's own folder
        `data/attachments` has it (project, ten thousand, key, id); or straight in the folder.
        """
        project, _, number = item.key.rpartition("-")
        name = file.name
        bucket = (int(number) - 1) // 10_000 * 10_000 + 10_000 if number.isdecimal() else 0
        if file.number:
            yield f"{item.key}/{file.number}"
            yield f"{item.key}/{file.number}_{name}"
            yield f"{item.key}/{file.number}-{name}"
            yield f"{project}/{bucket}/{item.key}/{file.number}"
            yield f"{project}/{item.key}/{file.number}"
            yield f"{file.number}/{name}"
            yield f"{file.number}_{name}"
            yield file.number
        yield f"{item.key}/{name}"
        yield name

    def _content(self, places: Iterator[str]) -> Content:
        for place in places:
            path = self._inside(place)
            if path is None:
                continue
            if path.stat().st_size > self._limit:
                return "size"
            return path.read_bytes()
        return "missing"

    def _inside(self, place: str) -> Path | None:
        parts = place.split("/")
        odd = any(one in ("", ".", "..") or "\\" in one or "\0" in one for one in parts)
        if self._root is None or odd or len(place) > 1000:
            return None
        path = self._root.joinpath(*parts)
        try:
            plain = path.is_file() and path.resolve() == path
        except OSError:  # such as a name longer than the system takes
            return None
        return path if plain else None
