"""Merging tickets, and taking that back."""

from __future__ import annotations

from itertools import takewhile

from tracker.core.addresses import Address
from tracker.core.operations import Actor, OperationError, event, join, leave, set_status
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace, number_in


def merge(work: Workspace, number: int, into: int, who: Actor) -> list[Entry]:
    """Merge ticket ``number`` into another: it closes, and what comes for it goes there.

    Its requester and participants take part in the other one from now on.
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
        join(work, other.number, who, _people(ticket))
    return [merged, *closed]


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
