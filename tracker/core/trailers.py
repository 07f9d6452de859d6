"""Trailers of commit messages: ``Closes: ACCREDO-42`` and ``Ticket: ACCREDO-42``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.core.operations import set_status
from tracker.core.origins import Origin, actor
from tracker.core.ticket import Entry
from tracker.core.workspace import Workspace

_KEYS = {"closes": True, "закрывает": True, "ticket": False, "заявка": False}
"""What a trailer begins with, and whether it closes the ticket."""
# As `git interpret-trailers` reads them, letters of any alphabet in the key.
_TRAILER = re.compile(r"([\w-]+)[ \t]*:[ \t]*(.*)")
_PICKED = "(cherry picked from commit "
_SQUASHED = re.compile(r"\(#\d+\)\s*\Z")
_NUMBER = re.compile(r"(?:([a-z][a-z0-9]{1,9})-)?([1-9][0-9]{0,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """A commit message taken apart; ``tickets`` are numbers, each with whether it is closed."""

    subject: str
    body: str
    tickets: tuple[tuple[int, bool], ...]


def read_trailers(message: str, prefix: str) -> Message | None:
    """Return a message that names tickets in its last paragraph, else None.

    Numbers stand alone or behind the desk's prefix, several of them with commas or spaces
    between; ``#42`` is the Git host's own and no ticket. A message that a squash merge made
    names what others closed before: it counts for nothing.
    """
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", message.replace("\r\n", "\n").strip())
    subject = " ".join(paragraphs[0].split("\n"))
    squashed = len(paragraphs) > 1 and paragraphs[1].startswith("Squashed commit of")
    if len(paragraphs) < 2 or squashed or _SQUASHED.search(subject):
        return None
    found: dict[int, bool] = {}
    for key, value in _trailers(paragraphs[-1]):
        for number in _numbers(value, prefix) if key in _KEYS else ():
            found[number] = found.get(number, False) or _KEYS[key]
    body = "\n\n".join(paragraphs[1:-1])
    return Message(subject, body, tuple(found.items())) if found else None


def _trailers(paragraph: str) -> Iterator[tuple[str, str]]:
    """Yield the trailers of a paragraph that holds nothing else."""
    found: list[tuple[str, str]] = []
    for line in paragraph.split("\n"):
        trailer = _TRAILER.fullmatch(line.rstrip())
        if trailer:
            found.append((trailer[1].lower(), trailer[2]))
        elif line[:1] in (" ", "\t") and found:  # the value goes on
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif not line.startswith(_PICKED):
            return
    yield from found


def _numbers(value: str, prefix: str) -> Iterator[int]:
    for word in re.split(r"[,;\s]+", value.strip().rstrip(".")):
        found = _NUMBER.fullmatch(word)
        if found and (found[1] or prefix).upper() == prefix:
            yield int(found[2])


def obey_trailers(work: Workspace, message: Message, origin: Origin) -> tuple[list[str], list[str]]:
    """Add a commit's message to the tickets it names and close them; return the ids of those it
    reached, and a sentence for each that it did not.

    A merged ticket's goes to the one that took it. Of a commit that is not trusted nothing is
    obeyed: its text is held for review.
    """
    who = actor(work.settings, origin, work.now)
    reached, missed = [], []
    for number, closes in message.tickets:
        ticket = work.ticket(number)
        if ticket is None:
            missed.append(f"there is no ticket {work.name(number)}")
            continue
        ticket = work.final(ticket)
        text = message.body or ("" if closes and who.handle else message.subject)
        if text:
            held = who.handle is None
            entry = Entry(
                id=work.new_id(),
                at=who.at,
                author=who.author,
                role=who.role,
                via=who.via,
                text=text,
                visibility="held" if held else "public",
            )
            work.add(ticket, [entry])
        if closes and who.handle:
            set_status(work, ticket.number, who, "closed")
        reached.append(ticket.id)
    return reached, missed
