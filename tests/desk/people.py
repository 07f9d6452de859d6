"""People who commit to a desk's repository: in editors, on a host's pages, by pull requests."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.desk.conftest import RealDesk

FILE = "tickets/000/ACCREDO-1.md"
HOST = "GitHub <noreply@github.com>"
AGENTS = """
[agents.boris]
name = "Борис"
emails = ["boris@example.org", "boris@users.noreply.example.org"]
"""
SIGNATURE = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n"


@dataclass
class Person:
    """Somebody with a clone of their own, committing as ``name`` with ``email``."""

    root: Path
    name: str
    email: str

    def git(self, *arguments: str, at: str = "", committer: str = "") -> str:
        """Run git as this person; ``at`` is the author's time."""
        name, _, email = (committer or f"{self.name} <{self.email}>").rstrip(">").partition(" <")
        who = {
            "GIT_AUTHOR_NAME": self.name,
            "GIT_AUTHOR_EMAIL": self.email,
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": email,
        }
        who |= {"GIT_AUTHOR_DATE": at} if at else {}
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **who},
        )
        return done.stdout.strip()

    def read(self, path: str = FILE) -> str:
        """Return a file, its line ends as they are."""
        return (self.root / path).read_bytes().decode()

    def save(self, text: str, path: str = FILE) -> None:
        """Write a file, its line ends as they are."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def draft(self, text: str, path: str = FILE) -> None:
        """Write below what stands in a ticket."""
        self.save(self.read(path) + text, path)

    def commit(self, message: str = "Write", at: str = "", committer: str = "") -> str:
        """Commit everything that was saved, also nothing; return the commit."""
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message, at=at, committer=committer)
        return self.git("rev-parse", "HEAD")

    def push(self) -> None:
        """Rebase onto what others pushed, and push."""
        self.git("pull", "-q", "--rebase", "origin", "main")
        self.git("push", "-q", "origin", "HEAD:main")

    def push_merged(self) -> None:
        """Push a merge as it is."""
        self.git("push", "-q", "origin", "HEAD:main")

    def answer(self, text: str, message: str = "Answer", at: str = "") -> None:
        """Write a draft as agents do: pull, edit, commit, push."""
        self.git("pull", "-q", "--rebase", "origin", "main")
        self.draft(text)
        self.commit(message, at)
        self.push()

    def on_the_web(self, text: str, *, signed: bool = True, path: str = FILE) -> str:
        """Commit a whole file as the host's web editor does: its bytes as they are, the host
        as committer, signed by it.
        """
        self.git("pull", "-q", "--rebase", "origin", "main")
        self.save(text, path)
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "Update ACCREDO-1.md", committer=HOST)
        if signed:
            self._sign()
        self.git("push", "-q", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    def _sign(self) -> None:
        """Give the newest commit a signature; whether it is right only the host could tell."""
        command = ["git", "-C", str(self.root)]
        shown = subprocess.run(
            [*command, "cat-file", "commit", "HEAD"], capture_output=True, check=True
        ).stdout
        head, _, message = shown.partition(b"\n\n")
        raw = head + b"\n" + SIGNATURE + b"\n" + message
        made = subprocess.run(
            [*command, "hash-object", "-t", "commit", "-w", "--stdin"],
            input=raw,
            capture_output=True,
            check=True,
        ).stdout.decode()
        self.git("update-ref", "HEAD", made.strip())


def anna(desk: RealDesk) -> Person:
    """The agent Anna in a clone of her own."""
    return Person(desk.clone("anna"), "Анна Иванова", "Anna@example.org")


def boris(desk: RealDesk) -> Person:
    """The agent Boris, committing from an address that is not his first."""
    return Person(desk.clone("boris"), "boris", "boris@users.noreply.example.org")


def mallory(desk: RealDesk) -> Person:
    """Somebody who may push and is no agent."""
    return Person(desk.clone("mallory"), "Mallory", "mallory@elsewhere.example")
