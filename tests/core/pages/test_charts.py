"""Charts: well-formed SVG that tells itself, without style, script or a word unescaped."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.pages.charts import Axis, Frame, bars, columns, lines, steps

FRAME = Frame("tk-x", "Заявки & <b>", 'Их "много"')
AXIS = Axis(((0.0, "0"), (5.0, "5"), (10.0, "10")))
PLACES = [("1 ноя", "неделя 1"), ("8 ноя", "<script>"), ("15 ноя", "неделя 3")]
HOSTILE = "</text></svg><script>alert(1)</script>"


def charts() -> dict[str, str]:
    return {
        "columns": columns(FRAME, AXIS, PLACES, ([1, 5, 10], [0, 3, 4])),
        "lines": lines(FRAME, AXIS, PLACES, ([1, None, 10], [2, 3, 4])),
        "bars": bars(FRAME, [("кабинет", (3, 1), "4"), (HOSTILE, (0, 2), "2")]),
        "no columns": columns(FRAME, AXIS, [], ([], [])),
        "no bars": bars(FRAME, []),
    }


@pytest.mark.parametrize("name", charts())
def test_a_chart_is_xml_and_tells_itself(name: str) -> None:
    svg = charts()[name]
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    titles = {one.attrib["id"]: one.text for one in root if "id" in one.attrib}
    assert titles[root.attrib["aria-labelledby"]] == FRAME.title
    assert titles[root.attrib["aria-describedby"]] == FRAME.description
    assert "style" not in svg and not list(root.iter("script"))


def test_heights_follow_the_values() -> None:
    root = ElementTree.fromstring(charts()["columns"])
    heights = [float(one.attrib["height"]) for one in root.iter("rect")]
    assert heights == [19.0, 95.0, 57.0, 190.0, 76.0]  # 1 5 3 10 4, the 0 has none


def test_a_line_breaks_where_there_is_no_value() -> None:
    root = ElementTree.fromstring(charts()["lines"])
    drawn = [one for one in root.iter("line") if one.attrib["class"] == "tk-a"]
    dots = [one for one in root.iter("circle") if one.attrib["class"] == "tk-a"]
    assert (len(drawn), len(dots)) == (0, 2)
    assert len([one for one in root.iter("line") if one.attrib["class"] == "tk-b"]) == 2


def test_the_longest_bar_is_as_wide_as_the_chart() -> None:
    root = ElementTree.fromstring(charts()["bars"])
    widths = [one.attrib["width"] for one in root.iter("rect") if one.attrib["class"] != "tk-rail"]
    assert widths == ["75.00%", "25.00%", "50.00%"]


@given(st.integers(0, 10**9))
def test_steps_reach_the_value_and_are_few(most: int) -> None:
    found = steps(most)
    assert found[0] == 0 and found[-1] >= most and found[-1] <= max(1, 3 * most)
    assert 2 <= len(found) <= 6
    assert len({round(b - a) for a, b in zip(found, found[1:], strict=False)}) == 1  # noqa: RUF007
