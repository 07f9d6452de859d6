"""File names: safe, short, unique; and files that are programs."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.mail.attachments import link_attachments
from tracker.core.mail.danger import is_program, is_program_name, zip_names
from tracker.core.mail.names import MAX_BYTES, safe_name, unique_name

NAME = st.text(
    st.sampled_from('abЯй.и\u0306/\\:*?"<>| \0\n\u202e\u200b-~_ß😀CONconlpt1'), max_size=80
)


@given(NAME | st.text(max_size=200))
def test_names_are_safe(name: str) -> None:
    """No path, no control or direction character, no leading dot, not too long; idempotent."""
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set('/\\:*?"<>|\0\n\u202e\u200b')
    assert not safe.startswith((".", "-", " "))
    assert not safe.endswith((".", " "))
    assert len(safe.encode()) <= MAX_BYTES
    assert safe.partition(".")[0].strip().lower() not in ("con", "nul", "lpt1")
    assert safe_name(safe) == safe


@given(st.lists(NAME, max_size=12))
def test_names_are_unique(names: list[str]) -> None:
    """Names that differ by case alone are one file on some systems, and stay short."""
    taken: set[str] = set()
    given_names = [unique_name(safe_name(name), taken) for name in names]
    assert len({name.casefold() for name in given_names}) == len(names)
    assert all(len(name.encode()) <= MAX_BYTES for name in given_names)


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("отчёт.pdf", "", "отчёт.pdf"),
        ("й.txt", "", "й.txt"),
        ("", "image/png", "attachment.png"),
        ("...", "", "attachment"),
        ("nul.tar.gz", "", "_nul.tar.gz"),
        ("a" * 200 + ".docx", "", "a" * 95 + ".docx"),
        ("Я" * 200 + ".pdf", "", "Я" * 48 + ".pdf"),
        ("a:b?.txt", "", "a_b_.txt"),
        ("C:\\x\\y.doc", "", "y.doc"),
        ("photo\u202egnp.exe", "", "photo gnp.exe"),
    ],
)
def test_names(name: str, media_type: str, expected: str) -> None:
    """Names as mails write them."""
    assert safe_name(name, media_type) == expected


@pytest.mark.parametrize(
    "name", ["a.exe", "A.EXE", "a.pdf.js", "a.scr ", "a.lnk.", "dir/b.vbs", "x.hta"]
)
def test_program_names(name: str) -> None:
    """What runs when it is opened."""
    assert is_program_name(name)


@pytest.mark.parametrize("name", ["a.txt", "exe", "a.exe.pdf", "a.py", "", "a."])
def test_harmless_names(name: str) -> None:
    """What does not."""
    assert not is_program_name(name)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"MZ\x90\0\x03", True),
        (b"MZ is how this letter begins, and it goes on for long enough." * 2, False),
        (b"\x7fELF\x02", True),
        (b"#!/bin/sh\n", True),
        (b"%PDF-1.4", False),
        (b"", False),
    ],
)
def test_magic(content: bytes, expected: bool) -> None:
    """Programs under another name."""
    assert is_program("a.png", "image/png", content) is expected


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return out.getvalue()


def test_archives() -> None:
    """A program in a zip archive, but not a script in a book."""
    assert is_program("a.zip", "", archive("x/y.txt", "x/setup.exe"))
    assert is_program("a.pdf", "", archive("run.cmd"))
    assert not is_program("a.zip", "", archive("a.txt"))
    assert not is_program("a.epub", "", archive("a.js"))
    assert zip_names(archive("a", "b")) == ["a", "b", "a", "b"]
    assert zip_names(b"PK\x03\x04" * 10_000)[:1] != []


def test_link_attachments() -> None:
    """References point to the stored files; words that look like one stay words."""
    text = "![a](attachment:%D1%8F%20b.png) \\](attachment:c) ![d](attachment:unknown)"
    assert link_attachments(text, {"я b.png": "A-1/я b.png", "c": "evil"}) == (
        "![a](A-1/%D1%8F%20b.png) \\](attachment:c) ![d](attachment:unknown)"
    )
