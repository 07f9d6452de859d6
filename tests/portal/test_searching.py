"""Search in a real browser: the theme's box and the search page, by keyboard, to the last byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.core.pages.make import answer, entry, ticket
from tests.portal.axe import violations
from tests.portal.browser import Visit, looks, visit
from tests.portal.desks import DeskFolder
from tracker.core.addresses import Address
from tracker.core.pages.words import label_mark, stems

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Visit]:
    desk = DeskFolder(tmp_path_factory.mktemp("searching") / "desk")
    desk.put(
        *(ticket(n, entry(f"обычное обращение {n}")) for n in range(1, 40)),
        ticket(40, entry("Стоит"), title="Принтеры в библиотеке", labels=("Печать и копии",)),
        ticket(41, entry("Чиню принтером"), answer("x"), status="closed", title="Печать стоит"),
        ticket(42, entry("Жду"), status="waiting", title="Пользовательское соглашение"),
        ticket(43, entry("x", author=Address("Мария Ким", "")), title="<img src=x onerror=1>"),
        ticket(44, entry("Kann mich nicht anmelden"), title="Größere Büros <b>"),
        ticket(45, entry("accreditation of the centre"), title="Certificates expired"),
    )
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    with visit(desk.site, chromium) as one:
        yield one


@pytest.fixture(autouse=True)
def no_fault(site: Visit) -> Iterator[None]:
    site.faults.clear()
    site.fetched.clear()
    with site.closing():
        yield
    assert site.faults == []


def in_box(page: Page, words: str) -> None:
    page.locator(".md-search__input").click()
    page.keyboard.insert_text(words)
    page.dispatch_event(".md-search__input", "keyup")


def asked(site: Visit, query: str, **more: object) -> Page:
    return site.open(f"search/?{query}", **more)  # type: ignore[arg-type]


def hits(page: Page, kind: str = "tk-ticket") -> list[str]:
    return [
        href.rpartition("/tickets/")[2].strip("/")
        for href in page.locator(f".{kind} a").evaluate_all("all => all.map((one) => one.href)")
    ]


# Words begun, words in any form, numbers, statuses


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("при", 40),
        ("принте", 40),
        ("принтерами", 41),
        ("библиотеке прин", 40),
        ("польз", 42),
        ("пользовател", 42),
        ("accreditat", 45),
        ("certificate", 45),
        ("größ", 44),
        ("büros", 44),
        ("ким", 43),
        ("копии", 40),
        ("№ 42", 42),
        ("accredo 42", 42),
        ("ACCREDO-42", 42),
    ],
)
def test_a_ticket_is_found_while_typing(site: Visit, words: str, number: int) -> None:
    page = site.open("help/")
    in_box(page, words)
    hit = page.locator(f".md-search-result__link[href$='tickets/ACCREDO-{number}/']")
    expect(hit).to_have_count(1)
    page.goto(f"{site.base}search/")
    page.get_by_role("searchbox", name="Слова или номер").fill(words)
    expect(page.locator(f".tk-ticket a[href$='tickets/ACCREDO-{number}/']")).to_have_count(1)


def test_two_letters_are_no_beginning(site: Visit) -> None:
    page = site.open("search/")
    page.get_by_role("searchbox", name="Слова или номер").fill("би")
    expect(page.locator(".tk-nothing")).to_be_visible()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("принтер открытые", ["ACCREDO-40"]),
        ("принтер закрытые", ["ACCREDO-41"]),
        ("печать&status=open", ["ACCREDO-40"]),
        ("печать&status=closed", ["ACCREDO-41"]),
        ("закрытые", ["ACCREDO-41"]),
        ("ожидающие", ["ACCREDO-42"]),
        ("&label=Печать+и+копии", ["ACCREDO-40"]),
        ("&label=печать+и+копии&status=closed", []),
        ("&label=нет", []),
        ("&status=closed", ["ACCREDO-41"]),
        ("ACCREDO-9999", []),
    ],
)
def test_status_and_label_narrow_what_is_found(site: Visit, query: str, found: list[str]) -> None:
    page = asked(site, f"q={query}")
    shown = page.locator(".tk-ticket, .tk-nothing:not([hidden])")
    expect(shown.first).to_be_visible()
    assert hits(page) == found


def test_a_hit_in_the_title_comes_first_and_words_are_marked(site: Visit) -> None:
    page = asked(site, "q=принтер")
    expect(page.locator(".tk-ticket")).to_have_count(2)
    assert hits(page) == ["ACCREDO-40", "ACCREDO-41"]
    expect(page.locator(".tk-hits mark")).to_have_text(["Принтеры"])
    expect(page.locator(".tk-said")).to_have_text("Найдено: 2")


def test_a_link_finds_what_the_box_found(site: Visit) -> None:
    page = asked(site, "q=библиот принте")
    expect(page.locator(".tk-ticket")).to_have_count(1)
    expect(page.locator(".tk-hits mark")).to_have_text(["Принтеры", "библиотеке"])


def test_marks_stand_in_the_box_too(site: Visit) -> None:
    page = site.open("")
    in_box(page, "принт")
    expect(page.locator(".md-search-result__link mark").first).to_have_text("Принтеры")


def test_pages_are_found_beside_tickets_with_some_words_of_them(site: Visit) -> None:
    page = asked(site, "q=обращения")
    expect(page.locator(".tk-page a").first).to_have_attribute("href", re.compile("/help/"))
    expect(page.locator(".tk-page p mark").first).to_be_visible()
    expect(page.locator(".tk-ticket")).to_have_count(10)


def test_a_title_is_shown_as_text(site: Visit) -> None:
    page = asked(site, "q=img")
    expect(page.locator(".tk-ticket")).to_contain_text("<img src=x onerror=1>")
    assert page.locator(".tk-hits img").count() == 0


# States, more, links


def test_an_empty_search_says_what_can_be_asked(site: Visit) -> None:
    page = site.open("search/")
    expect(page.locator(".tk-hint")).to_be_visible()
    expect(page.locator(".tk-nothing")).to_be_hidden()
    expect(page.locator(".tk-search input[name=q]")).to_be_focused()


def test_nothing_found_leads_on(site: Visit) -> None:
    page = asked(site, "q=ыыыы")
    nothing = page.locator(".tk-nothing")
    expect(nothing).to_be_visible()
    expect(nothing.get_by_role("link", name="Новое обращение")).to_have_attribute("href", "../new/")
    nothing.get_by_role("link", name="Открытые обращения").click()
    expect(page.locator("h1")).to_have_text("Открытые обращения")


def test_more_is_shown_on_demand_and_the_focus_goes_to_it(site: Visit) -> None:
    page = asked(site, "q=обычное")
    expect(page.locator(".tk-said")).to_have_text("Найдено: 39")
    page.get_by_role("button", name="Показать ещё").click()
    expect(page.locator(".tk-ticket")).to_have_count(20)
    expect(page.locator(".tk-ticket a").nth(10)).to_be_focused()


def test_the_box_leads_to_the_page_with_all_results(site: Visit) -> None:
    page = site.open("tickets/ACCREDO-1/")
    in_box(page, "обычное")
    page.locator(".md-search-result__link", has_text="Все результаты").click()
    expect(page.locator(".tk-said")).to_have_text("Найдено: 39")
    expect(page.locator(".tk-search input[name=q]")).to_have_value("обычное")


def test_what_is_asked_stands_in_the_address_and_the_box_stays_closed(site: Visit) -> None:
    """The theme opens its own box for an address with ?q=; here it must not."""
    page = asked(site, "q=принтер&status=open", until="networkidle")
    expect(page.locator("#__search")).not_to_be_checked()
    assert page.url == f"{site.base}search/?q={quote('принтер')}&status=open"
    page.get_by_label("Закрытые", exact=True).check()
    expect(page.locator(".tk-ticket a")).to_have_attribute("href", re.compile("ACCREDO-41"))
    assert page.url.endswith("&status=closed")
    page.reload()
    expect(page.locator(".tk-ticket a")).to_have_attribute("href", re.compile("ACCREDO-41"))


def test_a_label_can_be_taken_off(site: Visit) -> None:
    page = asked(site, f"label={quote('Печать и копии')}")
    expect(page.locator(".tk-ticket")).to_have_count(1)
    page.get_by_role("button", name="Все метки").click()
    expect(page.locator(".tk-hint")).to_be_visible()
    assert page.url == f"{site.base}search/"


def test_the_keyboard_goes_through_the_results_and_back(site: Visit) -> None:
    page = asked(site, "q=принтер")
    links = page.locator(".tk-ticket a")
    expect(links).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".tk-search input[name=q]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator(".tk-search input[name=q]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Принтеры в библиотеке")


def test_without_scripts_the_page_says_so_and_leads_to_the_lists(site: Visit) -> None:
    page = asked(site, "q=принтер", java_script_enabled=False)
    expect(page.get_by_text("Поиску нужны сценарии")).to_be_visible()
    expect(page.locator(".tk-search")).to_be_hidden()
    page.locator(".tk-ways:visible").get_by_role("link", name="Закрытые обращения").click()
    expect(page.get_by_role("link", name="ACCREDO-41", exact=True)).to_be_visible()


def test_a_file_that_cannot_be_read_is_said(site: Visit) -> None:
    page = site.open("search/")
    page.route("**/search/tickets/*", lambda route: route.abort())
    page.get_by_role("searchbox", name="Слова или номер").fill("принтер ")
    expect(page.locator(".tk-said")).to_contain_text("Не удалось прочитать")
    site.faults[:] = [one for one in site.faults if "ERR_FAILED" not in one]


# Size, looks


def test_a_query_fetches_little(site: Visit) -> None:
    page = site.open("search/", until="networkidle")
    site.fetched.clear()
    page.get_by_role("searchbox", name="Слова или номер").fill("принтер обычное обращ")
    expect(page.locator(".tk-nothing, .tk-ticket").first).to_be_visible()
    fetched = [size for url, size in site.fetched if url.startswith("search/")]
    assert fetched and sum(fetched) < 100_000


@pytest.mark.parametrize("query", ["", "q=обращение", "q=ыыыы", "label=Печать+и+копии"])
def test_the_page_fits_and_breaks_no_rule(site: Visit, query: str) -> None:
    page = asked(site, query, reduced_motion="reduce")
    for scheme, width in looks(page, 390, 1440):
        shown = page.locator(":is(.tk-hint, .tk-nothing, .tk-hits li):visible")
        expect(shown.first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == [], (scheme, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_box_breaks_no_rule(site: Visit, scheme: str) -> None:
    page = site.open("tickets/ACCREDO-1/", scheme=scheme, reduced_motion="reduce")
    in_box(page, "принтер")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    expect(page.get_by_role("dialog", name="Поиск")).to_be_visible()
    assert violations(page) == []


# The same words on both sides


def test_the_browser_takes_a_text_apart_as_the_build_does(site: Visit) -> None:
    texts = [
        "Принтерами №42 e-mail: a_b ёЛКА е\u0308лка",
        "Größere Büros, naïve café ΟΔΥΣΣΕΎΣ Київ 2024 x2 ²½ 日本語 한국어",
        "I İstanbul ﬁnal ’quoted’ don't " + "ы" * 50,
    ]
    labels = ["Печать и  копии", "ΟΔΟΣ", "эмодзи 🎉 и", "я" * 60]
    page = site.open("help/")
    for name in (
        "vendor/base-stemmer",
        "vendor/russian-stemmer",
        "vendor/english-stemmer",
        "engine",
    ):
        page.add_script_tag(url=f"{site.base}assets/tracker/{name}.js")
    found = page.evaluate(
        """([texts, labels, base]) => {
            const engine = makeEngine(base);
            return [texts.map(engine.stemsOf), labels.map(engine.labelMark)];
        }""",
        [texts, labels, site.base],
    )
    assert [set(one) for one in found[0]] == [stems(text) for text in texts]
    assert found[1] == [label_mark(one) for one in labels]
