"""What is held for review on a ticket, and what accepting or refusing it does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tracker.core import operations
from tracker.core.addresses import Address
from tracker.core.commands import Told, read_commands
from tracker.core.fields import Fields, visibility_of
from tracker.core.notices import with_audience
from tracker.core.operations import Actor, OperationError, event
from tracker.core.settings import Settings
from tracker.core.ticket import STATUSES, Entry, Ticket
from tracker.core.workspace import Workspace

_COMMA = re.compile(r",\s*")


def held(ticket: Ticket) -> list[tuple[int, Entry]]:
    """Return what waits for review, each with its place: messages and proposed changes.

    What was refused is out of it, and everything of a ticket that was withdrawn as spam.
    """
    if operations.is_spam(ticket):
        return []
    numbered = enumerate(ticket.entries, 1)
    return [(n, one) for n, one in numbered if is_held(one) and "refused" not in one.data]


def is_held(entry: Entry) -> bool:
    """Whether an entry has no right yet: not mailed, not published, not obeyed."""
    return entry.visibility == "held" and (entry.kind != "event" or entry.event == "proposed")


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


def accept(
    work: Workspace, number: int, written: str, who: Actor, *, joins: bool = False
) -> list[Entry]:
    """Accept what is held (or was refused): it counts from now on. Return the events.

    A message becomes public; if an agent wrote it, the commands in it are obeyed. ``joins``
    makes its author a participant. A proposed change is made.
    Raises OperationError where it can't be accepted.
    """
    ticket, entry = _find(work, number, written)
    accepted = event(work, who, "accepted", {"entry": entry.id})
    if entry.kind == "event":
        work.amend(ticket, entry.id, _released(work, ticket, entry, visibility_of(entry.event)))
        work.add(ticket, [accepted])
        return [accepted, *_apply(work, number, who, entry)]
    told = _commands(work.settings, ticket, entry)
    published = _publish(work, ticket, entry, told, who)
    work.add(ticket, [accepted])
    events = [accepted]
    if joins:
        events += operations.join(work, number, who, [entry.author])
    handle = _agent(work.settings, published)
    author = Actor(entry.author, published.role, entry.via, who.at, handle)
    if told is not None:
        return events + _obey(work, number, author, told)
    if _is_first(ticket, entry):
        opens = "refused" in entry.data  # which closed the ticket
        return events + (operations.set_status(work, number, who, "open") if opens else [])
    speaks = entry.role in ("requester", "participant") and not entry.automatic
    if speaks and not ticket.merged_into:  # as the message would have done when it came
        events += operations.set_status(work, number, author, "open")
    return events


def refuse(work: Workspace, number: int, written: str, who: Actor) -> list[Entry]:
    """Refuse what is held: it stays as it is, for agents to see, and is asked about no more.

    A request whose first message is refused is closed. Raises OperationError.
    """
    ticket, entry = _find(work, number, written)
    if "refused" in entry.data:
        raise OperationError(f"This entry of {ticket.id} was refused already")
    work.amend(ticket, entry.id, {"data": {"refused": who.handle or who.author.shown}})
    refused = event(work, who, "refused", {"entry": entry.id})
    work.add(ticket, [refused])
    if not _is_first(ticket, entry):
        return [refused]
    return [refused, *operations.set_status(work, number, who, "closed")]


def _find(work: Workspace, number: int, written: str) -> tuple[Ticket, Entry]:
    ticket = work.need(number)
    n, entry = operations.find_entry(ticket, written)
    if operations.is_spam(ticket):
        raise OperationError(
            f"{ticket.id} is marked as spam",
            f"Take that back first: `tracker spam {number} --undo`.",
        )
    if not is_held(entry):
        raise OperationError(
            f"#{n} of {ticket.id} is not held for review", f"See `tracker review {number}`."
        )
    return ticket, entry


def _is_first(ticket: Ticket, entry: Entry) -> bool:
    return next(one for one in ticket.entries if one.kind != "event").id == entry.id


def _agent(settings: Settings, entry: Entry) -> str | None:
    """Return the handle of the agent who wrote an entry as one; a requester stays one."""
    return None if entry.role == "requester" else settings.agent_by_email(entry.author.key)


def _commands(settings: Settings, ticket: Ticket, entry: Entry) -> Told | None:
    """Return an agent's text taken apart; None where the author may command nothing."""
    if _is_first(ticket, entry) or _agent(settings, entry) is None:
        return None
    if entry.role == "agent" and (entry.via != "email" or entry.told):
        return None  # it counted once, and was held when somebody else edited its text
    return read_commands(entry.text, leading=entry.via == "email")


def _publish(work: Workspace, ticket: Ticket, entry: Entry, told: Told | None, who: Actor) -> Entry:
    """Make a held message what it would have been had it never been held."""
    note = told is not None and told.has("note")
    text = entry.text if told is None else told.text
    accepted = replace(
        entry,
        role=entry.role if told is None else "agent",
        kind="note" if note or entry.kind == "note" else "message",
        visibility="public",
        text=text,
        sum="",
        data=_unrefused(entry),
    )
    if text != entry.text:
        work.rewrite(ticket, entry.id, text)
    changes = _released(work, ticket, entry, None)
    changes |= {"role": accepted.role, "kind": "note" if accepted.kind == "note" else None}
    by = _agent(work.settings, accepted) or who.handle
    changes["data"] = dict(with_audience(accepted, ticket, work.settings, by).data)
    work.amend(ticket, entry.id, {key: one for key, one in changes.items() if one != {}})
    if accepted.kind != entry.kind:
        work.retitle(ticket, accepted)
    return accepted


def _released(
    work: Workspace, ticket: Ticket, entry: Entry, visibility: str | None
) -> dict[str, Any]:
    """Return what lifts an entry's being held, and forget that it was refused."""
    if "refused" in entry.data:
        kept = _unrefused(entry)
        work.amend(ticket, entry.id, {"data": None})
        work.amend(ticket, entry.id, {"data": kept} if kept else {})
    return {"visibility": visibility}


def _unrefused(entry: Entry) -> dict[str, str]:
    return {key: one for key, one in entry.data.items() if key != "refused"}


def _obey(work: Workspace, number: int, author: Actor, told: Told) -> list[Entry]:
    """Do what the commands say; what can't be done is noted for the agents."""
    events: list[Entry] = []
    reasons = [one.reason for one in told.faults]
    for one in told.commands:
        fault = operations.fault_of(work, number, one)
        if fault:
            reasons.append(fault)
        else:
            events += operations.obey(work, number, author, [one])
    if reasons:
        noted = [event(work, author, "misunderstood", {"reason": one}) for one in reasons]
        work.add(work.need(number), noted)
        events += noted
    return events


def _apply(work: Workspace, number: int, who: Actor, entry: Entry) -> list[Entry]:
    """Make the change that an event proposes."""
    name, wanted = entry.data.get("field", ""), entry.data.get("to", "")
    fields, settings = Fields.of(work.need(number)), work.settings
    listed = tuple(one for one in _COMMA.split(wanted) if one)
    if name == "participants":
        return _participants(work, number, who, entry)
    if name == "status" and wanted not in STATUSES:
        raise OperationError(f"`{wanted}` is no status", "Refuse this proposal.")
    values: dict[str, Any] = {
        "status": wanted,
        "title": wanted,
        "labels": listed,
        "muted": listed,
        "requester": Address.parse(wanted),
    }
    if name == "assignee":
        values[name] = operations.agent_of(settings, wanted) if wanted else None
    elif name == "priority":
        values[name] = operations.priority_of(wanted)
    if name not in values:
        raise OperationError(f"There is no field `{name}` to change", "Refuse this proposal.")
    return operations.change(work, number, who, replace(fields, **{name: values[name]}))


def _participants(work: Workspace, number: int, who: Actor, entry: Entry) -> list[Entry]:
    """Let people join. A commit says who is left in all, a mail only who comes."""
    people = people_in(entry.data.get("to", ""))
    events: list[Entry] = []
    if entry.via == "git":
        kept = {one.key for one in people}
        for one in work.need(number).participants:
            if one.key not in kept:
                events += operations.leave(work, number, who, one.key)
    return events + operations.join(work, number, who, people)


def people_in(written: str) -> list[Address]:
    """Read people joined by commas, whose names may hold commas too."""
    found, name = [], ""
    for part in written.split(","):
        name = f"{name},{part}" if name else part
        if "@" in part:
            found.append(Address.parse(name))
            name = ""
    return found
