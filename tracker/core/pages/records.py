"""All public tickets as data: ``tickets.json`` names compressed files of a thousand rows each.

A changed ticket changes its own file alone. The rows are compressed, since a hundred thousand of
them would else weigh as much as a tenth of the portal.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence

from tracker.core.pages.site import Desk, ticket_url
from tracker.core.pages.view import PublicTicket

INDEX = "tickets.json"
"""The address of the index below the portal's root."""
RECORDS = 1_000
"""Ticket numbers of one file."""
_VERSION = 1
_LEVEL = 6


def record(ticket: PublicTicket, desk: Desk) -> str:
    """Return a ticket's row: what its line in a list says, and times, as JSON on one line."""
    return json.dumps(
        {
            "id": ticket.id,
            "title": ticket.title,
            "status": ticket.status,
            "requester": ticket.requester,
            "labels": list(ticket.labels),
            "created": ticket.created.isoformat(),
            "updated": ticket.updated.isoformat(),
            "answered": ticket.answered.isoformat() if ticket.answered else None,
            "closed": ticket.closed.isoformat() if ticket.closed else None,
            "url": desk.url + ticket_url(ticket.id),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def records_path(part: int) -> str:
    """Return the address of the file of the numbers ``part`` × 1,000 and the 999 above it."""
    return f"tickets/rows-{part}.json.gz"


def records_file(rows: Iterable[str]) -> bytes:
    """Return a file of rows: a JSON array, gzipped (RFC 1952), the same for the same rows."""
    lines = ",\n".join(rows)
    return gzip.compress(f"[\n{lines}\n]\n".encode(), _LEVEL, mtime=0)


def index_file(desk: Desk, parts: Sequence[tuple[int, int]]) -> str:
    """Return the index; ``parts`` are (part, rows in it)."""
    index = {
        "version": _VERSION,
        "desk": desk.name,
        "url": desk.url,
        "count": sum(count for _, count in parts),
        "files": [
            {
                "url": desk.url + records_path(part),
                "first": part * RECORDS,
                "last": part * RECORDS + RECORDS - 1,
                "count": count,
            }
            for part, count in parts
        ],
    }
    return json.dumps(index, ensure_ascii=False, indent=1) + "\n"
