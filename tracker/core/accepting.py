"""Accepting and refusing what is held for review."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tracker.core import obeying, operations
from tracker.core.addresses import Address
from tracker.core.commands import Told
from tracker.core.fields import Fields, visibility_of
from tracker.core.notices import with_audience
from tracker.core.operations import EDITED, Actor, OperationError, event
from tracker.core.review import is_first, is_held, people_in
from tracker.core.speech import Speech, speech
from tracker.core.ticket import STATUSES, Entry, Ticket
from tracker.core.workspace import Workspace

_COMMA = re.compile(r",\s*")
_DECIDED = ("refused", "copied", "asked", "held", "tell")
"""What of a held message's data is done with once it is accepted; who is told is settled anew."""


def accept(
    work: Workspace, number: int, written: str, who: Actor, *, joins: bool = False
) -> list[Entry]:
    """Accept what is held (or was refused): it counts from now on. Return the events.

    A message becomes public and does what it would have done, had it been believed when it came:
    it opens the ticket again, those in copy join, commands are obeyed as far as its author may
    give them. ``joins`` makes its author a participant. A proposed change is made.
    Raises OperationError where it can't be accepted.
    """
    ticket, entry = _find(work, number, written)
    accepted = event(work, who, "accepted", {"entry": entry.id})
    if entry.kind == "event":
        work.amend(ticket, entry.id, _released(work, ticket, entry, visibility_of(entry.event)))
        work.add(ticket, [accepted])
        return [accepted, *_apply(work, number, who, entry)]
    said = speech(work, ticket, entry)
    _publish(work, ticket, entry, said, who)
    events = [accepted]
    if entry.told and entry.data.get("held") == EDITED:
        events.append(event(work, who, "corrected", {"entry": entry.id}))
    work.add(ticket, events)
    if joins:
        events += operations.join(work, number, who, [entry.author])
    author = Actor(entry.author, said.role, entry.via, who.at, said.handle)
    if said.opens:
        # Who refused a request closed it: that is taken back, and not by its author.
        again = who if is_first(ticket, entry) else author
        events += operations.set_status(work, number, again, "open")
    if said.copied:
        events += operations.join(work, said.place, author, said.copied)
    return events + _obey(work, said.place, author, said.told)


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
    if not is_first(ticket, entry):
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


def _publish(work: Workspace, ticket: Ticket, entry: Entry, said: Speech, who: Actor) -> None:
    """Make a held message what it would have been had it never been held. One of commands alone
    would have been none: it stays for agents to see.
    """
    note = said.told.has("note") or entry.kind == "note"
    accepted = replace(
        entry,
        role=said.role,
        kind="note" if note else "message",
        visibility="internal" if said.alone else "public",
        text=entry.text if said.alone else said.told.text,
        sum="",
        data=_settled(entry, *_DECIDED),
    )
    if accepted.text != entry.text:
        work.rewrite(ticket, entry.id, accepted.text)
    _replace_data(work, ticket, entry, accepted.data)
    changes: dict[str, Any] = {
        "role": accepted.role,
        "kind": "note" if note else None,
        "visibility": "internal" if said.alone else None,
    }
    if not said.alone:
        heard = with_audience(accepted, ticket, work.settings, said.handle or who.handle)
        changes |= {"data": dict(heard.data)} if heard.data else {}
    work.amend(ticket, entry.id, changes)
    if accepted.kind != entry.kind:
        work.retitle(ticket, accepted)


def _settled(entry: Entry, *keys: str) -> dict[str, str]:
    return {key: one for key, one in entry.data.items() if key not in keys}


def _replace_data(work: Workspace, ticket: Ticket, entry: Entry, data: Mapping[str, str]) -> None:
    if dict(entry.data) != dict(data):
        work.amend(ticket, entry.id, {"data": None})
        work.amend(ticket, entry.id, {"data": data} if data else {})


def _released(work: Workspace, ticket: Ticket, entry: Entry, visibility: str) -> dict[str, Any]:
    """Return what lifts a proposal's being held, and forget that it was refused."""
    _replace_data(work, ticket, entry, _settled(entry, "refused"))
    return {"visibility": visibility}


def _obey(work: Workspace, number: int, author: Actor, told: Told) -> list[Entry]:
    """Do what the commands say; what can't be done is noted for the agents."""
    events: list[Entry] = []
    reasons = [one.reason for one in told.faults]
    for one in told.commands:
        fault = obeying.fault_of(work, number, one)
        if fault:
            reasons.append(fault)
        else:
            events += obeying.obey(work, number, author, [one])
    if reasons:
        noted = [event(work, author, "misunderstood", {"reason": one}) for one in reasons]
        work.add(work.need(number), noted)
        events += noted
    return events


def _apply(work: Workspace, number: int, who: Actor, entry: Entry) -> list[Entry]:
    """Make the change that an event proposes."""
    name, wanted = entry.data.get("field", ""), entry.data.get("to", "")
    fields, settings = Fields.of(work.need(number)), work.settings
    if name == "participants":
        return _participants(work, number, who, entry)
    if name == "status" and wanted not in STATUSES:
        raise OperationError(f"`{wanted}` is no status", "Refuse this proposal.")
    values: dict[str, Any] = {
        "status": wanted,
        "title": wanted,
        "labels": _list(fields.labels, entry),
        "muted": _list(fields.muted, entry),
        "requester": Address.parse(wanted),
    }
    if name == "assignee":
        values[name] = operations.agent_of(settings, wanted) if wanted else None
    elif name == "priority":
        values[name] = operations.priority_of(wanted)
    if name not in values:
        raise OperationError(f"There is no field `{name}` to change", "Refuse this proposal.")
    return operations.change(work, number, who, replace(fields, **{name: values[name]}))


def _list(now: tuple[str, ...], entry: Entry) -> tuple[str, ...]:
    """Return a list as it is now, with what the proposal adds and takes away. One that does not
    tell what it changes is the whole list.
    """
    before, wanted = (
        [one for one in _COMMA.split(entry.data.get(key, "")) if one] for key in ("from", "to")
    )
    if "from" not in entry.data:
        return tuple(wanted)
    kept = [one for one in now if one in wanted or one not in before]
    return tuple(dict.fromkeys([*kept, *(one for one in wanted if one not in before)]))


def _participants(work: Workspace, number: int, who: Actor, entry: Entry) -> list[Entry]:
    """Let people join. A commit says who leaves as well, a mail only who comes."""
    people = people_in(entry.data.get("to", ""))
    events: list[Entry] = []
    if entry.via == "git":
        kept = {one.key for one in people}
        before = [one.key for one in people_in(entry.data.get("from", ""))]
        people = [one for one in people if one.key not in before]
        for address in before:
            if address not in kept:
                events += operations.leave(work, number, who, address)
    return events + operations.join(work, number, who, people)
