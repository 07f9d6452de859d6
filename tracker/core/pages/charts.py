"""Charts as static SVG: columns and lines over weeks, and lying bars, without script or style.

Colours come from classes of the page's style sheet, so a chart follows light and dark. Places
are per cent across and pixels down: a chart fills a phone and a wide screen with letters of the
same size. Each has a title and a description (SVG 2, 5.8) for those who do not see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.pages.html import escape, escape_text

KINDS = ("tk-a", "tk-b")
"""The classes of a chart's first and second series."""

_LEFT = 11.0  # per cent kept for the numbers of the axis
_TOP, _PLOT, _FOOT = 18, 190, 22  # pixels
_LABELS = 6  # of the axis below, at most
_ROW, _BAR = 40, 10  # pixels of a lying bar with its name
_LONGEST = 44  # letters of a name above a bar


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis at the left: from 0 to the last of ``ticks``, each with its words."""

    ticks: tuple[tuple[float, str], ...]

    @property
    def end(self) -> float:
        """The value at the top."""
        return self.ticks[-1][0]


@dataclass(frozen=True, slots=True)
class Frame:
    """What every chart has: a name unique on the page, a title, and a sentence that tells it."""

    name: str
    title: str
    description: str


def steps(most: float) -> list[float]:
    """Return round values from 0 to ``most`` or a little more: two to six of them.

    >>> steps(7)
    [0.0, 2.0, 4.0, 6.0, 8.0]
    """
    power = 1.0
    while power * 10 < most:
        power *= 10
    step = next(power * one for one in (0.2, 0.5, 1, 2, 5) if power * one * 5 >= most)
    step = max(step, 1.0)
    found = [0.0]
    while found[-1] < most or len(found) < 2:
        found.append(found[-1] + step)
    return found


def columns(
    frame: Frame,
    axis: Axis,
    places: Sequence[tuple[str, str]],
    series: Sequence[Sequence[float]],
) -> str:
    """Return standing columns. ``places`` are (label below, words of the whole place)."""
    wide = (100 - _LEFT) / max(1, len(places))
    bar = wide * 0.8 / len(series)
    parts = []
    for at, (_, told) in enumerate(places):
        left = _LEFT + at * wide + wide * 0.1
        bars = "".join(
            _rect(kind, left + place * bar, bar, _height(values[at], axis))
            for place, (kind, values) in enumerate(zip(KINDS, series, strict=False))
        )
        parts.append(f"<g><title>{escape_text(told)}</title>{bars}</g>")
    return _svg(frame, _TOP + _PLOT + _FOOT, _grid(axis) + "".join(parts) + _below(places))


def lines(
    frame: Frame,
    axis: Axis,
    places: Sequence[tuple[str, str]],
    series: Sequence[Sequence[float | None]],
) -> str:
    """Return lines with a dot at each value; where there is none the line breaks."""
    wide = (100 - _LEFT) / max(1, len(places))
    parts = []
    for kind, values in zip(KINDS, series, strict=False):
        dots = [
            None
            if value is None
            else (_LEFT + (at + 0.5) * wide, _TOP + _PLOT - _height(value, axis))
            for at, value in enumerate(values)
        ]
        for before, dot in zip([None, *dots], dots, strict=False):
            if before and dot:
                (x1, y1), (x2, y2) = before, dot
                parts.append(
                    f'<line class="{kind}" x1="{x1:.2f}%" y1="{y1:.1f}"'
                    f' x2="{x2:.2f}%" y2="{y2:.1f}"/>'
                )
        for dot, (_, told) in zip(dots, places, strict=True):
            if dot:
                x, y = dot
                parts.append(
                    f'<circle class="{kind}" cx="{x:.2f}%" cy="{y:.1f}" r="3">'
                    f"<title>{escape_text(told)}</title></circle>"
                )
    return _svg(frame, _TOP + _PLOT + _FOOT, _grid(axis) + "".join(parts) + _below(places))


def bars(frame: Frame, rows: Sequence[tuple[str, Sequence[int], str]]) -> str:
    """Return lying bars, the values of a row one after the other.

    ``rows`` are (name, values, words at the right); the longest row is as wide as the chart.
    """
    most = max((sum(values) for _, values, _ in rows), default=0) or 1
    parts = []
    for at, (name, values, told) in enumerate(rows):
        top, left = at * _ROW, 0.0
        shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        parts.append(
            f'<text x="0" y="{top + 14}">{escape_text(shown)}</text>'
            f'<text class="tk-end" x="100%" y="{top + 14}">{escape_text(told)}</text>'
            f'<rect class="tk-rail" x="0" y="{top + 20}" width="100%" height="{_BAR}"/>'
        )
        for kind, value in zip(KINDS, values, strict=False):
            width = 100 * value / most
            if value:
                parts.append(
                    f'<rect class="{kind}" x="{left:.2f}%" y="{top + 20}" width="{width:.2f}%"'
                    f' height="{_BAR}"/>'
                )
            left += width
    return _svg(frame, max(1, len(rows)) * _ROW, "".join(parts))


def _svg(frame: Frame, height: int, content: str) -> str:
    name = escape(frame.name)
    return (
        f'<svg class="tk-chart" width="100%" height="{height}" role="img"'
        f' aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        f'<title id="{name}-title">{escape_text(frame.title)}</title>'
        f'<desc id="{name}-desc">{escape_text(frame.description)}</desc>{content}</svg>'
    )


def _height(value: float, axis: Axis) -> float:
    return _PLOT * min(value, axis.end) / axis.end


def _rect(kind: str, left: float, width: float, height: float) -> str:
    if not height:
        return ""
    return (
        f'<rect class="{kind}" x="{left:.2f}%" y="{_TOP + _PLOT - height:.1f}"'
        f' width="{width:.2f}%" height="{height:.1f}"/>'
    )


def _grid(axis: Axis) -> str:
    parts = []
    for value, told in axis.ticks:
        y = _TOP + _PLOT - _height(value, axis)
        parts.append(
            f'<line class="tk-line" x1="0" y1="{y:.1f}" x2="100%" y2="{y:.1f}"/>'
            f'<text class="tk-axis" x="0" y="{y - 4:.1f}">{escape_text(told)}</text>'
        )
    return "".join(parts)


def _below(places: Sequence[tuple[str, str]]) -> str:
    """Label every n-th place, counted from the last one."""
    wide = (100 - _LEFT) / max(1, len(places))
    every = -(-len(places) // _LABELS)
    y = _TOP + _PLOT + 15
    return "".join(
        f'<text class="tk-axis tk-mid" x="{_LEFT + (at + 0.5) * wide:.2f}%" y="{y}">'
        f"{escape_text(label)}</text>"
        for at, (label, _) in enumerate(places)
        if (len(places) - 1 - at) % every == 0
    )
