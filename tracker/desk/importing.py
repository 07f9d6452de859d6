"""Importing: batches of what other systems hold, each one commit, and what became of all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tracker.adapters.commits import Change
from tracker.core import state
from tracker.core.errors import PARTIAL
from tracker.core.moving.items import Left
from tracker.core.ticket import Ticket
from tracker.desk.desk import Desk
from tracker.desk.view import View
from tracker.desk.write import PushRefusedError, write

BATCH = 200
TRAILER = "Import-Run"
"""Names in the message of each commit of an import the run that it belongs to."""

Watch = Callable[[int, int], None]
T = TypeVar("T")


@dataclass(slots=True)
class ImportReport:
    """What an import did: ids of tickets opened and added to, how much was known already, how
    many files were stored, what was left and why. ``numbers`` maps what the other system calls a
    ticket to its number here; a dry run gives none.
    """

    run: str
    dry_run: bool = False
    opened: list[str] = field(default_factory=list)
    commented: list[str] = field(default_factory=list)
    known: int = 0
    files: int = 0
    commits: int = 0
    left: list[Left] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0, or 3 where something was left."""
        return PARTIAL if self.left else 0

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {
            "run": self.run,
            "dry_run": self.dry_run,
            "opened": len(self.opened),
            "commented": len(self.commented),
            "known": self.known,
            "files": self.files,
            "commits": self.commits,
            "left": [
                {"file": one.file, "item": one.item, "reason": one.reason} for one in self.left
            ],
            "ids": {"opened": self.opened, "commented": self.commented},
            "numbers": self.numbers,
            "notes": self.notes,
        }


@dataclass(slots=True)
class Outcome:
    """What became of one thing to import, as the report counts it: ``opened``, ``commented`` or
    ``known``, which ticket it is, and what the other system calls it (or empty).
    """

    what: str
    ticket: str
    source: str = ""
    files: int = 0
    left: Sequence[Left] = ()


@dataclass(slots=True)
class Decided:
    """What a decision on one batch gives: files to commit, and what became of each thing."""

    files: dict[str, bytes | None]
    tickets: dict[str, Ticket]
    outcomes: list[Outcome]


Decide = Callable[[View, Sequence[T]], Decided]
Name = Callable[[T], tuple[str, str]]
"""Returns file and name of a thing, for the report."""


class Importer:
    """Writes batches. A batch that the Git host refuses is halved, down to the one thing that it
    refuses, which is left; an interrupted import goes on where it was, when it is run again.
    """

    def __init__(self, desk: Desk, system: str, report: ImportReport) -> None:
        self.report = report
        self._desk, self._system = desk, system

    def write(self, batch: Sequence[T], decide: Decide[T], name: Name[T]) -> None:
        """Decide and commit one batch. Raises GitError; what was committed until then stays."""
        decided: list[Decided] = []

        def change(view: View) -> Change | None:
            decided[:] = [decide(view, batch)]
            if not decided[0].files.keys() - {state.NUMBERS}:
                return None
            message = self._message(decided[0].outcomes)
            return Change(decided[0].files, message, decided[0].tickets)

        try:
            written = write(self._desk, change)
        except PushRefusedError as refusal:
            self._halve(batch, decide, name, refusal)
            return
        self.report.commits += written.wrote
        self.note(decided[0].outcomes)

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Count what became of things."""
        for one in outcomes:
            if one.what == "known":
                self.report.known += 1
            elif one.ticket:
                getattr(self.report, one.what).append(one.ticket)
            if one.source and one.ticket:
                self.report.numbers[one.source] = one.ticket
            self.report.files += one.files
            self.report.left += one.left

    def _halve(
        self, batch: Sequence[T], decide: Decide[T], name: Name[T], refusal: PushRefusedError
    ) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            self.write(batch[:middle], decide, name)
            self.write(batch[middle:], decide, name)
            return
        file, item = name(batch[0])
        self.report.left.append(Left(file, item, refusal.message))

    def _message(self, outcomes: Sequence[Outcome]) -> str:
        """Return what the commit says: numbers and the run, no word of what was imported."""
        names = list(dict.fromkeys(one.ticket for one in outcomes if one.what != "known"))
        count = names[0] if len(names) == 1 else f"{len(names)} tickets"
        listed = f"\n\n{', '.join(names)}" if len(names) > 1 else ""
        return f"Import {count} from {self._system}{listed}\n\n{TRAILER}: {self.report.run}"


def forget(files: dict[str, bytes | None]) -> None:
    """Keep of a dry run's files what later batches look at, and no contents of attachments."""
    for path, content in files.items():
        if content and not path.endswith(".md"):
            files[path] = b""
