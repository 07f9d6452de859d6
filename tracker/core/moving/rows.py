"""Tickets as rows of a table in which no cell can be a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.core.ticket import Ticket

HEADING = (
    *("id", "title", "status", "priority", "assignee", "labels", "channel"),
    *("requester", "email", "phone", "created", "updated", "closed"),
    *("messages", "answers", "attachments", "request", "conversation"),
)
LONGEST_CELL = 32_000
"""Characters of a cell: spreadsheets take 32,767."""
# What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection), in full width
# too, and behind blanks and quotes that it passes over.
_FORMULA = re.compile(r"[\s\"'\u200b\ufeff\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|[\t\r\n]")


def row(ticket: Ticket) -> list[str]:
    """Return the cells of one ticket, in the order of ``HEADING``."""
    said = [one for one in ticket.entries if one.kind != "event"]
    messages = [one for one in said if one.kind == "message"]
    closed = [one.at.isoformat() for one in ticket.entries if one.event == "closed"]
    cells = (
        ticket.id,
        ticket.title,
        ticket.status,
        ticket.priority,
        ticket.assignee or "",
        ", ".join(ticket.labels),
        ticket.channel,
        ticket.requester.name,
        ticket.requester.email,
        ticket.phone,
        ticket.created.isoformat(),
        ticket.updated.isoformat(),
        closed[-1] if closed and ticket.status == "closed" else "",
        str(len(messages)),
        str(sum(one.role == "agent" for one in messages)),
        str(sum(len(one.attachments) for one in said)),
        messages[0].text if messages else "",
        "\n\n".join(f"{one.author.shown}, {one.at:%Y-%m-%d %H:%M}\n{one.text}" for one in said[1:]),
    )
    return [safe_cell(one) for one in cells]


def safe_cell(text: str) -> str:
    """Return a cell that a spreadsheet shows as it is: what could be a formula begins with ``'``.

    A text longer than ``LONGEST_CELL`` is cut, which its end says.
    """
    text = text.replace("\0", "\ufffd")
    if len(text) > LONGEST_CELL:
        text = f"{text[: LONGEST_CELL - 1]}…"
    return f"'{text}" if _FORMULA.match(text) else text


def cut_cells(cells: Sequence[str]) -> bool:
    """Whether a cell of a row was cut."""
    return any(len(one) >= LONGEST_CELL for one in cells)
