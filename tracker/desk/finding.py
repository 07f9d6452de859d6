"""Finding tickets: by number, by telephone number, by name or address, by their words."""

from __future__ import annotations

import re

from tracker.core.phones import is_number, same, tail
from tracker.core.words import folded, stems
from tracker.desk.desk import Desk
from tracker.desk.queries import COLUMNS, Filter, Row, newest, select

_ID = re.compile(r"#?(?:([A-Za-z][A-Za-z0-9]{1,9})-)?([1-9][0-9]{0,9})")


def search_tickets(desk: Desk, words: str) -> list[Row]:
    """Return the tickets that ``words`` mean, the best match first.

    First the ticket of that number, then those of that telephone number, then those whose
    requester has all the words in name or address, then those that hold every word in any form.
    """
    desk.index.update(desk.repository.newest(), desk.progress)
    desk.index.update_words(desk.progress)
    with newest(desk):
        found = [
            *_by_number(desk, words),
            *_by_phone(desk, words),
            *by_requester(desk, words),
            *_by_words(desk, words),
        ]
    return list({row.id: row for row in found}.values())


def earlier_tickets(desk: Desk, name: str, phone: str, email: str) -> list[Row]:
    """Return the tickets of a caller: by number, by address, by name; newest change first each.

    A name is the same with its words in another order or with more of them, but not where only
    one word is given and the requester has two.
    """
    words = folded(name).split()
    with newest(desk):
        found = [*_by_phone(desk, phone)]
        if email:
            found += select(desk, "requester_key = ?", email.lower())
        if words:
            where = " AND ".join("instr(folded, ?)" for _ in words)
            named = select(desk, where, *(f" {word} " for word in words))
            found += [
                row for row in named if len(words) > 1 or folded(row.requester.name) == words[0]
            ]
    return list({row.id: row for row in found}.values())


def by_requester(desk: Desk, words: str) -> list[Row]:
    """Return the tickets whose requester has every word in name or address."""
    conditions = list(Filter(requester=words).conditions())
    if not conditions:
        return []
    where = " AND ".join(condition for condition, _ in conditions)
    return select(desk, where, *(value for _, value in conditions))


def _by_number(desk: Desk, words: str) -> list[Row]:
    found = _ID.fullmatch(words.strip())
    if not found:
        return []
    rows = select(desk, "number = ?", int(found[2]))
    prefix = (found[1] or "").upper()
    return [row for row in rows if not prefix or row.id.startswith(f"{prefix}-")]


def _by_phone(desk: Desk, words: str) -> list[Row]:
    if not is_number(words):
        return []
    sql = "SELECT number, phone FROM tickets WHERE phone_tail = ? AND phone_tail != ''"
    numbers = [number for number, phone in desk.index.query(sql, tail(words)) if same(phone, words)]
    marks = ", ".join("?" * len(numbers))
    return select(desk, f"number IN ({marks})", *numbers)


def _by_words(desk: Desk, words: str) -> list[Row]:
    found = list(dict.fromkeys(stems(words)))
    if not found:
        return []
    match = " AND ".join(f'"{stem}"' for stem in found)
    columns = ", ".join(f"tickets.{name}" for name in COLUMNS.split(", "))
    sql = (
        f"SELECT {columns} FROM words JOIN tickets ON tickets.number = words.rowid "
        "WHERE words MATCH ? ORDER BY bm25(words, 5.0, 1.0), tickets.number DESC"
    )
    return [Row.read(values) for values in desk.index.query(sql, match)]
