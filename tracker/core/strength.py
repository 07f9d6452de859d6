"""Whether a secret could be guessed."""

from __future__ import annotations

import re

_LEAST_DISTINCT = 8
_WORDS = re.compile(
    r"change.?me|password|passwort|secret|qwerty|12345|tracker|example|xxxx|пароль|секрет|test",
    re.IGNORECASE,
)


def weakness(secret: str) -> str:
    """Return why a secret is weak, or nothing. One that `tracker init` makes never is."""
    if len(set(secret)) < _LEAST_DISTINCT:
        return "holds few different characters"
    found = _WORDS.search(secret)
    # A random text of 43 characters may hold a word by chance; a short one was thought up.
    if found and len(secret) < 32:
        return "holds a word that is guessed first"
    for size in range(1, len(secret) // 3 + 1):
        if (secret[:size] * (len(secret) // size + 1))[: len(secret)] == secret:
            return "repeats itself"
    return ""
