"""Header text: RFC 2047 encoded words, raw eight-bit bytes, folded lines."""

from __future__ import annotations

import binascii
import re

from tracker.core.addresses import one_line
from tracker.core.mail.charsets import codec_name, decode

# At most twenty question marks inside a word keep the search linear.
ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,20})\?=")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_FOLD = re.compile(r"\r?\n")
_SPACES = re.compile(r"\s*")


def header_text(value: str, hint: str = "") -> str:
    """Return a header's value, given as Latin-1 text, decoded and on one line.

    ``hint`` is the charset the body declares: raw eight-bit headers are often in it.
    """
    if value.isascii() and "=?" not in value and value.isprintable() and "  " not in value:
        return value.strip()
    return one_line(decode_words(value, hint))


def decode_words(value: str, hint: str = "") -> str:
    """Decode what encoded words and raw bytes a Latin-1 text has; other text stays.

    Adjacent words of one charset are joined before decoding: many programs split a word in
    the middle of a multi-byte character, some in the middle of a base64 group.
    """
    if "=?" not in value:
        if value.isascii():
            return value
        return decode(value.encode("latin-1", "replace"), "", hint)[0]
    value = _FOLD.sub("", value)
    out: list[str] = []
    pending = _Pending()
    place = 0
    for word in ENCODED_WORD.finditer(value):
        between = value[place : word.start()]
        if between.strip():
            pending.flush(out)
            out.append(decode_words(between, hint) if "=?" not in between else between)
        elif between and not pending.charset:
            out.append(between)
        pending.add(word[1], word[2], word[3], out)
        place = word.end()
    pending.flush(out)
    rest = value[place:]
    out.append(decode_words(rest, hint) if "=?" not in rest else _raw(rest, hint))
    return "".join(out)


def _raw(text: str, hint: str) -> str:
    """Decode eight-bit text that has a broken encoded word in it."""
    return text if text.isascii() else decode(text.encode("latin-1", "replace"), "", hint)[0]


class _Pending:
    """Adjacent encoded words of one charset, not decoded yet."""

    def __init__(self) -> None:
        self.charset = ""
        self._raw: list[bytes] = []
        self._base64 = ""

    def add(self, charset: str, encoding: str, text: str, out: list[str]) -> None:
        """Take one more word; a word in another charset closes the ones before."""
        name = charset.partition("*")[0].lower()
        if self.charset and not _same(name, self.charset):
            self.flush(out)
        self.charset = name
        if encoding in "bB":
            self._base64 += _NOT_BASE64.sub("", text)
            if "=" in text or len(self._base64) % 4 == 0:
                self._close_base64()
            return
        self._close_base64()
        raw = text.encode("latin-1", "replace").replace(b"_", b" ")
        self._raw.append(binascii.a2b_qp(raw))

    def _close_base64(self) -> None:
        if self._base64:
            self._raw.append(base64_bytes(self._base64.encode("ascii")))
            self._base64 = ""

    def flush(self, out: list[str]) -> None:
        """Decode what was collected."""
        self._close_base64()
        if self._raw:
            out.append(decode(b"".join(self._raw), self.charset)[0])
        self._raw.clear()
        self.charset = ""


def _same(one: str, other: str) -> bool:
    return one == other or (bool(codec_name(one)) and codec_name(one) == codec_name(other))


def base64_bytes(clean: bytes) -> bytes:
    """Decode base64 letters without padding; a letter too many at the end is dropped."""
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
