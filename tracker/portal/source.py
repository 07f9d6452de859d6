"""Where the portal's tickets come from: a commit, or the work tree while somebody writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha1
from pathlib import Path
from typing import Protocol


class Source(Protocol):
    """The files below ``tickets/``, as of one moment."""

    def listing(self) -> Iterable[tuple[str, str]]:
        """Return (path, oid) of every ticket file and attachment, without reading contents.

        Paths are relative to the repository. Nothing of ``tickets/.desk`` is among them.
        """
        ...

    def read_many(self, oids: Iterable[str]) -> Iterable[tuple[str, bytes]]:
        """Stream the contents of ``oids``, each once, in any order."""
        ...


class FolderSource:
    """The work tree: what ``mkdocs serve`` shows before anything is committed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths: dict[str, Path] = {}

    def listing(self) -> Iterator[tuple[str, str]]:
        """Hash every file below ``tickets/`` as Git does."""
        top = self._root / "tickets"
        for path in sorted(top.rglob("*")):
            inside = path.relative_to(top)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                data = path.read_bytes()
                oid = sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
                self._paths[oid] = path
                yield f"tickets/{inside.as_posix()}", oid

    def read_many(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Read the files that ``listing`` found under these names."""
        for oid in oids:
            yield oid, self._paths[oid].read_bytes()
