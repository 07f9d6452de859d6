"""The lists in a real browser: filter, labels, sorting by mouse and keyboard, the whole list."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.core.pages.make import answer, entry, ticket
from tests.portal.axe import violations
from tests.portal.browser import Visit, visit
from tests.portal.desks import DeskFolder

pytestmark = pytest.mark.servers

TITLES = ("Ёлка", "Ель", "ёж", "Яблоко", "арбуз", "Zebra", "Письмо 10", "Письмо 9")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Visit]:
    desk = DeskFolder(tmp_path_factory.mktemp("lists") / "desk")
    closing = answer("", 3, kind="event", event="closed")
    desk.put(
        *(ticket(n, entry("x", n), title=f"Старое {n}") for n in range(1, 250)),
        *(
            ticket(250 + n, entry("x", 400 - 30 * n), title=title, labels=("печать",) * (n % 2))
            for n, title in enumerate(TITLES)
        ),
        *(ticket(300 + n, entry("x"), closing, status="closed", title=t) for n, t in
          enumerate(TITLES)),
        ticket(249, entry("x"), title="Последнее", labels=("кабинет", "печать")),
    )  # fmt: skip
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    with visit(desk.site, chromium) as one:
        yield one


@pytest.fixture(autouse=True)
def no_fault(site: Visit) -> Iterator[None]:
    site.faults.clear()
    with site.closing():
        yield
    assert site.faults == []


def titles(page: Page) -> list[str]:
    return page.locator("tbody tr:visible td:nth-child(2)").evaluate_all(
        "all => all.map((one) => one.firstChild.textContent.trim())"
    )


def test_titles_are_sorted_as_people_of_the_language_do(site: Visit) -> None:
    page = site.open("requests/closed/")
    page.get_by_role("button", name="Тема").click()
    assert titles(page) == [
        *("арбуз", "ёж", "Ёлка", "Ель", "Письмо 9", "Письмо 10", "Яблоко", "Zebra")
    ]
    expect(page.get_by_role("columnheader", name="Тема")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.get_by_role("button", name="Тема").click()
    assert titles(page)[0] == "Zebra"


def test_the_keyboard_sorts_by_number_and_by_change(site: Visit) -> None:
    page = site.open("requests/")
    number = page.get_by_role("button", name="Номер")
    number.focus()
    page.keyboard.press("Enter")
    head = page.get_by_role("columnheader", name="Номер")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("Space")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert titles(page)[0] == "Старое 158"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert titles(page)[0] == "Ёлка"
    expect(page.locator("[aria-sort]")).to_have_count(1)
    expect(page.get_by_role("columnheader", name="Обновлено")).to_have_attribute(
        "aria-sort", "descending"
    )


def test_words_and_labels_filter_the_page(site: Visit) -> None:
    page = site.open("requests/")
    page.get_by_label("Отобрать на этой странице").fill("елка")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="Показано")).to_have_text(
        "Показано: 1 из 100"
    )
    page.get_by_label("Отобрать на этой странице").fill("")
    page.get_by_label("Метка").select_option("печать")
    expect(page.locator("tbody tr:visible")).to_have_count(5)
    page.get_by_label("Метка").select_option("кабинет")
    assert titles(page) == ["Последнее"]


def test_what_is_not_on_the_page_is_searched_in_the_whole_list(site: Visit) -> None:
    page = site.open("requests/")
    box = page.get_by_label("Отобрать на этой странице")
    box.fill("старое 57")
    expect(page.locator("tbody tr:visible")).to_have_count(0)
    box.press("Enter")
    expect(page.locator(".tk-ticket").first).to_contain_text("ACCREDO-57")
    expect(page.get_by_label("Открытые", exact=True)).to_be_checked()


def test_a_label_is_searched_in_the_whole_list_too(site: Visit) -> None:
    page = site.open("requests/any/")
    page.get_by_label("Метка").select_option("кабинет")
    page.get_by_role("link", name="Искать во всём списке").click()
    expect(page.locator(".tk-ticket")).to_have_count(1)
    expect(page.locator(".tk-labelled b")).to_have_text("кабинет")


def test_a_list_of_one_page_leads_nowhere_else(site: Visit) -> None:
    page = site.open("requests/closed/")
    expect(page.get_by_label("Отобрать на этой странице")).to_be_visible()
    expect(page.get_by_role("link", name="Искать во всём списке")).to_be_hidden()
    expect(page.get_by_label("Метка")).to_be_hidden()


def test_pages_lead_to_their_neighbours_and_to_both_ends(site: Visit) -> None:
    page = site.open("requests/any/")
    page.get_by_role("link", name="Самые старые").click()
    expect(page.locator(".tk-pager span")).to_have_text("ACCREDO-1 – ACCREDO-100")
    page.get_by_role("link", name="Новее").click()
    expect(page.locator(".tk-pager span")).to_have_text("ACCREDO-101 – ACCREDO-200")
    page.get_by_role("link", name="Старше").click()
    page.get_by_role("link", name="Новейшие").click()
    expect(page.locator("[aria-current=page]")).to_have_text(re.compile("Все 265"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("address", ["requests/", "requests/any/1/"])
def test_lists_fit_and_break_no_rule(site: Visit, address: str, width: int, scheme: str) -> None:
    page = site.open(address, width, scheme, reduced_motion="reduce")
    page.get_by_role("button", name="Тема").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_without_scripts_nothing_promises_what_does_not_work(site: Visit) -> None:
    page = site.open("requests/", java_script_enabled=False)
    expect(page.locator("tbody tr")).to_have_count(100)
    expect(page.get_by_label("Отобрать на этой странице")).to_be_hidden()
    expect(page.locator("th button")).to_have_count(0)
    page.get_by_role("link", name="Закрытые 8").click()
    expect(page.locator("h1")).to_have_text("Закрытые обращения")
