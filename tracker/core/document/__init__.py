"""The ticket file: Markdown that people edit and the tracker reads back exactly."""

from tracker.core.document.edits import add_entries, amend_entry, replace_text, retitle, set_fields
from tracker.core.document.faults import TicketFault
from tracker.core.document.reader import draft, parse
from tracker.core.document.writer import render

__all__ = [
    "TicketFault",
    "add_entries",
    "amend_entry",
    "draft",
    "parse",
    "render",
    "replace_text",
    "retitle",
    "set_fields",
]
