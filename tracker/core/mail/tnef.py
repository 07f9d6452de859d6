"""winmail.dat: files and text in Outlook's own wrapping (MS-OXTNEF)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from tracker.core.mail.charsets import decode

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 100
MAX_ATTRIBUTES = 10_000

_BODY = 0x800C
_CODEPAGE = 0x9007
_MESSAGE_PROPERTIES = 0x9003
_RENDERING = 0x9002
_TITLE = 0x8010
_DATA = 0x800F
_ATTACHMENT_PROPERTIES = 0x9005

_LONG_NAME = 0x3707
_DISPLAY_NAME = 0x3001
_FILE_DATA = 0x3701
_CONTENT_ID = 0x3712
_MIME_TAG = 0x370E
_BODY_HTML = 0x1013
_BODY_TEXT = 0x1000

_STRING8, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_FIXED = {
    0x02: 4,
    0x03: 4,
    0x04: 4,
    0x05: 8,
    0x06: 8,
    0x07: 8,
    0x0A: 4,
    0x0B: 4,
    0x14: 8,
    0x40: 8,
    0x48: 16,
}
_MULTI = 0x1000


@dataclass(slots=True)
class File:
    """A file found in the wrapping."""

    name: str = ""
    type: str = ""
    content_id: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Wrapping:
    """What a winmail.dat held. ``html`` and ``text`` are the mail's words, if they are there."""

    files: list[File] = field(default_factory=list)
    text: str = ""
    html: str = ""


def unwrap(raw: bytes) -> Wrapping | None:
    """Unpack a winmail.dat; None if it is none. Stops without an error where it is broken.

    Text in compressed RTF is left: Outlook sends the same words as the mail's plain part.
    """
    if not raw.startswith(SIGNATURE):
        return None
    found = Wrapping()
    charset = "cp1252"
    place = 6
    for _ in range(MAX_ATTRIBUTES):
        if place + 9 > len(raw):
            break
        _level, identity, _kind, length = struct.unpack_from("<BHHI", raw, place)
        data = raw[place + 9 : place + 9 + length]
        place += 9 + length + 2
        if identity == _CODEPAGE and len(data) >= 4:
            charset = f"cp{struct.unpack_from('<I', data)[0]}"
        elif identity == _BODY:
            found.text = decode(data.rstrip(b"\0"), charset)[0]
        elif identity == _MESSAGE_PROPERTIES:
            _message(found, data, charset)
        elif not _attachment(found, identity, data, charset):
            break
    found.files = [file for file in found.files if file.content]
    return found


def _attachment(found: Wrapping, identity: int, data: bytes, charset: str) -> bool:
    """Take in one attribute of an attachment; False if there are too many attachments."""
    if identity == _RENDERING:
        if len(found.files) >= MAX_FILES:
            return False
        found.files.append(File())
    elif found.files:
        file = found.files[-1]
        if identity == _TITLE:
            file.name = file.name or decode(data.rstrip(b"\0"), charset)[0]
        elif identity == _DATA:
            file.content = data
        elif identity == _ATTACHMENT_PROPERTIES:
            _file(file, data, charset)
    return True


def _message(found: Wrapping, data: bytes, charset: str) -> None:
    properties = read_properties(data)
    html = properties.get(_BODY_HTML)
    if html:
        found.html = _text(html, "utf-8" if html[0] == _BINARY else charset)
    if _BODY_TEXT in properties and not found.text:
        found.text = _text(properties[_BODY_TEXT], charset)


def _file(file: File, data: bytes, charset: str) -> None:
    properties = read_properties(data)
    for identity in (_LONG_NAME, _DISPLAY_NAME):
        if identity in properties:
            file.name = _text(properties[identity], charset)
            break
    if _MIME_TAG in properties:
        file.type = _text(properties[_MIME_TAG], charset).lower()
    if _CONTENT_ID in properties:
        file.content_id = _text(properties[_CONTENT_ID], charset).strip("<>")
    if _FILE_DATA in properties and not file.content:
        kind, value = properties[_FILE_DATA]
        # An embedded object begins with the 16 bytes of its interface's name.
        file.content = value[16:] if kind == _OBJECT else value


def _text(value: tuple[int, bytes], charset: str) -> str:
    kind, raw = value
    if kind == _UNICODE:
        return raw.decode("utf-16-le", "replace").rstrip("\0")
    return decode(raw.rstrip(b"\0"), charset)[0]


def read_properties(data: bytes) -> dict[int, tuple[int, bytes]]:
    """Return the MAPI properties of a block (MS-OXTNEF, section 2.1.3.4): kind and value.

    Of several values the first is kept. Stops at the first kind that is unknown.
    """
    found: dict[int, tuple[int, bytes]] = {}
    try:
        (count,) = struct.unpack_from("<I", data, 0)
        place = 4
        for _ in range(min(count, MAX_ATTRIBUTES)):
            kind, identity = struct.unpack_from("<HH", data, place)
            place += 4
            if identity >= 0x8000:
                place = _skip_name(data, place)
            value, place = _value(data, place, kind)
            found.setdefault(identity, (kind & ~_MULTI, value))
    except (struct.error, ValueError):
        pass
    return found


def _skip_name(data: bytes, place: int) -> int:
    """Skip the name of a named property: a GUID, then a number or a string."""
    (is_string,) = struct.unpack_from("<I", data, place + 16)
    if not is_string:
        return place + 24
    (length,) = struct.unpack_from("<I", data, place + 20)
    return place + 24 + _padded(length)


def _value(data: bytes, place: int, kind: int) -> tuple[bytes, int]:
    base = kind & ~_MULTI
    count = 1
    if kind & _MULTI or base in (_STRING8, _UNICODE, _BINARY, _OBJECT):
        (count,) = struct.unpack_from("<I", data, place)
        place += 4
    first = b""
    for number in range(min(count, MAX_ATTRIBUTES)):
        if base in _FIXED:
            length = size = _FIXED[base]
        elif base in (_STRING8, _UNICODE, _BINARY, _OBJECT):
            (length,) = struct.unpack_from("<I", data, place)
            place += 4
            size = _padded(length)
        else:
            raise ValueError(kind)
        if place + length > len(data):
            raise ValueError(place)
        if not number:
            first = data[place : place + length]
        place += size
    return first, place


def _padded(length: int) -> int:
    return (length + 3) & ~3
