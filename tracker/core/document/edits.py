"""Changing a ticket file: only the bytes of the change, every other byte stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.core.document import frontmatter, marks
from tracker.core.document.drafts import with_mark
from tracker.core.document.faults import TicketFault
from tracker.core.document.reader import KNOWN, lay_out
from tracker.core.document.writer import render_entry
from tracker.core.texts import texts
from tracker.core.ticket import Entry


def add_entries(text: str, entries: Iterable[Entry], language: str, path: str = "") -> str:
    """Return the file with ``entries`` added behind its last one, above the reply mark.

    What somebody is writing under the reply mark stays there.
    """
    text = with_mark(text, path)
    layout = lay_out(text, path)
    words = texts(language)
    first = len(layout.entries) + 1
    added = "\n".join(render_entry(entry, n, words) for n, entry in enumerate(entries, first))
    lines = text.split("\n")
    above = "".join(f"{line}\n" for line in lines[: layout.reply])
    below = "\n".join(lines[layout.reply :])
    if not above.endswith(("\n\n", "\r\n\r\n")):
        above += "\n"
    return above + _like(text, added + "\n") + below


def set_fields(text: str, changes: Mapping[str, frontmatter.Value | None], path: str = "") -> str:
    """Return the file with the front matter lines of ``changes`` replaced, added, or taken out
    where the value is None.
    """
    layout = lay_out(text, path)
    lines = text.split("\n")
    head = lines[1 : layout.fence]
    for key, value in changes.items():
        head = _with_field(head, key, value, "\r" if "\r\n" in text else "")
    return "\n".join([lines[0], *head, *lines[layout.fence :]])


def _with_field(
    head: list[str], key: str, value: frontmatter.Value | None, ending: str
) -> list[str]:
    # A person may have written the key as YAML also allows: `"status" : open`.
    written = re.compile(rf"(['\"]?){re.escape(key)}\1[ \t]*:(?:\s|$)")
    start = next((at for at, line in enumerate(head) if written.match(line)), None)
    new = [] if value is None else [frontmatter.line(key, value) + ending]
    if start is None:
        at = _place(head, key)
        return [*head[:at], *new, *head[at:]]
    end = start + 1
    for at in range(end, len(head)):  # a value over several lines, blank ones among them
        if head[at].startswith((" ", "\t", "- ")):
            end = at + 1
        elif head[at].strip():
            break
    return [*head[:start], *new, *head[end:]]


def _place(head: list[str], key: str) -> int:
    """Where a new line for ``key`` belongs: behind the last key that goes before it."""
    before = KNOWN[: KNOWN.index(key)] if key in KNOWN else None
    place = len(head)
    if before is None:
        return place
    found = [at for at, line in enumerate(head) if line.partition(":")[0] in before]
    return found[-1] + 1 if found else 0


def amend_entry(text: str, entry_id: str, changes: Mapping[str, Any], path: str = "") -> str:
    """Return the file with ``changes`` in the mark of entry ``entry_id``.

    A mapping is merged into the one that stands there; a value of None takes a key out.
    """
    layout = lay_out(text, path)
    lines = text.split("\n")
    for at in layout.entries:
        data = marks.read_data(layout.lines[at])
        if data.get("id") != entry_id:
            continue
        for key, value in changes.items():
            if value is None:
                data.pop(key, None)
            elif isinstance(value, Mapping):
                data[key] = {**data.get(key, {}), **value}
            else:
                data[key] = value
        ending = "\r" if lines[at].endswith("\r") else ""
        lines[at] = marks.write_data(marks.in_order(data)) + ending
        return "\n".join(lines)
    raise TicketFault(path, 0, f"holds no entry `{entry_id}`")


def _like(text: str, added: str) -> str:
    """Give ``added`` the line ends of ``text`` (web editors write CRLF)."""
    return added.replace("\n", "\r\n") if "\r\n" in text else added
