"""What one run of ``sync`` did."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tracker.core.errors import PARTIAL
from tracker.core.intake import Outcome

_NUMBER = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-[1-9]\d*\b")
_MOST = 20


def _order(number: str) -> tuple[str, int]:
    prefix, _, digits = number.rpartition("-")
    return prefix, int(digits)


@dataclass(slots=True)
class Report:
    """Counts and ids of one run.

    ``stamped`` are tickets that people wrote into; ``account`` says what mails did to accounts;
    ``sent`` are the tickets that letters told of, ``letters`` how many letters these were;
    ``failed`` are letters that could not be sent, with the reason; ``waiting`` are numbers whose
    letter the limits hold back; ``notes`` are sentences for the person who looks on.
    """

    stamped: list[str] = field(default_factory=list)
    fetched: int = 0
    opened: list[str] = field(default_factory=list)
    commented: list[str] = field(default_factory=list)
    account: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    letters: int = 0
    failed: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    pushed: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count what became of messages."""
        for one in outcomes:
            self.fetched += 1
            detail = (
                f"{one.uid}: {one.detail}" if one.what in ("ignored", "quarantined") else one.detail
            )
            getattr(self, one.what).append(detail)

    def add_letter(self, tickets: Iterable[str]) -> None:
        """Count a letter that went out, which told of ``tickets``."""
        self.sent += tickets
        self.letters += 1

    @property
    def exit_code(self) -> int:
        """0, or 3 where something was quarantined or is still unsent."""
        return PARTIAL if self.quarantined or self.failed else 0

    @property
    def did_something(self) -> bool:
        """Whether there is more to tell than what still waits."""
        done = (self.stamped, self.fetched, self.quarantined, self.sent, self.failed, self.pushed)
        return any(done) or bool(self.notes)

    def count(self, name: str) -> int:
        """Return how many there are of what the list ``name`` names. Letters count, not what each
        tells of.
        """
        return self.letters if name == "sent" else len(getattr(self, name))

    def as_markdown(self) -> str:
        """Return counts and numbers of requests as a table; it names nobody."""
        mails = ("opened", "commented", "ignored", "quarantined")
        rows = [f"| fetched | {self.fetched} | |"]
        for name in ("stamped", *mails, "sent", "failed", "waiting"):
            found: list[str] = getattr(self, name)
            if found:
                numbers = sorted(
                    {each for one in found for each in _NUMBER.findall(one)}, key=_order
                )
                more = f" and {len(numbers) - _MOST} more" if len(numbers) > _MOST else ""
                rows.append(f"| {name} | {self.count(name)} | {', '.join(numbers[:_MOST])}{more} |")
        head = "| what | how many | requests |\n|---|---|---|"
        return "\n".join(["### Mail", "", head, *rows, "", ""])

    def as_json(self) -> dict[str, Any]:
        """Return the counts, with the ids beside them."""
        mails = ("opened", "commented", "account", "ignored", "quarantined")
        lists = ("stamped", *mails, "sent", "failed", "waiting")
        counts = {name: self.count(name) for name in lists}
        return {
            "fetched": self.fetched,
            **counts,
            "pushed": self.pushed,
            "ids": {name: getattr(self, name) for name in lists},
            "notes": self.notes,
        }
