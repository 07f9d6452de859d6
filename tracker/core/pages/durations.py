"""Times as people read them: minutes, hours or days, with the decimal sign of the language."""

from __future__ import annotations

from tracker.core.texts import Texts

MINUTE, HOUR, DAY = 60, 3_600, 86_400
"""The units, in seconds."""


def unit_of(seconds: float) -> int:
    """Return the unit in which a time is best told: minutes below two hours, days from two on."""
    if seconds < 2 * HOUR:
        return MINUTE
    return HOUR if seconds < 2 * DAY else DAY


def in_unit(count: float, unit: int, words: Texts) -> str:
    """Return ``count`` units as words: ``90 min``, ``2.5 h``; whole from ten on."""
    number = f"{count:.1f}".removesuffix(".0") if count < 10 else f"{count:.0f}"
    number = number.replace(".", words._("."))
    if unit == MINUTE:
        return words._("%(n)s min", n=number)
    if unit == HOUR:
        return words._("%(n)s h", n=number)
    return words._("%(n)s d", n=number)


def duration(seconds: int, words: Texts) -> str:
    """Return a time in its best unit."""
    unit = unit_of(seconds)
    return in_unit(round(seconds / unit) if unit == MINUTE else seconds / unit, unit, words)
