"""Words in any form: what search compares instead of the words themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

_WORD = re.compile(r"[^\W_]+")


@cache
def _stemmers() -> tuple[Any, Any]:
    import snowballstemmer  # 30 languages are loaded: only where something is searched

    return snowballstemmer.stemmer("russian"), snowballstemmer.stemmer("english")


@lru_cache(maxsize=400_000)
def stem(word: str) -> str:
    """Return the Snowball stem of a word in small letters: by its own alphabet Russian or English.

    ``ё`` counts as ``е``. The portal's search does the same in the browser, with the same
    algorithms.
    """
    if word.isdigit():
        return word
    russian, english = _stemmers()
    if word.isascii():
        return str(english.stemWord(word))
    return str(russian.stemWord(word)).replace("ё", "е")


def stems(text: str) -> Iterator[str]:
    """Return the stem of every word and number of ``text``, in order."""
    return map(stem, _WORD.findall(text.lower()))


def folded(text: str) -> str:
    """Return a text for comparisons: small letters, ``ё`` as ``е``, one space between words."""
    return " ".join(text.casefold().replace("ё", "е").split())
