"""The history of the desk as stamping asks for it: who wrote what, and who is believed."""

from __future__ import annotations

import mimetypes
import tomllib
from collections.abc import Iterator, Sequence

from tracker.adapters.history import Commit, History
from tracker.core.addresses import Address
from tracker.core.origins import Origin, Version
from tracker.core.settings import FILE
from tracker.core.ticket import Attachment
from tracker.desk.desk import Desk
from tracker.desk.view import unsealed


class Past:
    """The history up to ``commit``. Raises ShallowError where the clone lacks it."""

    def __init__(self, desk: Desk, history: History, commit: str) -> None:
        self._desk = desk
        self._history = history
        self._commit = commit
        self._people = desk.people(commit)
        self._origins: dict[str, Origin] = {}
        history.need_whole()

    def lines(self, path: str, first: int, last: int) -> list[Origin]:
        """Return who brought each line of a file; lines count from 0, ``last`` is one of them."""
        return [self.origin(one) for one in self._history.blame(self._commit, path, first, last)]

    def commits(self, path: str, lines: Sequence[int]) -> list[str]:
        """Return the commit that brought each of these lines of a file, in their order."""
        if not lines:
            return []
        first = min(lines)
        found = self._history.blame(self._commit, path, first, max(lines))
        return [found[line - first] for line in lines]

    def versions(self, path: str) -> Iterator[Version]:
        """Yield the commits that changed a file, the newest first."""
        return self._history.versions(self._commit, path)

    def text(self, commit: str, path: str) -> str | None:
        """Return a file as of a commit, or None."""
        content = self._desk.git.read_file(commit, path)
        if content is None:
            return None
        return unsealed(content.decode("utf-8", "replace"), self._people)

    def file(self, path: str) -> Attachment | None:
        """Return a file of the newest commit as an attachment, or None where it is not there."""
        size = self._history.sizes(self._commit, [path]).get(path)
        return None if size is None else attachment(path, size)

    def origin(self, commit: str) -> Origin:
        """Return who made a commit, and whether that is believed."""
        if commit not in self._origins:
            self._origins[commit] = self.origin_of(self._history.commit(commit))
        return self._origins[commit]

    def origin_of(self, commit: Commit) -> Origin:
        """Return who made a commit.

        Git believes whatever name a commit bears. An agent's is believed if the address is one
        of theirs, the commit was made on the desk's branch itself instead of coming in by a merge
        (``History.on_mainline``), and the host did not make it of another one
        (``Commit.rebased_by_host``). Hosts that rebase or fast-forward without leaving a trace
        can't be told from a push: there ``tracker check --outside`` guards ``tickets/``.
        """
        handle = self._desk.settings.agent_by_email(commit.author.email)
        own = handle is None and self._by_desk(commit)
        believed = (handle is not None or own) and not commit.rebased_by_host
        if not believed or not self._history.on_mainline(commit.id, self._commit):
            return Origin(commit.author, commit.authored)
        return Origin(commit.author, commit.authored, handle, own)

    def _by_desk(self, commit: Commit) -> bool:
        """Whether a commit bears the desk's name, with the address that it had then."""
        own = self._desk.committer
        if commit.author.name != own.name or commit.author.key == own.key:
            return commit.author.key == own.key
        content = self._desk.git.read_file(commit.id, FILE)
        try:
            settings = tomllib.loads((content or b"").decode())
        except ValueError:
            return False
        mailbox = settings.get("mailbox")
        written = mailbox.get("address") if isinstance(mailbox, dict) else None
        return isinstance(written, str) and Address("", written).key == commit.author.key


def attachment(path: str, size: int) -> Attachment:
    """Return a file of the desk as an attachment, its type guessed from its name."""
    name = path.rpartition("/")[2]
    return Attachment(name, path, size, mimetypes.guess_type(name)[0] or "application/octet-stream")
