"""Tickets for tests of the pages: short to write, with every kind of entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tracker.core.addresses import Address
from tracker.core.pages.site import Desk
from tracker.core.ticket import Entry, Ticket

START = datetime(2026, 11, 22, 6, 14, 3, tzinfo=UTC)
IVAN = Address("Иван Петров", "ivan@example.org")
ANNA = Address("Анна", "anna@example.org")


def entry(text: str = "", at: int = 0, **more: Any) -> Entry:
    """An entry ``at`` hours after the start; the requester's mail unless told otherwise."""
    values: dict[str, Any] = {
        "id": f"e{at:05d}",
        "at": START + timedelta(hours=at),
        "author": IVAN,
        "role": "requester",
        "via": "email",
    }
    return Entry(**(values | {"text": text} | more))


def answer(text: str, at: int = 1, **more: Any) -> Entry:
    """An agent's entry."""
    return entry(text, at, **({"author": ANNA, "role": "agent", "via": "cli"} | more))


def ticket(number: int = 42, *entries: Entry, **more: Any) -> Ticket:
    """A ticket; with no entry given it has one message."""
    values: dict[str, Any] = {
        "id": f"ACCREDO-{number}",
        "title": "Не открывается кабинет",
        "status": "open",
        "requester": IVAN,
        "created": START,
        "entries": entries or (entry("Здравствуйте!"),),
    }
    return Ticket(**(values | more))


def desk(**more: Any) -> Desk:
    """A desk in Russian with a phone."""
    values: dict[str, Any] = {
        "name": "Служба <аккредитации>",
        "prefix": "ACCREDO",
        "language": "ru",
        "zone": ZoneInfo("Europe/Moscow"),
        "url": "https://help.example.org/",
        "address": "support@example.org",
        "phone": "+7 (495) 123-45-67",
        "hours": "пн–пт 9:00–18:00",
    }
    return Desk(**(values | more))
