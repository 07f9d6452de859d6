"""Which repository a remote's address names."""

from __future__ import annotations

import re

_REMOTE = re.compile(
    r"(?:[a-z+]+://(?:[^/@]*@)?[\w.-]+(?::\d+)?/|(?:[\w.-]+@)?[\w.-]+:)"
    r"(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
)


def repository_of(address: str) -> str:
    """Return ``org/desk`` of a remote on GitHub, however it is written; empty for a path."""
    found = _REMOTE.fullmatch(address)
    return found["name"] if found and not address.startswith("file:") else ""
