"""The options of `tracker import` that need reading: people, statuses, columns, times."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.core.errors import TrackerError

if TYPE_CHECKING:
    from tracker.core.moving.jira import Reading
    from tracker.core.moving.people import Directory
    from tracker.core.settings import Settings


def directory_of(
    settings: Settings, users: Path | None, told: Sequence[str], staff: Sequence[str]
) -> Directory:
    """Return who the people of an export are, by the options. Raises TrackerError."""
    from tracker.adapters.tables import read_table
    from tracker.core.moving.people import Directory, listed_users, told_users

    try:
        listed = listed_users([row for _, row in read_table(users)]) if users else {}
        return Directory(settings, {**listed, **told_users(told)}, staff)
    except ValueError as error:
        raise TrackerError(f"{users}: {error}" if users else str(error)) from None


def reading_of(
    settings: Settings,
    *,
    statuses: Sequence[str],
    columns: Sequence[str],
    date_format: str,
    timezone: str,
) -> Reading:
    """Return how an export is read, by the options. Raises TrackerError."""
    from zoneinfo import ZoneInfo

    from tracker.core.moving.jira import Reading
    from tracker.core.moving.jira_csv import COLUMNS
    from tracker.core.ticket import STATUSES

    meant: Any = _pairs(statuses, "status", STATUSES, value=True)
    try:
        zone = ZoneInfo(timezone) if timezone else settings.desk.timezone
    except (KeyError, ValueError, OSError):
        raise TrackerError(
            f"There is no time zone `{timezone}`", "Such as Europe/Moscow."
        ) from None
    return Reading(zone, date_format, meant, _pairs(columns, "column", tuple(COLUMNS), value=False))


def _pairs(
    written: Sequence[str], option: str, allowed: Sequence[str], *, value: bool
) -> dict[str, str]:
    """Read ``--status 'In review=waiting'``, whose value is one of the allowed words, or
    ``--column summary=Тема``, whose name is.
    """
    found = {}
    side = "what follows" if value else "what precedes"
    for one in written:
        split = one.rpartition("=") if value else one.partition("=")
        left, equals, right = (part.strip() for part in split)
        if not equals or not left or (right if value else left) not in allowed:
            raise TrackerError(f"--{option} {one}: {side} `=` must be one of {', '.join(allowed)}")
        found[left.lower() if value else left] = right
    return found
