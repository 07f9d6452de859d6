"""The figures as CSV files (RFC 4180), one for each chart, with all weeks and all names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from tracker.core.statistics import AGES, Figures, Pile, Times

_MARK = "\ufeff"
"""Tells spreadsheet programs that the file is UTF-8."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program would take for the beginning of a formula (CWE-1236)."""


def csv_files(figures: Figures) -> dict[str, str]:
    """Return every file: its name to its text. Times are in hours."""
    times = ("week", "requests", "median_hours", "p90_hours")
    weeks = figures.weeks
    ages = zip(AGES, figures.ages, strict=True)
    return {
        "weeks.csv": _text(
            ("week", "opened", "closed"), ((one.start, one.opened, one.closed) for one in weeks)
        ),
        "first-answer.csv": _text(times, ((one.start, *_hours(one.answer)) for one in weeks)),
        "closing.csv": _text(times, ((one.start, *_hours(one.closing)) for one in weeks)),
        "age.csv": _text(
            ("from_days", "to_days", "open", "waiting"),
            ((first, last, one.open, one.waiting) for (first, last), one in ages),
        ),
        "labels.csv": _piles("label", figures.labels),
        "assignees.csv": _piles("assignee", [_known(one) for one in figures.assignees]),
    }


def _piles(what: str, piles: Sequence[Pile]) -> str:
    return _text((what, "open", "waiting"), ((one.name, one.open, one.waiting) for one in piles))


def _known(pile: Pile) -> Pile:
    """Tell a ticket of somebody who is no agent any more from one of nobody."""
    return pile._replace(name="?") if pile.name == "" else pile


def _hours(times: Times | None) -> tuple[object, ...]:
    if times is None:
        return 0, None, None
    return times.count, f"{times.median / 3600:.2f}", f"{times.p90 / 3600:.2f}"


def _text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([_cell(one) for one in row] for row in rows)
    return _MARK + file.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
