"""Parts of a mail as files: named, measured, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from tracker.core.mail.danger import is_program
from tracker.core.mail.model import Part
from tracker.core.mail.names import safe_name, unique_name
from tracker.core.mail.parameters import decoded, parameters
from tracker.core.mail.structure import Node
from tracker.core.mail.tnef import SIGNATURE, unwrap
from tracker.core.mail.transfer import decode_transfer, decoded_size
from tracker.core.mail.words import header_text

# Words of the mail that look like a reference have a backslash before the bracket.
_REFERENCE = re.compile(r"(?<!\\)\]\(attachment:([^()\s]+)\)")
_SUBJECT = re.compile(
    rb"^subject:[ \t]*([^\r\n]{0,300}(?:\r?\n[ \t][^\r\n]{0,300}){0,3})", re.M | re.I
)


def disposition(node: Node) -> tuple[str, dict[str, str]]:
    """Return a part's Content-Disposition (RFC 2183) in lower case, and its parameters."""
    value = node.header("content-disposition")
    if not value:
        return "", {}
    head, _, rest = value.partition(";")
    return head.strip().lower(), (parameters(rest) if rest else {})


def file_name(node: Node, hint: str = "") -> str:
    """Return the name a part gives itself, decoded and unchecked, '' if it has none."""
    return (
        decoded(disposition(node)[1], "filename", hint)
        or decoded(node.params, "name", hint)
        or header_text(node.header("content-description"), hint)
        * node.type.startswith("application/")
    )


def link_attachments(markdown: str, targets: Mapping[str, str]) -> str:
    """Return Markdown from ``read_mail`` with ``attachment:NAME`` replaced by where the files
    were stored. ``targets`` maps a part's name to a URL; a name it has not stays.
    """

    def target(found: re.Match[str]) -> str:
        place = targets.get(unquote(found[1]))
        return f"]({quote(place)})" if place is not None else found[0]

    return _REFERENCE.sub(target, markdown)


class Files:
    """Collects the attachments of one mail; ``limit`` is the largest size in bytes."""

    def __init__(self, limit: int, hint: str, problems: dict[str, None]) -> None:
        self.parts: list[Part] = []
        self.images: dict[str, str] = {}
        self.words: list[tuple[str, str]] = []
        self._limit = limit
        self._hint = hint
        self._problems = problems
        self._taken: set[str] = set()

    def add(self, node: Node) -> None:
        """Take in a part of the mail."""
        name = file_name(node, self._hint)
        encoding = node.header("content-transfer-encoding")
        content_id = node.header("content-id").strip().strip("<>").strip()
        place = node.header("content-location").strip()
        size = decoded_size(node.raw, node.body, node.end, encoding)
        if size > self._limit:
            self.add_file(name, node.type, b"", content_id, place, size=size)
            return
        content, problem = decode_transfer(node.payload, encoding)
        if problem:
            self._problems[problem] = None
        if node.type == "message/rfc822" and not name:
            name = _mail_name(content, self._hint)
        if content.startswith(SIGNATURE) and self._unwrap(content):
            return
        self.add_file(name, node.type, content, content_id, place)

    def add_file(
        self,
        name: str,
        media_type: str,
        content: bytes,
        content_id: str = "",
        location: str = "",
        *,
        size: int = 0,
    ) -> None:
        """Take in a file: name it, refuse it if it is too large or a program."""
        size = size or len(content)
        safe = unique_name(safe_name(name, media_type), self._taken)
        part = Part(safe, media_type, content, content_id, "", size)
        if size > self._limit:
            part = Part(safe, media_type, b"", content_id, "size", size)
        elif is_program(safe, media_type, content):
            part = Part(safe, media_type, b"", content_id, "executable", size)
        self.parts.append(part)
        if part.refused:
            return
        if content_id:
            self.images.setdefault(content_id, safe)
        if location:
            self.images.setdefault(location, safe)

    def _unwrap(self, content: bytes) -> bool:
        """Take in what a winmail.dat holds; False if nothing could be read."""
        wrapping = unwrap(content)
        if wrapping is None or not (wrapping.files or wrapping.text or wrapping.html):
            self._problems["broken-tnef"] = None
            return False
        for file in wrapping.files:
            self.add_file(
                file.name, file.type or "application/octet-stream", file.content, file.content_id
            )
        if wrapping.html:
            self.words.append(("html", wrapping.html))
        elif wrapping.text:
            self.words.append(("text", wrapping.text))
        return True


def _mail_name(content: bytes, hint: str) -> str:
    """Name an attached mail after its subject."""
    found = _SUBJECT.search(content[:20_000])
    subject = header_text(found[1].decode("latin-1"), hint) if found else ""
    return subject.replace("/", "_").replace("\\", "_") + ".eml" if subject else ""
