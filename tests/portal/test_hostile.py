"""What strangers wrote, in a real browser: no script runs, no page breaks, none costs too much."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.core.pages.make import answer, entry, ticket
from tests.portal.browser import Visit, visit
from tests.portal.desks import DeskFolder
from tests.portal.hostile import bodies, large, singles
from tracker.core.addresses import Address

pytestmark = pytest.mark.servers

END = "конец письма"
CPU = 120
"""Seconds of processor for rendering a thousand hostile bodies in both formats."""

STATE = """() => ({
    ran: window.ran,
    address: location.href,
    articles: document.querySelectorAll('#tk > article').length,
    reply: document.querySelectorAll('#tk > .tk-reply').length,
    foot: document.querySelectorAll('.tk-foot').length,
    headings: document.querySelectorAll('h1').length,
    ends: Array.from(document.querySelectorAll('#tk > article'))
        .filter((one) => one.textContent.includes('конец письма')).length,
    foreign: Array.from(document.querySelectorAll('#tk > article *')).filter((one) =>
        one.id || one.getAttribute('style') || one.getAttribute('name')
        || /^(script|style|img|svg|math|iframe|form|input|video|link|meta|object|base)$/i
            .test(one.localName)).length,
    links: Array.from(document.querySelectorAll('#tk > article a[href]'))
        .filter((one) => !/^https?:$/.test(one.protocol)).length,
    searches: !!document.querySelector('.md-search__input'),
    wide: document.documentElement.scrollWidth > innerWidth,
})"""
WHOLE = {
    "ran": None,
    "articles": 2,
    "reply": 1,
    "foot": 1,
    "headings": 1,
    "ends": 2,
    "foreign": 0,
    "links": 0,
    "searches": True,
    "wide": False,
}


def make_desk(root: Path, hostile: Iterable[str]) -> DeskFolder:
    """A desk with a ticket for each body: by mail as text, by an agent as Markdown."""
    desk = DeskFolder(root / "desk")
    for number, body in enumerate(hostile, 1):
        short = " ".join(body.split())[:200] or "x"
        text = f"{body}\n\n{END}"
        desk.put(
            ticket(
                number,
                entry(text, author=Address(short[:80], "")),
                answer(f"{END}\n\n{body}", format="markdown"),
                title=short,
                labels=(short[:30],),
            )
        )
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    return desk


def look(site: Visit, page: Page, number: int) -> list[str]:
    """Open a card in a page that is used again; return what is wrong with it."""
    address = f"{site.base}tickets/ACCREDO-{number}/"
    site.faults.clear()
    page.goto(address)
    found = page.evaluate(STATE)
    wrong = [f"{key}: {found[key]}" for key, right in WHOLE.items() if found[key] != right]
    if found["address"] != address:
        wrong.append(f"left for {found['address']}")
    return [f"{number}: {one}" for one in [*wrong, *site.faults]]


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[tuple[Visit, int]]:
    """Sixty bodies: every third trick, and a few large ones."""
    chosen = [*singles()[::3], *large()[:12]]
    desk = make_desk(tmp_path_factory.mktemp("hostile"), chosen)
    with visit(desk.site, chromium) as site:
        yield site, len(chosen)


def test_no_hostile_body_runs_or_breaks_a_card(short: tuple[Visit, int]) -> None:
    site, count = short
    assert count >= 50
    page = site.open("", width=820)
    assert [one for n in range(1, count + 1) for one in look(site, page, n)] == []


def test_hostile_titles_and_labels_break_no_list_and_no_search(short: tuple[Visit, int]) -> None:
    site, count = short
    site.faults.clear()
    page = site.open("requests/", width=820)
    assert page.locator("tbody tr").count() == count
    page.get_by_role("button", name="Тема").click()
    page.get_by_label("Отобрать на этой странице").fill("script")
    page.goto(f"{site.base}search/?q=script")
    page.locator(".tk-ticket").first.wait_for()
    assert page.locator(".tk-hits :is(script, img, svg, iframe)").count() == 0
    assert page.evaluate("window.ran") is None
    assert site.faults == []


@pytest.mark.soak
def test_a_thousand_hostile_bodies(tmp_path: Path, chromium: str) -> None:
    desk = make_desk(tmp_path, bodies(1_000))
    with visit(desk.site, chromium) as site:
        page = site.open("", width=820)
        wrong = [one for number in range(1, 1_001) for one in look(site, page, number)]
        page.goto(f"{site.base}requests/any/1/")
        assert page.evaluate("window.ran") is None
    assert wrong == []


def test_a_thousand_hostile_bodies_cost_a_bounded_time() -> None:
    """Rendered under a limit of the system: past it the process is killed."""
    code = (
        "from tests.portal.hostile import bodies\n"
        "from tracker.core.pages.bodies import render_body\n"
        "from tracker.core.pages.masking import Mask\n"
        "mask = Mask()\n"
        "for body in bodies(1_000):\n"
        "    for form in ('text', 'markdown'):\n"
        "        mask(render_body(mask(body), form))\n"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))

    done = subprocess.run([sys.executable, "-c", code], preexec_fn=limit, check=False)
    assert done.returncode == 0
