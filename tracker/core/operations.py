"""What is done to tickets, however it was asked for: by mail, in a commit, on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.fields import Fields, events_between, front_matter, visibility_of
from tracker.core.option_checks import EMAIL
from tracker.core.settings import Settings
from tracker.core.ticket import PRIORITIES, Entry, Role, Ticket
from tracker.core.workspace import Workspace

MOST_PARTICIPANTS = 10
EDITED = "edited"
"""Why a text is held that counted once: somebody who is no agent changed it since."""
FORGED = "forged"
"""The event that stands for one which nobody believed wrote into a file."""
_NUMBER = re.compile(r"(?:[A-Za-z][A-Za-z0-9]{1,9}-)?([1-9][0-9]{0,9})")


class OperationError(TrackerError):
    """What was asked for can't be done: a wrong agent, number, address or word."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as what, on which way, and when. ``handle`` is an agent's, else None,
    ``silent`` the reason why nobody is told of it, or empty.
    """

    author: Address
    role: Role
    via: str
    at: datetime
    handle: str | None = None
    silent: str = ""


def event(
    work: Workspace, who: Actor, name: str, data: dict[str, str] | None = None, **values: object
) -> Entry:
    """Return an event by ``who``; ``values`` are further fields of the entry."""
    given = {
        "id": work.new_id(),
        "at": who.at,
        "author": who.author,
        "role": who.role,
        "via": who.via,
        "kind": "event",
        "visibility": visibility_of(name),
        "event": name,
        "data": data or {},
        "silent": who.silent,
    }
    return Entry(**(given | values))  # type: ignore[arg-type]


def change(work: Workspace, number: int, who: Actor, wanted: Fields) -> list[Entry]:
    """Bring a ticket's fields to ``wanted``: its front matter, and an event for each change.

    Returns the events; none where everything is so already.
    """
    ticket = work.need(number)
    before = Fields.of(ticket)
    events = [event(work, who, name, data) for name, data in events_between(before, wanted)]
    if events:
        work.set_fields(ticket, front_matter(before, wanted))
        work.add(ticket, events)
    return events


def set_status(work: Workspace, number: int, who: Actor, status: str) -> list[Entry]:
    """Set ``open``, ``waiting`` or ``closed``."""
    fields = Fields.of(work.need(number))
    return change(work, number, who, replace(fields, status=status))  # type: ignore[arg-type]


def join(work: Workspace, number: int, who: Actor, people: Iterable[Address]) -> list[Entry]:
    """Make people participants, at most ``MOST_PARTICIPANTS`` in all; who is one too many is told
    to the agents by an event.

    The requester, the desk's own addresses and agents are left out: they hear of it anyway.
    """
    fields = Fields.of(work.need(number))
    room = max(0, MOST_PARTICIPANTS - len(fields.participants))
    found = newcomers(work, number, people)
    joined = replace(fields, participants=(*fields.participants, *found[:room]))
    return [
        *change(work, number, who, joined),
        *_leave_out(work, number, who, [one.key for one in found[room:]]),
    ]


def _leave_out(work: Workspace, number: int, who: Actor, addresses: list[str]) -> list[Entry]:
    """Note who found no room, once: every answer to all names the same people again."""
    ticket = work.need(number)
    told = [one.data.get("who", "") for one in ticket.entries if one.event == "left-out"]
    known = {address for one in told for address in one.split(", ")}
    new = [one for one in addresses if one not in known]
    if not new:
        return []
    noted = event(work, who, "left-out", {"who": ", ".join(new)})
    work.add(ticket, [noted])
    return [noted]


def newcomers(work: Workspace, number: int, people: Iterable[Address]) -> tuple[Address, ...]:
    """Return those of ``people`` that ``join`` would make participants if there was room."""
    ticket = work.need(number)
    return outsiders(work.settings, people, (ticket.requester, *ticket.participants))


def outsiders(
    settings: Settings, people: Iterable[Address], known: Iterable[Address]
) -> tuple[Address, ...]:
    """Return those of ``people``, each once, who are neither ``known`` nor of the desk, and can
    be written to.
    """
    passed = {one.key for one in known}
    added = []
    for person in people:
        if person.key in passed or is_own(settings, person.key):
            continue
        if settings.agent_by_email(person.key) or not EMAIL.fullmatch(person.email):
            continue
        passed.add(person.key)
        added.append(person)
    return tuple(added)


def leave(work: Workspace, number: int, who: Actor, address: str) -> list[Entry]:
    """Take a participant out."""
    fields = Fields.of(work.need(number))
    kept = tuple(one for one in fields.participants if one.key != address.lower())
    return change(work, number, who, replace(fields, participants=kept))


def mute(
    work: Workspace, number: int, who: Actor, address: str, *, muted: bool = True
) -> list[Entry]:
    """Stop (or resume) the letters about a ticket to one address."""
    fields = Fields.of(work.need(number))
    kept = tuple(one for one in fields.muted if one != address.lower())
    silent = (*kept, address.lower()) if muted else kept
    if set(silent) == set(fields.muted):
        return []
    return change(work, number, who, replace(fields, muted=silent))


def link(work: Workspace, number: int, other: int, who: Actor) -> list[Entry]:
    """Note on two tickets that they belong together."""
    one, two = work.need(number), work.need(other)
    if one.number == two.number:
        raise OperationError(f"{one.id} can't be linked with itself", "Name another ticket.")
    events = []
    for here, there in ((one, two), (two, one)):
        if there.id not in here.links:
            events.append(event(work, who, "linked", {"to": there.id}))
            work.add(here, [events[-1]])
    return events


def unlink(work: Workspace, number: int, other: int, who: Actor) -> list[Entry]:
    """Take back, on two tickets, that they belong together."""
    one, two = work.need(number), work.need(other)
    events = []
    for here, there in ((one, two), (two, one)):
        if there.id in here.links:
            events.append(event(work, who, "unlinked", {"to": there.id}))
            work.add(here, [events[-1]])
    return events


def spam(work: Workspace, number: int, who: Actor, *, undo: bool = False) -> list[Entry]:
    """Withdraw a ticket from portal and letters, and close it; or take that back."""
    ticket = work.need(number)
    first = next((one for one in ticket.entries if one.kind == "message"), None)
    marked = is_spam(ticket)
    if first is None or marked is not undo:
        return []
    if undo:
        stood = next(one for one in reversed(ticket.entries) if one.event == "spam")
        # What somebody edited meanwhile was reviewed by nobody.
        edited = first.data.get("held") == EDITED
        back = "held" if edited else stood.data.get("before")
        work.amend(ticket, first.id, {"visibility": back})
        told = event(work, who, "not-spam")
    else:
        # What nobody had reviewed is as little reviewed when this is taken back.
        before = {"before": "held"} if first.visibility == "held" else {}
        work.amend(ticket, first.id, {"visibility": "held"})
        told = event(work, who, "spam", before)
    work.add(ticket, [told])
    return [told, *set_status(work, number, who, "open" if undo else "closed")]


def is_spam(ticket: Ticket) -> bool:
    """Whether an agent withdrew the ticket as spam."""
    marks = [one.event for one in ticket.entries if one.event in ("spam", "not-spam")]
    return bool(marks) and marks[-1] == "spam"


def is_own(settings: Settings, address: str) -> bool:
    """Whether an address is the desk's own: its mailbox, with or without a plus-tag, or a list."""
    local, _, domain = address.lower().rpartition("@")
    bare = f"{local.partition('+')[0]}@{domain}"
    own = {settings.mailbox.address.lower(), *(one.lower() for one in settings.mailbox.lists)}
    return bool({bare, address.lower()} & own)


def number_of(settings: Settings, written: str) -> int:
    """Read ``42`` or ``ACCREDO-42``. Raises OperationError."""
    bare = written.strip().removeprefix("#")
    found = _NUMBER.fullmatch(bare)
    prefix = bare.rpartition("-")[0].upper()
    if not found or prefix not in ("", settings.desk.prefix):
        name = f"{settings.desk.prefix}-42"
        raise OperationError(f"`{written}` is no ticket number", f"Write 42 or {name}.")
    return int(found[1])


def find_entry(ticket: Ticket, written: str) -> tuple[int, Entry]:
    """Return place and entry, named by id or by place: ``k3v9x2``, ``3``, ``#3``.

    Raises OperationError.
    """
    bare = written.strip().removeprefix("#")
    numbered = list(enumerate(ticket.entries, 1))
    # Ids may consist of digits, but of six: the place is what people mean by a short number.
    found = next((one for one in numbered if bare in (one[1].id, str(one[0]))), None)
    if found is None:
        raise OperationError(
            f"{ticket.id} has no entry `{written}`", f"See `tracker show {ticket.number}`."
        )
    return found


def agent_of(settings: Settings, written: str) -> str:
    """Return the handle of the agent named by handle, name or address. Raises OperationError."""
    word = written.strip().lstrip("@").lower()
    for handle, agent in settings.agents.items():
        if word in (handle, agent.name.lower(), *(one.lower() for one in agent.emails)):
            return handle
    known = ", ".join(settings.agents) or "none yet"
    raise OperationError(
        f"There is no agent `{written.strip()}`", f"Agents in tracker.toml: {known}."
    )


def priority_of(written: str) -> str:
    """Return the priority that a word means, English or Russian. Raises OperationError."""
    word = written.strip().lower()
    found = {"низкая": "low", "обычная": "normal", "высокая": "high", "срочная": "urgent"}.get(word)
    if found is None and word not in PRIORITIES:
        raise OperationError(f"`{written}` is no priority", f"Known are {', '.join(PRIORITIES)}.")
    return found or word


def addresses_of(written: str) -> list[Address]:
    """Read addresses separated by commas or spaces. Raises OperationError."""
    parts = written.split(",") if "<" in written or "," in written else written.split()
    found = [Address.parse(part) for part in parts if part.strip()]
    for one in found:
        if not EMAIL.fullmatch(one.email):
            raise OperationError(f"`{one}` is no mail address", "Write it as name@example.org.")
    return found


def words_of(written: str) -> list[str]:
    """Split labels by commas or spaces."""
    parts = written.split(",") if "," in written else written.split()
    return [part.strip() for part in parts if part.strip()]
