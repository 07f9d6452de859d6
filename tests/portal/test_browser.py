"""The portal in a real browser: lists, card, search, looks, policy, and no word to other hosts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.core.pages.make import answer, entry, ticket
from tests.portal.browser import Visit, looks, sizes, visit
from tests.portal.desks import PNG, DeskFolder
from tracker.core.ticket import Attachment
from tracker.core.words import stem

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built site below the path /desk/, as a project page of a Git host is."""
    root = tmp_path_factory.mktemp("browser")
    desk = DeskFolder(root / "desk")
    picture = Attachment("снимок.png", "tickets/000/ACCREDO-3/s.png", len(PNG), "image/png")
    desk.file("tickets/000/ACCREDO-3/s.png", PNG)
    desk.put(
        *(ticket(n, entry(f"обычное обращение {n}")) for n in range(4, 130)),
        ticket(1, entry("Сломался сервер с принтерами"), title="Печать стоит"),
        ticket(
            2, entry("x"), answer("готово"), status="closed", title="<img src=x onerror=alert(1)>"
        ),
        ticket(
            3,
            entry("Вот", quoted="> цитата", attachments=(picture,)),
            answer("**Спасибо**", format="markdown"),
        ),
    )
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    desk.site.rename(root / "www-desk")
    (root / "www").mkdir()
    (root / "www-desk").rename(root / "www" / "desk")
    return root / "www"


@pytest.fixture(scope="module")
def site(built: Path, chromium: str) -> Iterator[Visit]:
    with visit(built, chromium, "desk/") as one:
        yield one


@pytest.fixture(autouse=True)
def no_fault(site: Visit) -> Iterator[None]:
    """Whatever a test does: no console error, no policy breach, no foreign request."""
    site.faults.clear()
    with site.closing():
        yield
    assert site.faults == []


def search(page: Page, words: str) -> None:
    page.locator(".md-search__input").click()
    page.keyboard.insert_text(words)
    page.dispatch_event(".md-search__input", "keyup")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "принтер"),
        ("tickets/ACCREDO-3/", "принтеру"),
        ("requests/any/1/", "ACCREDO-1"),
        ("help/", "1"),
        ("help/", "серверу"),
    ],
)
def test_search_finds_a_ticket_in_any_form_from_any_page(
    site: Visit, address: str, words: str
) -> None:
    page = site.open(address)
    search(page, words)
    hit = page.locator(".md-search-result__link[href$='tickets/ACCREDO-1/']")
    expect(hit).to_contain_text("Печать стоит")
    hit.click()
    expect(page.locator("h1")).to_have_text("Печать стоит")


def test_search_finds_pages_too(site: Visit) -> None:
    page = site.open("tickets/ACCREDO-3/")
    search(page, "пароль")
    expect(page.locator(".md-search-result__link").first).to_have_attribute(
        "href", re.compile(r"/desk/help/")
    )


def test_search_shows_a_hostile_title_as_text(site: Visit) -> None:
    page = site.open("")
    search(page, "ACCREDO-2")
    expect(page.locator(".md-search-result__link").first).to_contain_text("<img src=x onerror")
    assert page.locator(".md-search-result img").count() == 0


def test_a_query_fetches_little(site: Visit) -> None:
    page = site.open("tickets/ACCREDO-3/")
    site.fetched.clear()
    search(page, "принтер сервер обращение")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    fetched = [size for url, size in site.fetched if url.startswith("search/")]
    assert fetched and sum(fetched) < 100_000


@pytest.mark.parametrize(
    "address", ["", "requests/", "requests/any/1/", "tickets/ACCREDO-3/", "help/", "404.html"]
)
def test_pages_fit_the_screen_in_light_and_dark(site: Visit, address: str) -> None:
    page = site.open(address, until="networkidle")
    for scheme, width in looks(page, 360, 1280):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.locator("h1").first).to_be_visible()
        expect(page.locator(".tk-foot")).to_contain_text("support@example.org")
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(int(one) for one in re.findall(r"\d+", background)[:3]) > 380
        assert light is (scheme == "light")


def test_who_comes_in_the_dark_sees_a_dark_page(site: Visit) -> None:
    page = site.open("requests/", 360, "dark")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


@pytest.mark.parametrize("address", ["requests/", "tickets/ACCREDO-3/", "help/"])
def test_an_open_page_follows_the_system_into_the_dark_and_back(site: Visit, address: str) -> None:
    page = site.open(address, 390)
    for scheme, shown in (("dark", "slate"), ("light", "default"), ("dark", "slate")):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", shown)


def test_a_card_shows_the_conversation(site: Visit) -> None:
    page = site.open("tickets/ACCREDO-3/")
    expect(page.locator(".tk-agent strong")).to_have_text("Спасибо")
    expect(page.locator(".tk-agent > header")).to_contain_text("Поддержка")
    colours = page.evaluate(
        """() => ['#tk > .tk-agent', '#tk > article:not(.tk-agent)'].map(
            (one) => getComputedStyle(document.querySelector(one).firstChild).backgroundColor)"""
    )
    assert colours[0] != colours[1]
    expect(page.locator("blockquote")).to_be_hidden()
    page.get_by_text("Цитата", exact=True).click()
    expect(page.locator("blockquote")).to_be_visible()
    expect(page.get_by_role("link", name="Ответить письмом")).to_have_attribute(
        "href", re.compile(r"^mailto:support@example\.org\?subject=")
    )
    assert page.evaluate("document.querySelector('.tk-files img').naturalWidth") == 1
    assert page.title() == "ACCREDO-3 Не открывается кабинет - Служба аккредитации"


def test_a_list_is_filtered_on_the_page(site: Visit) -> None:
    page = site.open("requests/")
    page.get_by_label("Отобрать на этой странице").fill("accredo-129")
    expect(page.locator(".tk-table tbody tr:visible")).to_have_count(1)
    page.locator(".tk-table tbody tr:visible").click()
    expect(page.locator(".tk-head")).to_contain_text("ACCREDO-129")


def test_lists_and_cards_work_without_scripts(site: Visit) -> None:
    page = site.open("requests/", java_script_enabled=False)
    expect(page.locator(".tk-table tbody tr")).to_have_count(100)
    page.get_by_role("link", name="Старше").click()
    page.get_by_role("link", name="ACCREDO-3", exact=True).click()
    expect(page.locator("h1")).to_have_text("Не открывается кабинет")
    expect(page.locator(".tk-reply")).to_contain_text("support@example.org")


def test_the_colours_can_be_switched_on_a_card_and_stay(site: Visit) -> None:
    page = site.open("tickets/ACCREDO-3/")
    switch = page.locator("[data-md-component=palette] label:visible")
    switch.click()
    switch.click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.goto(f"{site.base}requests/any/1/")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


def test_a_card_needs_little_over_the_wire_and_wakes_at_a_key(built: Path, site: Visit) -> None:
    site.fetched.clear()
    page = site.open("tickets/ACCREDO-3/", until="networkidle")
    assert sizes(built / "desk", site.fetched)[1] < 60_000
    expect(page.locator("[data-md-component=palette] label:visible")).to_have_count(1)
    page.keyboard.press("/")
    expect(page.locator(".md-search__input")).to_be_focused()
    page.keyboard.insert_text("принтер")
    page.dispatch_event(".md-search__input", "keyup")
    expect(page.locator(".md-search-result__link").first).to_be_visible()


def test_the_policy_of_a_card_stops_an_inline_script(site: Visit) -> None:
    page = site.open("tickets/ACCREDO-3/")
    blocked = page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective));
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
        })"""
    )
    assert blocked == "script-src-elem"
    assert page.evaluate("window.ran") is None
    site.faults[:] = [fault for fault in site.faults if "Executing inline script" not in fault]
    site.faults[:] = [fault for fault in site.faults if "Content Security Policy" not in fault]


def test_the_browser_stems_as_the_build_does(site: Visit) -> None:
    """Else a word would be looked for under another name than it was filed under."""
    words = (Path(__file__).parent / "stems.txt").read_text("utf-8").split()
    page = site.open("help/")
    for name in ("base", "russian", "english"):
        address = f"{site.base}assets/tracker/vendor/{name}-stemmer.js"
        page.evaluate(
            """(address) => new Promise((done) => {
                const script = document.createElement('script');
                script.src = address; script.onload = done; document.head.append(script);
            })""",
            address,
        )
    found = page.evaluate(
        """(words) => {
            const ru = new RussianStemmer(), en = new EnglishStemmer();
            const stem = (word) => (/^[a-z]/.test(word) ? en : ru).stemWord(word);
            return words.map((word) => stem(word).replaceAll('ё', 'е'));
        }""",
        words,
    )
    assert found == [stem(word) for word in words], json.dumps(
        [w for w, f in zip(words, found, strict=True) if f != stem(w)], ensure_ascii=False
    )
