"""What both of Jira's exports have in common: keys, numbers, and how an export is to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from tracker.core.ticket import Status

SYSTEM = "jira"
LONGEST_TITLE = 200
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,49}-([1-9][0-9]{0,17})")
_FILE = re.compile(r"/(?:attachment|attachments|content)/(?:content/)?(\d+)(?:/|\Z)")


@dataclass(frozen=True, slots=True)
class Reading:
    """How an export is read. ``zone`` is for times without one, ``form`` how they are written
    (empty for the usual ways), ``statuses`` what statuses mean, ``columns`` which column of a
    table holds a field.
    """

    zone: tzinfo
    form: str = ""
    statuses: Mapping[str, Status] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


def is_key(text: str) -> bool:
    """Whether this is the key of an issue: ``ABC-12``."""
    return _KEY.fullmatch(text) is not None


def number_of(key: str) -> int:
    """Return 12 for ``ABC-12``, 0 for what is no key."""
    found = _KEY.fullmatch(key)
    return int(found[1]) if found else 0


def file_number(url: str) -> str:
    """Return the id of an attachment that its address names, or empty."""
    found = _FILE.search(url.partition("?")[0])
    return found[1] if found else ""


def short_title(summary: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return a title, and the whole summary as a further field where the title is cut."""
    if len(summary) <= LONGEST_TITLE:
        return summary, ()
    return f"{summary[: LONGEST_TITLE - 1]}…", (("Summary", summary),)
