"""What may not stand in a repository that everybody reads, and why."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.core.accounts.disguise import unsealed_lines
from tracker.core.errors import TrackerError
from tracker.core.settings import Settings
from tracker.core.ticket import Entry, Ticket

_STANDS = "stands here, and the repository is public"
_REASON = "the repository is public, and everybody would read it"


class PublicError(TrackerError):
    """Something internal was to be written into a public repository."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} can't be kept: {_REASON}",
            "Say it elsewhere; a desk with internal notes needs a private repository.",
        )


def refuse(settings: Settings, entry: Entry) -> None:
    """Raise PublicError for an entry for agents alone, if everybody reads the repository."""
    if settings.desk.repository == "public" and (what := _internal(entry)):
        raise PublicError(what)


def refuse_phone(settings: Settings, ticket: Ticket) -> None:
    """Raise PublicError for a caller's number, likewise."""
    if settings.desk.repository == "public" and ticket.phone:
        raise PublicError("A caller's telephone number")


def note_fault(settings: Settings) -> str:
    """Return why ``/note`` can't be obeyed, or empty."""
    return f"a note can't be kept: {_REASON}" if settings.desk.repository == "public" else ""


def faults(ticket: Ticket, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield what stands in a ticket of a public repository and may not, addresses apart: where
    (a field or an entry's id), and what it is.
    """
    if settings.desk.repository != "public":
        return
    if ticket.phone:
        yield "phone", f"a telephone number {_STANDS}"
    for entry in ticket.entries:
        if what := _internal(entry):
            yield entry.id, f"{what.lower()} {_STANDS}"


def address_faults(text: str, settings: Settings) -> Iterator[tuple[int, str]]:
    """Yield the lines of a ticket file of a public repository that hold a mail address or a
    foreign Message-ID in front matter or in an entry's mark, and what to say of it.
    """
    if settings.desk.repository == "public":
        for line in unsealed_lines(text, settings.known):
            yield line, f"a mail address or a foreign Message-ID {_STANDS}"


def _internal(entry: Entry) -> str:
    if entry.kind == "note":
        return "An internal note"
    if entry.kind == "message" and entry.visibility != "public":
        return "A message held for review"
    return ""
