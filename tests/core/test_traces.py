"""Finding traces of a ticket in a site: whatever form they have, and no more than that."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import zipfile
import zlib
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.forms import forms
from tracker.core.traces import (
    addresses,
    beyond,
    file_name,
    file_names,
    holds_address,
    runs,
    source_runs,
)

SECRET = "Не открывается кабинет эксперта & комиссии после обновления сервера вчера"


def zipped(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", data)
    return target.getvalue()


def raw_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


WAYS = {
    "plain": lambda text: text.encode(),
    "json": lambda text: json.dumps({"x": text}).encode(),
    "html": lambda text: "".join(f"&#{ord(one)};" for one in text).encode(),
    "named": lambda text: html.escape(text).encode(),
    "percent": lambda text: quote(text).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()),
    "shifted by one": lambda text: base64.b64encode(b"x" + text.encode()),
    "shifted by two": lambda text: base64.b64encode(b"xx" + text.encode()),
    "in a word": lambda text: b"data:ab" + base64.b64encode(text.encode()) + b'"',
    "base64 in lines": lambda text: base64.encodebytes(text.encode()),
    "gzip": lambda text: gzip.compress(text.encode()),
    "zlib": lambda text: zlib.compress(text.encode()),
    "deflate": lambda text: raw_deflate(text.encode()),
    "zip": lambda text: zipped(text.encode()),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("outer", WAYS)
def test_every_form_is_looked_through_also_in_another(way: str, outer: str) -> None:
    inner = WAYS[way](SECRET)
    try:
        data = WAYS[outer](inner.decode())
    except UnicodeDecodeError:  # bytes that only a container of bytes can hold
        data = {"gzip": gzip.compress, "zip": zipped}.get(outer, base64.b64encode)(inner)
    assert any(SECRET in one for one in forms(data))


@given(st.binary(max_size=300))
def test_no_file_is_too_odd(data: bytes) -> None:
    for prefix in (b"", b"\x1f\x8b", b"PK\x03\x04", b"\x78\x9c"):
        assert list(forms(prefix + data))


WORDS = "one two three four five six seven eight nine"


def test_eight_words_make_a_run() -> None:
    assert runs(WORDS) == {
        "one two three four five six seven eight",
        "two three four five six seven eight nine",
    }
    assert runs("One, two; three — four (five) six: seven! EIGHT") == runs(WORDS[:39])
    assert runs("one two three four five six seven") == set()


def test_a_run_ends_with_its_block_but_not_with_a_bold_word() -> None:
    assert runs("<p>one two three four</p><p>five six seven eight</p>") == set()
    assert len(runs("<p>one two <b>three</b> four five <a href='x'>six</a> seven eight</p>")) == 1
    assert len(runs(f'<img alt="{WORDS}">')) == len(runs(f"<!--{WORDS}-->")) == 2
    assert runs('{"a": "one two three four", "b": ["five six seven eight"]}') == set()
    assert len(runs(json.dumps({"a": [f"<p>{WORDS}</p>"]}))) == 2


def test_the_source_of_a_page_gives_what_the_page_shows() -> None:
    source = 'one **two** [three](../a/b.md) four *five* six\nseven [eight](c.md "d"){ .x } nine'
    page = "<p>one <strong>two</strong> <a>three</a> four <em>five</em> six\nseven eight nine</p>"
    assert runs(page) <= source_runs(source)


def test_addresses_are_found_inside_other_words() -> None:
    found = addresses('<a href="mailto:Ivan@Example.org?x">, x=a@example.org ')
    assert holds_address(found, ["ivan@example.org"]) and holds_address(found, ["a@example.org"])
    assert not holds_address(found, ["b@example.org"]) and not holds_address((), ["x"])


def test_who_writes_from_a_part_of_a_known_address_stops_nothing() -> None:
    found = addresses("mailto=support@example.org support@example.org. xsupport@example.org")
    left = beyond(found, {"support@example.org"})
    assert not any(holds_address({one}, ["t@example.org"]) for one in left if "xs" not in one)
    assert holds_address(left, ["xsupport@example.org"])
    assert beyond({"a@example.org"}, ()) == {"a@example.org"}


def test_names_of_files_that_say_something() -> None:
    assert "заявление-петров.pdf" in file_names('<a href="x/Заявление-Петров.pdf">')
    assert file_name("Заявление Петрова-Водкина.pdf") == "петрова-водкина.pdf"
    assert file_name("a.pdf") == "" and file_name("") == ""
