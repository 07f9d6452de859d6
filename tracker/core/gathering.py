"""Which entries share a letter: those of a ticket and a recipient, or of a letter tried before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tracker.core.options import Agent
from tracker.core.planned import Kind, Owed, Planned
from tracker.core.retries import read_delay
from tracker.core.settings import Settings

MOST_NOTICES = 5
"""More tickets than this for one agent in one run make one letter that lists them."""


def letter_address(agent: Agent) -> str:
    """Return where an agent's letters go: the first address that takes mail, or empty.

    Commits may come from an address of a Git host that reads nothing.
    """
    read = [one for one in agent.emails if "noreply" not in one.lower().replace("-", "")]
    return next(iter((*read, *agent.emails)), "").lower()


def gather(owed: Iterable[Owed], settings: Settings) -> list[Planned]:
    """Sort what is owed into letters: those that were tried before first.

    A letter that was tried may have arrived, whatever the server said last. So it is tried again
    with the same entries, hence the same Message-ID, and what came later is a letter of its own.
    """
    rows = _each_once(_addressed(owed, settings))
    letters = _tried([one for one in rows if read_delay(one.delayed)], settings)
    fresh = _in_answers([one for one in rows if not read_delay(one.delayed)])
    joined = {(one.number, one.address) for one in fresh if one.what == "joined"}
    numbers: list[Owed] = []
    others: list[Owed] = []
    for one in fresh:
        alone = one.what == "confirmation" and (one.number, one.address) not in joined
        (numbers if alone else others).append(one)
    return [*letters, *_of_numbers(numbers, settings), *_of_tickets(others, settings)]


def digested(letters: Sequence[Planned]) -> list[Planned]:
    """Put the notices of many tickets for one agent into one letter."""
    many: dict[str, list[Planned]] = {}
    for one in letters:
        if not one.tries and all(item.what == "notice" for item in one.items):
            many.setdefault(one.address, []).append(one)
    crowded = {address: found for address, found in many.items() if len(found) > MOST_NOTICES}
    gathered = {id(one) for found in crowded.values() for one in found}
    kept = [one for one in letters if id(one) not in gathered]
    return kept + [
        Planned(
            "digest", address, tuple(item for one in found for item in one.items), found[0].handle
        )
        for address, found in crowded.items()
    ]


def _addressed(owed: Iterable[Owed], settings: Settings) -> list[Owed]:
    """Find where each letter goes; what is for an agent who is gone is for nobody."""
    found = []
    for one in owed:
        address = one.recipient
        if address.startswith("@"):
            agent = settings.agents.get(address[1:])
            address = letter_address(agent) if agent else ""
        if address and one.what != "held":
            found.append(replace(one, address=address))
    return found


def _each_once(rows: list[Owed]) -> list[Owed]:
    """What somebody is told as a requester is not told them again as an agent."""
    known = {(one.number, one.entry, one.address) for one in rows if one.is_outside}
    return [
        one for one in rows if one.is_outside or (one.number, one.entry, one.address) not in known
    ]


def _in_answers(rows: list[Owed]) -> list[Owed]:
    """A letter with an answer tells the number as well, and who joined."""
    answered = {(one.number, one.address) for one in rows if one.what == "answer"}
    return [
        replace(one, what="answer")
        if one.is_outside and (one.number, one.address) in answered
        else one
        for one in rows
    ]


def _tried(rows: list[Owed], settings: Settings) -> list[Planned]:
    """Return the letters that were tried before, each with what it told then."""
    grouped: dict[tuple[str, bool, str], list[Owed]] = {}
    for one in rows:
        delay = read_delay(one.delayed)
        word = (delay.letter if delay else "") or f"{one.number} {one.entry}"
        grouped.setdefault((one.address, one.is_outside, word), []).append(one)
    return [
        _letter(_kind_of(items), items, settings) for items in map(_in_answers, grouped.values())
    ]


def _kind_of(items: list[Owed]) -> Kind:
    if items[0].is_outside:
        told = {one.what for one in items}
        return "answer" if "answer" in told else "joined" if "joined" in told else "confirmation"
    return "staff" if len({one.number for one in items}) == 1 else "digest"


def _of_tickets(rows: list[Owed], settings: Settings) -> list[Planned]:
    """Group by ticket, address and side."""
    grouped: dict[tuple[int, str, bool], list[Owed]] = {}
    for one in rows:
        grouped.setdefault((one.number, one.address, one.is_outside), []).append(one)
    return [_letter(_kind_of(items), items, settings) for items in grouped.values()]


def _of_numbers(rows: list[Owed], settings: Settings) -> list[Planned]:
    """Group confirmations: one letter tells an address all its numbers."""
    grouped: dict[str, list[Owed]] = {}
    for one in rows:
        grouped.setdefault(one.address, []).append(one)
    return [_letter("confirmation", items, settings) for items in grouped.values()]


def _letter(kind: Kind, items: Sequence[Owed], settings: Settings) -> Planned:
    address = items[0].address
    return Planned(kind, address, tuple(items), settings.agent_by_email(address) or "")
