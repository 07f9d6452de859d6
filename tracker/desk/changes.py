"""Changing tickets from the command line: status, fields, people, merges, links, spam."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tracker.core import merging, operations, taking
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.fields import Fields
from tracker.core.operations import Actor
from tracker.core.ticket import Entry
from tracker.core.workspace import Workspace
from tracker.desk.acting import Done, on_each
from tracker.desk.desk import Desk

_VERBS = {"closed": "Close", "open": "Reopen", "waiting": "Wait on"}


def set_status(desk: Desk, numbers: Iterable[int], handle: str, status: str) -> list[Done]:
    """Set ``closed``, ``open`` or ``waiting``; who has it stays."""

    def do(work: Workspace, number: int, who: Actor) -> list[Entry]:
        ticket = work.need(number)
        if ticket.merged_into and status != "closed":
            raise TrackerError(
                f"{ticket.id} was merged into {ticket.merged_into}",
                f"Take that back with `tracker merge {number} --undo`.",
            )
        return operations.set_status(work, number, who, status)

    return on_each(desk, numbers, handle, _VERBS[status], f"is {status} already", do)


def assign(desk: Desk, numbers: Iterable[int], handle: str, agent: str | None) -> list[Done]:
    """Assign tickets to an agent, named by handle, name or address; None gives them back."""
    to = None if agent is None else operations.agent_of(desk.settings, agent)

    def do(work: Workspace, number: int, who: Actor) -> list[Entry]:
        fields = Fields.of(work.need(number))
        return operations.change(work, number, who, replace(fields, assignee=to))

    already = f"is assigned to {to} already" if to else "is assigned to nobody already"
    return on_each(desk, numbers, handle, "Assign" if to else "Give back", already, do)


def label(
    desk: Desk, numbers: Iterable[int], handle: str, labels: Sequence[str], *, remove: bool
) -> list[Done]:
    """Add labels, or take them off."""

    def do(work: Workspace, number: int, who: Actor) -> list[Entry]:
        fields = Fields.of(work.need(number))
        kept = tuple(one for one in fields.labels if not (remove and one in labels))
        wanted = kept if remove else tuple(dict.fromkeys((*kept, *labels)))
        return operations.change(work, number, who, replace(fields, labels=wanted))

    already = "has none of these labels" if remove else "has these labels already"
    return on_each(desk, numbers, handle, "Unlabel" if remove else "Label", already, do)


def prioritise(desk: Desk, numbers: Iterable[int], handle: str, priority: str) -> list[Done]:
    """Set the priority, an English or Russian word."""
    wanted = operations.priority_of(priority)

    def do(work: Workspace, number: int, who: Actor) -> list[Entry]:
        fields = Fields.of(work.need(number))
        return operations.change(work, number, who, replace(fields, priority=wanted))  # type: ignore[arg-type]

    return on_each(desk, numbers, handle, "Prioritise", f"is {wanted} already", do)


def merge(desk: Desk, numbers: Iterable[int], into: int, handle: str) -> list[Done]:
    """Merge tickets into another one."""

    def do(work: Workspace, number: int, who: Actor) -> list[Entry]:
        return merging.merge(work, number, into, who)

    name = f"{desk.settings.desk.prefix}-{into}"
    return on_each(desk, numbers, handle, "Merge", f"is merged into {name} already", do)


def unmerge(desk: Desk, numbers: Iterable[int], handle: str) -> list[Done]:
    """Take merges back."""
    return on_each(desk, numbers, handle, "Unmerge", "is not merged", merging.unmerge)


def link(
    desk: Desk, number: int, others: Iterable[int], handle: str, *, remove: bool
) -> list[Done]:
    """Note on tickets that they belong to ``number`` and it to them; or take that back."""
    do = operations.unlink if remove else operations.link

    def between(work: Workspace, other: int, who: Actor) -> list[Entry]:
        return do(work, number, other, who)

    name = f"{desk.settings.desk.prefix}-{number}"
    already = f"is not linked with {name}" if remove else f"is linked with {name} already"
    return on_each(desk, others, handle, "Unlink" if remove else "Link", already, between)


def take_part(
    desk: Desk, number: int, people: Sequence[Address], handle: str, *, remove: bool
) -> tuple[Done, list[str]]:
    """Make people participants, or take them out; return the addresses of those it changed too."""
    changed: list[str] = []

    def do(work: Workspace, number: int, who: Actor) -> list[Entry]:
        events: list[Entry] = []
        if remove:
            for one in people:
                events += operations.leave(work, number, who, one.key)
        else:
            events = operations.join(work, number, who, people)
        moved = [one for one in events if one.event != "left-out"]
        changed[:] = [Address.parse(one.data["who"]).key for one in moved]
        return events

    verb = "Take people off" if remove else "Add people to"
    (done,) = on_each(desk, [number], handle, verb, "stays as it is", do)
    return done, changed


def mute(
    desk: Desk, number: int, addresses: Sequence[str], handle: str, *, muted: bool
) -> list[Done]:
    """Stop the letters about a ticket to addresses, or resume them."""

    def do(work: Workspace, number: int, who: Actor) -> list[Entry]:
        return [
            event
            for one in addresses
            for event in operations.mute(work, number, who, one, muted=muted)
        ]

    already = "sends them no letters already" if muted else "sends them letters already"
    return on_each(desk, [number], handle, "Mute" if muted else "Unmute", already, do)


def take(
    desk: Desk, numbers: Iterable[int], handle: str, *, release: bool, force: bool
) -> list[Done]:
    """Say that this agent is writing an answer, for an hour; or no longer."""

    def do(work: Workspace, number: int, who: Actor) -> bool:
        ticket = work.need(number)
        act = taking.release if release else taking.take
        changes = act(ticket, handle, who.at, force=force)
        work.set_fields(ticket, changes)
        return bool(changes)

    return on_each(desk, numbers, handle, "Release" if release else "Take", "is not taken", do)


def spam(desk: Desk, numbers: Iterable[int], handle: str, *, undo: bool) -> list[Done]:
    """Withdraw tickets from portal and letters, and close them; or take that back."""

    def do(work: Workspace, number: int, who: Actor) -> list[Entry]:
        return operations.spam(work, number, who, undo=undo)

    already = "is not marked as spam" if undo else "is marked as spam already"
    return on_each(
        desk, numbers, handle, "Mark as no spam:" if undo else "Mark as spam:", already, do
    )
