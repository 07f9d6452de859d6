"""Who still has to be told of what: a function of the ticket alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from tracker.core.addresses import Address
from tracker.core.fields import Fields, course
from tracker.core.settings import Settings
from tracker.core.ticket import Entry, Ticket

What = Literal["confirmation", "answer", "joined", "notice", "receipt", "held"]

TOLD_EVENTS = frozenset(("closed", "reopened", "merged", "joined"))
"""Events that requester and participants get a letter about."""
ASKED_FOR_NO_ANSWER = "asked for no answer"
"""The one ``silent`` that concerns the sender alone: agents hear of such a mail."""


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that is due: of this entry, to an address or to an agent (``@anna``).

    ``confirmation`` tells a requester the number, ``answer`` what agents wrote and did,
    ``joined`` that a mail made somebody a participant, ``notice`` tells an agent, ``receipt`` an
    agent what became of a mail of theirs, and ``held`` is a confirmation that waits for a review.
    ``proven`` says that DMARC passed for the mail that is confirmed, ``delayed`` what a server said
    that would not take it yet.
    """

    entry: str
    recipient: str
    what: What
    proven: bool = False
    delayed: str = ""


def with_audience(entry: Entry, ticket: Ticket, settings: Settings, by: str | None) -> Entry:
    """Return ``entry`` with the agents who are to be told of it in ``data["tell"]``.

    That is settled when an entry is written, since assignees and settings change. ``by`` is
    the handle of the agent who did it, None for anybody else.
    """
    handles = _audience(entry, ticket, settings, by)
    told = [one for one in handles if one in _reached(settings) and one != by]
    if not told or "tell" in entry.data:
        return entry
    return replace(entry, data={**entry.data, "tell": " ".join(told)})


def _reached(settings: Settings) -> tuple[str, ...]:
    """Return the agents who can be written to: one may have no address."""
    return tuple(handle for handle, agent in settings.agents.items() if agent.emails)


def _audience(entry: Entry, ticket: Ticket, settings: Settings, by: str | None) -> tuple[str, ...]:
    if entry.automatic or entry.silent not in ("", ASKED_FOR_NO_ANSWER):
        return ()
    if entry.event == "assigned":
        return (entry.data.get("to", ""),)
    everybody = _reached(settings)
    has_it = ticket.assignee if ticket.assignee in everybody else None
    if entry.kind == "note" and entry.role == "agent":
        return (has_it,) if has_it and has_it != by else everybody
    outside = entry.role in ("requester", "participant", "stranger")
    if entry.event in ("joined", "left-out") or (entry.kind == "message" and outside):
        return (has_it,) if has_it else everybody
    return ()


def due(ticket: Ticket, steps: Sequence[tuple[Entry, Fields]] | None = None) -> Iterator[Due]:
    """Yield the letters that ``ticket`` still owes, in the order of its entries. ``steps`` is its
    course (see ``fields``), where that is known already.

    Nobody is told of automatic mail, of what is held for review, of what was taken in
    silently, or at an address that refused our letter for good; and nobody outside while the
    first message is not public.
    """
    steps = list(course(ticket)) if steps is None else steps
    stay = {one.key for one in steps[-1][1].participants} if steps else set()
    hidden, accepted = _never_told(ticket), ticket.accepted
    for entry, fields in steps:
        found: dict[str, What] = dict(_inside(entry))
        if accepted and entry.id not in hidden and not entry.silent:
            outside = _outside(ticket, entry, fields, stay)
            found |= {one: what for one, what in outside if one not in ticket.muted}
        for recipient, what in found.items():
            if recipient and recipient not in entry.told and recipient not in entry.bounced:
                proven = entry.data.get("dmarc") == "pass"
                yield Due(entry.id, recipient, what, proven, entry.delayed.get(recipient, ""))


def withheld(ticket: Ticket) -> Iterator[Due]:
    """Yield the confirmation that a ticket will owe when an agent accepts it."""
    first = ticket.entries[0] if ticket.entries else None
    spam = any(one.event == "spam" for one in ticket.entries)
    if first is None or first.visibility != "held" or spam or "refused" in first.data:
        return
    address = confirmed(ticket)
    if address and address not in first.told and address not in first.bounced:
        yield Due(first.id, address, "held", first.data.get("dmarc") == "pass")


def confirmed(ticket: Ticket) -> str:
    """Return the address that is told the number of a request that came by mail, or empty."""
    first = ticket.entries[0] if ticket.entries else None
    if first is None or first.via != "email" or first.kind != "message":
        return ""
    if first.role not in ("requester", "stranger") or first.automatic or first.silent:
        return ""
    return (first.author if first.role == "requester" else ticket.requester).key


def brought_about(ticket: Ticket, entry: Entry) -> tuple[str, ...]:
    """Return the addresses outside that get a letter of ``entry`` because somebody sent a mail, not
    because an agent did something: such letters have limits.
    """
    if entry is ticket.entries[0]:
        return (confirmed(ticket),)
    if entry.event == "joined" and entry.role != "agent":
        person = Address.parse(entry.data.get("who", "")).key
        return tuple(_told_of_joining(entry, ticket.requester.key, {person}))
    return ()


def _inside(entry: Entry) -> Iterator[tuple[str, What]]:
    """Yield the agents who are owed a letter of ``entry``."""
    if entry.silent not in ("", ASKED_FOR_NO_ANSWER):
        return
    if receipt := entry.data.get("receipt", ""):
        yield receipt.lower(), "receipt"
    if entry.visibility != "held" and not entry.automatic:
        yield from ((f"@{handle}", "notice") for handle in entry.data.get("tell", "").split())


def _outside(
    ticket: Ticket, entry: Entry, fields: Fields, stay: set[str]
) -> Iterator[tuple[str, What]]:
    """Yield requester and participants, as of then, as far as ``entry`` concerns them.

    ``stay`` are the participants of today: who was taken out meanwhile is told nothing more.
    """
    if entry.visibility == "held" or entry.automatic:
        return
    requester = (fields.requester or ticket.requester).key
    if entry is ticket.entries[0] and entry.visibility == "public":
        yield confirmed(ticket), "confirmation"
    if entry.event == "joined":
        what: What = "answer" if entry.role == "agent" else "joined"
        yield from ((one, what) for one in _told_of_joining(entry, requester, stay))
    elif entry.event == "correction":
        yield from ((one, "answer") for one in _told_of_original(ticket, entry))
    elif _is_said_by_agents(entry):
        others = (one.key for one in fields.participants if one.key in stay)
        people = dict.fromkeys((requester, *others))
        yield from ((one, "answer") for one in people if one != entry.author.key)


def _is_said_by_agents(entry: Entry) -> bool:
    if entry.role != "agent" or entry.visibility != "public":
        return False
    return entry.kind == "message" or (entry.kind == "event" and entry.event in TOLD_EVENTS)


def _told_of_joining(entry: Entry, requester: str, stay: set[str]) -> Iterator[str]:
    """Yield the requester and who joined. Who seems to have asked for it by mail is told as
    well: the mail may be forged.
    """
    person = Address.parse(entry.data.get("who", "")).key
    people = [requester, *([person] if person in stay else [])]
    if entry.role == "participant":
        people.append(entry.author.key)
    own = entry.author.key if entry.role == "agent" else ""
    yield from (one for one in dict.fromkeys(people) if one != own)


def _told_of_original(ticket: Ticket, correction: Entry) -> Iterator[str]:
    """Yield who had got the answer when it was corrected."""
    for one in ticket.entries:
        if one.id == correction.data.get("entry") and _is_said_by_agents(one):
            for address, at in one.told.items():
                got_it = datetime.fromisoformat(at) <= correction.at
                if got_it and address not in one.bounced and not address.startswith("@"):
                    yield address


def _never_told(ticket: Ticket) -> set[str]:
    """Return the events of closing a ticket as spam, and of taking that back."""
    found = set()
    spam = closed = False
    for one in ticket.entries:
        if one.event in ("spam", "not-spam"):
            spam = one.event == "spam"
        elif one.event == "closed" and spam:
            closed = True
            found.add(one.id)
        elif one.event == "reopened" and closed:
            closed = False
            found.add(one.id)
    return found
