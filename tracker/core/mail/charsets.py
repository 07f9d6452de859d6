"""Bytes to text when the declared charset is missing, misspelt or wrong."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from tracker.core.mail.cyrillic import CYRILLIC, best_cyrillic, looks_cyrillic, plausible

ALIASES = {
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf8mb3": "utf-8",
    "utf-8n": "utf-8",
    "ansi": "",
    "default": "",
    "default_charset": "",
    "unknown": "",
    "unknown-8bit": "",
    "x-unknown": "",
    "x-user-defined": "",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "koi8r": "koi8-r",
    "koi8": "koi8-r",
    "x-koi8-r": "koi8-r",
    "koi8u": "koi8-u",
    "koi8-ru": "koi8-u",
    "dos-866": "cp866",
    "x-cp866": "cp866",
    "x-mac-cyrillic": "mac-cyrillic",
    "macintosh": "mac-roman",
    "x-sjis": "cp932",
    "x-gbk": "gbk",
    "gb2312": "gb18030",
    "ks_c_5601-1987": "cp949",
    "us-ascii": "ascii",
}
"""Names seen in mails that Python's codecs do not know, or know too narrowly. An empty value
means that the name says nothing."""

_CODE_PAGE = re.compile(r"(?:x-)?(?:windows|win|cp|ansi|microsoft-cp|ms)[-_ ]?(12[5]\d|866)", re.I)
_LATIN = frozenset({"ascii", "iso8859-1", "cp1252", "iso8859-15", "latin-1", "mac-roman"})
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_SEVEN_BIT = frozenset({"hz", "iso2022_jp", "iso2022_kr"}) | _WIDE
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# UTF-7 is not decoded: nobody writes it any more, and it hides text from every filter. The
# others are codecs of Python, not charsets of mail.
_REFUSED = frozenset(
    {"utf-7", "unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined"}
)
_SAMPLE = 20_000
# What mail programs have written; without a list, short texts are taken for EBCDIC or HP Roman.
_EXPECTED = (
    *("utf-8", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("koi8-r", "shift_jis", "cp932", "euc-jp", "gb18030", "big5", "euc-kr", "cp949", "tis-620"),
)
_ERRORS = "replace"


@lru_cache(maxsize=512)
def codec_name(declared: str) -> str:
    """Return Python's name of the charset a mail declares, '' if it is none known.

    Only text encodings count: ``Content-Type: text/plain; charset=zlib`` names a codec too.
    """
    name = declared.strip().strip("\"'").lower().partition("*")[0]
    code_page = _CODE_PAGE.fullmatch(name)
    if code_page:
        return f"cp{code_page[1]}"
    name = ALIASES.get(name, name)
    if not name or not name.isascii() or "\0" in name or len(name) > 40:
        return ""
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)
    except (LookupError, ValueError, TypeError):
        return ""
    return "" if codec.name in _REFUSED else codec.name


def decode(raw: bytes, declared: str = "", hint: str = "") -> tuple[str, str]:
    """Decode ``raw``; return the text, and the charset if it was not the declared one.

    ``hint`` is a charset that another part of the mail declares; it is weighed, not believed.
    No byte is lost as long as any usual charset reads it.
    """
    name = codec_name(declared) if declared else ""
    if raw.isascii() and name not in _SEVEN_BIT and b"\0" not in raw:
        return raw.decode("ascii"), ""
    for bom, charset in _BOMS:
        if raw.startswith(bom):
            text = raw.decode(charset, _ERRORS).removeprefix("\ufeff")
            return text, "" if name.startswith(charset) else charset
    if name in _WIDE or (raw.count(b"\0") + raw.count(b"\4")) * 3 > len(raw):
        order = _byte_order(raw, name)
        if order:
            text = raw.decode(order, _ERRORS).removeprefix("\ufeff")
            return text, "" if order.startswith(name or "?") else order
        name = "" if name in _WIDE else name
        raw = raw.replace(b"\0", b"")
    if name in _SEVEN_BIT:
        return raw.decode(name, _ERRORS), ""
    return _decode_eight(raw, name, hint)


def _decode_eight(raw: bytes, name: str, hint: str) -> tuple[str, str]:
    """Decode text in an eight-bit or multi-byte charset."""
    if raw.isascii():
        return raw.decode("ascii"), ""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        expected = name == "utf-8" or (not name and hint == "utf-8")
        return text, "" if expected else "utf-8"
    if name == "utf-8" or not name:
        mixed = _mostly_utf8(raw)
        if mixed is not None:
            return mixed, "" if name else "utf-8"
    return _decode_narrow(raw, name, codec_name(hint) if hint else "")


def _decode_narrow(raw: bytes, name: str, hint: str) -> tuple[str, str]:
    """Decode eight-bit text that is not UTF-8."""
    sample = raw[:_SAMPLE]
    for trusted in (name, hint):
        if trusted and trusted != "utf-8" and _fits(raw, sample, trusted):
            return raw.decode(_wider(trusted)), "" if trusted == name else trusted
    guessed = _guess(raw, sample)
    return raw.decode(guessed, _ERRORS), guessed


def _fits(raw: bytes, sample: bytes, name: str) -> bool:
    """Whether a declaration can be true: it decodes, and what comes out looks like writing."""
    try:
        raw.decode(_wider(name))
    except UnicodeDecodeError:
        return False
    if name in CYRILLIC:
        return plausible(sample, name)
    if name in _LATIN or name.startswith(("iso8859", "cp125")):
        return not looks_cyrillic(sample)
    return True


def _wider(name: str) -> str:
    """Latin-1 and ASCII in mails mean Windows-1252, as browsers read them."""
    return "cp1252" if name in ("ascii", "iso8859-1", "latin-1") else name


def _guess(raw: bytes, sample: bytes) -> str:
    """Return the charset that reads ``raw`` best."""
    cyrillic = best_cyrillic(sample)
    if cyrillic:
        return cyrillic
    # Imported here: chardet takes longer to load than a hundred mails take to read.
    import chardet

    found = (
        chardet.detect(sample, prefer_superset=True, include_encodings=_EXPECTED)["encoding"] or ""
    )
    name = codec_name(found)
    for candidate in (name, "cp1252"):
        try:
            raw.decode(candidate or "ascii")
        except UnicodeDecodeError:
            continue
        return candidate
    return "latin-1"


def _byte_order(raw: bytes, name: str) -> str:
    """Return the UTF-16 or UTF-32 codec that fits, '' for eight-bit text with NULs in it.

    In UTF-16 every other byte is 0 for Latin and 4 for Cyrillic letters.
    """
    if "32" in name:
        return name
    sample = raw[:_SAMPLE]
    even, odd = (half.count(0) + half.count(4) for half in (sample[::2], sample[1::2]))
    if max(even, odd) * 3 > len(sample):
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-16-le" if name in _WIDE and not sample.isascii() and b"\0" in sample else ""


def _mostly_utf8(raw: bytes) -> str | None:
    """Read UTF-8 with some foreign lines, as a list's footer in another charset makes it, or
    with a few broken characters; None if it is not UTF-8 at all.
    """
    lines, good, foreign = [], 0, []
    for number, line in enumerate(raw.split(b"\n")):
        try:
            text = line.decode("utf-8")
            good += len(line) - len(text) > 1
        except UnicodeDecodeError:
            text = line.decode("utf-8", _ERRORS)
            foreign.append((number, line))
        lines.append(text)
    whole = sum(text.count("\ufffd") for text in lines)
    valid = sum(1 for text in lines for char in text if not char.isascii()) - whole
    if not good and valid < 3 * whole:
        return None
    for number, line in foreign:
        if lines[number].count("\ufffd") > 3:
            lines[number] = line.decode(_guess(line, line), _ERRORS)
    return "\n".join(lines)
