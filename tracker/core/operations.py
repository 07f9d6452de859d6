"""What is done to tickets, however it was asked for: by mail, in a commit, on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from tracker.core.addresses import Address
from tracker.core.commands import Command
from tracker.core.errors import TrackerError
from tracker.core.fields import Fields, events_between, front_matter, visibility_of
from tracker.core.options import EMAIL
from tracker.core.public import note_fault
from tracker.core.settings import Settings
from tracker.core.ticket import PRIORITIES, Entry, Role, Ticket
from tracker.core.workspace import Workspace, number_in

MOST_PARTICIPANTS = 10
_NUMBER = re.compile(r"(?:[A-Za-z][A-Za-z0-9]{1,9}-)?([1-9][0-9]{0,9})")


class OperationError(TrackerError):
    """What was asked for can't be done: a wrong agent, number, address or word."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as what, on which way, and when. ``handle`` is an agent's, else None."""

    author: Address
    role: Role
    via: str
    at: datetime
    handle: str | None = None


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
    """Make people participants, at most ``MOST_PARTICIPANTS`` in all.

    The requester, the desk's own addresses and agents are left out: they hear of it anyway.
    """
    fields = Fields.of(work.need(number))
    added = newcomers(work, number, people)
    return change(work, number, who, replace(fields, participants=(*fields.participants, *added)))


def newcomers(work: Workspace, number: int, people: Iterable[Address]) -> tuple[Address, ...]:
    """Return those of ``people`` that ``join`` would make participants."""
    ticket = work.need(number)
    known = {ticket.requester.key, *(one.key for one in ticket.participants)}
    added = []
    for person in people:
        if person.key in known or is_own(work.settings, person.key):
            continue
        if work.settings.agent_by_email(person.key) or not EMAIL.fullmatch(person.email):
            continue
        known.add(person.key)
        added.append(person)
    return tuple(added[: max(0, MOST_PARTICIPANTS - len(ticket.participants))])


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


def merge(work: Workspace, number: int, into: int, who: Actor) -> list[Entry]:
    """Merge ticket ``number`` into another: it closes, and what comes for it goes there.

    Its requester and participants take part in the other one from now on.
    Raises OperationError for a ticket that would be merged into itself.
    """
    ticket, other = work.need(number), _taker(work, number, into)
    if ticket.merged_into == other.id:
        return []
    _release(work, ticket, who)
    merged = event(work, who, "merged", {"into": other.id})
    work.add(ticket, [merged])
    closed = set_status(work, number, who, "closed")
    work.add(other, [event(work, who, "took", {"from": ticket.id})])
    if ticket.accepted:  # else nobody has looked yet whether its sender is who it says
        join(work, other.number, who, _people(ticket))
    return [merged, *closed]


def _taker(work: Workspace, number: int, into: int) -> Ticket:
    """Return the ticket that takes ``number`` when it is merged into ``into``."""
    named = work.need(into)
    found = work.final(named)
    if found.number != number:
        return found
    if named.number == number:
        raise OperationError(
            f"{found.id} can't be merged into itself", "Name the ticket that takes it."
        )
    raise OperationError(
        f"{named.id} was merged into {found.id} itself",
        f"Take that back first: `tracker merge {named.number} --undo`.",
    )


def _people(ticket: Ticket) -> tuple[Address, ...]:
    return (ticket.requester, *ticket.participants)


def unmerge(work: Workspace, number: int, who: Actor) -> list[Entry]:
    """Take a merge back: the ticket is open and stands for itself again.

    Who takes part in the other ticket by that merge alone leaves it.
    """
    ticket = work.need(number)
    if not ticket.merged_into:
        return []
    _release(work, ticket, who)
    undone = event(work, who, "unmerged", {"from": ticket.merged_into})
    work.add(ticket, [undone])
    return [undone, *set_status(work, number, who, "open")]


def _release(work: Workspace, ticket: Ticket, who: Actor) -> None:
    """Undo on the ticket that took ``ticket``, where there is one, what the merge did there."""
    other = work.ticket(number_in(ticket.merged_into))
    if other is None:
        return
    work.add(other, [event(work, who, "released", {"from": ticket.id})])
    took = [
        place
        for place, one in enumerate(other.entries)
        if one.event == "took" and one.data.get("from") == ticket.id
    ]
    after = other.entries[took[-1] + 1 :] if took else ()
    joined = takewhile(lambda one: one.event == "joined", after)
    came = {Address.parse(one.data.get("who", "")).key for one in joined}
    for person in _people(ticket):
        if person.key in came:
            leave(work, other.number, who, person.key)


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
        work.amend(ticket, first.id, {"visibility": stood.data.get("before")})
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


def obey(work: Workspace, number: int, who: Actor, commands: Iterable[Command]) -> list[Entry]:
    """Do what commands in a text say (``/note`` is the caller's part); return the events.

    Raises OperationError and NoTicketError with what is wrong; ``fault_of`` tells beforehand.
    """
    events: list[Entry] = []
    for one in commands:
        events += _obey(work, number, who, one)
    return events


def _obey(work: Workspace, number: int, who: Actor, one: Command) -> list[Entry]:
    settings, word = work.settings, one.argument
    statuses = {"close": "closed", "reopen": "open", "wait": "waiting"}
    if one.name in statuses:
        return set_status(work, number, who, statuses[one.name])
    if one.name == "merge":
        return merge(work, number, number_of(settings, word), who)
    if one.name == "link":
        return link(work, number, number_of(settings, word), who)
    if one.name == "spam":
        return spam(work, number, who)
    if one.name == "cc":
        return join(work, number, who, addresses_of(word))
    if one.name in ("stop", "resume"):
        return mute(work, number, who, who.author.key, muted=one.name == "stop")
    return _set_field(work, number, who, one)


def _set_field(work: Workspace, number: int, who: Actor, one: Command) -> list[Entry]:
    fields = Fields.of(work.need(number))
    if one.name == "assign":
        handle = agent_of(work.settings, one.argument) if one.argument else who.handle
        return change(work, number, who, replace(fields, assignee=handle))
    if one.name == "priority":
        return change(work, number, who, replace(fields, priority=priority_of(one.argument)))  # type: ignore[arg-type]
    words = tuple(words_of(one.argument))
    if one.name == "label":
        added = tuple(dict.fromkeys((*fields.labels, *words)))
        return change(work, number, who, replace(fields, labels=added))
    if one.name == "unlabel":
        kept = tuple(label for label in fields.labels if label not in words)
        return change(work, number, who, replace(fields, labels=kept))
    return []


def fault_of(work: Workspace, number: int, one: Command) -> str:
    """Return why a command can't be obeyed on a ticket, or empty."""
    settings, word = work.settings, one.argument
    try:
        if one.name == "assign" and word:
            agent_of(settings, word)
        elif one.name == "priority":
            priority_of(word)
        elif one.name == "cc":
            addresses_of(word)
        elif one.name == "note":
            return note_fault(settings)
        elif one.name in ("merge", "link"):
            other = number_of(settings, word)
            found = _taker(work, number, other) if one.name == "merge" else work.need(other)
            if found.number == number:
                raise OperationError(f"`/{one.name} {word}` names the ticket itself")
    except TrackerError as error:
        return error.message
    return ""


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
