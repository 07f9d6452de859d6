"""Merging tickets, and taking that back."""

from __future__ import annotations

from tracker.core.addresses import Address
from tracker.core.fields import course
from tracker.core.operations import Actor, OperationError, event, join, leave, mute, set_status
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace, number_in

_BRINGS = ("joined", "left-out", "muted")
"""The events by which people come along, right behind the one that tells the merge."""


def merge(work: Workspace, number: int, into: int, who: Actor) -> list[Entry]:
    """Merge ticket ``number`` into another: it closes, and what comes for it goes there.

    Its requester and participants take part in the other one from now on, and who wanted no
    letters about it gets none about the other, unless they took part there already.
    Raises OperationError for a ticket that would be merged into itself.
    """
    ticket, other = work.need(number), taker(work, number, into)
    if ticket.merged_into == other.id:
        return []
    _release(work, ticket, who)
    merged = event(work, who, "merged", {"into": other.id})
    work.add(ticket, [merged])
    closed = set_status(work, number, who, "closed")
    work.add(other, [event(work, who, "took", {"from": ticket.id})])
    if ticket.accepted:  # else nobody has looked yet whether its sender is who it says
        _bring(work, work.need(number), other.number, who)
    return [merged, *closed]


def _bring(work: Workspace, ticket: Ticket, into: int, who: Actor) -> None:
    """Let the people of a merged ticket take part in the one that took it, as silent as before."""
    joined = join(work, into, who, _people(ticket))
    came = {_person(one).key for one in joined if one.event == "joined"}
    for address in ticket.muted:
        if address in came:
            mute(work, into, who, address)


def taker(work: Workspace, number: int, into: int) -> Ticket:
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
    """Undo on the ticket that took ``ticket``, where there is one, what the merge did there.

    Who leaves it takes along whether they want letters: since the merge they said so there.
    """
    other = work.ticket(number_in(ticket.merged_into))
    if other is None:
        return
    work.add(other, [event(work, who, "released", {"from": ticket.id})])
    brought, stay = _brought(other), _people_of_others(work, other, ticket)
    for person in _people(ticket):
        if person.key in brought and person.key not in stay:
            leave(work, other.number, who, person.key)
            silent = person.key in other.muted
            mute(work, other.number, who, person.key, muted=brought[person.key])
            mute(work, ticket.number, who, person.key, muted=silent)


def _brought(other: Ticket) -> dict[str, bool]:
    """Return who takes part in a ticket by merges alone, and whether they wanted no letters about
    it before.
    """
    found: dict[str, bool] = {}
    took: Entry | None = None
    for one, fields in course(other):
        if one.event == "took":
            took = one
        elif one.event not in _BRINGS or not took or not _same_hand(one, took):
            took = None
        if one.event == "joined":
            key = _person(one).key
            found.pop(key, None)
            if took:
                found[key] = key in fields.muted
    return found


def _same_hand(one: Entry, other: Entry) -> bool:
    return (one.at, one.author) == (other.at, other.author)


def _people_of_others(work: Workspace, taker: Ticket, but: Ticket) -> set[str]:
    """Return the people of the further tickets that were merged into ``taker``."""
    names = {one.data.get("from", "") for one in taker.entries if one.event == "took"}
    tickets = (work.ticket(number_in(name)) for name in names - {but.id})
    merged = (one for one in tickets if one and one.merged_into == taker.id and one.accepted)
    return {person.key for one in merged for person in _people(one)}


def _person(joined: Entry) -> Address:
    return Address.parse(joined.data.get("who", ""))
