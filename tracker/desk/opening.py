"""Opening a ticket on behalf of somebody: a call, or a request noted by an agent."""

from __future__ import annotations

from tracker.core import operations
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.operations import Actor
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace
from tracker.desk.acting import Done, carry_out
from tracker.desk.desk import Desk


def open_ticket(
    desk: Desk,
    handle: str,
    requester: Address,
    title: str,
    text: str,
    channel: str,
    *,
    phone: str = "",
    assignee: str | None = None,
) -> Done:
    """Register a request on behalf of ``requester``; the number is given once it is pushed.

    ``phone`` is the caller's number, ``assignee`` the agent who is to answer.
    """
    if not title.strip():
        raise TrackerError("A request needs a title", "Give it with --title.")
    if not requester.shown:
        raise TrackerError("A request needs a requester", "Name one with --from 'NAME <ADDRESS>'.")
    to = operations.agent_of(desk.settings, assignee) if assignee else None
    given = ""

    def act(work: Workspace, who: Actor) -> str:
        nonlocal given
        given = work.name(work.next_number())
        said = Entry(work.new_id(), who.at, requester, "requester", channel, text)
        events = [operations.event(work, who, "opened")]
        if to:
            events.append(operations.event(work, who, "assigned", {"to": to}))
        ticket = Ticket(
            id=given,
            title=title,
            status="open",
            requester=requester,
            created=who.at,
            channel=channel,
            assignee=to,
            phone=phone,
            entries=(said, *events),
        )
        work.open(ticket)
        return f"Open {given}"

    note = carry_out(desk, handle, act)
    return Done(given, note)
