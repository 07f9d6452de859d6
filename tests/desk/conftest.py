"""A desk on real servers: Dovecot, SMTP and a bare Git remote."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests import programs
from tests.servers import Mailbox, SmtpServer
from tests.servers.dovecot import PASSWORD
from tracker.core.document import parse
from tracker.core.ticket import Ticket
from tracker.desk.desk import Desk

SECRET = "0123456789abcdef0123456789abcdef"


def letter(name: str, n: int = 0, *, subject: str = "Вопрос", extra: str = "") -> bytes:
    """A plain mail by ``name``, its ``n``-th."""
    return (
        f"From: {name} <{name}@example.org>\r\nTo: support@example.org\r\n"
        f"Subject: {subject} {n}\r\nMessage-ID: <{name}-{n}@example.org>\r\n{extra}"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Здравствуйте, это {name}, письмо {n}.\r\n"
    ).encode()


@dataclass
class RealDesk:
    """A desk in ``root`` with its mailbox, its SMTP server and (mostly) a bare remote."""

    root: Path
    mailbox: Mailbox
    smtp: SmtpServer
    remote: Path | None

    def run(self, *arguments: str, root: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command line as a process of its own."""
        return programs.run("-C", root or self.root, *arguments)

    def crash(self, point: str, *arguments: str, root: Path | None = None) -> int:
        """Run the command line, which kills itself at ``point`` (see crash.py); return how it
        ended.
        """
        done = programs.module("tests.desk.crash", point, "-C", root or self.root, *arguments)
        return done.returncode

    def start(self, *arguments: str, root: Path | None = None) -> subprocess.Popen[str]:
        """Start the command line."""
        command = [sys.executable, "-m", "tracker", "-C", str(root or self.root), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)

    def sync(self) -> dict[str, Any]:
        """Run ``sync --json`` and return what it printed."""
        done = self.run("sync", "--json")
        assert done.returncode in (0, 3), done.stderr
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def open(self) -> Desk:
        """Open the desk in this process."""
        return Desk.open(self.root)

    def git(self, *arguments: str) -> str:
        """Run git in the desk's folder."""
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def clone(self, name: str) -> Path:
        """Clone the remote beside the desk."""
        target = self.root.parent / name
        subprocess.run(["git", "clone", "-q", str(self.remote), str(target)], check=True)
        return target

    def tickets(self) -> dict[str, Ticket]:
        """Every ticket of the newest commit, by id; each file must parse."""
        place = self.remote or self.root
        names = subprocess.run(
            ["git", "-C", str(place), "ls-tree", "-r", "-z", "--name-only", "main", "tickets/"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        paths = [path for path in names.split("\0") if path.endswith(".md")]
        asked = "".join(f"main:{path}\n" for path in paths).encode()
        show = ["git", "-C", str(place), "cat-file", "--batch"]
        answer = io.BytesIO(
            subprocess.run(show, input=asked, capture_output=True, check=True).stdout
        )
        found = {}
        for path in paths:
            _, kind, size = answer.readline().split()
            assert kind == b"blob", path
            ticket = parse(answer.read(int(size)).decode(), path)
            answer.readline()
            found[ticket.id] = ticket
        return found

    def entries(self) -> Counter[str]:
        """How often each Message-ID stands in the desk."""
        return Counter(
            entry.message_id
            for ticket in self.tickets().values()
            for entry in ticket.entries
            if entry.message_id
        )


@pytest.fixture
def desk_of(
    tmp_path: Path, mailbox: Mailbox, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., RealDesk]:
    """A factory of desks: ``desk_of(remote=True, **settings)``."""
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    monkeypatch.setenv("TRACKER_IMAP_PASSWORD", PASSWORD)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))

    def make(
        *,
        remote: bool = True,
        settings: str = "",
        language: str = "ru",
        visibility: str = "public",
    ) -> RealDesk:
        root = tmp_path / "desk"
        options = {
            "--name": "Служба поддержки",
            "--prefix": "ACCREDO",
            "--address": "support@example.org",
            "--imap": mailbox.url,
            "--smtp": smtp.url,
            "--language": language,
            "--visibility": visibility,
            "--portal-url": "http://127.0.0.1:8000/",
            "--agent": "anna=Анна <anna@example.org>",
        }
        flat = [part for pair in options.items() for part in pair]
        programs.run("init", root, *flat, "--yes").check_returncode()
        bare = tmp_path / "remote.git" if remote else None
        made = RealDesk(root, mailbox, smtp, bare)
        if settings:
            with (root / "tracker.toml").open("a", encoding="utf-8") as file:
                file.write(settings)
            made.git("commit", "-qam", "Settings")
        if bare:
            subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
            made.git("remote", "add", "origin", str(bare))
            made.git("push", "-q", "origin", "main")
        return made

    return make


@pytest.fixture
def desk(desk_of: Callable[..., RealDesk]) -> RealDesk:
    """A public Russian desk with a remote."""
    return desk_of()


@pytest.fixture
def now() -> Iterator[datetime]:
    """A fixed moment."""
    yield datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def environment(**values: str) -> dict[str, str]:
    """This process's environment with some values changed."""
    return {**os.environ, **values}
