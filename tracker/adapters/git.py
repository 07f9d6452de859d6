"""The ``git`` program: the whole surface the tracker uses of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tracker.core.errors import TrackerError

# Fewer bytes than a pipe holds, so that asking never waits for an answer nobody reads.
_ASKED_AT_ONCE = 512
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""Git's object id of a tree without files (SHA-1)."""


class GitError(TrackerError):
    """Git refused. ``code`` is its exit status, ``stderr`` what it said."""

    def __init__(self, message: str, hint: str = "", code: int = 1, stderr: str = "") -> None:
        super().__init__(message, hint)
        self.code = code
        self.stderr = stderr


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A file of a commit. ``oid`` names its content."""

    path: str
    oid: str


class Git:
    """Git in the repository at ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # Messages in English, no question on a terminal, no editor.
        self._environment = {
            **os.environ,
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_MERGE_AUTOEDIT": "no",
        }

    def start(
        self,
        *arguments: str,
        stdin: int | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start git with the given pipes."""
        try:
            return subprocess.Popen(
                ("git", *arguments),
                cwd=self.root,
                env=self._environment,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
            )
        except FileNotFoundError:
            raise GitError("Git is not installed", "Install git 2.30 or newer.") from None

    def attempt(self, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        """Run git; return exit status, stdout and stderr."""
        pipe = subprocess.PIPE
        process = self.start(*arguments, stdin=pipe, stdout=pipe, stderr=pipe)
        with process:
            out, err = process.communicate(stdin)
        return process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def run(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git and return what it printed. Raises GitError."""
        code, out, err = self.attempt(*arguments, stdin=stdin)
        if code:
            raise failure(arguments[0], code, err)
        return out

    def commit_of(self, ref: str) -> str:
        """Return the commit that ``ref`` names, or the empty string."""
        code, out, _ = self.attempt("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        return "" if code else out.strip()

    def tree_of(self, commit: str, folder: str) -> str:
        """Return the object id of a folder of ``commit``, or the empty string."""
        code, out, _ = self.attempt("rev-parse", "--verify", "--quiet", f"{commit}:{folder}")
        return "" if code else out.strip()

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether ``newer`` descends from ``older`` or is the same."""
        return older == newer or self.attempt("merge-base", "--is-ancestor", older, newer)[0] == 0

    def list_files(self, commit: str, *folders: str) -> Iterator[TreeFile]:
        """Yield the files of ``commit`` below ``folders``, in Git's order."""
        pipe = subprocess.PIPE
        with self.start("ls-tree", "-r", "-z", commit, "--", *folders, stdout=pipe) as process:
            assert process.stdout is not None
            rest = b""
            while block := process.stdout.read(1 << 20):
                *rows, rest = (rest + block).split(b"\0")
                for row in rows:
                    head, _, path = row.partition(b"\t")
                    yield TreeFile(path.decode("utf-8", "surrogateescape"), head[-40:].decode())

    def list_names(self, commit: str, folder: str) -> list[str]:
        """Return the names directly in ``folder`` of ``commit``; empty where there is none."""
        out = self.run("ls-tree", "--name-only", "-z", commit, "--", f"{folder}/")
        return [path.rpartition("/")[2] for path in out.split("\0") if path]

    def changed_files(
        self, older: str, newer: str, *folders: str
    ) -> Iterator[tuple[str, str | None]]:
        """Yield (path, object id or None where it is gone) for what differs."""
        out = self.run("diff-tree", "-r", "-z", "--no-renames", older, newer, "--", *folders)
        fields = iter(out.split("\0"))
        for head in fields:
            if head:
                oid = head.split(" ")[3]
                yield next(fields), None if set(oid) == {"0"} else oid

    def read_many(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (object id, content) for each object asked for, in that order."""
        pipe = subprocess.PIPE
        with self.start("cat-file", "--batch", stdin=pipe, stdout=pipe) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            asked = iter(oids)
            while chunk := list(islice(asked, _ASKED_AT_ONCE)):
                process.stdin.write("".join(f"{oid}\n" for oid in chunk).encode())
                process.stdin.flush()
                for oid in chunk:
                    head = process.stdout.readline().split()
                    if len(head) != 3:
                        raise GitError(f"Git has no object {oid}", "Run `git fsck`; fetch again.")
                    content = process.stdout.read(int(head[2]) + 1)[:-1]
                    yield oid, content
            process.stdin.close()

    def read_file(self, commit: str, path: str) -> bytes | None:
        """Return the content of a file in ``commit``, or None."""
        pipe = subprocess.PIPE
        with self.start(
            "cat-file", "blob", f"{commit}:{path}", stdout=pipe, stderr=pipe
        ) as process:
            out, _ = process.communicate()
        return None if process.returncode else out


def failure(what: str, code: int, stderr: str) -> GitError:
    """Make the error for a git command that failed, in Git's own words."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), "")
    said = said or (lines[-1] if lines else f"exit status {code}")
    said = said.partition(": ")[2] or said
    return GitError(f"git {what}: {said}", _mend(stderr), code, stderr)


def _mend(stderr: str) -> str:
    for words, hint in _MENDS:
        if words in stderr:
            return hint
    return ""


_FULL = "Is the disk full? Free some space and run the command again; nothing is lost."
_MENDS = (
    (
        "No space left",
        "The disk is full: free some space and run the command again; nothing is lost.",
    ),
    ("couldn't write", _FULL),
    ("unable to write", _FULL),
    ("write error", _FULL),
    ("unable to create temp", _FULL),
    (
        "Could not resolve host",
        "No network, or a wrong host: check `git remote -v`, then try again.",
    ),
    ("Connection refused", "The Git host does not answer: check `git remote -v`, then try again."),
    ("Connection timed out", "The Git host does not answer: try again later."),
    ("Authentication failed", "Git's credentials are refused: renew them, then run this again."),
    ("could not read Username", "Git needs credentials: set up a credential helper or a token."),
    ("Permission denied", "You have no rights there: check keys and rights of the repository."),
    ("does not appear to be a git repository", "Check the address in `git remote -v`."),
    ("Repository not found", "Check the address in `git remote -v` and your rights there."),
    ("not a git repository", "Run this inside a desk, or name one: `tracker -C DIR …`."),
    ("dubious ownership", "Run the `git config` line that Git printed, or own the folder."),
)
