"""Reading a ticket file: where its parts lie, and the ticket they make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.core.addresses import Address
from tracker.core.document import frontmatter, marks
from tracker.core.document.escaping import unescape, unfold
from tracker.core.document.faults import TicketFault
from tracker.core.ticket import PRIORITIES, STATUSES, Entry, Format, Ticket

FENCE = "---"
REQUIRED = ("id", "title", "status", "requester", "created")
KNOWN = (
    *("id", "title", "status", "requester", "participants", "muted", "assignee", "taken"),
    *("labels", "priority", "channel", "phone", "created"),
)
_LISTS = ("labels", "participants", "muted")
_ID = re.compile(r"[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,9}")
_STRUCTURE = frozenset("<|>=")
UNSOLVED = "an unsolved merge: keep one version, delete this mark"
_CONFLICT = re.compile(r"^(?:<{7} |\|{7} |>{7} |={7}\r?$)")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a file lie, as indexes into its lines.

    ``fence`` is the second ``---``, ``entries`` the lines of the entry marks, ``reply`` the
    line of the reply mark or the number of lines where there is none.
    """

    lines: list[str]
    fence: int
    entries: list[int]
    reply: int

    @property
    def ends(self) -> list[int]:
        """For each entry the line behind its last."""
        return [*self.entries[1:], self.reply] if self.entries else []


def lay_out(text: str, path: str) -> Layout:
    """Find the parts of the file. Raises TicketFault."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise TicketFault(path, 1, f"expected `{FENCE}`: a ticket begins with its front matter")
    bare = [line.rstrip("\r") for line in lines] if "\r" in text else lines
    fence = next((at for at in range(1, len(bare)) if bare[at].rstrip() == FENCE), 0)
    if not fence:
        raise TicketFault(path, len(lines), f"expected a second `{FENCE}` to end the front matter")
    for at in range(1, fence):
        if _CONFLICT.match(bare[at]):
            raise TicketFault(path, at + 1, UNSOLVED)
    entries: list[int] = []
    for at in range(fence + 1, len(bare)):
        line = bare[at]
        if line[:1] not in _STRUCTURE:  # most lines of most tickets
            continue
        if line.startswith(marks.PREFIX):
            entries.append(at)
        elif line.startswith(marks.REPLY_PREFIX):
            return Layout(bare, fence, entries, at)
        elif _CONFLICT.match(line):
            raise TicketFault(path, at + 1, UNSOLVED)
    return Layout(bare, fence, entries, len(bare))


def is_conflict_mark(line: str) -> bool:
    """Whether ``line`` is one of the marks that an unsolved Git merge leaves."""
    return bool(_CONFLICT.match(line))


def parse(text: str, path: str = "", *, words: bool = True) -> Ticket:
    """Read a ticket file; without its ``words`` every text of its entries is left empty, which
    takes half the time.

    Text under the reply mark is no part of the ticket yet; see ``draft``.
    Raises TicketFault with path, line and what was expected.
    """
    layout = lay_out(text, path)
    fields = frontmatter.read(layout.lines[1 : layout.fence], path)
    for key in REQUIRED:
        if not fields.get(key) and key not in ("title", "requester"):
            raise TicketFault(path, 1, f"front matter lacks `{key}`")
    seen: set[str] = set()
    entries = []
    for start, end in zip(layout.entries, layout.ends, strict=True):
        entry = _entry(layout.lines, start, end if words else start + 1, path)
        if entry.id in seen:
            raise TicketFault(path, start + 1, f"the entry id `{entry.id}` stands twice")
        seen.add(entry.id)
        entries.append(entry)
    try:
        return _ticket(fields, tuple(entries))
    except ValueError as error:
        raise TicketFault(path, _line_of(layout, str(error)), str(error)) from None


def marks_of(text: str, path: str = "") -> list[tuple[int, dict[str, Any]]]:
    """Return the line of each entry's mark and what it holds. Raises TicketFault."""
    layout = lay_out(text, path)
    try:
        return [(line, marks.read_data(layout.lines[line])) for line in layout.entries]
    except marks.MarkFault as fault:
        raise TicketFault(path, 0, str(fault)) from None


def draft(text: str, path: str = "") -> str:
    """Return what stands under the reply mark, as written there."""
    layout = lay_out(text, path)
    return "\n".join(layout.lines[layout.reply + 1 :]).strip("\n")


def _ticket(fields: dict[str, Any], entries: tuple[Entry, ...]) -> Ticket:
    for key in KNOWN:
        if key not in _LISTS and not isinstance(fields.get(key, ""), str):
            raise ValueError(f"`{key}` must be a text, not a list")
    if not _ID.fullmatch(fields["id"]):
        raise ValueError("`id` must be a prefix and a number, such as ACCREDO-42")
    if fields["status"] not in STATUSES:
        raise ValueError(f"`status` must be {', '.join(STATUSES)}, not `{fields['status']}`")
    priority = fields.get("priority", "normal")
    if priority not in PRIORITIES:
        raise ValueError(f"`priority` must be {', '.join(PRIORITIES)}, not `{priority}`")
    return Ticket(
        id=fields["id"],
        title=fields.get("title", ""),
        status=fields["status"],
        requester=Address.parse(fields.get("requester", "")),
        created=_created(fields["created"]),
        channel=fields.get("channel", "email"),
        assignee=fields.get("assignee") or None,
        labels=_list(fields.get("labels", ()), " "),
        participants=tuple(map(Address.parse, _list(fields.get("participants", ()), ","))),
        muted=tuple(one.lower() for one in _list(fields.get("muted", ()), ",")),
        priority=priority,
        taken=fields.get("taken", ""),
        phone=fields.get("phone", ""),
        entries=entries,
        extra={key: value for key, value in fields.items() if key not in KNOWN},
    )


def _list(value: Any, separator: str) -> tuple[str, ...]:
    """A person may write a list as one text: ``labels: a b``, ``muted: a@b.org, c@d.org``."""
    if isinstance(value, tuple):
        return value
    return tuple(one.strip() for one in value.split(separator) if one.strip())


def _created(written: str) -> Any:
    try:
        return marks.moment(written)
    except marks.MarkFault as fault:
        raise ValueError(f"`created`: {fault}") from None


def _line_of(layout: Layout, message: str) -> int:
    key = message[1:].partition("`")[0]
    for at in range(1, layout.fence):
        if layout.lines[at].startswith(f"{key}:"):
            return at + 1
    return 1


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the parts of an entry begin, as indexes into the lines of the file.

    ``body`` is the line behind the mark and the heading, if there is one; a part that the entry
    lacks has the place of what follows it.
    """

    body: int
    quoted: int
    files: int

    @property
    def text_end(self) -> int:
        """The line behind the text."""
        return min(self.quoted, self.files)


def parts_of(lines: list[str], start: int, end: int) -> Parts:
    """Find the parts of the entry whose mark is the line ``start``."""
    body = start + 1
    if body < end and lines[body].startswith(("### ", "*")):
        body += 1
    quoted = files = end
    for at in range(body, end):
        if lines[at] == marks.QUOTED:
            quoted = at
        elif lines[at] == marks.FILES:
            files = at
            break
    return Parts(body, quoted, files)


def format_of(data: Mapping[str, Any]) -> Format:
    """Return how the text of an entry with the mark ``data`` is written."""
    return "markdown" if data.get("format") == "markdown" else "text"


def _entry(lines: list[str], start: int, end: int, path: str) -> Entry:
    parts = parts_of(lines, start, end)
    try:
        data = marks.read_data(lines[start])
        written = "\n".join(lines[parts.body : parts.text_end]).strip("\n")
        text = unescape(written, format_of(data))
        quoted = "\n".join(lines[parts.quoted : parts.files]).strip("\n")
        return marks.entry_of(data, text, _quote(quoted))
    except marks.MarkFault as fault:
        raise TicketFault(path, start + 1, str(fault)) from None


def _quote(block: str) -> str:
    """Take the quote out of its folding: mark, <details> line, the lines, </details>."""
    if not block:
        return ""
    lines = block.split("\n")[1:]
    kept = [line for line in lines if line.startswith(">")]
    return unfold("\n".join(kept))
