"""A slow phone: nothing jumps while a page comes, and it is used with a thumb."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.core.pages.make import answer, entry, ticket
from tests.portal.browser import Visit, visit
from tests.portal.desks import DeskFolder

pytestmark = pytest.mark.servers

PHONE = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
LINE = {"offline": False, "latency": 40, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
SHIFT = """
window.shift = 0;
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    if (!one.hadRecentInput) window.shift += one.value;
})).observe({type: 'layout-shift', buffered: true});
"""
SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input, select, summary')]
    .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .filter((one) => !one.closest('p, li, td, dd, .md-search__output'))  // inside a sentence
    .filter((one) => {
        const box = one.getBoundingClientRect();
        return box.right > 0 && box.width && Math.min(box.width, box.height) < 24;
    }).map((one) => one.outerHTML.slice(0, 120))"""
SMALL_TEXT = """() => [...document.querySelectorAll('main *, #tk *')]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((one) => one.checkVisibility() && parseFloat(getComputedStyle(one).fontSize) < 11)
    .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Visit]:
    root = tmp_path_factory.mktemp("phone")
    desk = DeskFolder(root / "source")
    words = "Принтер не печатает, и доступа в личный кабинет нет. " * 4
    desk.put(
        *(ticket(n, entry(words), title=f"Не печатает {n}") for n in range(1, 120)),
        ticket(120, entry(words, quoted="> да"), answer("**Готово**", 5, format="markdown")),
    )
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    (root / "www").mkdir()
    desk.site.rename(root / "www" / "desk")  # where the settings say: a dead link asks for it there
    with visit(root / "www", chromium, "desk/") as one:
        yield one


@pytest.fixture(autouse=True)
def no_fault(site: Visit) -> Iterator[None]:
    """Whatever a test does: no console error, no policy breach, no foreign request."""
    site.faults.clear()
    with site.closing():
        yield
    assert site.faults == []


PAGES = pytest.mark.parametrize("address", ["", "requests/", "tickets/ACCREDO-120/", "new/"])


@PAGES
def test_nothing_jumps_and_everything_is_large_enough_for_a_thumb(
    site: Visit, address: str
) -> None:
    page = slow(site)
    page.goto(site.base + address, wait_until="networkidle")
    assert page.evaluate("window.shift") < 0.1
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(SMALL_TEXT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("meta[name=viewport]").count() == 1


def slow(site: Visit) -> Page:
    """A page of a phone: a quarter of this processor, and a line of a few Mbit/s."""
    page = site.open("404.html", 360, until="commit", **PHONE)
    page.add_init_script(SHIFT)
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", LINE)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return page


def test_a_list_is_filtered_and_a_card_unfolded_with_a_thumb(site: Visit) -> None:
    page = slow(site)
    page.goto(f"{site.base}requests/", wait_until="networkidle")
    page.get_by_label("Отобрать на этой странице").fill("печатает 118")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    page.locator("tbody tr:visible a").tap()
    page.wait_for_url("**/tickets/ACCREDO-118/")
    page.goto(f"{site.base}tickets/ACCREDO-120/")
    page.get_by_text("Цитата").tap()
    expect(page.locator("blockquote")).to_be_visible()
