"""File names for attachments: safe on every system, unique in their mail."""

from __future__ import annotations

import re
import unicodedata

from tracker.core.addresses import one_line

MAX_BYTES = 100
"""Longest name in bytes of UTF-8; eCryptfs takes 143, zip tools and Git hosts less."""

_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]+')
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2060-\u2065\ufff9-\uffff]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", re.I)
_EXTENSION = re.compile(r"\.[^\s.]{1,12}\Z")
_BY_TYPE = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/tiff": ".tif",
    "image/bmp": ".bmp",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/json": ".json",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/ms-tnef": ".dat",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
}


def safe_name(name: str, media_type: str = "") -> str:
    """Return a file name for ``name`` as a mail wrote it, which may be empty or hostile.

    No path, no leading dot or dash, no control or direction character, nothing Windows
    reserves, at most ``MAX_BYTES`` bytes, extension kept. Idempotent. Letters of any script
    stay, in Unicode's composed form (a Mac sends ``й`` as two characters).
    """
    text = unicodedata.normalize("NFC", one_line(_UNSEEN.sub("", name)))
    text = re.split(r"[/\\]", text)[-1]
    text = _FORBIDDEN.sub("_", text).strip(" .")
    if text.startswith(("-", "~")):
        text = "_" + text[1:]
    if not text.strip("_ ."):
        text = "attachment" + _BY_TYPE.get(media_type, "")
    text = _shorten(text, "")
    if _RESERVED.fullmatch(text.partition(".")[0].strip()):
        text = _shorten("_" + text, "")
    return text


def unique_name(name: str, taken: set[str]) -> str:
    """Return ``name``, with a number before its extension if it is taken; take it.

    ``taken`` holds names without regard to case: Windows and macOS see one file there.
    """
    candidate, number = name, 1
    while _folded(candidate) in taken:
        number += 1
        candidate = _shorten(name, f"-{number}")
    taken.add(_folded(candidate))
    return candidate


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _shorten(name: str, mark: str) -> str:
    """Return ``name`` with ``mark`` before the extension, cut to ``MAX_BYTES``."""
    found = _EXTENSION.search(name)
    stem, extension = (name[: found.start()], found[0]) if found else (name, "")
    room = MAX_BYTES - len((mark + extension).encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") or "attachment"
    return stem + mark + extension
