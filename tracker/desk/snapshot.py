"""The ticket files of the newest commit, for the portal: a cheap listing, streamed contents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tracker.adapters.git import Git
from tracker.adapters.repository import Repository
from tracker.core import state
from tracker.desk.desk import load_settings


class Snapshot:
    """The files below ``tickets/`` as of ``commit``, the desk's own state left out."""

    def __init__(self, git: Git, commit: str) -> None:
        self.commit = commit
        self._git = git

    @classmethod
    def open(cls, root: Path) -> Snapshot:
        """Take the newest commit of the desk in ``root`` that is known here."""
        git = Git(root)
        branch = load_settings(root).desk.branch
        return cls(git, Repository(git, branch).newest())

    def listing(self) -> Iterator[tuple[str, str]]:
        """Yield (path, object id) of every ticket file and attachment, in Git's order."""
        if not self.commit:
            return
        for file in self._git.list_files(self.commit, "tickets"):
            if not file.path.startswith(f"{state.FOLDER}/"):
                yield file.path, file.oid

    def read_many(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (object id, content) for each object asked for, in that order."""
        return self._git.read_many(oids)
