"""What somebody writes under the reply mark: where it stands, and the file without it."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.core.document import marks
from tracker.core.document.escaping import unescape
from tracker.core.document.reader import Layout, lay_out
from tracker.core.ticket import checksum, normal_text

_AFTER_REPLY = f"\n{marks.REPLY_PREFIX}"
_END_OF_MARK = marks.SUFFIX.strip()


@dataclass(frozen=True, slots=True)
class Draft:
    """Text under the reply mark: ``lines`` without their line ends, the first of them being line
    ``first`` of the file, counted from 0.
    """

    first: int
    lines: tuple[str, ...]


def has_draft(text: str) -> bool:
    """Whether the file holds words under the reply mark, or lacks the mark. Reads no more of
    the file than it must: it is asked of every ticket.
    """
    mark = text.find(_AFTER_REPLY)
    if mark < 0:
        return True
    end = text.find("\n", mark + 1)
    line = text[mark + 1 :] if end < 0 else text[mark + 1 : end]
    return bool(line.partition(_END_OF_MARK)[2].strip() or (end > 0 and text[end:].strip()))


def find_draft(text: str, path: str = "") -> Draft:
    """Return what stands under the reply mark, also on the mark's own line behind it.

    Where somebody deleted the mark it is what stands behind the last entry, whose checksum
    tells where its own text ends. A mark that a merge left twice is no word of the draft.
    Raises TicketFault.
    """
    layout = lay_out(text, path)
    if layout.reply < len(layout.lines):
        first = layout.reply
        behind = layout.lines[first].partition(_END_OF_MARK)[2]
        lines = [behind, *layout.lines[first + 1 :]]
    else:
        first = _end_of_last(layout)
        lines = layout.lines[first:]
    if lines and text.endswith("\n"):
        lines = lines[:-1]  # behind the last line end there is no line
    return Draft(first, tuple("" if line.rstrip() == marks.REPLY else line for line in lines))


def with_mark(text: str, path: str = "") -> str:
    """Return the file with its reply mark, put back where somebody deleted it."""
    layout = lay_out(text, path)
    if layout.reply < len(layout.lines):
        return text
    first = _end_of_last(layout)
    lines, ending = text.split("\n"), _ending(text)
    above = "\n".join(lines[:first]).rstrip("\r\n")
    below = "\n".join(lines[first:])
    return f"{above}{ending}{ending}{marks.REPLY}{ending}{below if below.strip() else ''}"


def without_draft(text: str, path: str = "") -> str:
    """Return the file with nothing under its reply mark, every byte above as it was."""
    marked = with_mark(text, path)
    lines = marked.split("\n")
    above = "".join(f"{line}\n" for line in lines[: lay_out(marked, path).reply])
    return f"{above}{marks.REPLY}{_ending(marked)}"


def _ending(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _end_of_last(layout: Layout) -> int:
    """The line behind the last entry of a file that has no reply mark."""
    lines = layout.lines
    if not layout.entries:
        return layout.fence + 1
    start = layout.entries[-1]
    body = start + 1
    if body < len(lines) and lines[body].startswith(("### ", "*")):
        body += 1
    behind = lines[body:]
    if marks.FILES in behind:
        end = body + behind.index(marks.FILES) + 1
        while end < len(lines) and lines[end].startswith("- "):
            end += 1
        return end
    if marks.QUOTED in behind:
        quoted = body + behind.index(marks.QUOTED)
        ends = (at + 1 for at in range(quoted, len(lines)) if lines[at] == "</details>")
        return next(ends, len(lines))
    return _end_of_text(lines, start, body)


def _end_of_text(lines: list[str], start: int, body: int) -> int:
    try:
        data = marks.read_data(lines[start])
    except marks.MarkFault:
        return len(lines)
    if data.get("kind") == "event":
        return body
    form = "markdown" if data.get("format") == "markdown" else "text"
    for end in range(body, len(lines) + 1):
        if end > body and not lines[end - 1].strip():
            continue
        written = "\n".join(lines[body:end]).strip("\n")
        if checksum(normal_text(unescape(written, form))) == data.get("sum"):  # type: ignore[arg-type]
            return end
    return len(lines)  # the entry itself was changed as well: all of it is its text
