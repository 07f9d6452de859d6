"""Which ticket a mail belongs to, and whether its sender may speak there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from tracker.core.mail import Mail
from tracker.core.settings import Settings
from tracker.core.ticket import Ticket
from tracker.core.tokens import Keys, Letter, read_message_id

Standing = Literal["participant", "agent", "held"]


@dataclass(frozen=True, slots=True)
class Known:
    """An entry that came by mail."""

    number: int
    entry: str
    digest: str
    sender: str
    day: str


class Tickets(Protocol):
    """What threading asks of the desk."""

    def ticket(self, number: int) -> Ticket | None:
        """Return a ticket, or None where there is none or its file is broken."""

    def by_message_id(self, message_id: str) -> Iterable[Known]:
        """Return the entries that came with this Message-ID."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The ticket a mail belongs to, and as what its sender speaks there.

    ``held`` means: stored on the ticket, but shown to agents only until one accepts it.
    """

    ticket: Ticket
    standing: Standing


def find_thread(
    mail: Mail, desk: Tickets, settings: Settings, keys: Keys, *, proven: bool
) -> Thread | None:
    """Return the thread of ``mail``, or None for a new request.

    In this order: a token of ours; a message the ticket holds; the number in the subject.
    Never the title. ``proven`` says that DMARC passed.
    """
    sender = mail.sender.key
    is_agent = settings.agent_by_email(sender) is not None
    answered = (*mail.in_reply_to, *reversed(mail.references))
    for message_id in answered:
        letter = read_message_id(message_id)
        ticket = desk.ticket(_number(letter.ticket)) if letter else None
        if (
            letter
            and ticket
            and ticket.id == letter.ticket
            and _was_sent(letter, ticket, keys, sender)
        ):
            return Thread(ticket, _standing(ticket, sender, is_agent, proven))
    for message_id in answered:
        for known in desk.by_message_id(message_id):
            ticket = desk.ticket(known.number)
            if ticket and (sender in participants(ticket) or is_agent):
                return Thread(ticket, _standing(ticket, sender, is_agent, proven))
    found = re.search(rf"\[{settings.desk.prefix}-([1-9][0-9]{{0,9}})\]", mail.subject)
    ticket = desk.ticket(int(found[1])) if found else None
    if ticket and (sender in participants(ticket) or is_agent):
        return Thread(ticket, _standing(ticket, sender, is_agent, proven))
    return None


def participants(ticket: Ticket) -> set[str]:
    """Return the addresses, in lower case, that may speak on a ticket and hear of it."""
    return {ticket.requester.key} - {""}


def _was_sent(letter: Letter, ticket: Ticket, keys: Keys, sender: str) -> bool:
    told = {address for entry in ticket.entries for address in entry.told}
    return any(keys.proves(letter, one) for one in {sender} | participants(ticket) | told)


def _standing(ticket: Ticket, sender: str, is_agent: bool, proven: bool) -> Standing:
    if sender in participants(ticket):
        return "participant"
    return "agent" if is_agent and proven else "held"


def _number(ticket_id: str) -> int:
    return int(ticket_id.rpartition("-")[2])
