"""Words in any form: what search compares instead of the words themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-яё]")


@cache
def _stemmers() -> tuple[Any, Any]:
    import snowballstemmer  # 30 languages are loaded: only where something is searched

    return snowballstemmer.stemmer("russian"), snowballstemmer.stemmer("english")


@lru_cache(maxsize=1 << 17)
def stem(word: str) -> str:
    """Return the Snowball stem of a word in lower case; ``ё`` counts as ``е``."""
    russian, english = _stemmers()
    if _CYRILLIC.search(word):
        return str(russian.stemWord(word.replace("ё", "е")))
    return str(english.stemWord(word))


def stems(text: str) -> Iterator[str]:
    """Return the stem of every word and number of ``text``, in order."""
    return map(stem, _WORD.findall(text.lower()))
