"""Telephone numbers as people write them: compared by their digits."""

from __future__ import annotations

import re

FEWEST = 7
"""Digits of a number within a town: fewer are no telephone number."""

_NATIONAL = 10
_WRITTEN = re.compile(r"\+?[\d\s()./\u00a0\u2010-\u2015-]+")


def digits(written: str) -> str:
    """Return the digits of a number, 0 to 9."""
    return "".join(one for one in written if one in "0123456789")


def is_number(written: str) -> bool:
    """Whether a text looks like a telephone number: seven digits or more, and nothing else."""
    text = written.strip()
    return bool(_WRITTEN.fullmatch(text)) and FEWEST <= len(digits(text)) <= 15


def tail(written: str) -> str:
    """Return the last seven digits, by which numbers are looked up; empty where there are fewer."""
    found = digits(written)
    return found[-FEWEST:] if len(found) >= FEWEST else ""


def same(one: str, other: str) -> bool:
    """Whether two numbers are the same: ``+7 (495) 123-45-67``, ``8 495 1234567``, ``123-45-67``.

    The last ten digits are compared, fewer where one was written without its code.
    """
    first, second = digits(one), digits(other)
    count = min(len(first), len(second), _NATIONAL)
    return count >= FEWEST and first[-count:] == second[-count:]
