"""What became of a letter, and noting it in the tickets that it told of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.core.addresses import Address
from tracker.core.operations import Actor, event
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter to ``address``: accepted, or refused for good (``refusal``), or delayed
    (``later``, as an entry keeps it).

    ``entries`` are number and entry id of all it told of. ``hard`` says that the address gets
    no letters any more, ``handle`` names the agent whose address it is, and ``kind`` what kind
    of letter it was (see ``Planned``). One about an account has that and the letter's id
    (``post``) in place of entries.
    """

    address: str
    entries: tuple[tuple[int, str], ...]
    at: str
    refusal: str = ""
    hard: bool = False
    later: str = ""
    handle: str = ""
    kind: str = ""
    account: str = ""
    post: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The tickets, each once."""
        return tuple(dict.fromkeys(number for number, _ in self.entries))


def note(work: Workspace, sent: Iterable[Sent]) -> None:
    """Note letters in their entries; a refusal becomes an event that agents see.

    Noting a letter twice changes nothing. An entry that a person took out is passed over.
    """
    for one in sent:
        for number in one.numbers:
            ticket = work.ticket(number)
            if ticket is not None:
                ids = {entry for found, entry in one.entries if found == number}
                _note(work, ticket, [entry for entry in ticket.entries if entry.id in ids], one)


def _note(work: Workspace, ticket: Ticket, entries: list[Entry], one: Sent) -> None:
    known = True
    for entry in entries:
        keys = _keys(entry, one)
        if one.later:
            if keys[0] not in {**entry.told, **entry.bounced}:  # else another machine sent it since
                work.amend(ticket, entry.id, {"delayed": dict.fromkeys(keys, one.later)})
            continue
        _forget_delay(work, ticket, entry, keys)
        if one.refusal:
            known = known and keys[0] in entry.bounced
            work.amend(ticket, entry.id, {"bounced": dict.fromkeys(keys, one.refusal)})
        else:
            work.amend(ticket, entry.id, {"told": dict.fromkeys(keys, one.at)})
    if not known and one.kind != "digest":
        # A digest tells of hundreds of tickets; none of them is where the fault lies.
        who = Actor(Address(work.settings.desk.name, ""), "system", "email", work.now)
        data = {"address": one.address, "reason": one.refusal}
        work.add(ticket, [event(work, who, "undelivered", data)])


def _keys(entry: Entry, one: Sent) -> list[str]:
    """Under which names a letter is noted: the address, and the agent who was to be told."""
    is_told = one.handle and one.handle in entry.data.get("tell", "").split()
    return [one.address, f"@{one.handle}"] if is_told else [one.address]


def _forget_delay(work: Workspace, ticket: Ticket, entry: Entry, keys: list[str]) -> None:
    left = {name: words for name, words in entry.delayed.items() if name not in keys}
    if len(left) < len(entry.delayed):
        work.amend(ticket, entry.id, {"delayed": None})
        if left:
            work.amend(ticket, entry.id, {"delayed": left})
