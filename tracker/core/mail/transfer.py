"""Transfer encodings, read as far as they can be: base64, quoted-printable, uuencode."""

from __future__ import annotations

import binascii
import re

from tracker.core.mail.words import base64_bytes

_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n|\Z)")
_BASE64_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NO_BASE64 = bytes(set(range(256)) - set(_BASE64_LETTERS) - {61})
_LINE_WITH_BLANKS = re.compile(rb"[^\s] +[^\s]")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]+)\r?\n", re.MULTILINE)
_IDENTITY = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none", "utf-8"})
_UUENCODE = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def decode_transfer(payload: bytes, encoding: str) -> tuple[bytes, str]:
    """Undo a Content-Transfer-Encoding; return the bytes and '' or a problem's name.

    Never fails: what can't be decoded stays as it is.
    """
    name = encoding.strip().strip("\"'").lower().partition(";")[0].strip()
    if name == "quoted-printable":
        return _quoted_printable(payload), ""
    if name == "base64":
        return _base64(payload)
    if name in _IDENTITY:
        return payload, ""
    if name in _UUENCODE:
        return uudecode(payload), ""
    return payload, "unknown-encoding"


def decoded_size(payload: bytes, start: int, end: int, encoding: str) -> int:
    """Return the least size in bytes that a span can have when decoded, cheaply."""
    size = end - start
    name = encoding.strip().lower()
    if name == "base64":
        # Lines of 76 letters with CRLF; shorter lines have more line ends.
        return (size - payload.count(b"\n", start, end) * 2) * 3 // 4
    if name == "quoted-printable":
        return size // 3
    return size * 3 // 4 if name in _UUENCODE else size


def _quoted_printable(payload: bytes) -> bytes:
    if b"= " in payload or b"=\t" in payload:
        # A relay that pads lines with blanks breaks soft line breaks.
        payload = _SOFT_BREAK.sub(b"=", payload)
    return binascii.a2b_qp(payload)


def _base64(payload: bytes) -> tuple[bytes, str]:
    """Decode base64 with junk, without padding, or in several padded pieces."""
    stripped = payload.rstrip()
    inner = stripped.find(b"=", 0, max(len(stripped) - 2, 0))
    if inner < 0:
        try:
            return binascii.a2b_base64(stripped), ""
        except binascii.Error:
            pass
    if _is_plain(stripped):
        return payload, "not-base64"
    pieces = []
    for piece in stripped.translate(None, _NO_BASE64).split(b"="):
        if piece:
            pieces.append(base64_bytes(piece))
    return b"".join(pieces), "broken-base64"


def _is_plain(payload: bytes) -> bool:
    """Whether the words of a text stand where base64 was announced."""
    head = payload[:2000]
    return len(_LINE_WITH_BLANKS.findall(head)) * 20 > len(head) or not head.translate(
        None, _NO_BASE64
    )


def uudecode(payload: bytes) -> bytes:
    """Decode the lines between ``begin`` and ``end``; broken lines are skipped."""
    begin = _UU_BEGIN.search(payload)
    out = []
    for line in payload[begin.end() if begin else 0 :].splitlines():
        if line.strip() == b"end":
            break
        out.append(_uu_line(line))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        pass
    if not line:
        return b""
    # Some encoders pad the last line with what was in memory.
    length = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:length])
    except binascii.Error:
        return b""
