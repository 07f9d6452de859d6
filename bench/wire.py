"""What a browser with cold caches fetches of a built site: for a card, and for a search."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from tests.portal.browser import Visit, visit

QUERIES = (
    "ACCREDO-4711",
    "принтер",
    "принтерами кабинет",
    "принт",
    "сертификаты комиссии открытые",
    "пароль личного кабинета не открыва",
    "документ заявка приказ срок проверка система",
)
"""A number, words in any form, a word begun, a status, and more words than people type."""
_NAMES = (os.environ.get("TRACKER_TEST_CHROMIUM", ""), "chromium", "chromium-browser")
_PACKED = (".html", ".css", ".js", ".json", ".txt", ".xml", ".svg")


def wire(site: Path, card: str) -> Iterator[str]:
    """Yield sentences about the bytes of the card ``card`` and of searches."""
    chromium = next(filter(None, map(shutil.which, filter(None, _NAMES))), None)
    if chromium is None:
        yield "Chromium is not installed, so what a browser fetches was not measured."
        return
    with visit(site, chromium) as browser:
        page = browser.open(f"tickets/{card}/", until="networkidle")
        raw, packed = _sizes(site, browser)
        yield (
            f"A card with cold caches fetches {raw:,} bytes in {len(browser.fetched)} files, "
            f"{packed:,} of them over a wire with gzip."
        )
        page.context.close()
        sizes = {query: _search(browser, site, query) for query in QUERIES}
        most = max(sizes, key=lambda query: sizes[query][0])
        usual = sorted(sizes.values())[len(sizes) // 2]
        yield (
            f"Of {len(sizes)} searches the one that fetches most, `{most}`, fetches "
            f"{sizes[most][0]:,} bytes ({sizes[most][1]:,} with gzip), the median "
            f"{usual[0]:,} ({usual[1]:,})."
        )


def _search(browser: Visit, site: Path, query: str) -> tuple[int, int]:
    """Search on the search page, every letter typed, as a person would: all of it counts."""
    page: Page = browser.open("search/", until="networkidle")
    browser.fetched.clear()
    box = page.locator(".tk-search input[name=q]")
    box.press_sequentially(query)
    page.locator(".tk-said:not(:empty)").wait_for()
    page.wait_for_load_state("networkidle")
    page.context.close()
    return _sizes(site, browser, "search/t", "search/w")


def _sizes(site: Path, browser: Visit, *begun: str) -> tuple[int, int]:
    """Return the bytes of what was fetched, as it lies there and packed as web servers do."""
    raw = packed = 0
    for address, _ in browser.fetched:
        name = address.partition("?")[0]
        if begun and not name.startswith(begun):
            continue
        path = site / (name if name and not name.endswith("/") else f"{name}index.html")
        data = path.read_bytes()
        raw += len(data)
        packed += len(gzip.compress(data, 6)) if path.suffix in _PACKED else len(data)
    return raw, packed
