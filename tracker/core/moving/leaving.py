"""The one gate to exports: what of a ticket leaves, and what only where it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tracker.core.addresses import Address
from tracker.core.pages.masking import Mask
from tracker.core.ticket import Entry, Ticket

_OF_PEOPLE = ("who", "receipt", "address", "tell")
"""Data of events that names people by address or handle."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for beside the public words: internal notes and events, what is held for
    review, and addresses and telephone numbers.
    """

    internal: bool = False
    held: bool = False
    addresses: bool = False


def leaving(ticket: Ticket, scope: Scope, mask: Mask) -> Ticket | None:
    """Return of ``ticket`` what may leave; None where its first message may not.

    Without addresses they are masked in all texts, as they are on the portal, and everything
    that letters and mails go by is left out.
    """
    first = next((one for one in ticket.entries if one.kind == "message"), None)
    if first is None or not _may_leave(first, scope):
        return None
    kept = replace(ticket, entries=tuple(one for one in ticket.entries if _may_leave(one, scope)))
    return kept if scope.addresses else _without_addresses(kept, mask)


def _may_leave(entry: Entry, scope: Scope) -> bool:
    if entry.visibility == "held":
        return scope.held
    return scope.internal or (entry.visibility == "public" and entry.kind != "note")


def _without_addresses(ticket: Ticket, mask: Mask) -> Ticket:
    return replace(
        ticket,
        title=mask(ticket.title),
        requester=_masked(ticket.requester, mask),
        participants=tuple(_masked(one, mask) for one in ticket.participants),
        muted=(),
        phone="",
        labels=tuple(mask(one) for one in ticket.labels),
        entries=tuple(_entry(one, mask) for one in ticket.entries),
        extra={},
    )


def _entry(entry: Entry, mask: Mask) -> Entry:
    return replace(
        entry,
        author=_masked(entry.author, mask),
        text=mask(entry.text),
        quoted=mask(entry.quoted),
        message_id="",
        data=_data(entry.data, mask),
        told={},
        bounced={},
        delayed={},
        attachments=tuple(replace(one, name=mask(one.name)) for one in entry.attachments),
        sum="",
    )


def _data(data: Mapping[str, str], mask: Mask) -> dict[str, str]:
    return {name: mask(value) for name, value in data.items() if name not in _OF_PEOPLE}


def _masked(person: Address, mask: Mask) -> Address:
    return Address(mask(person.name) if person.name else "", "")
