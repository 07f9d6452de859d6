"""A private desk on disk, with accounts, for tests of sealing and scanning."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests import programs
from tests.core.pages.make import IVAN
from tests.portal.desks import SETTINGS, DeskFolder
from tracker.core.accounts.activation import new_record
from tracker.core.accounts.bundles import Owner
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.layout import FOLDER, SEALED, bundle_path
from tracker.core.accounts.logins import Derived, keep
from tracker.core.accounts.records import Record, Role, write_record
from tracker.core.accounts.sealed import open_sealed
from tracker.core.pages.site import Desk as PageDesk
from tracker.desk.desk import Desk
from tracker.desk.seal import Sealed, seal

SECRET = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AGENT = '\n[agents.anna]\nname = "Анна"\nemails = ["anna@example.org"]\n'


class PrivateDesk(DeskFolder):
    """A private desk's folder; the secret must be in the environment to seal it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, visibility="private")
        self.settings(SETTINGS.format(language="ru", visibility="private") + AGENT)
        (root / ".gitignore").write_text(".tracker/\nsite/\n")
        self.ring = Ring.of_secrets(SECRET)
        self.count = 0

    def account(self, address: str = IVAN.email, role: Role = "requester", **more: Any) -> Record:
        """Write a record with a login (without the half second of Argon2id)."""
        self.count += 1
        record = new_record(self.ring, f"{self.count:032x}", [address], "", role, NOW)
        found = Derived(f"ff{self.count:030x}", bytes([self.count]) * 32)
        login = keep(self.ring.current, record.account, record.epoch, found, "passphrase")
        values: dict[str, Any] = {
            "invitation": 1, "to": record.addresses[0], "expires": "2026-11-30T00:00:00Z",
            "logins": (login,),
        }  # fmt: skip
        made = Record(**{**_fields(record), **values, **more})
        self.file(made.path, write_record(made))
        return made

    def open(self, now: datetime = NOW) -> Desk:
        """Open it, with the clock at ``now``."""
        desk = Desk.open(self.root)
        desk.clock = lambda: now
        return desk

    def seal(self, now: datetime = NOW) -> Sealed:
        """Commit what is there and seal it."""
        self.commit()
        desk = self.open(now)
        try:
            return seal(desk)
        finally:
            desk.index.close()

    def sealed(self) -> dict[str, bytes]:
        """The sealed files: path on the site to bytes."""
        top = self.root / SEALED
        return {
            path.relative_to(top).as_posix(): path.read_bytes()
            for path in (top / FOLDER).rglob("*")
            if path.is_file()
        }

    def bundle(self, record: Record, role: Role = "requester") -> dict[str, Any]:
        """Open the first chunk of an account's bundle, as its owner does."""
        desk = self.open()
        owner = Owner(record, self.ring.current, role, PageDesk.of(desk.settings))
        path = bundle_path(owner.names(1)[0])
        data = self.sealed()[path]
        return dict(json.loads(open_sealed(owner.key, owner.place("bundle", path), data)))

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command line as a process of its own."""
        here = {"PYTHONPATH": str(Path(__file__).parents[2])}
        surroundings = {**os.environ, **here, **environment}
        return programs.run("-C", self.root, *arguments, env=surroundings)


def _fields(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
