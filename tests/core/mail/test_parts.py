"""Structure, transfer encodings, winmail.dat and invitations."""

import base64
import quopri
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.mail.invitations import invitation_line
from tracker.core.mail.structure import Reader
from tracker.core.mail.tnef import SIGNATURE, read_properties, unwrap
from tracker.core.mail.transfer import decode_transfer, uudecode


@given(st.binary(max_size=300))
def test_transfer_round_trip(raw: bytes) -> None:
    """What was encoded well comes back byte for byte."""
    assert decode_transfer(base64.encodebytes(raw), "base64") == (raw, "")
    assert decode_transfer(base64.b64encode(raw).rstrip(b"="), "BASE64 ")[0] == raw
    assert decode_transfer(quopri.encodestring(raw), "quoted-printable")[0] == raw
    assert decode_transfer(raw, "8bit") == (raw, "")


@given(st.binary(max_size=200), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "?"]))
def test_transfer_of_anything(raw: bytes, encoding: str) -> None:
    """Any bytes in any encoding are some bytes."""
    assert isinstance(decode_transfer(raw, encoding)[0], bytes)


def test_uudecode_pads_badly() -> None:
    """An encoder that pads its last line with noise."""
    assert uudecode(b"begin 644 a\n#86)C#\n`\nend\n") == b"abc"


def parts(raw: bytes) -> tuple[list[bytes], list[str]]:
    reader = Reader(raw)
    return [leaf.payload for leaf in reader.read().leaves()], list(reader.problems)


MIXED = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"


@pytest.mark.parametrize(
    ("raw", "bodies", "problems"),
    [
        (MIXED + b"pre\r\n--x\r\n\r\na\r\n--x\r\n\r\nb\r\n--x--\r\npost", [b"a", b"b"], []),
        (MIXED + b"--x \t\r\n\r\na\r\n--x-- \r\n", [b"a"], []),
        (MIXED + b"--x\n\na\n--x--", [b"a"], []),
        (MIXED + b"--xy\r\n\r\nno\r\n--x\r\n\r\na--x\r\n--x--", [b"a--x"], []),
        (MIXED + b"--x\r\n\r\na", [b"a"], ["truncated-multipart"]),
        (MIXED + b"--x--\r\n--x\r\n\r\na\r\n--x--", [b"a"], []),
        (MIXED + b"--x\r\n--x--", [b""], []),
        (b"Subject: a\r\nno header\r\nTo: b\r\n\r\nbody", [b"body"], []),
        (b"Subject: a\r\nwords\r\n\r\nmore", [b"words\r\n\r\nmore"], ["no-blank-line"]),
        (b"\r\n\r\nSubject: a\r\n\r\nbody", [b"body"], []),
    ],
)
def test_structure(raw: bytes, bodies: list[bytes], problems: list[str]) -> None:
    """Boundaries as RFC 2046 has them, and as mails have them."""
    assert parts(raw) == (bodies, problems)


def test_digest_parts_are_mails() -> None:
    """The parts of a digest are mails unless they say otherwise."""
    reader = Reader(
        b"Content-Type: multipart/digest; boundary=x\r\n\r\n--x\r\n\r\nSubject: a\r\n--x--"
    )
    assert [leaf.type for leaf in reader.read().leaves()] == ["message/rfc822"]


def test_headers_keep_order_and_bytes() -> None:
    """Repeated headers stay in order; eight-bit bytes stay bytes."""
    root = Reader(b"A: 1\r\na: 2\r\n 3\r\nB : \xff\r\n\r\n").read()
    assert root.headers == {"a": ["1", "2\r\n 3"], "b": ["\xff"]}


def attribute(identity: int, data: bytes) -> bytes:
    return struct.pack("<BII", 2, identity, len(data)) + data + b"\0\0"


def test_tnef() -> None:
    """Files by their short names, an embedded object, text of the mail."""
    raw = SIGNATURE + b"\0\0"
    raw += attribute(0x0002800C, b"Words\0")
    raw += attribute(0x00069002, b"") + attribute(0x00018010, b"a.txt\0")
    raw += attribute(0x0006800F, b"content")
    raw += attribute(0x00069002, b"")
    value = b"G" * 16 + b"inner"
    block = struct.pack("<IHHII", 1, 0x0D, 0x3701, 1, len(value)) + value + b"\0" * 3
    raw += attribute(0x00069005, block)
    found = unwrap(raw)
    assert found is not None
    assert found.text == "Words"
    assert [(file.name, file.content) for file in found.files] == [
        ("a.txt", b"content"),
        ("", b"inner"),
    ]


def test_tnef_named_properties() -> None:
    """Properties with a GUID and a name, several values, and an unknown kind at the end."""
    named = struct.pack("<HH", 0x1E, 0x8001) + b"G" * 16 + struct.pack("<II", 1, 4) + b"n\0\0\0"
    named += struct.pack("<II", 1, 2) + b"v\0\0\0"
    many = struct.pack("<HHI", 0x1003, 0x3001, 2) + struct.pack("<II", 7, 8)
    block = struct.pack("<I", 3) + named + many + struct.pack("<HH", 0x77, 1)
    assert read_properties(block) == {0x8001: (0x1E, b"v\0"), 0x3001: (3, struct.pack("<I", 7))}


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_any_tnef(raw: bytes) -> None:
    """Any bytes after the signature are read to where they break."""
    assert unwrap(SIGNATURE + raw) is not None
    assert unwrap(b"x" + raw) is None


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20240408T070000Z\nDTEND:20240408T080000Z", "2024-04-08 07:00–08:00 (UTC)"),
        ("DTSTART;VALUE=DATE:20240408\nSUMMARY:День", "2024-04-08: День"),
        (
            'DTSTART;TZID="Europe/Moscow":20240408T230000\nDTEND:20240409T010000\nLOCATION:A\\, B',
            "2024-04-08 23:00–2024-04-09 01:00 (Europe/Moscow), A, B",
        ),
        ("SUMMARY:Long\n  er\\nname", "Long er name"),
        ("DTSTART:tomorrow", ""),
        ("", ""),
    ],
)
def test_invitations(event: str, expected: str) -> None:
    """When and where, on one line."""
    assert invitation_line(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}\nEND:VEVENT") == expected


def test_no_event() -> None:
    """A calendar of time zones alone says nothing."""
    assert invitation_line("BEGIN:VTIMEZONE\nDTSTART:19700101T000000\nEND:VTIMEZONE") == ""
