"""What only agents' bundles tell of a ticket: whose it is, its queues, when it is due."""

from __future__ import annotations

from tracker.core.accounts.records import stamp
from tracker.core.queues import Place, Standing
from tracker.core.sla import Targets
from tracker.core.ticket import Ticket


def staff_members(ticket: Ticket, targets: Targets | None) -> dict[str, object]:
    """Return the members that only agents get.

    ``queues`` are those of ``tracker queue`` that no clock decides; ``due`` is when the ticket
    will be overdue, empty where nothing is due. A closed ticket stands in no queue.
    """
    standing = Standing.of(ticket)
    due = targets.due(standing.clock) if targets and ticket.is_open else None
    queues = Place(standing, None, 0).names(None) if ticket.is_open else ()
    return {
        "assignee": ticket.assignee or "",
        "queues": [one for one in queues if one != "all"],
        "due": stamp(due.at) if due else "",
    }
