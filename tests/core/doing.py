"""A desk in memory on which agents act, for the tests of what is done to tickets."""

from __future__ import annotations

from collections.abc import Iterable

from tests.core.samples import IVAN, MALLORY, NOW, MemoryDesk, entry, event, settings, ticket
from tracker.core.addresses import Address
from tracker.core.document import render
from tracker.core.fields import Fields, events_between, said
from tracker.core.operations import Actor
from tracker.core.ticket import Entry, Ticket
from tracker.core.workspace import Workspace

ANNA = Address("Анна", "anna@example.org")
OLGA = Address("Ольга", "olga@example.org")
PETR = Address("Пётр", "petr@example.org")
BORIS = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'
WHO = Actor(ANNA, "agent", "cli", NOW, "anna")


def requested(number: int, by: Address = IVAN, **values: object) -> Ticket:
    """A request as the desk opened it, its fields told by its events."""
    first = entry(f"e{number}", author=by, data={"title": "Кабинет"})
    return ticket(number, first, requester=by, **values)


def workspace(*tickets: Ticket) -> Workspace:
    desk = MemoryDesk(*(tickets or (requested(42),)), with_settings=settings(BORIS))
    return Workspace(desk, desk.settings, NOW, desk.new_id)


def names(events: Iterable[Entry]) -> list[str]:
    return [one.event for one in events]


def happened(work: Workspace, number: int = 42) -> list[tuple[str, dict[str, str]]]:
    found = work.need(number).entries
    return [(one.event, dict(one.data)) for one in found if one.kind == "event"]


def told(work: Workspace, number: int = 42) -> None:
    """The law of every operation: events and front matter say the same, the file is well formed."""
    one = work.need(number)
    assert list(events_between(said(one), Fields.of(one))) == []
    assert work.text(number) == render(one, "ru")


def held(author: Address = MALLORY, **values: object) -> Entry:
    given = {"author": author, "role": "stranger", "visibility": "held", "text": "Впустите."}
    return entry("h1", **(given | values))


def proposed(field: str, to: str, **values: object) -> Entry:
    given = {"visibility": "held", "data": {"field": field, "to": to}, "author": MALLORY}
    return event("proposed", id="h1", role="stranger", **(given | values))
