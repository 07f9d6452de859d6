"""The one family of errors a user sees: what happened, what to do, which exit code."""

from __future__ import annotations

MENDABLE = 1
"""Exit code: a fault that the user can mend."""
USAGE = 2
"""Exit code: wrong usage of a command."""
PARTIAL = 3
"""Exit code: done, but something was quarantined or is still unsent."""
BUSY = 4
"""Exit code: another run holds the desk."""


class TrackerError(Exception):
    """A fault with its mend.

    ``message`` says in one line what is wrong, ``hint`` what to do about it (may be empty).
    The command line prints both on stderr and exits with ``exit_code``.
    """

    exit_code = MENDABLE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Busy(TrackerError):
    """Another run holds the desk."""

    exit_code = BUSY
