"""Header text, addresses, parameters, message ids and dates."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.addresses import Address
from tracker.core.mail.identity import mail_date, message_id, message_ids
from tracker.core.mail.parameters import content_type, decoded
from tracker.core.mail.people import addresses
from tracker.core.mail.words import header_text


def latin(text: str, charset: str = "utf-8") -> str:
    """Return text as the bytes of a header are handed round."""
    return text.encode(charset).decode("latin-1")


def word(text: str, charset: str = "utf-8") -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


@given(st.text(min_size=1, max_size=40), st.integers(1, 20))
def test_words_split_anywhere(text: str, size: int) -> None:
    """Encoded words split at any byte give the text back."""
    raw = text.encode("utf-8", "replace")
    pieces = [raw[place : place + size] for place in range(0, len(raw), size)]
    value = " ".join(f"=?utf-8?B?{base64.b64encode(piece).decode()}?=" for piece in pieces)
    assert header_text(value) == header_text(latin(raw.decode()))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("a\r\n  b", "a b"),
        ("=?utf-8?q?a_b?= =?utf-8?q?c?=", "a bc"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8*ru?q?=D0=B0?=", "а"),
        ("=?UTF-8?B?0LA?=", "а"),
        ("=?utf-8?B?0L?= =?utf-8?B?A=?=", "а"),
        ("=?utf-8?B??=", ""),
        ("=?utf-8?B?!?=", ""),
        (latin("Ёлка", "koi8-r"), "Ёлка"),
        (latin("Ещё ") + word("раз"), "Ещё раз"),
        ("=?utf-8?q?a\x00=0Ab?=", "a b"),
    ],
)
def test_header_text(value: str, expected: str) -> None:
    """Encoded words as they come, well made and not."""
    assert header_text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ('"', []),
        (", ;:,", []),
        ("a@b", [("", "a@b")]),
        ("A <a@b>", [("A", "a@b")]),
        ("A <a@b>, B <c@d>", [("A", "a@b"), ("B", "c@d")]),
        ('"A, B" <a@b>', [("A, B", "a@b")]),
        ('"A \\"x\\"" <a@b>', [('A "x"', "a@b")]),
        ("'A' <a@b>", [("A", "a@b")]),
        ("a@b (A)", [("A", "a@b")]),
        ("<@route,@two:a@b>", [("", "a@b")]),
        ("< a@b >", [("", "a@b")]),
        ("Group: a@b, c@d; e@f", [("", "a@b"), ("", "c@d"), ("", "e@f")]),
        ("undisclosed-recipients:;", []),
        ("Name", [("Name", "")]),
        ("x <y> <a@b>", [("x", "a@b")]),
        ('"A <a@b>', [("A", "a@b")]),
        ("a@b <a@b>", [("", "a@b")]),
        (word("Иван, Петров") + " <a@b>", [("Иван, Петров", "a@b")]),
        (latin("Иван", "cp1251") + " <a@b>", [("Иван", "a@b")]),
        ("A <" + latin("почта@пример.испытание") + ">", [("A", "почта@пример.испытание")]),
    ],
)
def test_addresses(value: str, expected: list[tuple[str, str]]) -> None:
    """Address lists, however they are broken."""
    assert addresses(value) == tuple(Address(name, email) for name, email in expected)


@given(st.text("ab@<>\"'(),;: \\=?\r\n", max_size=60))
def test_any_address_list(value: str) -> None:
    """Any characters give addresses with something in them."""
    assert all(address.name or address.email for address in addresses(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ("text/plain", {})),
        ("text", ("text/plain", {})),
        ("TEXT/HTML; Charset=UTF-8", ("text/html", {"charset": "UTF-8"})),
        ('a/b; n="x;y"; m=1', ("a/b", {"n": "x;y", "m": "1"})),
        ("a/b; n=a b c; m=1", ("a/b", {"n": "a b c", "m": "1"})),
        ('a/b; n="open', ("a/b", {"n": "open"})),
        ("a/b;; n=1; n=2", ("a/b", {"n": "1"})),
        ("a/b;\r\n\tn=1", ("a/b", {"n": "1"})),
    ],
)
def test_content_type(value: str, expected: tuple[str, dict[str, str]]) -> None:
    """Content types and parameters."""
    assert content_type(value) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"name": "a"}, "a"),
        ({"name*": "utf-8'ru'%D0%B0"}, "а"),
        ({"name*1": "b", "name*0": "a"}, "ab"),
        ({"name*0*": "koi8-r''%C1", "name*1*": "%C2", "name*2": "c"}, "абc"),
        ({"name*0": word("а")}, "а"),
        ({"name*": "%D0%B0"}, "а"),
        ({"name*x": "a", "name": "b"}, "b"),
        ({"name": latin("отчёт", "cp1251")}, "отчёт"),
        ({}, ""),
    ],
)
def test_parameters(params: dict[str, str], expected: str) -> None:
    """The forms a file name takes."""
    assert decoded(params, "name") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b> <c@d>", ("<a@b>", "<c@d>")),
        ("<a@b><a@b>", ("<a@b>",)),
        ("<a\r\n b@c>", ("<ab@c>",)),
        ("a@b", ("<a@b>",)),
        ("Your message of today <a@b>", ("<a@b>",)),
        ("<>", ()),
        ("<" + "a" * 2000 + "@b>", ()),
        ("nothing", ()),
    ],
)
def test_message_ids(value: str, expected: tuple[str, ...]) -> None:
    """Message ids in order, each once."""
    assert message_ids(value) == expected


def test_many_references_keep_the_ends() -> None:
    """Of a long thread the first and the newest ids stay."""
    ids = message_ids(" ".join(f"<{n}@a>" for n in range(500)))
    assert (len(ids), ids[0], ids[-1]) == (200, "<0@a>", "<499@a>")


def test_first_message_id_counts() -> None:
    """An empty Message-ID header before a good one is passed over."""
    assert message_id(["", "<a@b>", "<c@d>"]) == "<a@b>"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Fri, 05 Apr 2024 12:00:00 +0300", "2024-04-05T12:00:00+03:00"),
        ("5 Apr 2024 12:00 -0000 (comment)", "2024-04-05T12:00:00+00:00"),
        ("Fri, 5 Apr 2024 23:59:60 +0000", "2024-04-05T23:59:59+00:00"),
        ("Fri, 5 Apr 24 12:00:00 EST", "2024-04-05T12:00:00-05:00"),
        ("Fri Apr  5 12:00:00 2024", "2024-04-05T12:00:00+00:00"),
        ("31 Feb 2024 12:00:00 +0000", None),
        ("5 Apr 2024 12:00:00 +9900", None),
        ("5 Apr 1024 12:00:00 +0000", None),
        ("5 Apr 9999 12:00:00 +0000", None),
        ("0", None),
        ("", None),
    ],
)
def test_dates(value: str, expected: str | None) -> None:
    """Dates with a zone, or none."""
    moment = mail_date(value)
    assert (moment.isoformat() if moment else None) == expected


@given(st.text(max_size=60))
def test_any_date(value: str) -> None:
    """Any text is a sane date or none."""
    moment = mail_date(value)
    assert moment is None or (1990 <= moment.year <= 2100 and moment.tzinfo is not None)
