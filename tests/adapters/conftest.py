"""A clone with a bare remote, and a second clone of somebody else."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.adapters.commits import Change, make_commit
from tracker.adapters.git import Git
from tracker.adapters.repository import Repository
from tracker.core.addresses import Address

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DESK = Address("Tracker", "support@example.org")


@dataclass
class Clone:
    """A work tree on branch main."""

    root: Path

    @property
    def git(self) -> Git:
        return Git(self.root)

    @property
    def repository(self) -> Repository:
        return Repository(self.git, "main")

    def save(self, name: str, text: str, message: str = "A person's") -> str:
        """Commit a file as a person does; return the commit."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git.run("add", "--all")
        self.git.run("commit", "--quiet", "--message", message)
        return self.git.commit_of("HEAD")

    def make(self, files: dict[str, bytes | None], base: str | None = None) -> str:
        """Make a commit as the desk does, on ``base`` or the newest."""
        base = self.repository.newest() if base is None else base
        return make_commit(self.git, base, Change(files, "Desk"), DESK, NOW)


def git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def lone(tmp_path: Path) -> Clone:
    """A repository without a remote, with one commit."""
    root = tmp_path / "lone"
    git("init", "-q", "-b", "main", str(root), cwd=tmp_path)
    clone = Clone(root)
    clone.save("a.txt", "a\n")
    return clone


@pytest.fixture
def bare(tmp_path: Path, lone: Clone) -> Path:
    """A bare remote with the same commit."""
    git("clone", "-q", "--bare", str(lone.root), "remote.git", cwd=tmp_path)
    return tmp_path / "remote.git"


@pytest.fixture
def mine(tmp_path: Path, bare: Path) -> Clone:
    """A clone that has fetched once."""
    git("clone", "-q", str(bare), "mine", cwd=tmp_path)
    clone = Clone(tmp_path / "mine")
    clone.repository.fetch()
    return clone


@pytest.fixture
def theirs(tmp_path: Path, bare: Path) -> Clone:
    """Somebody else's clone."""
    git("clone", "-q", str(bare), "theirs", cwd=tmp_path)
    return Clone(tmp_path / "theirs")
