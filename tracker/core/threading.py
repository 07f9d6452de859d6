"""Which ticket a mail belongs to. Whether its sender may speak there is said by ``rights``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tracker.core.mail import Mail
from tracker.core.settings import Settings
from tracker.core.ticket import Role, Ticket
from tracker.core.tokens import Keys, Letter, read_message_id, read_tag
from tracker.core.workspace import number_in


@dataclass(frozen=True, slots=True)
class Known:
    """An entry that came by mail."""

    number: int
    entry: str
    digest: str
    sender: str
    day: str


class Readable(Protocol):
    """Where tickets are found by number."""

    def ticket(self, number: int) -> Ticket | None:
        """Return a ticket, or None where there is none or its file is broken."""


class Tickets(Readable, Protocol):
    """What threading asks of the desk."""

    def final(self, ticket: Ticket) -> Ticket:
        """Return the ticket that this one was merged into, or itself."""

    def by_message_id(self, message_id: str) -> Iterable[Known]:
        """Return the entries that came with this Message-ID."""

    def newest_of(self, address: str) -> int:
        """Return the highest number of a requester's tickets, 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The ticket that a mail belongs to.

    ``named`` is the one that the mail names: another one where that was merged into ``ticket``.
    ``own`` are the tokens of ``named`` that prove the sender's own address. ``speaks`` is False
    where a stranger merely names the ticket: then its mail is a new request.
    """

    ticket: Ticket
    named: Ticket
    own: tuple[Letter, ...] = ()
    speaks: bool = True


def find_thread(
    mail: Mail, sender: str, desk: Tickets, settings: Settings, keys: Keys
) -> Thread | None:
    """Return the thread of a mail by ``sender`` (an address in lower case), None where it names
    no ticket.

    In this order: a token of ours; a message that a ticket holds; the number in the subject.
    Never the title.
    """
    answered = (*mail.in_reply_to, *reversed(mail.references))
    letters = _letters(mail, answered, settings)
    proven = _proven(letters, sender, desk, keys)
    if proven:
        return proven
    stranger = None
    for named in _named(mail, answered, desk, settings):
        ticket = desk.final(named)
        if role_on(ticket, sender) or settings.agent_by_email(sender):
            return Thread(ticket, named)
        stranger = stranger or Thread(ticket, named, speaks=False)
    return stranger


def automatic_thread(thread: Thread | None, sender: str, desk: Tickets) -> Thread | None:
    """Return where an automatic reply by ``sender`` is kept, None where no ticket is near: what it
    merely names, else the newest ticket of the sender. An absence must not open a ticket a letter.
    """
    if thread is not None:
        return replace(thread, speaks=True)
    number = desk.newest_of(sender) if sender else 0
    ticket = desk.ticket(number) if number else None
    return Thread(desk.final(ticket), ticket) if ticket else None


def role_on(ticket: Ticket, address: str) -> Role | None:
    """Return as what an address (in lower case) takes part in a ticket; None for others."""
    if not address:
        return None
    if address == ticket.requester.key:
        return "requester"
    return "participant" if any(address == one.key for one in ticket.participants) else None


def is_of_ours(letter: Letter, ticket: Ticket, keys: Keys, *others: str) -> bool:
    """Whether a letter's token is one that somebody on ``ticket``, or of ``others``, can have."""
    told = {address for entry in ticket.entries for address in entry.told}
    people = {one.key for one in (ticket.requester, *ticket.participants)} - {""}
    return any(keys.proves(letter, one) for one in {*others, *people, *told})


def ticket_of(letter: Letter, desk: Readable) -> Ticket | None:
    """Return the ticket that a letter says it is about; nothing is proven by that."""
    ticket = desk.ticket(number_in(letter.ticket))
    return ticket if ticket and ticket.id == letter.ticket else None


def _letters(mail: Mail, answered: Sequence[str], settings: Settings) -> list[Letter]:
    """Return the letters of ours that a mail answers, unproven."""
    found = [read_message_id(one) for one in answered]
    if settings.mailbox.plus_tags:
        found += [read_tag(one.email) for one in (*mail.to, *mail.cc, *mail.delivered_to)]
    return [one for one in found if one]


def _proven(letters: list[Letter], sender: str, desk: Tickets, keys: Keys) -> Thread | None:
    for letter in letters:
        named = ticket_of(letter, desk)
        if named and is_of_ours(letter, named, keys, sender):
            same = [one for one in letters if one.ticket == letter.ticket]
            own = tuple(one for one in same if keys.proves(one, sender))
            return Thread(desk.final(named), named, own)
    return None


def _named(
    mail: Mail, answered: Sequence[str], desk: Tickets, settings: Settings
) -> Iterator[Ticket]:
    """Yield the tickets that hold an answered message, then the one whose number is named."""
    for message_id in answered:
        for known in desk.by_message_id(message_id):
            ticket = desk.ticket(known.number)
            if ticket:
                yield ticket
    found = re.search(rf"\[{settings.desk.prefix}-([1-9][0-9]{{0,9}})\]", mail.subject)
    ticket = desk.ticket(int(found[1])) if found else None
    if ticket:
        yield ticket
