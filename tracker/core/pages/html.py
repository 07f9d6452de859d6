"""Writing HTML safely: escaping, invisible characters, one chip and one time element."""

from __future__ import annotations

import re
from datetime import datetime
from html import escape as _escape

from tracker.core.texts import Texts

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)

STATUS_NAMES: dict[str, str] = {
    "open": "open",
    "waiting": "waiting for the requester",
    "closed": "closed",
}


def visible(text: str) -> str:
    """Return ``text`` without control characters and without those that turn the reading
    direction (Unicode TR36: a body could else dress up what stands around it).
    """
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def escape(text: str) -> str:
    """Escape ``text`` for HTML content and for quoted attribute values."""
    return _escape(text, quote=True)


def escape_text(text: str) -> str:
    """Escape ``text`` for HTML content only, where quotes mean nothing."""
    return _escape(text, quote=False)


def chip(status: str, words: Texts) -> str:
    """Return the coloured word for a status; the word, not the colour, carries the meaning."""
    name = words._(STATUS_NAMES.get(status, "being repaired"))
    return f'<span class="tk-chip tk-{status}">{escape(name)}</span>'


def time_element(at: datetime, words: Texts) -> str:
    """Return ``at`` as people read it, with the exact time for programs."""
    return f"<time datetime={at.isoformat(timespec='minutes')}>{words.moment(at)}</time>"
