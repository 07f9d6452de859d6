"""Doing what commands in a text say, and telling beforehand what can't be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tracker.core.commands import Command
from tracker.core.errors import TrackerError
from tracker.core.fields import Fields
from tracker.core.merging import merge, taker
from tracker.core.operations import (
    Actor,
    OperationError,
    addresses_of,
    agent_of,
    change,
    join,
    link,
    mute,
    number_of,
    priority_of,
    set_status,
    spam,
    words_of,
)
from tracker.core.public import note_fault
from tracker.core.ticket import Entry
from tracker.core.workspace import Workspace


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
            found = taker(work, number, other) if one.name == "merge" else work.need(other)
            if found.number == number:
                raise OperationError(f"`/{one.name} {word}` names the ticket itself")
    except TrackerError as error:
        return error.message
    return ""
