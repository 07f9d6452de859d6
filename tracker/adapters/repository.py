"""The desk's branch: its newest commit, here or at the remote, and publishing a new one."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tracker.adapters.git import Git, GitError, failure

TIP = "refs/tracker/tip"
"""The newest commit of a desk without a remote, should the work tree lag behind."""
SEEN = "refs/tracker/seen"
"""The newest commit seen at the remote."""
JOINED = "Merge the desk's own commits"
"""What the commit says that joins a person's commits with the desk's own."""

# What a Git host says when somebody else pushed between our look and our push.
_LOST = (
    "fetch first",
    "non-fast-forward",
    "stale info",
    "failed to update ref",
    "cannot lock ref",
    "incorrect old value",
    "already exists",
    "failed to lock",
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """How publishing went: ``done``; ``lost`` to somebody else's push; ``refused`` by the host
    for ``reason``, in its own words.
    """

    outcome: Literal["done", "lost", "refused"]
    reason: str = ""


class Repository:
    """The branch ``branch`` of the desk in ``git``, with its remote if it has one."""

    def __init__(self, git: Git, branch: str) -> None:
        self.git = git
        self.branch = branch

    @cached_property
    def remote(self) -> str:
        """The remote of the branch, ``origin`` by default, or empty where there is none."""
        code, out, _ = self.git.attempt("config", "--get", f"branch.{self.branch}.remote")
        remotes = self.git.run("remote").split()
        named = out.strip() if code == 0 else "origin"
        return named if named in remotes else ""

    @property
    def _head(self) -> str:
        return f"refs/heads/{self.branch}"

    @property
    def _upstream(self) -> str:
        return f"refs/remotes/{self.remote}/{self.branch}"

    def _refs(self) -> dict[str, str]:
        names = (self._head, TIP, SEEN, *([self._upstream] if self.remote else []))
        out = self.git.run("for-each-ref", "--format=%(refname) %(objectname)", *names)
        return dict(line.split(" ") for line in out.splitlines())

    def fetch(self) -> None:
        """Learn the remote's newest commit; nothing to do without a remote.

        Raises GitError: no network, no rights, or a remote that was rewritten.
        """
        if not self.remote:
            return
        wanted = f"+{self._head}:{self._upstream}"
        code, _, err = self.git.attempt("fetch", "--quiet", "--no-tags", self.remote, wanted)
        if code and "couldn't find remote ref" not in err:
            raise failure("fetch", code, err)
        refs = self._refs()
        seen, there = refs.get(SEEN, ""), refs.get(self._upstream, "")
        if seen and (code or not self.git.is_ancestor(seen, there)):
            raise GitError(
                f"{self.remote} no longer holds the commit last seen there ({seen[:12]}): "
                "its history was rewritten",
                "Look what happened, then accept what is there now with `tracker recover`.",
            )
        if there and there != seen:
            self.git.run("update-ref", SEEN, there)

    def recover(self) -> str:
        """Accept whatever the remote holds now as the truth; return that commit."""
        self.git.attempt("update-ref", "-d", SEEN)
        self.fetch()
        return self._refs().get(self._upstream, "")

    def newest(self) -> str:
        """Return the newest commit of the desk, or the empty string before the first.

        With a remote, commits of this clone count once they sit on top of the remote's.
        """
        refs = self._refs()
        here = refs.get(self._head, "")
        there = refs.get(self._upstream if self.remote else TIP, "")
        if not there or not here or here == there:
            return there or here
        if self.git.is_ancestor(here, there):
            return there
        if self.git.is_ancestor(there, here):
            return here
        return there if self.remote else self._joined(here, there)

    def _joined(self, here: str, tip: str) -> str:
        """Merge a person's commits with the desk's own, which the work tree lagged behind."""
        code, out, _ = self.git.attempt("merge-tree", "--write-tree", here, tip)
        if code:
            raise GitError(
                f"Your commits on {self.branch} and the desk's own don't merge by themselves",
                f"Run `git merge {TIP}`, mend what it marks and commit.",
            )
        tree = out.split("\n", 1)[0]
        joined = self.git.run("commit-tree", tree, "-p", here, "-p", tip, "-m", JOINED).strip()
        self.git.run("update-ref", TIP, joined)  # so that the next look finds it made
        return joined

    def publish(self, commit: str) -> Pushed:
        """Make ``commit`` the newest of the desk, without force.

        Raises GitError when the remote can't be reached: whether it took the commit is then
        not known, and the next run finds out.
        """
        if not self.remote:
            self.git.run("update-ref", TIP, commit)
            return Pushed("done")
        arguments = ("push", "--porcelain", self.remote, f"{commit}:{self._head}")
        code, out, err = self.git.attempt(*arguments)
        if code == 0:
            self.git.run("update-ref", self._upstream, commit)
            self.git.run("update-ref", SEEN, commit)
            return Pushed("done")
        refusal = next((line for line in out.splitlines() if line.startswith("!")), "")
        if any(words in refusal for words in _LOST):
            return Pushed("lost")
        if refusal or "HTTP 413" in err:
            return Pushed("refused", _words_of_host(refusal, err))
        raise failure("push", code, err)

    def follow(self) -> str:
        """Bring branch and work tree to the newest commit, leaving unsaved edits alone.

        Returns an empty string, or why the work tree stayed behind.
        """
        refs = self._refs()
        newest = self.newest()
        here = refs.get(self._head, "")
        if not newest or here == newest:
            return ""
        code, out, _ = self.git.attempt("symbolic-ref", "--quiet", "HEAD")
        if code or out.strip() != self._head:
            if not here or self.git.is_ancestor(here, newest):
                self.git.run("update-ref", self._head, newest)
                return ""
            return _behind(self.branch, [])
        code, _, err = self.git.attempt("merge", "--ff-only", "--quiet", newest)
        if code == 0:
            return ""
        return _behind(self.branch, [line.strip() for line in err.splitlines() if line[:1] == "\t"])

    def tidy(self) -> None:
        """Let Git pack loose objects when there are many (69 KB a commit otherwise)."""
        self.start_tidying().wait()

    def start_tidying(self) -> subprocess.Popen[bytes]:
        """Do so in a process beside."""
        nothing = subprocess.DEVNULL
        quiet = ("-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false")
        arguments = (*quiet, "maintenance", "run", "--auto", "--quiet")
        return self.git.start(*arguments, stdin=nothing, stdout=nothing, stderr=nothing)


def _behind(branch: str, files: Sequence[str]) -> str:
    if files:
        return (
            f"Your unsaved changes in {', '.join(files)} were left alone, so this folder lags "
            "behind the desk: commit them, then run `git pull --rebase`."
        )
    return (
        f"Your branch {branch} has commits of its own, so this folder lags behind the desk: "
        "run `git pull --rebase`."
    )


def _words_of_host(refusal: str, err: str) -> str:
    remote = [
        line.removeprefix("remote:").strip()
        for line in err.splitlines()
        if line.startswith("remote:") and line.removeprefix("remote:").strip()
    ]
    summary = refusal.split("\t")[-1].partition("(")[2].rstrip(")")
    return "; ".join([*remote[:3], *([summary] if summary else [])]) or err.strip()[-200:]
