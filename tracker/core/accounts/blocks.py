"""The registration block in a mail: written, and found again after what mail programs do."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.core.accounts.coding import b64, from_b64

VERSION = 1
_ACCOUNT = 16
_SHORTEST = 1 + _ACCOUNT + 12 + 16
_WIDTH = 60
_TITLE = "TRACKER REGISTRATION"
_MOST = 8
"""Blocks of one mail that are looked at."""

# A mail program may break a line anywhere, also inside the words of the frame, and quote it.
_GAP = r"[\s>|]*+"
_DASHES = rf"(?:(?:-{_GAP}){{5}}|(?:[\u2010-\u2015\u2212-]{_GAP}){{1,4}})"


def _spread(words: str) -> str:
    return _GAP.join(words.replace(" ", ""))


_BEGIN = re.compile(rf"{_DASHES}{_spread('BEGIN' + _TITLE)}{_GAP}{_DASHES}")
_END = re.compile(rf"{_DASHES}{_spread('END' + _TITLE)}")
_TAG = re.compile(r"<[^<>]*>")
_INVISIBLE = re.compile(
    r"[\\\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
_OTHER = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST = 8_000


@dataclass(frozen=True, slots=True)
class Block:
    """A registration as it came: whose it claims to be, and what only that account's key opens."""

    account: str
    sealed: bytes


def write_block(block: Block) -> str:
    """Return the block as it is mailed."""
    text = b64(bytes([VERSION]) + bytes.fromhex(block.account) + block.sealed)
    lines = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    return "\n".join([f"-----BEGIN {_TITLE}-----", *lines, f"-----END {_TITLE}-----", ""])


def holds_block(text: str) -> bool:
    """Whether a text holds a registration, broken or whole. Such a mail becomes nothing else,
    and nothing of it is stored.
    """
    return bool(_may_hold(text) and _BEGIN.search(_plain(text)))


def read_block(text: str) -> Block | None:
    """Return the first whole registration of a text (plain, Markdown or HTML), or None."""
    return next(read_blocks(text), None)


def read_blocks(text: str) -> Iterator[Block]:
    """Yield the whole registrations of a text; of many only the first are looked at."""
    if not _may_hold(text):
        return
    plain = _plain(text)
    for _, begin in zip(range(_MOST), _BEGIN.finditer(plain), strict=False):
        end = _END.search(plain, begin.end(), begin.end() + _LONGEST)
        found = _read(_OTHER.sub("", plain[begin.end() : end.start()])) if end else None
        if found:
            yield found


def _may_hold(text: str) -> bool:
    """A cheap look before the real one: hardly a mail holds these letters in this order."""
    at = 0
    for letter in "BEGINTRACKER":
        at = text.find(letter, at) + 1
        if not at:
            return False
    return True


def _plain(text: str) -> str:
    without_tags = _TAG.sub("", text) if "<" in text else text
    return _INVISIBLE.sub("", html.unescape(without_tags) if "&" in text else without_tags)


def _read(letters: str) -> Block | None:
    try:
        data = from_b64(letters)
    except ValueError:
        return None
    if len(data) < _SHORTEST or data[0] != VERSION:
        return None
    return Block(data[1 : 1 + _ACCOUNT].hex(), data[1 + _ACCOUNT :])
