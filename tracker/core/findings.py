"""What `tracker doctor` finds: fine, wrong, worth a thought, or not looked at, with the mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tracker.core.errors import TrackerError

Level = Literal["ok", "advice", "unchecked", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and how to mend it. ``unchecked`` says that it could not be."""

    subject: str
    level: Level
    message: str
    hint: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing has to be mended for the desk to work."""
        return self.level != "wrong"

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "subject": self.subject,
            "ok": self.ok,
            "level": self.level,
            "message": self.message,
            "hint": self.hint,
        }


class Wrong(TrackerError):
    """Something is wrong."""

    level: Level = "wrong"


class Advice(Wrong):
    """The desk works, but could do better."""

    level: Level = "advice"


class Unchecked(Wrong):
    """It could not be looked at from here."""

    level: Level = "unchecked"


def finding(subject: str, error: TrackerError) -> Finding:
    """Return the finding for what a look raised."""
    level = error.level if isinstance(error, Wrong) else "wrong"
    return Finding(subject, level, error.message, error.hint)
