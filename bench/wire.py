"""What a browser with cold caches fetches of a built site: for a card, and for a search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from tests.portal.browser import Visit, find_chromium, sizes, visit

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


def wire(site: Path, card: str) -> Iterator[str]:
    """Yield sentences about the bytes of the card ``card`` and of searches."""
    chromium = find_chromium()
    if chromium is None:
        yield "Chromium is not installed, so what a browser fetches was not measured."
        return
    with visit(site, chromium) as browser:
        page = browser.open(f"tickets/{card}/", until="networkidle")
        raw, packed = sizes(site, browser.fetched)
        yield (
            f"A card with cold caches fetches {raw:,} bytes in {len(browser.fetched)} files, "
            f"{packed:,} of them over a wire with gzip."
        )
        page.context.close()
        for said, pause in (("typed at once", 20), ("with a pause after every letter", 300)):
            found = {query: _search(browser, site, query, pause)[0] for query in QUERIES}
            most = max(found, key=lambda query: found[query])
            usual = sorted(found.values())[len(found) // 2]
            yield (
                f"Of {len(found)} searches {said}, the one that fetches most, `{most}`, fetches "
                f"{found[most]:,} bytes, the median {usual:,}."
            )


def _search(browser: Visit, site: Path, query: str, pause: int) -> tuple[int, int]:
    """Search on the search page, with a pause of so many milliseconds after each letter."""
    page: Page = browser.open("search/", until="networkidle")
    browser.fetched.clear()
    box = page.locator(".tk-search input[name=q]")
    box.press_sequentially(query, delay=pause)
    page.wait_for_function("() => !document.querySelector('.tk-search[aria-busy]')")
    page.locator(".tk-said:not(:empty)").wait_for()
    page.wait_for_load_state("networkidle")
    page.context.close()
    return sizes(site, browser.fetched, "search/tickets", "search/titles", "search/words")
