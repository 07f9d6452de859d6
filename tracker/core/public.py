"""What may not stand in a repository that everybody reads, and why."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.settings import Settings
from tracker.core.ticket import Entry, Ticket

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
    """Yield what stands in a ticket of a public repository and may not: where (a field or an
    entry's id), and what it is.
    """
    if settings.desk.repository != "public":
        return
    own = {settings.mailbox.address.lower(), *(one.lower() for one in settings.mailbox.lists)}

    def plain(one: Address) -> bool:
        known = not one.key or one.key in own or settings.agent_by_email(one.key)
        return not known and not one.key.endswith("@sealed")

    for name, people in (
        ("requester", (ticket.requester,)),
        ("participants", ticket.participants),
        ("muted", tuple(Address("", one) for one in ticket.muted)),
    ):
        if any(map(plain, people)):
            yield name, f"`{name}` holds a mail address, and the repository is public"
    if ticket.phone:
        yield "phone", "a telephone number stands here, and the repository is public"
    for entry in ticket.entries:
        if what := _internal(entry):
            yield entry.id, f"{what.lower()} stands here, and the repository is public"
        told = (Address("", one) for one in (*entry.told, *entry.bounced) if one[:1] != "@")
        if any(map(plain, (entry.author, *told))):
            yield entry.id, "a mail address stands here, and the repository is public"
        if entry.message_id and not entry.message_id.endswith("@sealed>"):
            yield entry.id, "the Message-ID of a mail stands here, and the repository is public"


def _internal(entry: Entry) -> str:
    if entry.kind == "note":
        return "An internal note"
    if entry.kind == "message" and entry.visibility != "public":
        return "A message held for review"
    return ""
