"""What is held for review on a ticket, and why."""

from __future__ import annotations

from tracker.core.addresses import Address
from tracker.core.operations import is_spam
from tracker.core.settings import Settings
from tracker.core.ticket import Entry, Ticket


def held(ticket: Ticket) -> list[tuple[int, Entry]]:
    """Return what waits for review, each with its place: messages and proposed changes.

    What was refused is out of it, and everything of a ticket that was withdrawn as spam.
    """
    if is_spam(ticket):
        return []
    numbered = enumerate(ticket.entries, 1)
    return [(n, one) for n, one in numbered if is_held(one) and "refused" not in one.data]


def is_held(entry: Entry) -> bool:
    """Whether an entry has no right yet: not mailed, not published, not obeyed."""
    return entry.visibility == "held" and (entry.kind != "event" or entry.event == "proposed")


def is_first(ticket: Ticket, entry: Entry) -> bool:
    """Whether an entry is the request itself."""
    return next(one for one in ticket.entries if one.kind != "event").id == entry.id


def why(entry: Entry, settings: Settings) -> str:
    """Return in one word why an entry is held; ``other`` where the entry does not tell."""
    reasons = {
        "proposed": entry.kind == "event",
        "unproven": entry.data.get("dmarc") == "fail",
        "agent": settings.agent_by_email(entry.author.key) is not None,
        "commit": entry.via == "git",
        "stranger": entry.role == "stranger",
    }
    found = (reason for reason, holds in reasons.items() if holds)
    return entry.data.get("held") or next(found, "other")


def people_in(written: str) -> list[Address]:
    """Read people joined by commas, whose names may hold commas too."""
    found, name = [], ""
    for part in written.split(","):
        name = f"{name},{part}" if name else part
        if "@" in part:
            found.append(Address.parse(name))
            name = ""
    return found
