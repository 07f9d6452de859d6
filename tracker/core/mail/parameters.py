"""Content-Type and Content-Disposition with their parameters (RFC 2045, RFC 2231)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from tracker.core.mail.charsets import decode
from tracker.core.mail.words import decode_words

_PARAMETER = re.compile(r";\s*([^\s=;\"]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\([\"\\])")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_FOLD = re.compile(r"\r?\n[ \t]*")
_MAX = 10_000


def content_type(value: str, default: str = "text/plain") -> tuple[str, dict[str, str]]:
    """Read a Content-Type as Latin-1 text; return the type in lower case and parameters.

    ``Content-Type: text`` and other broken types become ``default``, as RFC 2045 says.
    """
    if not value:
        return default, {}
    head, _, rest = value[:_MAX].partition(";")
    kind = head.strip().lower()
    if not _TYPE.fullmatch(kind):
        kind = default
    return kind, (parameters(rest) if rest else {})


def parameters(rest: str) -> dict[str, str]:
    """Return the parameters after the first semicolon, raw, under lower-case names.

    Quoted strings are unquoted. A name given twice keeps its first value.
    """
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(";" + rest[:_MAX]):
        name, quoted, bare = match.groups()
        value = _QUOTED_PAIR.sub(r"\1", quoted) if quoted is not None else bare.strip()
        found.setdefault(name.lower(), _FOLD.sub(" ", value) if "\n" in value else value)
    return found


def decoded(params: dict[str, str], name: str, hint: str = "") -> str:
    """Return the parameter ``name`` as text.

    It may be written as RFC 2231 says (``name*0*=utf-8''%D0…``), as encoded words in quotes
    (Outlook, mail.ru), as raw eight-bit bytes, or as percent escapes without a charset.
    """
    continued = _continued(params, name)
    if continued is not None:
        return continued
    value = params.get(name, "")
    return decode_words(value, hint)


def _continued(params: dict[str, str], name: str) -> str | None:
    """Join an RFC 2231 parameter; None if the parameter is not written so."""
    pieces: list[tuple[int, bool, str]] = []
    for key, value in params.items():
        match = _SECTION.fullmatch(key) if key.startswith(name + "*") else None
        if match and match[1] == name:
            pieces.append((int(match[2] or 0), bool(match[3]), value))
    if not pieces:
        return None
    pieces.sort(key=lambda piece: piece[0])
    charset = ""
    first = pieces[0][2]
    if pieces[0][1] and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        pieces[0] = (pieces[0][0], True, first)
    raw = b"".join(
        unquote_to_bytes(value.encode("latin-1", "replace"))
        if escaped
        else value.encode("latin-1", "replace")
        for _, escaped, value in pieces
    )
    if "=?" in first:
        return decode_words(raw.decode("latin-1"), charset)
    return decode(raw, charset)[0]
