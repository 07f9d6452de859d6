"""What strangers wrote, in a real browser: no script runs, no page breaks, none costs too much."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
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

# A protocol of ":" is a link that no browser can follow, such as https://example.org)](x.
STATE = """() => ({
    ran: window.ran,
    address: location.href,
    articles: document.querySelectorAll('#tk > article').length,
    reply: document.querySelectorAll('#tk > .tk-reply').length,
    foot: document.querySelectorAll('.tk-foot').length,
    headings: document.querySelectorAll('h1').length,
    ends: Array.from(document.querySelectorAll('#tk > article'))
        .filter((one) => one.textContent.includes('конец письма')).length,
    secret: document.body.textContent.includes('victim@example.net'),
    foreign: Array.from(document.querySelectorAll('#tk > article *')).filter((one) =>
        one.id || one.getAttribute('style') || one.getAttribute('name')
        || /^(script|style|img|svg|math|iframe|form|input|video|link|meta|object|base)$/i
            .test(one.localName)).length,
    links: Array.from(document.querySelectorAll('#tk > article a[href]'))
        .filter((one) => !/^(https?)?:$/.test(one.protocol)).length,
    searches: !!document.querySelector('.md-search__input'),
    wide: document.documentElement.scrollWidth > innerWidth,
})"""
WHOLE = {
    "ran": None,
    "reply": 1,
    "foot": 1,
    "headings": 1,
    "foreign": 0,
    "links": 0,
    "secret": False,
    "searches": True,
    "wide": False,
}
SECRET = "victim@example.net"
"""Stands in every body, and must be read by nobody."""


def make_desk(root: Path, groups: Iterable[Sequence[str]]) -> DeskFolder:
    """A desk with a ticket for each group: every body once by mail as text, and once by an agent
    as Markdown.
    """
    desk = DeskFolder(root / "desk")
    for number, group in enumerate(groups, 1):
        short = [" ".join(body.split())[:200] or "x" for body in group]
        entries = [
            made
            for body, title in zip(group, short, strict=True)
            for made in (
                entry(f"{body}\n\n{END} {SECRET}", author=Address(title[:80], "")),
                answer(f"{END}\n\n{body}\n\n{SECRET}", format="markdown"),
            )
        ]
        named = [replace(one, id=f"x{at}") for at, one in enumerate(entries)]
        desk.put(ticket(number, *named, title=short[0], labels=(short[0][:30],)))
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    return desk


def look(site: Visit, page: Page, number: int, bodies: int) -> list[str]:
    """Open a card of so many bodies in a page that is used again; return what is wrong with it."""
    address = f"{site.base}tickets/ACCREDO-{number}/"
    site.faults.clear()
    page.goto(address)
    found = page.evaluate(STATE)
    wanted = WHOLE | {"articles": 2 * bodies, "ends": 2 * bodies, "address": address}
    wrong = [f"{key}: {found[key]}" for key, right in wanted.items() if found[key] != right]
    return [f"{number}: {one}" for one in [*wrong, *site.faults]]


ALONE = [*singles()[::3], *large()]
"""These have a ticket of their own, and are its title and label too."""


def grouped(count: int) -> list[list[str]]:
    """Return the bodies of each ticket, of so many bodies."""
    many = [one for one in bodies(count) if one not in large()]
    return [*([one] for one in ALONE), *(many[at : at + 20] for at in range(0, len(many), 20))]


@pytest.fixture(scope="module", params=[300, pytest.param(1_000, marks=pytest.mark.soak)])
def groups(request: pytest.FixtureRequest) -> list[list[str]]:
    return grouped(request.param)


@pytest.fixture(scope="module")
def site(
    groups: list[list[str]], tmp_path_factory: pytest.TempPathFactory, chromium: str
) -> Iterator[Visit]:
    desk = make_desk(tmp_path_factory.mktemp("hostile"), groups)
    assert files_with(desk.site, SECRET) == []
    with visit(desk.site, chromium) as one:
        yield one


def files_with(folder: Path, text: str) -> list[str]:
    wanted = text.encode()
    files = (one for one in folder.rglob("*") if one.is_file())
    return [str(one) for one in files if wanted in one.read_bytes()]


def test_no_hostile_body_runs_or_breaks_a_card(site: Visit, groups: list[list[str]]) -> None:
    """Twenty to a card: what one of them leaves open would swallow the next."""
    page = site.open("", width=390)
    page.set_default_timeout(120_000)  # a megabyte on a busy machine
    cards = enumerate(groups, 1)
    assert [one for n, group in cards for one in look(site, page, n, len(group))] == []


def test_hostile_titles_and_labels_break_no_list_and_no_search(
    site: Visit, groups: list[list[str]]
) -> None:
    site.faults.clear()
    page = site.open("requests/", width=820)
    assert page.locator("tbody tr").count() == min(100, len(groups))
    page.get_by_role("button", name="Тема").click()
    page.get_by_label("Отобрать на этой странице").fill("script")
    page.goto(f"{site.base}search/?q=script")
    page.locator(".tk-ticket").first.wait_for()
    assert page.locator(".tk-hits :is(script, img, svg, iframe)").count() == 0
    assert page.evaluate("window.ran") is None
    assert site.faults == []


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
