"""Stamping: what people wrote into ticket files becomes entries and events, by who wrote it when.

It is a function of the file and its history. What is stamped holds nothing to stamp any more, so
that a second run, another machine, a rebase or a lost cache changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from tracker.core.commands import Told, read_commands
from tracker.core.corrections import (
    Changed,
    changed_entries,
    changed_fields,
    differing,
    settle_entries,
    settle_fields,
)
from tracker.core.document import parse, replace_mark
from tracker.core.document.drafts import Draft, find_draft, has_draft, with_mark, without_draft
from tracker.core.drafting import FileOf, Group, faults_in, groups, links, structure_faults
from tracker.core.errors import TrackerError
from tracker.core.fields import Fields
from tracker.core.intrusion import Intrusion, settle_marks
from tracker.core.obeying import obey
from tracker.core.operations import Actor
from tracker.core.origins import Past, actor
from tracker.core.settings import Fault
from tracker.core.ticket import Attachment, Entry, Ticket
from tracker.core.workspace import Workspace


def needs_stamping(text: str, ticket: Ticket, told: Fields | None = None) -> bool:
    """Whether a ticket's file holds something that people wrote and no entry tells of. ``told``
    is what its events say, where that is known already.
    """
    return (
        has_draft(text)
        or any(entry.edited for entry in ticket.entries)
        or next(differing(ticket, told), None) is not None
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be stamped of one ticket, as its file and history tell it."""

    number: int
    path: str
    draft: Draft
    groups: tuple[Group, ...]
    fields: tuple[Changed, ...]
    entries: tuple[Changed, ...]
    marks: tuple[Intrusion, ...] = ()


def plan(text: str, path: str, past: Past, marks: Sequence[Intrusion] = ()) -> Plan:
    """Find out what there is to stamp; ``marks`` are those that are not believed, and say nothing
    of what else there is. Raises TicketFault for a file that can't be read.
    """
    for one in marks:
        text = replace_mark(text, one.entry, one.data, path)
    ticket = parse(with_mark(text, path), path)
    draft = find_draft(text, path)
    found: Sequence[Group] = ()
    if any(line.strip() for line in draft.lines):
        last = draft.first + len(draft.lines) - 1
        found = groups(draft, past.lines(path, draft.first, last))
    return Plan(
        ticket.number,
        path,
        draft,
        tuple(found),
        tuple(changed_fields(ticket, path, past)),
        tuple(changed_entries(ticket, path, past)),
        tuple(marks),
    )


def stamp(
    make: Callable[[], Workspace], plans: Sequence[Plan], file_of: FileOf
) -> tuple[Workspace, list[Fault]]:
    """Carry out plans in one workspace; return it and what could not be done.

    A draft with a fault stays as it is and stops nothing else: where it shows only while its
    commands are obeyed, all is done again without it, in a workspace that ``make`` makes anew.
    """
    left: dict[int, Fault] = {}
    while True:
        work = make()
        faults: list[Fault] = []
        for one in plans:
            faults += _settle(work, one)
        fault = None
        for one in plans:
            if one.number not in left:
                try:
                    faults += _answer(work, one, file_of)
                except TrackerError as error:
                    fault = Fault(one.path, one.draft.first + 1, error.message)
                    left[one.number] = fault
                    break
        if fault is None:
            return work, [*faults, *left.values()]


def _settle(work: Workspace, one: Plan) -> list[Fault]:
    """Note what was changed above the reply mark. No command of any ticket was obeyed yet: the
    file is the one that the plan is about.
    """
    settle_marks(work, one.number, one.marks)
    ticket, text = work.need(one.number), work.text(one.number) or ""
    cleared = with_mark(text) if one.groups else without_draft(text)
    if has_draft(text) and cleared != text:
        work.store(ticket, cleared)
    settle_entries(work, one.number, one.entries)
    return settle_fields(work, one.number, one.path, one.fields)


def _answer(work: Workspace, one: Plan, file_of: FileOf) -> list[Fault]:
    """Make entries of the draft, and obey its commands."""
    if not one.groups:
        return []
    faults = structure_faults(one.draft, one.path)
    for group in one.groups:
        if group.origin.trusted:
            faults += faults_in(work, one.number, one.path, group, file_of)
    if faults:
        return faults
    work.store(work.need(one.number), without_draft(work.text(one.number) or ""))
    for group in one.groups:
        _take(work, one.number, group, file_of)
    return []


def _take(work: Workspace, number: int, group: Group, file_of: FileOf) -> None:
    who = actor(work.settings, group.origin, work.now)
    told = Told(group.text, (), ())
    if group.origin.trusted:
        told = read_commands(group.text, leading=False)
    ticket = work.need(number)
    if told.text.strip():
        found = (file_of(link) for link in links(told, ticket.id))
        files = tuple(file for file in found if file is not None)
        work.add(ticket, [_entry(work, who, told, files)])
    obey(work, number, who, (command for command in told.commands if command.name != "note"))


def _entry(work: Workspace, who: Actor, told: Told, files: Collection[Attachment]) -> Entry:
    return Entry(
        id=work.new_id(),
        at=who.at,
        author=who.author,
        role=who.role,
        via=who.via,
        text=told.text,
        kind="note" if told.has("note") else "message",
        format="markdown",
        visibility="public" if who.handle else "held",
        attachments=tuple(files),
    )
