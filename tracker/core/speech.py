"""What a held message says and asks for, once its author is believed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tracker.core.addresses import Address
from tracker.core.commands import OF_REQUESTERS, Command, Told, is_bare, read_commands
from tracker.core.obeying import fault_of
from tracker.core.operations import EDITED
from tracker.core.review import is_first, people_in
from tracker.core.settings import Settings
from tracker.core.threading import role_on
from tracker.core.ticket import Entry, Role, Ticket
from tracker.core.workspace import Workspace

_SAYS_STATUS = ("close", "wait", "reopen", "note")


@dataclass(frozen=True, slots=True)
class Speech:
    """A message as it counts: as what its author speaks, perhaps as an agent by ``handle``; its
    words and commands, and whom it lets in; on which ticket these are obeyed.

    ``opens`` says that the ticket opens again, ``alone`` that it is nothing but commands.
    """

    role: Role
    told: Told
    place: int
    handle: str | None = None
    copied: tuple[Address, ...] = ()
    opens: bool = False
    alone: bool = False


def speech(work: Workspace, ticket: Ticket, entry: Entry) -> Speech:
    """Return what a held message says.

    An agent may command anything but in a request of the own; requesters and participants what
    is theirs, where they take part; strangers nothing. A text that somebody else edited, an
    answer that counted before, commands nothing.
    """
    first, words = is_first(ticket, entry), Told(entry.text, (), ())
    handle = None if first else _agent(work.settings, entry)
    opens = first and "refused" in entry.data  # which closed the ticket
    if entry.data.get("held") == EDITED:
        return Speech(entry.role, words, ticket.number, handle, opens=opens)
    role, final = _role(ticket, entry, handle), work.final(ticket)
    mine = role in ("requester", "participant") and not entry.automatic
    if handle is None:
        if not (mine and role_on(final, entry.author.key)):
            return Speech(role, words, ticket.number, opens=opens)
        words = _of_requester(work, ticket.number, entry)
    else:
        words = read_commands(entry.text, leading=entry.via == "email")
    alone = not first and _is_alone(words, entry)
    if asked := entry.data.get("asked"):  # then few words are no message, as in any such mail
        alone = is_bare(entry.text, entry.attachments)
        words = replace(words, commands=(*words.commands, Command(asked, "", 0)))
    if not first:
        told_else = alone or bool(asked) or any(words.has(name) for name in _SAYS_STATUS)
        opens = mine and not told_else and not ticket.merged_into
    # What is asked of a merged ticket is about the one that took it, as for any mail to it.
    place = ticket.number if first or handle else final.number
    copied = tuple(people_in(entry.data.get("copied", "")))
    return Speech(role, words, place, handle, copied, opens, alone)


def _agent(settings: Settings, entry: Entry) -> str | None:
    """Return the handle of the agent who wrote an entry as one; a requester stays one."""
    return None if entry.role == "requester" else settings.agent_by_email(entry.author.key)


def _role(ticket: Ticket, entry: Entry, handle: str | None) -> Role:
    """Return as what the author speaks: as nobody was believed, the entry says *stranger*."""
    known = role_on(ticket, entry.author.key) if entry.via == "email" else None
    if handle is not None:
        return "requester" if known == "requester" else "agent"
    return known or "stranger" if entry.role == "stranger" else entry.role


def _of_requester(work: Workspace, number: int, entry: Entry) -> Told:
    """Take a requester's commands out of a text; wrong ones are words."""
    told = read_commands(entry.text, leading=True, allowed=OF_REQUESTERS)
    wrong = any(fault_of(work, number, one) for one in told.commands)
    return Told(entry.text, (), ()) if wrong or not told.commands else told


def _is_alone(told: Told, entry: Entry) -> bool:
    return bool(told.commands) and not told.text.strip() and not entry.attachments
