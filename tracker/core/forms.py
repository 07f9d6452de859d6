"""The forms a text may hide in: escaped for JSON, HTML or URLs, in base64, compressed."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Iterator
from urllib.parse import unquote

_NESTED = 3
_LARGEST = 64 * 2**20
"""Bytes that are looked at of one file unpacked."""
_JSON = re.compile(r"\\(?:u(?P<code>[0-9a-fA-F]{4})|(?P<plain>[\"\\/nrtbf]))")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": " ", "f": " "}
_STANDARD = str.maketrans("-_", "+/", "\r\n")
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def forms(data: bytes, nested: int = _NESTED) -> Iterator[str]:
    """Yield a file's text as it is and in every form it may have been written in.

    What is compressed or in base64 is looked into, ``nested`` times at most.
    """
    inside = list(_inside(data)) if nested else []
    if inside:
        for one in inside:
            yield from forms(one, nested - 1)
    seen: set[str] = set()
    text = data.decode("utf-8", "replace")
    for _ in range(3):
        seen.add(text)
        yield text
        if nested:
            for one in _base64(text):
                yield from forms(one, nested - 1)
        text = _unescaped(text)
        if text in seen:
            return


def _unescaped(text: str) -> str:
    """Undo one layer of each way of escaping."""
    if "\\" in text:
        text = _JSON.sub(_json, text)
        if not text.isprintable():  # two halves of one letter beyond the first plane
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "&" in text:
        text = html.unescape(text)
    return unquote(text, errors="replace") if "%" in text else text


def _json(found: re.Match[str]) -> str:
    if found["code"]:
        return chr(int(found["code"], 16))
    return _LETTERS.get(found["plain"], found["plain"])


def _base64(text: str) -> Iterator[bytes]:
    """Yield what stretches of base64 hold, wherever in them it begins."""
    for found in _BASE64.finditer(text):
        letters = found[0].translate(_STANDARD)
        for start in range(4):
            yield _decoded(letters[start:])


def _decoded(letters: str) -> bytes:
    if len(letters) % 4 == 1:  # one letter alone holds no byte
        letters = letters[:-1]
    return b64decode(letters + "=" * (-len(letters) % 4))


def _inside(data: bytes) -> Iterator[bytes]:
    """Yield what a compressed file holds; nothing of one that is not compressed."""
    if data.startswith(_ZIP):
        yield from _members(data)
        return
    ways = [zlib.MAX_WBITS | 32] if data.startswith(_GZIP) or data[:1] == b"\x78" else []
    for way in (*ways, -zlib.MAX_WBITS):
        inflater = zlib.decompressobj(way)
        try:
            found = inflater.decompress(data, _LARGEST)
        except zlib.error:
            continue
        if found and (inflater.eof or inflater.unconsumed_tail):
            yield found
            return


def _members(data: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for one in archive.infolist():
                yield one.filename.encode()
                with archive.open(one) as member:
                    yield member.read(_LARGEST)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError):
        return
