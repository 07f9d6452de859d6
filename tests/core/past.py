"""A history in memory: versions of one file in a row, and who made each."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from tests.core.samples import NOW, MemoryDesk
from tracker.core.addresses import Address
from tracker.core.origins import Origin, Version
from tracker.core.settings import Fault, Settings
from tracker.core.stamping import plan, stamp
from tracker.core.ticket import Attachment, Ticket, ticket_path
from tracker.core.workspace import Workspace

ANNA = Address("anna w", "anna@users.noreply.example.org")
BORIS = Address("Boris", "boris@example.org")
MALLORY = Address("Анна", "anna@example.org")
DESK = Address("Tracker", "support@example.org")
AGENTS = """\

[agents.boris]
name = "Борис"
emails = ["boris@example.org"]
"""
PATH = ticket_path("ACCREDO", 42)


def anna(**before: float) -> Origin:
    """A commit by the agent Anna, so long before NOW, from an address that is not her first."""
    return Origin(ANNA, NOW - timedelta(**before), "anna")


def boris(**before: float) -> Origin:
    """A commit by the agent Boris."""
    return Origin(BORIS, NOW - timedelta(**before), "boris")


def forged(**before: float) -> Origin:
    """A commit that bears Anna's name and is not believed."""
    return Origin(MALLORY, NOW - timedelta(**before))


def own(**before: float) -> Origin:
    """A commit of the tracker's own."""
    return Origin(DESK, NOW - timedelta(**before), own=True)


class MemoryPast:
    """Versions of the file at PATH, the oldest first; ``files`` are sizes by path."""

    def __init__(self, versions: Iterable[tuple[Origin, str]], files: Collection[str] = ()) -> None:
        self.made = list(versions)
        self.files = files

    def lines(self, path: str, first: int, last: int) -> list[Origin]:
        assert path == PATH
        before: list[str] = []
        found: list[Origin] = []
        for origin, text in self.made:
            lines = text.split("\n")
            matcher = difflib.SequenceMatcher(None, before, lines, autojunk=False)
            origins = [origin] * len(lines)
            for block in matcher.get_matching_blocks():
                origins[block.b : block.b + block.size] = found[block.a : block.a + block.size]
            before, found = lines, origins
        assert last < len(before)
        return found[first : last + 1]

    def commits(self, path: str, lines: Sequence[int]) -> list[str]:
        known = {id(origin): str(n) for n, (origin, _) in enumerate(self.made)}
        found = self.lines(path, 0, max(lines, default=0))
        return [known[id(found[line])] for line in lines]

    def versions(self, path: str) -> Iterable[Version]:
        for n in reversed(range(len(self.made))):
            yield str(n), (str(n - 1),) if n else ()

    def origin(self, commit: str) -> Origin:
        return self.made[int(commit)][0]

    def text(self, commit: str, path: str) -> str | None:
        return self.made[int(commit)][1]

    def file(self, path: str) -> Attachment | None:
        name = path.rpartition("/")[2]
        return Attachment(name, path, 7, "text/plain") if path in self.files else None


class Stamped:
    """What stamping made of the last version."""

    def __init__(self, past: MemoryPast, settings: Settings, *others: Ticket) -> None:
        self.desk = MemoryDesk(*others, with_settings=settings)
        self.before = past.made[-1][1]
        self.desk.files[PATH] = self.before.encode()
        found = plan(self.before, PATH, past)
        self.work, self.faults = stamp(self._workspace, [found], past.file)

    def _workspace(self, now: datetime = NOW) -> Workspace:
        return Workspace(self.desk, self.desk.settings, now, self.desk.new_id)

    @property
    def text(self) -> str:
        """The file now."""
        return (self.work.files.get(PATH) or self.before.encode()).decode()

    @property
    def ticket(self) -> Ticket:
        """The ticket now."""
        return self.work.need(42)

    def said(self) -> list[tuple[int, str]]:
        """Lines and reasons of the faults."""
        assert all(isinstance(one, Fault) and one.path == PATH for one in self.faults)
        return [(one.line, one.message) for one in self.faults]
