"""The ticket files of the newest commit, for the portal: a cheap listing, streamed contents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from tracker.adapters.git import Git, GitError
from tracker.adapters.repository import Repository
from tracker.core import state
from tracker.desk.desk import load_settings

_AT_ONCE = 200


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

    @cached_property
    def version(self) -> str:
        """Return the object id of the folder ``tickets``, empty where there is none."""
        return self._git.tree_of(self.commit, "tickets") if self.commit else ""

    def since(self, version: str) -> dict[str, str | None] | None:
        """Return (path, object id or None) for what differs from a former version of the folder.

        Returns None where Git does not have that version (any more).
        """
        try:
            found = dict(self._git.changed_files(version, self.version))
        except GitError:
            return None
        own = state.FOLDER.removeprefix("tickets/")
        return {
            f"tickets/{path}": oid for path, oid in found.items() if not path.startswith(f"{own}/")
        }

    def find(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the object ids of some files; those that are not there are left out."""
        asked = list(paths)
        parts = (asked[at : at + _AT_ONCE] for at in range(0, len(asked), _AT_ONCE))
        files = (file for part in parts for file in self._git.list_files(self.commit, *part))
        return {file.path: file.oid for file in files}

    def read_many(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (object id, content) for each object asked for, in that order."""
        return self._git.read_many(oids)
