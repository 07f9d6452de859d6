"""The desk's files as they lie in the work tree, saved or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tracker.adapters.index import is_ticket_path, number_of
from tracker.core.ticket import Attachment
from tracker.desk.past import attachment


class WorkTree:
    """The files below ``root``; ``tickets`` are the paths of the ticket files, in order."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tickets = sorted(_ticket_files(root))
        self._paths = {number_of(path): path for path in reversed(self.tickets)}

    def text_of(self, number: int) -> str | None:
        """Return the file of a ticket, or None."""
        content = self.read(self._paths.get(number, ""))
        return None if content is None else content.decode("utf-8", "replace")

    def read(self, path: str) -> bytes | None:
        """Return any file, or None."""
        file = self.root / path
        return file.read_bytes() if file.is_file() else None

    def names_in(self, folder: str) -> list[str]:
        """Return the names of the files in a folder."""
        return [one.name for one in (self.root / folder).glob("*")]

    def highest_number(self) -> int:
        """Return the highest number of a ticket file, 0 where there is none."""
        return max(self._paths, default=0)

    def file(self, path: str) -> Attachment | None:
        """Return a file as an attachment, or None where it is not there."""
        file = self.root / path
        plain = file.is_file() and not file.is_symlink()
        return attachment(path, file.stat().st_size) if plain else None


def _ticket_files(root: Path) -> Iterator[str]:
    for file in (root / "tickets").glob("*/*.md"):
        path = file.relative_to(root).as_posix()
        if is_ticket_path(path):
            yield path
