"""The words of a mail: which part has them, and as what."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tracker.core.mail.attachments import Files, disposition, file_name
from tracker.core.mail.charsets import decode
from tracker.core.mail.flowed import unflow
from tracker.core.mail.invitations import invitation_line
from tracker.core.mail.markdown import text_to_markdown
from tracker.core.mail.structure import Node
from tracker.core.mail.transfer import decode_transfer, uudecode
from tracker.core.ticket import Format

MAX_TEXT = 2**20
"""Bytes of a mail's text that are shown; a longer text is attached as a file, too."""

_TEXT_TYPES = ("text/plain", "text/html")
_META = re.compile(rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_HTML = re.compile(r"\s*(?:<!doctype html|<html[\s>]|<body[\s>])", re.IGNORECASE)
_STUB = re.compile(
    r"(?:html|css).{0,120}(?:не поддерж|поддержив|support|view|display|enabled|просмотр|формат)"
    r"|(?:не поддерж|поддержив|support|enable).{0,60}html"
    r"|(?:view|read|see|open).{0,60}(?:browser|online)"
    r"|письмо.{0,40}html|html[- ]?(?:message|mail)",
    re.IGNORECASE | re.DOTALL,
)
_CID_MARK = re.compile(r"\[cid:([^\[\]\s]{1,200})\]")
_UUENCODED = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n"
    rb"((?:[!-`][ -`]{0,90}\r?\n)+?)`?[ \t]*\r?\n?end[ \t]*\r?$",
    re.MULTILINE,
)
_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"
_CONTROL = bytes([*range(9), *range(14, 32), 127])


class Body:
    """Collects the text parts of one mail."""

    def __init__(self, files: Files, problems: dict[str, None]) -> None:
        self.guessed = ""
        self._files = files
        self._problems = problems
        self._pieces: list[tuple[str, str]] = []
        self._left = MAX_TEXT
        self._invitation = ""

    def read(self, root: Node) -> None:
        """Take in a whole mail. A mail of one part is its words even if the part has a file
        name, as some scanners and web forms give it.
        """
        alone = not root.parts and root.type in _TEXT_TYPES
        if alone and disposition(root)[0] != "attachment":
            self._text(root)
        else:
            self.collect(root)

    def collect(self, node: Node, *, only_files: bool = False) -> None:
        """Take in a part and those below it; with ``only_files`` no text is shown."""
        if node.type == "multipart/alternative" and node.parts and not only_files:
            self._alternative(node)
        elif node.parts:
            for part in node.parts:
                self.collect(part, only_files=only_files)
        elif node.type.startswith("multipart/"):
            self._unopened(node)
        elif not _is_text(node):
            if node.type == "text/calendar":
                self._calendar(node)
            self._files.add(node)
        elif not only_files:
            self._text(node)

    def _alternative(self, node: Node) -> None:
        """Show one of several forms of the same words: the plain one, if it says something."""
        plain = next((part for part in node.parts if _leads_with(part, "text/plain")), None)
        html = next((part for part in reversed(node.parts) if _leads_with(part, "text/html")), None)
        chosen = plain or html
        if plain and html and not self._is_meaningful(plain):
            chosen = html
        for part in node.parts:
            shown = part is chosen or (chosen is None and _is_text(part))
            self.collect(part, only_files=not shown)

    def _is_meaningful(self, plain: Node) -> bool:
        text, _ = self._decoded(next(plain.leaves()), 4000)
        words = text.strip()
        if not any(char.isalnum() for char in words):
            return False
        return not (len(words) < 400 and _STUB.search(words)) and not _HTML.match(words)

    def _decoded(self, node: Node, most: int) -> tuple[str, str]:
        """Return up to ``most`` bytes of a text part decoded, and a guessed charset."""
        encoding = node.header("content-transfer-encoding")
        end = min(node.end, node.body + most * 3 + 3)
        raw, problem = decode_transfer(node.raw[node.body : end], encoding)
        if problem:
            self._problems[problem] = None
        return self._decode(raw[:most], node)

    def _decode(self, raw: bytes, node: Node) -> tuple[str, str]:
        declared = node.params.get("charset", "")
        if not declared and node.type == "text/html":
            meta = _META.search(raw[:4096])
            declared = meta[1].decode("ascii", "replace") if meta else ""
        return decode(raw, declared)

    def _text(self, node: Node) -> None:
        encoding = node.header("content-transfer-encoding")
        raw, problem = decode_transfer(
            node.raw[node.body : min(node.end, node.body + 4 * MAX_TEXT)], encoding
        )
        if problem:
            self._problems[problem] = None
        if len(raw) > self._left or node.end - node.body > 4 * MAX_TEXT:
            self._problems["long-text"] = None
            self._files.add(node)
            raw = raw[: self._left]
        self._left -= len(raw)
        if node.type == "text/plain" and b"begin " in raw:
            raw = self._uuencoded(raw)
        text, guessed = self._decode(raw, node)
        self.guessed = self.guessed or guessed
        if node.type == "text/html" or _HTML.match(text):
            self._pieces.append(("html", text))
            return
        text = clean_text(text)
        if node.params.get("format", "").lower() == "flowed":
            text = unflow(text, delete_space=node.params.get("delsp", "").lower() == "yes")
        self._pieces.append(("text", text))

    def _uuencoded(self, raw: bytes) -> bytes:
        """Take files out of a text that were written into it, as old programs do."""

        def take(found: re.Match[bytes]) -> bytes:
            name = decode(found[1])[0]
            self._files.add_file(name, "application/octet-stream", uudecode(found[0]))
            return b""

        return _UUENCODED.sub(take, raw)

    def _calendar(self, node: Node) -> None:
        if not self._invitation:
            self._invitation = invitation_line(clean_text(self._decoded(node, 200_000)[0]))

    def _unopened(self, node: Node) -> None:
        """Keep a multipart that was not opened (too deep) as a file of its own."""
        self._files.add_file("nested.eml", "message/rfc822", node.raw[node.start : node.end])

    def finish(self) -> tuple[str, Format]:
        """Return the whole text and how it is written."""
        pieces = [piece for piece in self._pieces if piece[1].strip()]
        if not pieces:
            pieces = self._files.words
        if any(kind == "html" for kind, _ in pieces):
            text = "\n\n".join(self._markdown(kind, words) for kind, words in pieces)
            line = text_to_markdown(self._invitation)
            return _with_line(text, line), "markdown"
        text = "\n\n".join(clean_text(words).strip("\n") for _, words in pieces)
        if "[cid:" in text:
            text = _CID_MARK.sub(lambda found: _image_mark(found, self._files.images), text)
        return _with_line(text, self._invitation), "text"

    def _markdown(self, kind: str, words: str) -> str:
        if kind == "text":
            return text_to_markdown(words.strip("\n"))
        from tracker.core.mail.html import html_to_markdown

        return html_to_markdown(words, self._files.images)


def _with_line(text: str, line: str) -> str:
    """Put the line about an invitation above the text."""
    return f"{line}\n\n{text}".strip("\n") if line else text


def _image_mark(found: re.Match[str], images: Mapping[str, str]) -> str:
    """Outlook marks the places of its images in the plain text; name the stored file there."""
    name = images.get(found[1])
    return f"[{name}]" if name else found[0]


def clean_text(text: str) -> str:
    """Return text with LF line ends and without control characters."""
    # Chains of C calls: a pattern takes ten times as long, and every mail goes through here.
    text = text.replace("\r\n", "\n")
    for other in "\r\x0b\x0c" if text.isascii() else _BREAKS:
        text = text.replace(other, "\n")
    raw = text.encode("utf-8", "surrogatepass").translate(None, _CONTROL)
    return raw.decode("utf-8", "replace")


def _is_text(node: Node) -> bool:
    """Whether a part is words to show: text without a file name that is no attachment."""
    if node.type not in _TEXT_TYPES:
        return False
    return disposition(node)[0] != "attachment" and not file_name(node)


def _leads_with(node: Node, media_type: str) -> bool:
    """Whether the first leaf of a part is text of the given type."""
    leaf = next(node.leaves(), None)
    return leaf is not None and leaf.type == media_type and _is_text(leaf)
