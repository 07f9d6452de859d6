"""Changing a ticket file: only the bytes of the change, every other byte stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.core.document import frontmatter, marks
from tracker.core.document.drafts import with_mark
from tracker.core.document.escaping import escape
from tracker.core.document.faults import TicketFault
from tracker.core.document.reader import KNOWN, Layout, format_of, lay_out, parts_of
from tracker.core.document.writer import heading, render_entry
from tracker.core.texts import texts
from tracker.core.ticket import Entry, checksum, normal_text


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
    start, _, data = _find(layout, entry_id, path)
    _amend(lines, start, data, changes)
    return "\n".join(lines)


def replace_mark(text: str, entry_id: str, data: Mapping[str, Any], path: str = "") -> str:
    """Return the file with ``data`` as the whole mark of entry ``entry_id``."""
    layout = lay_out(text, path)
    start, _, _ = _find(layout, entry_id, path)
    lines = text.split("\n")
    _amend(lines, start, {}, data)
    return "\n".join(lines)


def _find(layout: Layout, entry_id: str, path: str) -> tuple[int, int, dict[str, Any]]:
    """Return the line of an entry's mark, the line behind the entry, and the mark's data."""
    for start, end in zip(layout.entries, layout.ends, strict=True):
        data = marks.read_data(layout.lines[start])
        if data.get("id") == entry_id:
            return start, end, data
    raise TicketFault(path, 0, f"holds no entry `{entry_id}`")


def _amend(lines: list[str], start: int, data: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if value is None:
            data.pop(key, None)
        elif isinstance(value, Mapping):
            data[key] = {**data.get(key, {}), **value}
        else:
            data[key] = value
    ending = "\r" if lines[start].endswith("\r") else ""
    lines[start] = marks.write_data(marks.in_order(data)) + ending


def replace_text(text: str, entry_id: str, new: str, path: str = "") -> str:
    """Return the file with the text of entry ``entry_id`` replaced, and its checksum renewed."""
    layout = lay_out(text, path)
    start, end, data = _find(layout, entry_id, path)
    parts = parts_of(layout.lines, start, end)
    first, last = parts.body, parts.text_end
    while first < last and not layout.lines[first]:
        first += 1
    while last > first and not layout.lines[last - 1]:
        last -= 1
    lines = text.split("\n")
    ending = "\r" if lines[start].endswith("\r") else ""
    new = normal_text(new)
    written = [f"{line}{ending}" for line in escape(new, format_of(data)).split("\n") if new]
    if written and first == start + 1:  # without heading and blank line it would be a heading
        written.insert(0, ending)
    if written and first == last:
        written.append(ending)
    elif not written and last < parts.text_end:  # one of the blank lines around it goes too
        last += 1
    lines[first:last] = written
    _amend(lines, start, data, {"sum": checksum(new) if new else None})
    return "\n".join(lines)


def retitle(text: str, entry: Entry, language: str, path: str = "") -> str:
    """Return the file with the heading of ``entry``, if it has one, as it would be written now."""
    layout = lay_out(text, path)
    start, end, _ = _find(layout, entry.id, path)
    lines = text.split("\n")
    if parts_of(layout.lines, start, end).body > start + 1:
        lines[start + 1] = _like(text, f"{heading(entry, texts(language))}\n").removesuffix("\n")
    return "\n".join(lines)


def _like(text: str, added: str) -> str:
    """Give ``added`` the line ends of ``text`` (web editors write CRLF)."""
    return added.replace("\n", "\r\n") if "\r\n" in text else added
