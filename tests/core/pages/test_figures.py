"""The page of figures and its CSV files: every number in a table, nothing unescaped."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from xml.etree import ElementTree

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tests.core.pages.make import desk
from tracker.core.pages.durations import duration
from tracker.core.pages.figures import SHOWN_WEEKS, figures_page
from tracker.core.pages.spreadsheets import csv_files
from tracker.core.statistics import Facts, figures
from tracker.core.texts import Language, texts

TODAY = date(2026, 11, 25)
DAY = TODAY.toordinal()
HOSTILE = "<script>alert(1)</script>"
TICKETS = [
    Facts("open", DAY, None, None, None, None, (HOSTILE, "=cmd|x"), "Анна <b>"),
    Facts("waiting", DAY - 40, DAY - 40, 5_400, None, None, (), None),
    Facts("open", DAY - 100, DAY - 98, 200_000, None, None, ("=cmd|x",), ""),
    Facts("closed", DAY - 300, DAY - 300, 60, DAY - 290, 864_000, ("old",), "Анна <b>"),
    Facts("closed", DAY - 3, DAY - 3, 3_600, DAY - 2, 90_000, (), "Анна <b>"),
]
FOUND = figures(TICKETS, TODAY)


def rows(name: str) -> list[list[str]]:
    text = csv_files(FOUND)[name]
    assert text.startswith("\ufeff") and text.endswith("\r\n")
    return list(csv.reader(text.removeprefix("\ufeff").splitlines()))


def test_the_page_shows_charts_with_tables_and_files() -> None:
    page = figures_page(desk(), FOUND, [("Лента", "../feed.xml")])
    svgs = re.findall(r"<svg.*?</svg>", page)
    assert len(svgs) == page.count("<table") == 6
    for one in svgs:
        ElementTree.fromstring(one)
    assert set(re.findall(r'href="([a-z-]+\.csv)"', page)) == set(csv_files(FOUND))
    assert "25 ноября 2026" in page and '<a href="../feed.xml">Лента</a>' in page
    assert "style=" not in page and "<script" not in page
    assert len(re.findall(r' id="([^"]+)"', page)) == len(set(re.findall(r' id="([^"]+)"', page)))


def test_a_table_has_what_its_chart_has() -> None:
    page = figures_page(desk(), FOUND)
    weeks = page.partition("weeks.csv")[0]
    assert weeks.count('<th scope="row">') == min(len(FOUND.weeks), SHOWN_WEEKS)
    assert '<tr><th scope="row">23 ноября 2026<td>1<td>1' in weeks
    assert '<tr><th scope="row">пока никто<td>0<td>1' in page
    assert '<tr><th scope="row">кто-то ещё<td>1<td>0' in page


def test_a_desk_without_tickets_says_so() -> None:
    page = figures_page(desk(), figures([], TODAY))
    assert page.count("Показать пока нечего.") >= 2
    assert "<dd><b>0</b>" in page and "<dd><b>–</b>" in page


def test_csv_files_have_all_weeks_and_times_in_hours() -> None:
    weeks = rows("weeks.csv")
    assert weeks[0] == ["week", "opened", "closed"]
    assert len(weeks) - 1 == len(FOUND.weeks) > SHOWN_WEEKS
    assert weeks[-1] == ["2026-11-23", "1", "1"]
    answers = rows("first-answer.csv")
    assert answers[0] == ["week", "requests", "median_hours", "p90_hours"]
    assert ["2026-11-09", "0", "", ""] in answers and ["2026-10-12", "1", "1.50", "1.50"] in answers
    assert rows("age.csv")[-1] == ["91", "", "1", "0"]
    assert rows("assignees.csv")[1:] == [["?", "1", "0"], ["Анна <b>", "1", "0"], ["", "0", "1"]]


def test_no_cell_is_a_formula() -> None:
    """A label is written by whoever has a commit accepted; a spreadsheet must not run it."""
    assert ["'=cmd|x", "2", "0"] in rows("labels.csv")
    assert [HOSTILE, "1", "0"] in rows("labels.csv")


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (0, "0 min", "0 мин"),
        (5_400, "90 min", "90 мин"),
        (9_000, "2.5 h", "2,5 ч"),
        (90_000, "25 h", "25 ч"),
        (200_000, "2.3 d", "2,3 дн."),
        (864_000, "10 d", "10 дн."),
    ],
)
def test_times_are_told_in_their_best_unit(seconds: int, english: str, russian: str) -> None:
    assert duration(seconds, texts("en", "portal")) == english
    assert duration(seconds, texts("ru", "portal")) == russian


def test_days_of_the_axis_are_short() -> None:
    assert texts("ru", "portal").short_day(TODAY) == "25 ноя"
    assert texts("en", "portal").short_day(TODAY) == "25 Nov"


def test_a_language_may_order_its_dates_otherwise() -> None:
    """American English, and a language without blanks between the parts."""
    for order, wanted in (
        ("%(month)s %(day)s", "Nov 25"),
        ("%(month)s月%(day)s日", "Nov月25日"),
    ):
        catalogue = Catalog(locale="en")
        catalogue.add("%(day)s %(month)s", order)
        data = BytesIO()
        write_mo(data, catalogue)
        own = Language("en", data.getvalue())
        assert texts(own, "portal").short_day(TODAY) == wanted
        shown = figures_page(replace(desk(), language=own), FOUND)
        assert f">{wanted.replace('25', '23')}<" in shown  # the week's Monday, below the axis
