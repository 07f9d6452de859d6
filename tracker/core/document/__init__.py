"""The ticket file: Markdown that people edit and the tracker reads back exactly."""

from tracker.core.document.edits import (
    add_entries,
    amend_entry,
    replace_mark,
    replace_text,
    retitle,
    set_fields,
)
from tracker.core.document.faults import TicketFault
from tracker.core.document.reader import draft, marks_of, parse
from tracker.core.document.writer import render

__all__ = [
    "TicketFault",
    "add_entries",
    "amend_entry",
    "draft",
    "marks_of",
    "parse",
    "render",
    "replace_mark",
    "replace_text",
    "retitle",
    "set_fields",
]
