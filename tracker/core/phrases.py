"""Short traces of a ticket in a text: its title, a note, people's names and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.core.phones import FEWEST, digits
from tracker.core.ticket import Ticket
from tracker.core.traces import RUN, blocks

FEWEST_WORDS, FEWEST_LETTERS = 4, 20
"""Of a title or a note: a shorter one may stand anywhere by accident."""
_NAME = (2, 4)
"""Words of a name: one alone is many people's."""
_NAME_LETTERS = 8
_NATIONAL = 10
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?<![\w/=.-])\+?[\d(](?:[ ().\u00a0\u2010-\u2015-]{0,3}\d){6,14}(?![\w-])")


def phrases(ticket: Ticket) -> set[str]:
    """Return what would tell of a ticket though it is shorter than eight words, in small letters:
    whole title and notes, names of people who are no agents, last digits of telephone numbers.
    """
    found = {_phrase(one) for one in _said(ticket)}
    others = (one.author for one in ticket.entries if one.role not in ("agent", "system"))
    found |= {_name(one.name) for one in (ticket.requester, *ticket.participants, *others)}
    return (found | {_number(ticket.phone)}) - {""}


def stretches(text: str) -> set[str]:
    """Return all of a text that ``phrases`` may be found among."""
    found = {_number(one[0]) for one in _NUMBER.finditer(text)}
    for block in blocks(text):
        words = _WORD.findall(block.lower())
        for count in range(_NAME[0], RUN):
            found.update(" ".join(words[at : at + count]) for at in range(len(words) - count + 1))
    return found - {""}


def _said(ticket: Ticket) -> Iterator[str]:
    yield ticket.title
    for one in ticket.entries:
        if one.event == "renamed":
            yield from one.data.values()
        if one.kind == "note":
            yield one.text


def _phrase(text: str) -> str:
    words = _WORD.findall(text.lower())
    whole = " ".join(words)
    fits = FEWEST_WORDS <= len(words) < RUN and len(whole) >= FEWEST_LETTERS
    return whole if fits else ""


def _name(written: str) -> str:
    words = _WORD.findall(written.lower())
    whole = " ".join(words)
    fits = _NAME[0] <= len(words) <= _NAME[1] and len(whole) >= _NAME_LETTERS
    return whole if fits and not digits(whole) else ""


def _number(written: str) -> str:
    """Return the digits by which a number is the same with and without its country's code."""
    found = digits(written)
    return found[-_NATIONAL:] if len(found) >= FEWEST else ""
