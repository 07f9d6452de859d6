"""The page of figures in a real browser: charts seen in both themes and languages, told to all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.core.pages.make import answer, entry, ticket
from tests.portal.axe import violations
from tests.portal.browser import Visit, looks, visit
from tests.portal.desks import SETTINGS, DeskFolder
from tracker.core.ticket import Ticket

pytestmark = pytest.mark.servers

NOW = datetime.now(UTC).replace(microsecond=0)
HOSTILE = "<img src=x onerror=alert(1)>"
TITLES = {"ru": "Показатели", "en": "Figures"}


def aged(number: int) -> Ticket:
    """A ticket some days old; every third is closed, every fourth waits."""
    at = NOW - timedelta(days=number * 2)
    said = [replace(entry("a"), at=at), replace(answer("b"), at=at + timedelta(hours=number))]
    status = "closed" if number % 3 == 0 else "waiting" if number % 4 == 0 else "open"
    if status == "closed":
        closing = answer("", kind="event", event="closed", id="c")
        said.append(replace(closing, at=at + timedelta(days=1)))
    labels = (HOSTILE, "кабинет") if number % 2 else ()
    assignee = "anna" if number % 5 else None
    return ticket(number, *said, created=at, status=status, labels=labels, assignee=assignee)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[dict[str, Path]]:
    built = {}
    for language in TITLES:
        desk = DeskFolder(tmp_path_factory.mktemp(language) / "desk", language)
        text = SETTINGS.format(language=language, visibility="public")
        desk.settings(f'{text}\n[agents.anna]\nname = "Анна"\nemails = ["anna@example.org"]\n')
        desk.put(*(aged(number) for number in range(1, 60)))
        desk.commit()
        done = desk.build()
        assert done.returncode == 0, done.stderr
        built[language] = desk.site
    return built


@pytest.fixture
def site(request: pytest.FixtureRequest, sites: dict[str, Path], chromium: str) -> Iterator[Visit]:
    """A browser on the site of one language; whatever a test does, there is no fault."""
    with visit(sites[getattr(request, "param", "ru")], chromium) as one:
        yield one
        assert one.faults == []


def colours(page: Page, kind: str) -> set[str]:
    return set(
        page.evaluate(
            """(kind) => Array.from(document.querySelectorAll(`.tk-chart rect.${kind}`))
                .map((one) => getComputedStyle(one).fill)""",
            kind,
        )
    )


@pytest.mark.parametrize(("site", "language"), [("ru", "ru"), ("en", "en")], indirect=["site"])
def test_the_page_is_accessible_in_both_themes_and_languages(site: Visit, language: str) -> None:
    seen = {}
    page = site.open("figures/", until="networkidle")
    expect(page.locator("h1")).to_have_text(TITLES[language])
    for _, width in looks(page, 390, 820, 1440):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.locator(".tk-chart")).to_have_count(6)
        assert violations(page) == []
        seen[width] = page.evaluate("getComputedStyle(document.querySelector('.tk-axis')).fontSize")
        assert len(colours(page, "tk-a")) == len(colours(page, "tk-b")) == 1
        assert colours(page, "tk-a") != colours(page, "tk-b")
    assert len(set(seen.values())) == 1  # letters do not shrink on a phone
    for one in page.locator("details summary").all():
        one.click()
    expect(page.locator("table:visible")).to_have_count(6)
    assert violations(page) == []


def test_the_themes_differ_in_colour(site: Visit) -> None:
    light = colours(site.open("figures/", scheme="light", until="networkidle"), "tk-a")
    dark = colours(site.open("figures/", scheme="dark", until="networkidle"), "tk-a")
    assert light != dark


def test_a_reader_gets_from_the_front_page_to_a_table_and_its_file(site: Visit) -> None:
    page = site.open("", 1280)
    page.get_by_role("link", name="Показатели").first.click()
    figure = page.locator(".tk-figure").filter(has_text="по исполнителям")
    expect(figure.get_by_role("img")).to_have_accessible_name("Открытые обращения по исполнителям")
    expect(figure.locator("table")).to_be_hidden()
    figure.get_by_text("Таблица").click()
    expect(figure.get_by_role("row", name=re.compile("^Анна"))).to_be_visible()
    with page.expect_download() as download:
        figure.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "assignees.csv"
    assert "Анна" in Path(download.value.path()).read_text("utf-8-sig")


def test_a_hostile_label_is_text(site: Visit) -> None:
    page = site.open("figures/", until="networkidle")
    assert page.locator(".tk-figure img").count() == 0
    expect(page.locator(".tk-chart text").filter(has_text="<img")).to_have_count(1)


def test_the_page_works_without_scripts(site: Visit) -> None:
    page = site.open("figures/", java_script_enabled=False)
    expect(page.locator(".tk-chart")).to_have_count(6)
    page.locator(".tk-figure summary").first.click()
    expect(page.locator("table:visible")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_a_card_stands_where_it_stood_before_the_script_came(site: Visit, width: int) -> None:
    """The theme's boxes are put around it later: nothing may jump then."""
    places = []
    for scripts in (False, True):
        page = site.open(
            "tickets/ACCREDO-1/", width, until="networkidle", java_script_enabled=scripts
        )
        box = page.locator("#tk").bounding_box()
        assert box is not None
        places.append((box["x"], box["width"]))
        expect(page.get_by_role("main")).to_contain_text("ACCREDO-1")
    assert places[0] == places[1]


def test_a_card_names_the_feeds_and_its_desk(site: Visit) -> None:
    page = site.open("tickets/ACCREDO-1/", until="networkidle")
    feed = page.locator("link[type='application/atom+xml']")
    expect(feed).to_have_attribute("href", f"{site.base}feed.xml")
    assert page.title().endswith(" - Служба аккредитации")
    assert violations(page) == []
