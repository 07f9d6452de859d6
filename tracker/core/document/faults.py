"""The error for a ticket file that can't be read: path, line and what was expected."""

from __future__ import annotations

from tracker.core.errors import TrackerError


class TicketFault(TrackerError):
    """One fault of a ticket file. ``line`` is 1-based; 0 means the file as a whole."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        where = f"{path}:{line}" if line else path
        super().__init__(f"{where}: {reason}", "Mend the file by hand and commit; nothing is lost.")
        self.path = path
        self.line = line
        self.reason = reason
