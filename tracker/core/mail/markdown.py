"""Markdown lines built from blocks and styled runs; every text is escaped here."""

from __future__ import annotations

import re

MAX_NESTED = 8
"""Quotations and lists within each other that are shown as such."""

_INLINE = re.compile(r"[\\`*{}\[\]]|(?<!\w)_|_(?!\w)")
_ENTITY = re.compile(r"&(?=#?\w{1,40};|#[\dxX])")
_PAIRS = re.compile(r"([~^=])(?=\1)")
_PAIR_ENTITY = {"~": "&#126;", "^": "&#94;", "=": "&#61;"}
_LINE_START = re.compile(
    r"[#>]|[+-](?=\s|\Z)|-+\Z|!(?=!!)|[:=](?=[\s:=]|\Z)|\?(?=\?\?)|/(?=//)|(\d{1,9})[.)](?=\s|\Z)"
)
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u034f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]"
)
_ENTITY_START = {":": "&#58;", "?": "&#63;", "/": "&#47;", "=": "&#61;"}
_SCHEME = re.compile(r"(?:https?|mailto|tel|ftp):", re.IGNORECASE)
_IN_URL = re.compile(r"[\s\x00-\x20\x7f<>\"'`\\()\[\]{}|*^]")
_MAX_URL = 2000


_Run = tuple[str, bool, bool, bool]
"""Text, whether it is bold, whether it is italic, whether it is Markdown already."""


def escape(text: str) -> str:
    """Return ``text`` such that Markdown shows it as it is, wherever it stands in a line.

    ``<`` becomes an entity, so that no tag or comment arises; an entity that was text stays
    text.
    """
    text = _UNSEEN.sub("", text)
    if "&" in text:
        text = _ENTITY.sub("&amp;", text)
    text = _INLINE.sub(r"\\\g<0>", text).replace("<", "&lt;").replace("|", "&#124;")
    return _PAIRS.sub(lambda found: _PAIR_ENTITY[found[0]], text)


def escape_start(line: str) -> str:
    """Return an escaped line such that it opens no heading, list, quote or rule."""
    found = _LINE_START.match(line)
    if not found:
        return line
    if found[1]:
        return f"{found[1]}\\{line[len(found[1]) :]}"
    return _ENTITY_START.get(line[0], "\\" + line[0]) + line[1:]


def safe_url(url: str) -> str:
    """Return ``url`` as the target of a Markdown link, '' if it is not one to follow.

    Only http, https, mailto, tel and ftp: ``javascript:`` and ``data:`` are dropped, with
    whatever white space or control character they hide behind.
    """
    url = _UNSEEN.sub("", url).strip()
    if len(url) > _MAX_URL or not _SCHEME.match(url):
        return ""
    url = _IN_URL.sub(lambda found: f"%{ord(found[0]):02X}", url)
    return _ENTITY.sub("&amp;", url)


class Writer:
    """Collects runs of text into lines of Markdown.

    ``text`` and ``raw`` add to the current line. ``line`` and ``paragraph`` end it, but only
    when something follows, so that a table cell may take the end back with ``same_line``.
    ``quote`` and ``item`` nest blocks until ``leave``.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.bold = 0
        self.italic = 0
        self.flushes = 0
        self._runs: list[_Run] = []
        self._nest: list[str] = []
        self._marker = ""
        self._heading = ""
        self._after = 0
        self._blank = True
        self._fresh = False
        self._over = 0

    @property
    def place(self) -> int:
        """How many runs the current line has; 0 if nothing was written on it."""
        return len(self._runs)

    def text(self, text: str) -> None:
        """Add text as a mail wrote it."""
        if not text.strip():
            if self._runs and not self._after:
                self._runs.append((" ", self.bold > 0, self.italic > 0, False))
            return
        self._settle()
        self._runs.append((text, self.bold > 0, self.italic > 0, False))

    def raw(self, markdown: str) -> None:
        """Add finished Markdown to the current line."""
        self._settle()
        self._runs.append((markdown, False, False, True))

    def since(self, place: int) -> str:
        """Take back what was written after ``place`` on this line and return it."""
        taken = _join(self._runs[place:])
        del self._runs[place:]
        return taken

    def line(self) -> None:
        """End the line when something follows."""
        if not self._fresh:
            self._after = max(self._after, 1)

    def paragraph(self) -> None:
        """End the paragraph when something follows."""
        if not self._fresh:
            self._after = 2

    def cell(self) -> None:
        """Go on with a table's next cell on the same line: the blocks that ended the last
        cell and begin this one end no line.
        """
        self._after = 0
        self.raw(" | ")
        self._fresh = True

    def hard_line(self) -> None:
        """End the line now; a second time, or in a ``<div>`` of its own, leave a blank line."""
        empty = bool(self._after) or not self._runs
        self._settle()
        self._flush()
        self._blank = self._blank or empty

    def end_line(self, *, blank: bool = False) -> None:
        """End the line now."""
        blank = blank or self._after > 1
        self._settle()
        self._flush()
        self._blank = self._blank or blank

    def heading(self, level: int) -> None:
        """Begin a heading of the given level; level 0 ends it."""
        self.end_line(blank=True)
        self._heading = "#" * level + " " if level else ""

    def rule(self) -> None:
        """Draw a line across, unless nothing stands above it."""
        self.end_line(blank=True)
        if self.lines:
            self._write("* * *", "")
            self._blank = True

    def quote(self) -> None:
        """Begin a quotation."""
        self.end_line(blank=True)
        self._enter("> ")

    def item(self, marker: str) -> None:
        """Begin a list item with ``-`` or a number and a dot."""
        self.end_line()
        if self._enter("    "):
            self._marker = marker.ljust(4)

    def _enter(self, kind: str) -> bool:
        """Nest one level deeper, to a limit: prefixes are written on every line."""
        if len(self._nest) >= MAX_NESTED:
            self._over += 1
            return False
        self._nest.append(kind)
        return True

    def leave(self, *, blank: bool = True) -> None:
        """End the innermost quotation or list item."""
        self.end_line(blank=blank)
        self._marker = ""
        if self._over:
            self._over -= 1
        elif self._nest:
            self._nest.pop()

    def close(self) -> str:
        """Return the whole text."""
        self.end_line()
        return "\n".join(self.lines).strip("\n")

    def _settle(self) -> None:
        """Carry out the end that was asked for, now that something follows."""
        self._fresh = False
        if self._after:
            self._flush()
            self._blank = self._blank or self._after > 1
            self._after = 0

    def _flush(self) -> None:
        """Write the current line if it says something."""
        text = _SPACES.sub(" ", _join(self._runs)).strip()
        self._runs.clear()
        if text:
            self._write(self._heading + text if self._heading else escape_start(text), "  ")

    def _write(self, text: str, joint: str) -> None:
        prefix = "".join(self._nest)
        if self._blank and self.lines:
            self.lines.append(_common(self.lines[-1], prefix))
        elif self.lines and not self._marker:
            # A line end inside a paragraph shows only if two blanks stand before it.
            self.lines[-1] += joint
        if self._marker:
            prefix = prefix[: -len(self._marker)] + self._marker
            self._marker = ""
        self.lines.append(prefix + text)
        self._blank = False
        self.flushes += 1


def _common(last: str, prefix: str) -> str:
    """Return the prefix of a blank line: quoted only between two quoted lines."""
    quoted = prefix[: prefix.rfind(">") + 1]
    return quoted if quoted and last.startswith(quoted) else ""


def _join(runs: list[_Run]) -> str:
    """Return runs as one string, emphasis around words and never around blanks.

    Text is escaped here, not piece by piece: the parser gives ``&`` and ``lt;`` one by one.
    """
    out: list[str] = []
    place = 0
    while place < len(runs):
        text, bold, italic, raw = runs[place]
        place += 1
        if raw:
            out.append(text)
            continue
        pieces = [text]
        while place < len(runs) and runs[place][1:] == (bold, italic, False):
            pieces.append(runs[place][0])
            place += 1
        out.append(_emphasised(escape("".join(pieces)), "**" * bold + "*" * italic))
    return "".join(out)


def _emphasised(text: str, mark: str) -> str:
    inner = text.strip()
    if not mark or not inner:
        return text
    start = text.index(inner)
    return f"{text[:start]}{mark}{inner}{mark[::-1]}{text[start + len(inner) :]}"


def text_to_markdown(text: str) -> str:
    """Return plain text as Markdown that shows the same lines; ``>`` quotes stay quotes."""
    lines = []
    for line in text.split("\n"):
        words = line.lstrip("> ") if line.startswith(">") else line.strip()
        depth = line[: len(line) - len(words)].count(">") if line.startswith(">") else 0
        lines.append("> " * min(depth, MAX_NESTED) + escape_start(escape(words)))
    joined = "\n".join(line + "  " if line.strip("> ") else line.rstrip() for line in lines)
    return joined.rstrip(" ")
