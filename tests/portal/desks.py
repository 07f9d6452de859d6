"""A desk on disk for tests of the portal, built through MkDocs or published directly."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import tracker
from tests import programs
from tracker.core.document import render
from tracker.core.pages.site import Desk
from tracker.core.ticket import Ticket, ticket_path
from tracker.desk.desk import load_settings
from tracker.desk.snapshot import Snapshot
from tracker.portal.site import Publication, Published
from tracker.portal.source import FolderSource

TODAY = date(2026, 11, 25)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "606060000000050001a5f645400000000049454e44ae426082"
)
"""A picture of one pixel."""
TEMPLATES = Path(tracker.__file__).parent / "portal" / "templates"

SETTINGS = """\
[desk]
name = "Служба аккредитации"
prefix = "ACCREDO"
language = "{language}"
timezone = "Europe/Moscow"
portal_url = "https://help.example.org/desk/"
visibility = "{visibility}"
phone = "+7 (495) 123-45-67"
hours = "9:00-18:00"

[mailbox]
address = "support@example.org"
"""


class DeskFolder:
    """A desk repository with its settings and first pages."""

    def __init__(self, root: Path, language: str = "ru", visibility: str = "public") -> None:
        self.root = root
        self.site = root / "site"
        root.mkdir(parents=True, exist_ok=True)
        shutil.copytree(TEMPLATES / f"docs.{language}", root / "docs")
        if visibility == "private":
            shutil.copytree(TEMPLATES / f"private.{language}", root / "docs", dirs_exist_ok=True)
        shutil.copy(TEMPLATES / "desk-mkdocs.yml", root / "mkdocs.yml")
        self.settings(SETTINGS.format(language=language, visibility=visibility))
        self._git("init", "-q", "-b", "main")

    def settings(self, text: str) -> None:
        (self.root / "tracker.toml").write_text(text, "utf-8")

    def put(self, *tickets: Ticket) -> None:
        for one in tickets:
            self.file(ticket_path("ACCREDO", one.number), render(one, "ru").encode())

    def file(self, path: str, data: bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def commit(self) -> None:
        self._git("add", "-A")
        self._git("commit", "-q", "--allow-empty", "-m", "state")

    def build(self) -> subprocess.CompletedProcess[str]:
        """Build with MkDocs in a process of its own, as a user does."""
        environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
        return programs.module("mkdocs", "build", "--strict", env=environment, cwd=self.root)

    def publish(
        self,
        pages: Path,
        site: Path | None = None,
        state: Path | None = None,
        today: date = TODAY,
        *,
        committed: bool = False,
    ) -> Published:
        """Publish the work tree (or the last commit, as a real build does) directly, with pages
        that the generator wrote before.
        """
        desk = Desk.of(load_settings(self.root))
        site = site or self.site
        state = state or self.root / ".tracker" / f"{site.name}.sqlite"
        source = Snapshot.open(self.root) if committed else FolderSource(self.root)
        return Publication(desk, source, site, pages, state, today).publish()

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, check=True)


def contents(site: Path) -> dict[str, str]:
    """Every file of a site with a digest of its bytes."""
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file()
    }
