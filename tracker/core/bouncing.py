"""Letters of ours that came back: noted where they were told, and their addresses stopped."""

from __future__ import annotations

from functools import partial

from tracker.core.addresses import Address
from tracker.core.arrival import Arrival
from tracker.core.mail.model import Bounce, Failure
from tracker.core.operations import Actor, event
from tracker.core.suppression import Suppressed
from tracker.core.threading import ticket_of
from tracker.core.ticket import Ticket
from tracker.core.tokens import Keys, Letter, read_message_id, without_tokens
from tracker.core.told import letters_to
from tracker.core.workspace import Workspace

_LONGEST_REASON = 200


def take_bounce(
    work: Workspace, keys: Keys, stopped: Suppressed, arrival: Arrival, bounce: Bounce | None
) -> tuple[Ticket | None, str]:
    """Note a delivery report on the ticket of its letter; never a new ticket.

    Only an address that the letter's own token names counts, so that nobody can have another
    one stopped. Hard failures stop all letters to the address. Returns the ticket, or None
    and why nothing was noted.
    """
    letter = read_message_id(bounce.original_message_id) if bounce else None
    ticket = ticket_of(letter, work) if letter else None
    if bounce is None or letter is None or ticket is None:
        return None, "bounce of an unknown letter"
    who = Actor(Address(work.settings.desk.name, ""), "system", "email", arrival.received)
    events = []
    for failed in bounce.recipients:
        address = failed.address(partial(keys.proves, letter))
        if failed.action != "failed" or not address:
            continue
        reason = _reason(failed)
        if failed.hard:
            for entry in _entries(ticket, letter, address):
                work.amend(ticket, entry, {"bounced": {address: reason}})
            stopped.add(address, reason, ticket.id, arrival.received)
        events.append(event(work, who, "bounced", {"address": address, "reason": reason}))
    if not events:
        return None, "bounce without a failed address of ours"
    work.add(ticket, events)
    return ticket, ""


def _reason(failed: Failure) -> str:
    words = without_tokens(f"{failed.status} {failed.diagnostic}").strip()
    return words[:_LONGEST_REASON]


def _entries(ticket: Ticket, letter: Letter, address: str) -> tuple[str, ...]:
    """Return the entries that this letter told ``address`` of.

    A letter that named several tickets can't be found by its word: then all that was told.
    """
    sent = letters_to(ticket, address)
    found = [one for one in sent if one.word == letter.letter] or sent
    return tuple(entry for one in found for entry in one.entries)
