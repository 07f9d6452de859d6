"""The parts of a mail as spans of its bytes: header blocks and multipart boundaries.

Written for the purpose: the standard parser builds a copy of every line, recurses as deep as
the mail says, and can't give an attached mail back byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tracker.core.mail.parameters import content_type

MAX_DEPTH = 30
"""How deep parts are followed; real mail stays under ten."""
MAX_PARTS = 1000
"""How many parts of one mail are looked at."""
MAX_HEADER_BLOCK = 2**20
"""Bytes of a header block that are read."""
MAX_VALUE = 100_000
"""Characters of one header that are read."""

_HEADER = re.compile(r"^([!-9;-~]+)[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_BLANK = re.compile(rb"\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_GUESSED_BOUNDARY = re.compile(
    rb"^--([^\s-][^\r\n]{3,69}?)[ \t]*\r?\n(?=[Cc]ontent-)", re.MULTILINE
)


@dataclass(slots=True)
class Node:
    """One part: its headers, and where its body lies in ``raw``.

    ``headers`` maps a lower-case name to its values in order, unfolded later, as Latin-1
    text: one character a byte; ``order`` has the names as they come. ``start`` is where the
    header block begins, ``body`` where the body does, ``end`` where it ends.
    """

    raw: bytes
    start: int
    body: int
    end: int
    headers: dict[str, list[str]]
    order: tuple[str, ...] = ()
    type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    parts: list[Node] = field(default_factory=list)

    def header(self, name: str) -> str:
        """The first value of a header, '' if there is none."""
        values = self.headers.get(name)
        return values[0] if values else ""

    @property
    def payload(self) -> bytes:
        """The body's bytes, still in their transfer encoding."""
        return self.raw[self.body : self.end]

    def leaves(self) -> Iterator[Node]:
        """This part if it has none below it, else its leaves in order."""
        stack = [self]
        while stack:
            node = stack.pop()
            if node.parts:
                stack.extend(reversed(node.parts))
            else:
                yield node


class Reader:
    """Splits one mail; ``problems`` collects what was odd."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.problems: dict[str, None] = {}
        self._count = 0

    def read(self) -> Node:
        """Return the root part of the mail."""
        start = _skip_envelope(self.raw)
        root = self._node(start, len(self.raw), "text/plain")
        self._split(root, 1)
        return root

    def nested(self, node: Node) -> Node:
        """Return the mail that a message/rfc822 part carries undecoded."""
        inner = self._node(node.body, node.end, "text/plain")
        self._split(inner, MAX_DEPTH // 2)
        return inner

    def _node(self, start: int, end: int, default_type: str) -> Node:
        headers, order, body = self._headers(start, end)
        self._count += 1
        node = Node(self.raw, start, body, end, headers, order)
        node.type, node.params = content_type(node.header("content-type"), default_type)
        return node

    def _headers(self, start: int, end: int) -> tuple[dict[str, list[str]], tuple[str, ...], int]:
        """Read the header block that begins at ``start``; return it, the names in their order and
        the body's place.
        """
        raw = self.raw
        first = raw[start : start + 2]
        if first[:1] == b"\n" or first == b"\r\n":
            return {}, (), start + (1 if first[:1] == b"\n" else 2)
        blank = _BLANK.search(raw, start, min(end, start + MAX_HEADER_BLOCK))
        stop = blank.start() + 1 if blank else min(end, start + MAX_HEADER_BLOCK)
        body = blank.end() if blank else stop
        block = raw[start:stop].decode("latin-1")
        headers: dict[str, list[str]] = {}
        order: list[str] = []
        last = 0
        for found in _HEADER.finditer(block):
            value = found[2].rstrip()
            if len(value) > MAX_VALUE:
                value = value[:MAX_VALUE]
                self.problems["long-header"] = None
            order.append(found[1].lower())
            headers.setdefault(order[-1], []).append(value)
            last = found.end()
        if block[last:].strip():
            # Words where a header should stand: the blank line is missing, text begins here.
            self.problems["no-blank-line" if headers else "no-headers"] = None
            line_end = _LINE_END.match(raw, start + last, end)
            body = line_end.end() if line_end and last else start + last
        return headers, tuple(order), body

    def _split(self, root: Node, depth: int) -> None:
        """Find the parts of ``root`` and of all parts below it, without recursion."""
        todo = [(root, depth)]
        while todo:
            node, level = todo.pop()
            if not node.type.startswith("multipart/"):
                continue
            if level >= MAX_DEPTH:
                self.problems["too-deep"] = None
                continue
            node.parts = self._parts(node)
            todo.extend((part, level + 1) for part in reversed(node.parts))

    def _parts(self, node: Node) -> list[Node]:
        """Return the parts of a multipart; an empty list if no boundary is found."""
        boundary = node.params.get("boundary", "").encode("latin-1", "replace").rstrip()
        spans, closed = self._spans(node, boundary) if boundary else ([], True)
        if not spans:
            self.problems["no-boundary" if not boundary else "boundary-not-found"] = None
            guess = _GUESSED_BOUNDARY.search(self.raw, node.body, min(node.end, node.body + 2**16))
            if not guess:
                node.type = "text/plain"
                return []
            spans, closed = self._spans(node, guess[1])
        if not closed:
            self.problems["truncated-multipart"] = None
        default = "message/rfc822" if node.type == "multipart/digest" else "text/plain"
        return [self._node(start, end, default) for start, end in spans]

    def _spans(self, node: Node, boundary: bytes) -> tuple[list[tuple[int, int]], bool]:
        """Return where the parts lie, and whether the closing delimiter was seen.

        Parts after a closing delimiter count too: some programs give an inner multipart the
        boundary of the outer one.
        """
        raw, end = self.raw, node.end
        mark = b"--" + boundary
        spans: list[tuple[int, int]] = []
        begin, closed = -1, False
        place = raw.find(mark, node.body, end)
        while place >= 0:
            after = place + len(mark)
            line = _delimiter(raw, place, after, node.body, end)
            if line is not None:
                closing, following = line
                if begin >= 0:
                    spans.append((begin, _before(raw, place, begin)))
                begin, closed = (-1, True) if closing else (following, False)
                after = following
                if self._count + len(spans) > MAX_PARTS:
                    self.problems["too-many-parts"] = None
                    closed = True
                    break
            place = raw.find(mark, after, end)
        if begin >= 0:
            spans.append((begin, end))
        return spans, closed


def _delimiter(raw: bytes, place: int, after: int, low: int, end: int) -> tuple[bool, int] | None:
    """Read a boundary line (RFC 2046, section 5.1.1): whether it closes, and the next line.

    None if it is none: text in the middle of a line, or a longer boundary that begins alike.
    """
    if place > low and raw[place - 1] != 10:
        return None
    closing = raw[after : after + 2] == b"--"
    stop = raw.find(b"\n", after, end)
    stop = end if stop < 0 else stop + 1
    rest = raw[after + 2 if closing else after : min(stop, after + 200)]
    if rest.strip() and not closing:
        return None
    return closing, stop


def _before(raw: bytes, place: int, begin: int) -> int:
    """Return the end of a part: the line break before a delimiter belongs to the delimiter."""
    if place > begin and raw[place - 1] == 10:
        place -= 1
        if place > begin and raw[place - 1] == 13:
            place -= 1
    return max(place, begin)


def _skip_envelope(raw: bytes) -> int:
    """Return where the mail begins: after blank lines, an mbox ``From `` line, a BOM."""
    place = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while raw[place : place + 1] in (b"\r", b"\n") and place < 1000:
        place += 1
    if raw.startswith((b"From ", b">From "), place):
        stop = raw.find(b"\n", place, place + 1000)
        place = stop + 1 if stop >= 0 else place
    return place
