"""Whether the desk's branch moved: looked at often, so by the files that Git keeps it in."""

from __future__ import annotations

from pathlib import Path

from tracker.core.errors import TrackerError
from tracker.desk.desk import Desk


class Tip:
    """The newest commit of a desk, as of the last look, and what would show that it moved."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: tuple[Path, ...] = ()
        self._print: tuple[object, ...] = ()
        self.commit = ""
        """The commit that the desk stood at when it was looked at."""

    def moved(self) -> bool:
        """Whether the branch was written since the last look; costs no process."""
        return self._fingerprint() != self._print

    def looked(self, desk: Desk) -> bool:
        """Note what there is; whether somebody else than the desk committed since the last look.

        Such a commit may have come in the middle of a run, which then did not see it.
        """
        try:
            if not self._files:
                self._files = _files(desk)
            fingerprint = self._fingerprint()
            newest = desk.repository.newest()
        except TrackerError:
            return False  # a fault of Git's is told by the run itself
        before, self.commit, self._print = self.commit, newest, fingerprint
        if not before or before == newest:
            return False
        code, out, _ = desk.git.attempt("log", "--format=%ce", f"{before}..{newest}")
        ours = desk.committer.email
        return code == 0 and any(one != ours for one in out.split())

    def _fingerprint(self) -> tuple[object, ...]:
        return tuple(_stamp(path) for path in self._files)


def _files(desk: Desk) -> tuple[Path, ...]:
    folder = desk.root / desk.git.run("rev-parse", "--git-common-dir").strip()
    branch = f"refs/heads/{desk.settings.desk.branch}"
    return tuple(folder / name for name in (branch, "packed-refs", "reftable/tables.list"))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
