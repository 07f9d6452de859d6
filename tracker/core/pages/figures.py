"""The page of figures: how things are going in a few numbers, then charts with a table each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from tracker.core.pages.charts import KINDS, Axis, Frame, bars, columns, lines, steps
from tracker.core.pages.durations import duration, in_unit, unit_of
from tracker.core.pages.html import escape
from tracker.core.pages.site import Desk
from tracker.core.statistics import AGES, Figures, Period, Pile, Times
from tracker.core.texts import Texts

FIGURES = "figures/"
"""The page's address below the portal's root. The CSV files lie beside it."""
SHOWN_WEEKS = 26
"""Weeks of a chart and its table; the CSV file has them all."""
SHOWN_PILES = 12
"""Bars of a chart; its table and the CSV file have them all."""

_Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Chart:
    """A chart and what stands around it. ``name`` is that of its CSV file."""

    name: str
    heading: str
    svg: str
    legend: _Row
    head: _Row
    rows: Sequence[_Row]


def figures_page(desk: Desk, figures: Figures, links: Sequence[tuple[str, str]] = ()) -> str:
    """Return the page's content. ``links`` are further (text, address) pairs for its end."""
    words = desk.words
    charts = _Charts(words, figures)
    parts = "".join(_figure(one, words) for one in charts.all())
    more = "".join(f'<li><a href="{escape(to)}">{escape(text)}</a>' for text, to in links)
    end = f'<ul class="tk-links">{more}</ul>' if more else ""
    note = words._(
        "As of %(day)s. Counted are the requests that this portal shows.",
        day=_day(figures.day, words),
    )
    return (
        f'<div class="tk-figures">{_tiles(figures, words)}<p class="tk-note">{escape(note)}'
        f"{parts}{end}</div>"
    )


def _tiles(figures: Figures, words: Texts) -> str:
    recent, waiting = figures.recent, figures.statuses["waiting"]
    opened = figures.statuses["open"] + waiting
    still = words._("of them waiting for the requester: %(n)s", n=waiting) if waiting else ""
    weeks = words._("in the last four weeks")
    tiles = [
        (words._("Open now"), str(opened), still),
        (_capital(words._("new")), str(recent.opened), weeks),
        (_capital(words._("closed")), str(recent.closed), weeks),
        (words._("Time to first answer"), *_told(recent.answer, words)),
        (words._("Time to closing"), *_told(recent.closing, words)),
    ]
    items = "".join(
        f"<div><dt>{escape(name)}<dd><b>{escape(value)}</b> <small>{escape(more)}</small></div>"
        for name, value, more in tiles
    )
    return f'<dl class="tk-tiles">{items}</dl>'


def _told(times: Times | None, words: Texts) -> tuple[str, str]:
    if times is None:
        return "–", words._("in the last four weeks")
    p90 = duration(times.p90, words)
    return duration(times.median, words), words._("median; nine of ten within %(time)s", time=p90)


class _Charts:
    """Makes the charts of one page."""

    def __init__(self, words: Texts, figures: Figures) -> None:
        self._words, self._figures = words, figures
        self._weeks = figures.weeks[-SHOWN_WEEKS:]

    def all(self) -> list[_Chart]:
        words, figures = self._words, self._figures
        answers = [one.answer for one in self._weeks]
        closings = [one.closing for one in self._weeks]
        return [
            self._flow(),
            self._times("first-answer", words._("Time to first answer"), answers),
            self._times("closing", words._("Time to closing"), closings),
            self._piles("age", words._("Open requests by age"), words._("Age"), self._ages()),
            self._piles(
                "labels",
                words._("Open requests by label"),
                words._("Label"),
                [(one.name or words._("no label"), one) for one in figures.labels],
            ),
            self._piles(
                "assignees",
                words._("Open requests by assignee"),
                words._("Assignee"),
                [(self._who(one.name), one) for one in figures.assignees],
            ),
        ]

    def _who(self, name: str | None) -> str:
        words = self._words
        return words._("nobody yet") if name is None else name or words._("somebody else")

    def _flow(self) -> _Chart:
        words, weeks = self._words, self._weeks
        heading = words._("New and closed requests per week")
        names = (_capital(words._("new")), _capital(words._("closed")))
        opened, closed = [one.opened for one in weeks], [one.closed for one in weeks]
        places = [
            (
                words.short_day(one.start),
                f"{self._week(one)}: {names[0]} {one.opened}, {names[1]} {one.closed}",
            )
            for one in weeks
        ]
        told = words._(
            "Weeks shown: %(n)s. New requests: %(opened)s, closed: %(closed)s.",
            n=len(weeks),
            opened=sum(opened),
            closed=sum(closed),
        )
        axis = Axis(tuple((one, f"{one:.0f}") for one in steps(max([*opened, *closed, 0]))))
        svg = columns(Frame("tk-weeks", heading, told), axis, places, (opened, closed))
        rows = [(self._week(one), str(one.opened), str(one.closed)) for one in reversed(weeks)]
        return _Chart("weeks", heading, svg, names, (words._("Week from"), *names), rows)

    def _times(self, name: str, heading: str, found: Sequence[Times | None]) -> _Chart:
        words, weeks = self._words, self._weeks
        names = (words._("Median"), words._("90th percentile"))
        medians = [one.median if one else None for one in found]
        p90s = [one.p90 if one else None for one in found]
        most = max((one.p90 for one in found if one), default=0)
        unit = unit_of(most)
        ticks = tuple((one * unit, in_unit(one, unit, words)) for one in steps(most / unit))
        places = [
            (words.short_day(week.start), f"{self._week(week)}: {self._both(one)}")
            for week, one in zip(weeks, found, strict=True)
        ]
        last = next((one for one in reversed(found) if one), None)
        told = (
            words._(
                "In the last week with any: half within %(median)s, nine of ten within %(p90)s.",
                median=duration(last.median, words),
                p90=duration(last.p90, words),
            )
            if last
            else words._("There is nothing to show yet.")
        )
        svg = lines(Frame(f"tk-{name}", heading, told), Axis(ticks), places, (medians, p90s))
        rows = [
            (self._week(week), *self._cells(one))
            for week, one in zip(reversed(weeks), reversed(found), strict=True)
        ]
        return _Chart(
            name, heading, svg, names, (words._("Week from"), words._("Requests"), *names), rows
        )

    def _both(self, times: Times | None) -> str:
        if times is None:
            return "–"
        words = self._words
        return f"{duration(times.median, words)}, {duration(times.p90, words)}"

    def _cells(self, times: Times | None) -> _Row:
        if times is None:
            return "0", "–", "–"
        words = self._words
        return str(times.count), duration(times.median, words), duration(times.p90, words)

    def _ages(self) -> list[tuple[str, Pile]]:
        words = self._words
        names = []
        for first, last in AGES:
            if last is None:
                names.append(words._("more than %(n)s days", n=first - 1))
            elif not first:
                names.append(words._("today or yesterday"))
            else:
                names.append(words._("%(first)s–%(last)s days", first=first, last=last))
        return list(zip(names, self._figures.ages, strict=True))

    def _piles(
        self, name: str, heading: str, what: str, piles: Sequence[tuple[str, Pile]]
    ) -> _Chart:
        words = self._words
        waits = (words._("waiting for support"), words._("waiting for requesters"))
        names = (_capital(waits[0]), _capital(waits[1]))
        shown = [(told, (one.open, one.waiting), str(one.both)) for told, one in piles]
        largest = max(piles, key=lambda one: one[1].both, default=None)
        told = (
            words._("The most, %(n)s: %(name)s.", n=largest[1].both, name=largest[0])
            if largest and largest[1].both
            else words._("There is nothing to show yet.")
        )
        svg = bars(Frame(f"tk-{name}", heading, told), shown[:SHOWN_PILES]) if piles else ""
        rows = [(told, str(one.open), str(one.waiting)) for told, one in piles]
        return _Chart(name, heading, svg, names, (what, *names), rows)

    def _week(self, week: Period) -> str:
        return _day(week.start, self._words)


def _figure(chart: _Chart, words: Texts) -> str:
    heading = escape(chart.heading)
    if not chart.rows:
        nothing = escape(words._("There is nothing to show yet."))
        return (
            f'<section class="tk-figure"><h2>{heading}</h2><p class="tk-none">{nothing}</section>'
        )
    keys = "".join(
        f'<li><span class="tk-key {kind}"></span>{escape(name)}'
        for kind, name in zip(KINDS, chart.legend, strict=True)
    )
    head = "".join(f'<th scope="col">{escape(one)}' for one in chart.head)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}' + "".join(f"<td>{escape(one)}" for one in rest)
        for first, *rest in chart.rows
    )
    return (
        f'<section class="tk-figure"><h2>{heading}</h2><ul class="tk-keys">{keys}</ul>'
        f"{chart.svg}<details><summary>{escape(words._('Table'))}</summary>"
        f'<table class="tk-grid"><caption>{heading}</caption><thead><tr>{head}</thead>'
        f"<tbody>{rows}</tbody></table></details>"
        f'<p><a href="{chart.name}.csv" download>CSV</a></section>'
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(day: date, words: Texts) -> str:
    return words.day(datetime.combine(day, time()))
