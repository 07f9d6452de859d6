"""Where the portal's tickets come from: a commit, or the work tree while somebody writes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha1
from pathlib import Path
from typing import Protocol


class Source(Protocol):
    """The files below ``tickets/``, as of one moment."""

    @property
    def version(self) -> str:
        """The name of this state of all files, empty where they have none."""
        ...

    def since(self, version: str) -> dict[str, str | None] | None:
        """Return what differs from a former version: path to oid, None for a file that is gone.

        Returns None where that can't be told.
        """
        ...

    def find(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the oids of some files; those that are not there are left out."""
        ...

    def listing(self) -> Iterable[tuple[str, str]]:
        """Return (path, oid) of every ticket file and attachment, without reading contents.

        Paths are relative to the repository. Nothing of ``tickets/.desk`` is among them.
        """
        ...

    def read_many(self, oids: Iterable[str]) -> Iterable[tuple[str, bytes]]:
        """Stream the contents of ``oids``, each once, in any order."""
        ...


class FolderSource:
    """The work tree: what a preview shows before anything is committed.

    Used again, it reads only the files that changed since.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths: dict[str, Path] = {}
        self._oids: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def listing(self) -> Iterator[tuple[str, str]]:
        """Hash every file below ``tickets/`` as Git does."""
        before, self._oids, self._paths = self._oids, {}, {}
        for path in sorted(self._files(self._root / "tickets")):
            try:
                status = path.stat()
                seen = (status.st_size, status.st_mtime_ns, status.st_ino)
                known = before.get(path)
                oid = known[1] if known and known[0] == seen else _hash(path.read_bytes())
            except FileNotFoundError:  # an editor's passing file
                continue
            self._oids[path] = (seen, oid)
            self._paths[oid] = path
            yield path.relative_to(self._root).as_posix(), oid

    @property
    def version(self) -> str:
        """Files that somebody is writing have no name."""
        return ""

    def since(self, version: str) -> dict[str, str | None] | None:  # noqa: ARG002
        """Return nothing: only a listing can tell."""
        return None

    def find(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the oids of those that are there."""
        known = dict(self.listing())
        return {path: known[path] for path in paths if path in known}

    def _files(self, folder: Path) -> Iterator[Path]:
        for one in os.scandir(folder) if folder.is_dir() else ():
            if one.name.startswith("."):
                continue
            if one.is_dir(follow_symlinks=False):
                yield from self._files(Path(one.path))
            elif one.is_file():
                yield Path(one.path)

    def read_many(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Read the files that ``listing`` found under these names; one that is gone is left out."""
        for oid in oids:
            with suppress(FileNotFoundError):
                yield oid, self._paths[oid].read_bytes()


def _hash(data: bytes) -> str:
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
