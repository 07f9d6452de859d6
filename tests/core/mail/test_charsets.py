"""Bytes are read in the charset they are in, whatever is declared."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.mail.charsets import codec_name, decode
from tracker.core.mail.cyrillic import best_cyrillic

PHRASES = [
    "Добрый день! Не приходит письмо.",
    "Не открывается личный кабинет",
    "Помогите, пожалуйста",
    "Вопрос по API keys",
    "СРОЧНО! ОТЧЁТ ЗА МАЙ",
    "«Ромашка» — договор №5",
    "Спасибо",
    "съешь ещё этих мягких французских булок",
    "Фёдор Чащин",
    "документы.pdf",
]
USUAL = {"windows-1251": "cp1251", "koi8-r": "koi8-r", "utf-8": "utf-8"}


PAIRS = [
    (phrase, real)
    for phrase in PHRASES
    for real in USUAL
    if real != "koi8-r" or not set(phrase) & set("«»—№")
]


@pytest.mark.parametrize(("phrase", "real"), PAIRS)
@pytest.mark.parametrize("declared", [*USUAL, "", "us-ascii", "iso-8859-1", "x-unknown"])
def test_wrong_declarations(phrase: str, real: str, declared: str) -> None:
    """Short Russian phrases under every usual wrong declaration."""
    text, guessed = decode(phrase.encode(real), declared)
    assert text == phrase
    assert guessed == ("" if declared == real else USUAL[real])


@pytest.mark.parametrize("charset", ["iso-8859-5", "mac-cyrillic", "cp866", "koi8-u"])
def test_rare_charsets_declared(charset: str) -> None:
    """The rare Cyrillic charsets are believed when they make sense."""
    for phrase in PHRASES[:5]:
        assert decode(phrase.encode(charset), charset) == (phrase, "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x-cp1251", "cp1251"),
        ("win-1251", "cp1251"),
        ("cp-1251", "cp1251"),
        ("windows1251", "cp1251"),
        ("Windows-1251", "cp1251"),
        ('"koi8r"', "koi8-r"),
        ("utf8mb4", "utf-8"),
        ("UTF-8*ru", "utf-8"),
        ("ansi", ""),
        ("unknown-8bit", ""),
        ("x-user-defined", ""),
        ("zlib", ""),
        ("hex", ""),
        ("idna", ""),
        ("unicode_escape", ""),
        ("utf-7", ""),
        ("a\0b", ""),
        ("x" * 100, ""),
        ("кои8", ""),
    ],
)
def test_names(name: str, expected: str) -> None:
    """Names found in mails, and names that are no text encoding."""
    assert codec_name(name) == expected


@pytest.mark.parametrize(
    "text", ["Grüße aus München", "señor ñandú", "Fußgängerübergänge", "naïve"]
)
def test_western(text: str) -> None:
    """Declared Western text is not taken for Russian."""
    assert decode(text.encode("latin-1"), "iso-8859-1") == (text, "")


@pytest.mark.parametrize(
    ("raw", "declared", "expected"),
    [
        (b"", "", ("", "")),
        (b"\xef\xbb\xbfa\xd0\xb0", "utf-8", ("aа", "")),
        ("а".encode("utf-16"), "windows-1251", ("а", "utf-16")),
        ("Привет".encode("utf-16-be"), "utf-16", ("Привет", "")),
        ("Привет, мир".encode("utf-16-le"), "", ("Привет, мир", "utf-16-le")),
        ("テスト".encode("iso2022_jp"), "iso-2022-jp", ("テスト", "")),
        ("テスト".encode("cp932"), "x-sjis", ("テスト", "")),
        (b"a\0b", "us-ascii", ("a\0b", "")),
        ("Всё хорошо".encode() + b"\xd0", "utf-8", ("Всё хорошо\ufffd", "")),
    ],
)
def test_special(raw: bytes, declared: str, expected: tuple[str, str]) -> None:
    """Byte order marks, wide and escaped charsets, a character cut at the end."""
    assert decode(raw, declared) == expected


def test_hint_is_weighed() -> None:
    """The body's charset decides over a header too short to tell by itself."""
    assert decode("ок".encode("koi8-r"), "", "koi8-r")[0] == "ок"
    assert decode("Привет всем".encode("cp1251"), "", "koi8-r")[0] == "Привет всем"


@given(st.binary(max_size=200), st.sampled_from(["", "utf-8", "koi8-r", "utf-16", "big5", "x"]))
@settings(max_examples=80, deadline=None)
def test_any_bytes(raw: bytes, declared: str) -> None:
    """Any bytes are some text."""
    decode(raw, declared)[0].encode("utf-8")


def test_noise_is_not_cyrillic() -> None:
    """Random high bytes are no Russian."""
    assert best_cyrillic(bytes(range(128, 256))) == ""
    assert best_cyrillic(b"abc") == ""
