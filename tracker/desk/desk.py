"""A desk that is open for work: its folder, settings, repository and index."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.adapters.catalogues import read_overrides
from tracker.adapters.environment import SECRET, SECRET_OLD, optional_secret, secret
from tracker.adapters.git import Git
from tracker.adapters.index import Index, Progress
from tracker.adapters.repository import Repository
from tracker.adapters.tokens import Tokens
from tracker.core.accounts.reception import Means
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.settings import FILE, Settings, read_settings
from tracker.core.tokens import Keys

if TYPE_CHECKING:
    from tracker.core.accounts.keys import Ring
    from tracker.core.accounts.people import People

_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_ID_LENGTH = 6


def random_id() -> str:
    """Return a new entry id: 30 random bits, unique within a ticket."""
    bits = secrets.randbits(5 * _ID_LENGTH)
    return "".join(_ID_LETTERS[bits >> 5 * place & 31] for place in range(_ID_LENGTH))


def random_account() -> str:
    """Return the id of a new account."""
    return secrets.token_hex(16)


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def pause(attempt: int) -> None:
    """Wait before another attempt: longer each time, at random, at most two seconds."""
    time.sleep(random.uniform(0.01, min(2.0, 0.05 * 2**attempt)))


@dataclass(slots=True)
class Desk:
    """A desk. Clock, randomness and waiting are arguments, for the tests' sake."""

    root: Path
    settings: Settings
    git: Git
    repository: Repository
    index: Index
    clock: Callable[[], datetime] = utc_now
    new_id: Callable[[], str] = random_id
    new_account: Callable[[], str] = random_account
    pause: Callable[[int], None] = pause
    progress: Progress | None = None
    tokens: Tokens | None = None
    """Where the mailbox signs in by OAuth, once it did."""

    @classmethod
    def open(cls, folder: Path) -> Desk:
        """Open the desk in ``folder`` or in one above it.

        Raises TrackerError outside a desk, and SettingsError for wrong settings.
        """
        root = find_root(folder)
        settings = load_settings(root)
        git = Git(root)
        if not (root / ".git").exists():
            raise TrackerError(
                f"{root} is no Git repository", "Make it one: `git init -b main`, then commit."
            )
        index = Index(root / ".tracker" / "index.sqlite", git)
        return cls(root, settings, git, Repository(git, settings.desk.branch), index)

    @property
    def own(self) -> Path:
        """The folder for caches and locks; Git ignores it."""
        return self.root / ".tracker"

    def keys(self) -> Keys:
        """Return the keys of the desk. Raises TrackerError without the secret."""
        return Keys(secret(SECRET))

    def ring(self) -> Ring:
        """Return the secrets that account records are read with. Raises TrackerError without."""
        from tracker.core.accounts.keys import Ring  # most commands do without ciphers

        return Ring.of_secrets(secret(SECRET), optional_secret(SECRET_OLD))

    def means(self) -> Means:
        """Return what accounts are made with."""
        return Means(self.ring, self.new_account)

    def people(self, commit: str) -> People | None:
        """Return the pseudonyms as of a commit, where tickets hold such and the secret is set."""
        if not (self.settings.sealed and optional_secret(SECRET)):
            return None
        from tracker.core.accounts.people import PEOPLE, People

        def load() -> Iterable[tuple[str, bytes]]:
            found = {one.path: one.oid for one in self.git.list_files(commit, PEOPLE)}
            contents = self.git.read_many(found.values()) if found else ()
            return [(path, data) for path, (_, data) in zip(found, contents, strict=True)]

        return People(self.ring(), self.known, load if commit else tuple, self.new_account)

    @property
    def known(self) -> tuple[str, ...]:
        """The addresses that stand in the settings: nobody seals these."""
        return self.settings.known

    def now(self) -> datetime:
        """Return the time in the desk's time zone, in whole seconds."""
        return self.clock().astimezone(self.settings.desk.timezone).replace(microsecond=0)

    @property
    def committer(self) -> Address:
        """Who makes the desk's own commits."""
        return Address("Tracker", self.settings.mailbox.address)


def find_root(folder: Path) -> Path:
    """Return the nearest folder, from ``folder`` upwards, with a settings file."""
    start = folder.absolute()
    for one in (start, *start.parents):
        if (one / FILE).is_file():
            return one
    raise TrackerError(
        f"{start} is not inside a desk: there is no {FILE}",
        "Go into a desk, name one with `tracker -C DIR …`, or make one with `tracker init DIR`.",
    )


def load_settings(root: Path, name: str = FILE) -> Settings:
    """Read the settings file of a desk, with the words it brings along. Raises SettingsError."""
    path = root / name
    own = read_overrides(root)
    try:
        return read_settings(path.read_text("utf-8"), name, own.catalogues, own.faults)
    except (OSError, UnicodeDecodeError) as error:
        raise TrackerError(f"{path} can't be read: {error}", "It must be UTF-8 text.") from None
