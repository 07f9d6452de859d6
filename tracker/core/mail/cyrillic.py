"""Which of the Cyrillic charsets a text is in, by the letters Russian uses most."""

from __future__ import annotations

import re
from functools import lru_cache

CYRILLIC = ("cp1251", "koi8-r", "koi8-u", "iso8859-5", "mac-cyrillic", "cp866")
"""The charsets that Russian mail comes in."""

# How much less a charset is to be expected, in all and shared by the letters: the last three
# have nearly died out, and a name of three letters is no evidence for them.
_RARE = {
    "koi8-u": (0.1, 0.0),
    "iso8859-5": (0.5, 6.0),
    "mac-cyrillic": (0.5, 6.0),
    "cp866": (0.5, 6.0),
}
# Letters of running Russian text by frequency, most frequent first.
_FREQUENT = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_WEIGHT = {letter: 10 - place / 2.5 for place, letter in enumerate(_FREQUENT)}
_WEIGHT |= {"ё": 3.0, "і": 4.0, "ї": 3.0, "є": 2.0, "ґ": 1.0}
_FOREIGN_LETTER = re.compile("[\u0400-\u04ff]")
# What stands between the words of real text: quotes, dashes, a numero sign, a no-break space.
_USUAL = frozenset("«»—–№…“”„’‘•·§©°±€\xa0\xad")
_OTHER_LETTER, _NO_LETTER = -5.0, -12.0
_SCALE, _ZERO = 8, 100
# A small letter before a capital, Latin within a Cyrillic word, a sign within a word, a
# Serbian letter or a hard sign before Russian ones, five consonants on end.
_NONSENSE = re.compile(
    "[а-яёієї][А-ЯЁІЄЇ]|[A-Za-zÀ-ɏ][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]"
    "|[“„«‘•·§©°±€№][\u0400-\u04ff][а-яё]|[а-яё][“„«‘•·§©°±€№…—–](?=[а-яё])"
    "|[ЂЃѓЉЊЌЋЏђљњќћџЎўЈјЅѕЇЪЬЫъьы](?<![а-яё].)(?=[а-яё]{2})"
    "|(?i:[бвгджзйклмнпрстфхцчшщъь]{5})"
)
_CAPITALS = re.compile("(?<=[А-ЯЁ])[А-ЯЁ]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_BYTES = bytes(range(128, 256))
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3}")
_ASCII = bytes(range(128))
_ASCII_LETTERS = bytes([*range(65, 91), *range(97, 123)])
_ENOUGH = 3.0
_CLEAR = 6.0
_BETTER = 0.8
_WINDOW = 600


@lru_cache(maxsize=len(CYRILLIC))
def _table(name: str) -> tuple[bytes, bytes]:
    """Return a byte's weight as a translation table, and the bytes that weigh nothing."""
    weights = bytearray(256)
    nothing = bytearray(_ASCII)
    for byte in range(128, 256):
        char = bytes([byte]).decode(name, "replace")
        if char in _USUAL:
            nothing.append(byte)
        other = _OTHER_LETTER if _FOREIGN_LETTER.match(char) else _NO_LETTER
        weights[byte] = _ZERO + round(_SCALE * _WEIGHT.get(char.lower(), other))
    return bytes(weights), bytes(nothing)


def score(piece: bytes, name: str, *, rivals: bool = True) -> float:
    """Return how much ``piece`` read in the charset ``name`` looks like Russian, per letter.

    About 7 for Russian, under 5 for Russian read in a wrong charset, negative for noise,
    0 where nothing tells. Among ``rivals`` the rare charsets are expected less.
    """
    weights, nothing = _table(name)
    weighed = piece.translate(weights, nothing)
    if not weighed:
        return 0.0
    text = piece.decode(name, "replace")
    penalty = 10.0 * len(_NONSENSE.findall(text)) + 1.0 * len(_CAPITALS.findall(text))
    rare, shared = _RARE.get(name, (0.0, 0.0)) if rivals else (0.0, 0.0)
    return (sum(weighed) / _SCALE - penalty - shared) / len(weighed) - _ZERO / _SCALE - rare


def plausible(sample: bytes, name: str) -> bool:
    """Whether ``sample`` makes sense in the Cyrillic charset it claims.

    ``koi8-r`` and ``cp1251`` decode each other's text without an error: capitals and small
    letters swap. Clear cases are told by the text's own score, others against the rivals.
    """
    piece = _dense(sample)
    claimed = score(piece, name, rivals=False)
    if claimed >= _CLEAR or not claimed:
        return True
    rival = max(score(piece, other) for other in CYRILLIC if other != name)
    return rival < max(claimed + _BETTER, _ENOUGH)


def looks_cyrillic(sample: bytes) -> bool:
    """Whether text declared as Latin is Cyrillic in truth.

    Western words have single accented letters, Cyrillic ones are accented throughout.
    """
    high = len(sample) - len(sample.translate(None, _HIGH_BYTES))
    if not high:
        return False
    latin = len(sample) - len(sample.translate(None, _ASCII_LETTERS))
    if high < latin and not _HIGH_RUN.search(sample):
        return False
    return bool(best_cyrillic(sample))


def best_cyrillic(sample: bytes) -> str:
    """Return the Cyrillic charset that reads ``sample`` best, '' if none makes sense of it."""
    piece = _dense(sample)
    best, best_score = "", _ENOUGH
    for name in CYRILLIC:
        found = score(piece, name)
        if found > best_score:
            best, best_score = name, found
    return best


def _dense(sample: bytes) -> bytes:
    """Return a window of ``sample`` that begins at its first high byte."""
    first = _HIGH.search(sample)
    if not first:
        return b""
    start = max(first.start() - 1, 0)
    return sample[start : start + _WINDOW]
