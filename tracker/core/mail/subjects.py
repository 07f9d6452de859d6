"""Subjects without their prefixes: Re, Fwd, Ответ, Пересл, and the desk's own tag."""

from __future__ import annotations

import re

# `Re[2]:` is The Bat!, `НА:` and `Отв.:` Russian Outlook, `AW:` German.
_PREFIX = re.compile(
    r"\s*(?:(?P<reply>re|aw|sv|antw|ha|на|отв|ответ)"
    r"|(?P<forward>fwd?|wg|пересл|пересылка|переслано))"
    r"(?:\s*[\[(]\d{1,3}[\])])?\s*\.?\s*[:：]\s*",
    re.IGNORECASE,
)
_TAG = re.compile(r"\s*\[[A-Z][A-Z0-9]{1,9}-\d{1,9}\]\s*")
_MAX_PREFIXES = 50


def clean_subject(subject: str, *, tags: bool = False) -> str:
    """Return ``subject`` without the prefixes mail programs add; with ``tags`` also without
    ``[ACCREDO-42]`` tags wherever they stand. Idempotent.
    """
    text = _TAG.sub(" ", subject) if tags else subject
    for _ in range(_MAX_PREFIXES):
        found = _PREFIX.match(text)
        if not found:
            break
        text = text[found.end() :]
    return text.strip()


def is_reply_subject(subject: str) -> bool:
    """Whether the first prefix says that this is an answer."""
    found = _PREFIX.match(_TAG.sub(" ", subject[:200]))
    return bool(found and found["reply"])


def is_forward_subject(subject: str) -> bool:
    """Whether the first prefix says that this is a forwarded mail."""
    found = _PREFIX.match(_TAG.sub(" ", subject[:200]))
    return bool(found and found["forward"])
