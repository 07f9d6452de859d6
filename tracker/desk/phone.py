"""Calls: what a caller says on a ticket that is there, and putting a new one in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tracker.adapters.commits import Change
from tracker.core import operations
from tracker.core.addresses import Address, one_line
from tracker.core.conversation import REOPENS_WITHIN, is_over
from tracker.core.errors import TrackerError
from tracker.core.fields import Fields
from tracker.core.operations import Actor
from tracker.core.ticket import Entry, Role, Ticket
from tracker.core.words import folded
from tracker.core.workspace import Workspace
from tracker.desk.acting import Done
from tracker.desk.desk import Desk
from tracker.desk.queries import ticket_of
from tracker.desk.view import View
from tracker.desk.write import write


def add_call(
    desk: Desk,
    number: int,
    handle: str,
    caller: Address,
    text: str,
    *,
    internal: bool = False,
    phone: str = "",
) -> Done:
    """Store what a caller says on a ticket: as their message, or as a note of the agent's.

    The message of the requester or of a participant sets the ticket open again, as a mail does.
    ``phone`` is kept where the ticket has no number yet.
    Raises TrackerError where the ticket was closed too long ago for that.
    """
    if not text.strip():
        raise TrackerError("The call says nothing", "Write what the caller says.")
    agent = desk.settings.address_of(handle)
    given = ""

    def decide(view: View) -> Change:
        nonlocal given
        work = Workspace(view, desk.settings, desk.now(), desk.new_id)
        ticket = work.final(ticket_of(desk, view, number)[1])
        if is_over(ticket, work.now) and not internal:
            days = REOPENS_WITHIN.days
            raise TrackerError(
                f"{ticket.id} was closed more than {days} days ago",
                f"Register a new request, and link it: `tracker link NEW {ticket.number}`.",
            )
        given = ticket.id
        if internal:
            note = Entry(work.new_id(), work.now, agent, "agent", "phone", text, kind="note")
            work.add(ticket, [note])
        else:
            _add_message(work, ticket, caller, text)
        if phone and not ticket.phone:
            work.set_fields(ticket, {"phone": one_line(phone)})
        return Change(work.files, f"Call on {ticket.id}", work.tickets)

    write(desk, decide, agent)
    return Done(given, desk.repository.follow())


def _add_message(work: Workspace, ticket: Ticket, caller: Address, text: str) -> None:
    person, role = _person(ticket, caller)
    work.add(ticket, [Entry(work.new_id(), work.now, person, role, "phone", text)])
    if role != "stranger":
        operations.set_status(work, ticket.number, Actor(person, role, "phone", work.now), "open")


def _person(ticket: Ticket, caller: Address) -> tuple[Address, Role]:
    """Return who of a ticket's people the caller is, by address or else by name."""
    people: list[tuple[Address, Role]] = [(ticket.requester, "requester")]
    people += [(one, "participant") for one in ticket.participants]
    name = folded(caller.name)
    for person, role in people:
        if caller.key == person.key if caller.key else name == folded(person.name):
            return person, role
    return caller, "stranger"


def sort_in(
    desk: Desk,
    number: int,
    handle: str,
    *,
    labels: Sequence[str] = (),
    assignee: str | None = None,
    link: int = 0,
) -> str:
    """Give a new ticket labels and an assignee, and link it with another; return a note.

    A commit of its own: the caller's number does not wait for it.
    """
    agent = desk.settings.address_of(handle)

    def decide(view: View) -> Change | None:
        work = Workspace(view, desk.settings, desk.now(), desk.new_id)
        who = Actor(agent, "agent", "cli", work.now, handle)
        fields = Fields.of(work.need(number))
        added = tuple(dict.fromkeys((*fields.labels, *labels)))
        wanted = replace(fields, labels=added, assignee=assignee or fields.assignee)
        operations.change(work, number, who, wanted)
        if link:
            operations.link(work, number, link, who)
        message = f"Sort in {work.name(number)}"
        return Change(work.files, message, work.tickets) if work.files else None

    write(desk, decide, agent)
    return desk.repository.follow()
