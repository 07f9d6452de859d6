"""Search files: stems hashed to many small files, so that a query fetches a few kilobytes.

A shard is text, one line a stem: the stem, a tab, its tickets. Tickets stand newest first as
gaps in base 32, least digit first; a digit below 32 ends a number, one above it goes on.
A stem of very many tickets keeps the newest ones and a ``*`` at the end: below the last number
of such a list anything may hold. What begins with a mark is no word of the text: ``=`` a stem of
the title, ``#`` a status, ``@`` a label.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from sys import byteorder

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LONGEST = 4_000
"""Characters of one stem's list."""
LONGEST_STATUS = 16_000
"""Characters of the list of one status: it is asked for more exactly, and there are but three."""
TITLES = 32
"""Numbers whose titles share one file."""
_FEWEST, _PER_SHARD = 64, 32


def shard_count(tickets: int) -> int:
    """Return how many shards a desk has: 64, then four times as many whenever it outgrows them."""
    count = _FEWEST
    while count * _PER_SHARD < tickets:
        count *= 4
    return count


def shard_of(stem: str, count: int) -> int:
    """Return the shard of a stem (FNV-1a over UTF-16 code units, as the browser computes it).

    A stem of the title lies with the stem itself.
    """
    if not stem.isascii() and max(stem) > "\uffff":
        units = array("H", stem.encode("utf-16-le" if byteorder == "little" else "utf-16-be"))
        stem = "".join(map(chr, units))
    value = 0x811C9DC5
    for letter in stem.removeprefix("="):
        value = ((value ^ ord(letter)) * 0x01000193) & 0xFFFFFFFF
    return value % count


def encode(numbers: Iterable[int], longest: int = 0) -> str:
    """Write ticket numbers, given newest first and each once, as gaps.

    ``longest`` is the most characters there may be, 0 for any number; what does not fit is
    left out, and a ``*`` says so.

    >>> encode([42, 41, 9])
    'qBBgB'
    """
    parts: list[str] = []
    before = size = 0
    for number in numbers:
        gap = before - number if before else number
        before = number
        code = _digits(gap)
        size += len(code)
        if longest and size > longest:
            return "".join(parts) + "*"
        parts.append(code)
    return "".join(parts)


def _digits(gap: int) -> str:
    if gap < 32:
        return ALPHABET[gap]
    code = ""
    while gap > 31:
        code += ALPHABET[32 + (gap & 31)]
        gap >>= 5
    return code + ALPHABET[gap]


def decode(text: str) -> list[int]:
    """Read back what ``encode`` wrote."""
    numbers: list[int] = []
    number = shift = gap = 0
    for letter in text:
        digit = ALPHABET.index(letter)
        gap |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            number = number - gap if numbers else gap
            numbers.append(number)
            shift = gap = 0
    return numbers


def shard_text(lists: Mapping[str, Sequence[int]]) -> str:
    """Return a shard's file: ``lists`` maps its stems to their tickets, lowest number first."""
    return "".join(f"{stem}\t{_list(stem, lists[stem])}\n" for stem in sorted(lists))


def _list(stem: str, numbers: Sequence[int]) -> str:
    return encode(reversed(numbers), LONGEST_STATUS if stem.startswith("#") else LONGEST)


def titles_text(tickets: Iterable[tuple[int, str, str, str]], prefix: str) -> str:
    """Return a file of titles: ``tickets`` are (number, id, title, status).

    A ticket is the first letter of its status with its title; the id is left out where it is
    ``prefix`` and the number.
    """
    listed: dict[int, str | list[str]] = {}
    for number, id_, title, status in tickets:
        said = f"{status[0]}{title}"
        listed[number] = said if id_ == f"{prefix}-{number}" else [said, id_]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
