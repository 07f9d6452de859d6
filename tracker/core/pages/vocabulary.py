"""The vocabulary: which stems begin with the letters typed so far, for search while typing.

Stems lie in shards by their first three letters. A file has one line a stem, in order: how many
letters it shares with the line before, how frequent it is, and the rest of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracker.core.pages.shards import ALPHABET, shard_of

KEY = 3
"""From so many letters on a word is completed."""
MOST = 2_000
"""Stems of one file; of more, the rarest are left out. So no file is larger than about 25 KB."""
_PER_FILE = 16


def vocabulary_count(shards: int) -> int:
    """Return how many vocabulary files a desk of ``shards`` shards has."""
    return shards // _PER_FILE


def vocabulary_of(stem: str, count: int) -> int | None:
    """Return the file of a stem, None for one that is not completed: short, a number, a mark."""
    key = stem[:KEY]
    if len(key) < KEY or not key[0].isalnum() or stem.isdigit():
        return None
    return shard_of(key, count)


def weight(tickets: int) -> int:
    """Return how frequent a stem of so many tickets is: 1, 2 to 3, 4 to 7 and so on.

    Roughly, so that a file changes seldom.
    """
    return tickets.bit_length()


def vocabulary_text(stems: Iterable[tuple[str, int]]) -> str:
    """Return a file of ``stems``, each with its weight.

    >>> vocabulary_text([("принтер", 2), ("прин", 1)])
    'ABприн\\nECтер\\n'
    """
    most = sorted(stems, key=lambda one: (-one[1], one[0]))[:MOST]
    lines: list[str] = []
    before = ""
    for stem, heavy in sorted(most):
        shared = _shared(before, stem)
        lines.append(f"{ALPHABET[shared]}{ALPHABET[heavy]}{stem[shared:]}\n")
        before = stem
    return "".join(lines)


def _shared(before: str, stem: str) -> int:
    count = 0
    for one, other in zip(before, stem, strict=False):
        if one != other:
            break
        count += 1
    return count
