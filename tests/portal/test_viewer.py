"""The viewer in a real browser: lists, search, card, attachments, queues, looks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.core.pages.make import IVAN, answer, entry, ticket
from tests.portal.axe import violations
from tests.portal.browser import Visit, visit
from tests.portal.desks import PNG
from tests.portal.members import BELOW, Members, members_at, numbers, shows, sign_in
from tracker.core.addresses import Address
from tracker.core.ticket import Attachment

pytestmark = pytest.mark.servers

PICTURE = Attachment("снимок экрана.png", "tickets/000/ACCREDO-3/s.png", len(PNG), "image/png")
PAGE = Attachment("страница.html", "tickets/000/ACCREDO-3/page.html", 22, "text/html")
LOST = Attachment("нет.pdf", "tickets/000/ACCREDO-3/lost.pdf", 22, "application/pdf")
MARIA = Address("Мария", "maria@example.org")
SLA = '\n[sla]\nfirst_answer = "2h"\n'


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members_at(tmp_path_factory.mktemp("viewer")) as found:
        settings = (found.desk.root / "tracker.toml").read_text("utf-8")
        found.desk.settings(settings + SLA)
        files = (PICTURE, LOST)
        found.desk.put(
            ticket(1, entry("Сломался сервер с принтерами"), title="Печать стоит"),
            ticket(2, entry("x"), answer("готово"), status="closed", title="Всё уже сделано"),
            ticket(
                3,
                entry("Вот https://example.org/x", quoted="> цитата", attachments=files),
                answer("**Спасибо**, [тут](page.html)", format="markdown", attachments=(PAGE,)),
                assignee="anna",
                labels=("vpn",),
            ),
            ticket(4, entry("чужое", author=MARIA), requester=MARIA, title="Чужое"),
            *(ticket(n, entry(f"ещё {n}"), answer("да")) for n in range(10, 130)),
        )
        found.desk.file(PICTURE.path, PNG)
        found.desk.file(PAGE.path, b"<script>1</script>page")
        yield found


@pytest.fixture(scope="module")
def people(members: Members) -> dict[str, Any]:
    made = {"ivan": members.join(), "anna": members.join("anna@example.org", "agent")}
    members.publish()
    return made


@pytest.fixture(scope="module")
def site(members: Members, people: dict[str, Any], chromium: str) -> Iterator[Visit]:
    with visit(members.www, chromium, BELOW) as one:
        yield one


@pytest.fixture(autouse=True)
def no_fault(site: Visit) -> Iterator[None]:
    """Whatever a test does: no console error, no policy breach, no foreign request."""
    site.faults.clear()
    with site.closing():
        yield
    assert site.faults == []


@pytest.fixture(scope="module")
def signed(site: Visit, people: dict[str, Any]) -> Page:
    """Ivan's own window, signed in once for all tests that only read."""
    page = site.open("requests/")
    sign_in(page, " IVAN@example.org ", people["ivan"].passphrase)
    expect(page.locator(".tk-table")).to_be_visible()
    return page


@pytest.fixture
def ivan(signed: Page) -> Page:
    """The same window, at the list of open requests."""
    signed.evaluate("location.hash = '#any'")
    signed.get_by_role("link", name="Открытые").click()
    signed.get_by_label("Искать").fill("")
    return signed


def open_card(page: Page, number: str) -> None:
    page.evaluate(f"location.hash = '#{number}'")
    expect(page.locator(".tk-head")).to_contain_text(number)


def test_who_comes_without_a_key_sees_no_request(site: Visit) -> None:
    page = site.open("requests/")
    expect(page.get_by_role("button", name="Войти")).to_be_visible()
    assert [url for url, _ in site.fetched if url.startswith("private/")] == []


def test_lists_hold_ones_own_requests_by_status(ivan: Page) -> None:
    expect(ivan.locator(".tk-tabs a[aria-current]")).to_have_text("Открытые 122")
    assert "ACCREDO-2" not in numbers(ivan)
    ivan.get_by_role("link", name="Закрытые").click()
    expect(ivan.locator(".tk-tabs a[aria-current]")).to_have_text("Закрытые 1")
    shows(ivan, ["ACCREDO-2"])
    ivan.get_by_role("link", name="Все").click()
    expect(ivan.locator(".tk-tabs a[aria-current]")).to_have_text("Все 123")
    ivan.get_by_label("Искать").fill("чужое")
    expect(ivan.locator(".tk-none")).to_have_text("Ничего не найдено.")


def test_a_long_list_is_shown_in_parts(ivan: Page) -> None:
    assert len(numbers(ivan)) == 50
    ivan.get_by_role("button", name="Показать ещё (72)").click()
    expect(ivan.locator(".tk-table tbody tr")).to_have_count(100)
    expect(ivan.locator("tbody tr:nth-child(51) a")).to_be_focused()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("принтеру", ["ACCREDO-1"]),
        ("серверы печать", ["ACCREDO-1"]),
        ("accredo-3", ["ACCREDO-3"]),
        ("снимок", ["ACCREDO-3"]),
        ("VPN", ["ACCREDO-3"]),
        ("нетакого", []),
    ],
)
def test_search_finds_what_was_said_in_any_form(ivan: Page, words: str, found: list[str]) -> None:
    ivan.get_by_label("Искать").fill(words)
    assert numbers(ivan) == found


def test_lists_can_be_sorted(ivan: Page) -> None:
    ivan.get_by_role("button", name="Номер").click()
    assert numbers(ivan)[0] == "ACCREDO-1"
    ivan.get_by_role("button", name="Тема").click()
    expect(ivan.locator("th[aria-sort=ascending]")).to_have_text("Тема")
    expect(ivan.get_by_role("status").filter(has_text="по возрастанию")).to_be_visible()
    ivan.get_by_role("button", name="Номер").click()
    ivan.get_by_role("button", name="Номер").click()


def test_a_new_request_is_written_on_the_portal_s_form(ivan: Page, site: Visit) -> None:
    link = ivan.locator(".tk-top").get_by_role("link", name="Новое обращение")
    expect(link).to_have_attribute("href", "../new/")
    page = site.open("new/")
    expect(page.get_by_role("textbox").first).to_be_visible()
    page.context.close()


def test_a_card_shows_the_conversation_as_the_public_portal_does(ivan: Page) -> None:
    ivan.get_by_label("Искать").fill("ACCREDO-3")
    ivan.get_by_role("link", name="ACCREDO-3", exact=True).click()
    expect(ivan.locator("h1")).to_be_focused()
    expect(ivan.locator(".tk-agent strong")).to_have_text("Спасибо")
    expect(ivan.locator(".tk-agent > header")).to_contain_text("Поддержка")
    expect(ivan.locator("blockquote")).to_be_hidden()
    ivan.get_by_text("Цитата", exact=True).click()
    expect(ivan.locator("blockquote")).to_be_visible()
    reply = ivan.get_by_role("link", name="Ответить письмом")
    expect(reply).to_have_attribute("href", re.compile(r"^mailto:support@example\.org\?subject="))
    outside = ivan.get_by_role("link", name="https://example.org/x")
    expect(outside).to_have_attribute("target", "_blank")
    assert ivan.title() == "ACCREDO-3 - Мои обращения - Служба аккредитации"
    ivan.locator(".tk-head").get_by_role("link", name="Обращения").click()
    shows(ivan, ["ACCREDO-3"])


def test_attachments_are_opened_here_and_nowhere_else(site: Visit, ivan: Page) -> None:
    site.fetched.clear()
    open_card(ivan, "ACCREDO-3")
    picture = ivan.locator(".tk-files img")
    expect(picture).to_have_attribute("src", re.compile("^blob:"))
    assert picture.evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 1
    urls = [
        url
        for url, _ in site.fetched
        if not url.startswith(("private/f/", "blob:", "assets/images/"))
    ]
    assert urls == []
    with ivan.expect_download() as saved:
        ivan.locator(".tk-files").get_by_role("button", name="страница.html").click()
    assert saved.value.suggested_filename == "страница.html"
    assert Path(saved.value.path()).read_bytes() == b"<script>1</script>page"
    expect(ivan.get_by_role("status").first).to_have_text("Файл страница.html сохранён.")
    expect(ivan.locator(".tk-agent").get_by_role("button", name="тут")).to_be_visible()
    expect(ivan.locator(".tk-files li", has_text="нет.pdf")).to_contain_text("на портале нет")


def test_a_request_that_is_not_ones_own_is_told(ivan: Page) -> None:
    ivan.evaluate("location.hash = '#ACCREDO-4'")
    expect(ivan.locator(".tk-notice")).to_contain_text("Обращения ACCREDO-4 здесь нет")


def test_nothing_of_a_request_stays_in_address_or_title(ivan: Page) -> None:
    open_card(ivan, "ACCREDO-1")
    state = ivan.evaluate("[location.href, document.title, JSON.stringify(history.state)]")
    assert not [one for one in state if "Печать" in one or "принтер" in one]
    assert ivan.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_agents_see_all_with_their_queues(site: Visit, people: dict[str, Any]) -> None:
    page = site.open("requests/")
    sign_in(page, "anna@example.org", people["anna"].passphrase)
    expect(page.locator("h1")).to_have_text("Обращения")
    queues = page.get_by_role("navigation", name="Очереди")
    expect(queues).to_contain_text("Без исполнителя 122")
    queues.get_by_role("link", name="Мои 1").click()
    shows(page, ["ACCREDO-3"])
    queues.get_by_role("link", name="Ждут нас").click()
    shows(page, ["ACCREDO-4", "ACCREDO-1"])
    queues.get_by_role("link", name="Ждут заявителя").click()
    expect(page.locator(".tk-tabs a[aria-current]")).to_have_text("Ждут заявителя 121")
    page.evaluate("location.hash = '#ACCREDO-4'")
    expect(page.locator("h1")).to_have_text("Чужое")


def test_agents_see_what_is_overdue(site: Visit, people: dict[str, Any]) -> None:
    page = site.open("requests/")
    page.clock.install(time="2026-11-23T07:59:00Z")
    sign_in(page, "anna@example.org", people["anna"].passphrase)
    overdue = page.get_by_role("link", name="Просрочены")
    expect(overdue).to_have_text("Просрочены 0")
    page.clock.set_system_time("2026-11-23T08:01:00Z")
    overdue.click()
    shows(page, ["ACCREDO-4", "ACCREDO-1"])


def test_remembered_on_this_device_until_signed_out(site: Visit, people: dict[str, Any]) -> None:
    page = site.open("requests/")
    sign_in(page, IVAN.email, people["ivan"].passphrase, remember=True)
    expect(page.locator(".tk-table")).to_be_visible()
    page.reload()
    expect(page.locator(".tk-table")).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".tk-table")).to_be_visible()
    assert kept(page) == ["secret", ["deriveKey"], False]
    page.get_by_role("button", name="Выйти").click()
    expect(page.locator(".tk-notice")).to_contain_text("ничего из ваших обращений не осталось")
    expect(other.get_by_role("button", name="Войти")).to_be_visible()
    assert "Печать" not in page.content() + other.content()
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
    page.reload()
    expect(page.get_by_role("button", name="Войти")).to_be_visible()


def kept(page: Page) -> Any:
    """What this device remembers: kind, uses and whether the key can be copied."""
    return page.evaluate(
        """async () => {
            const [{ name }] = await indexedDB.databases();
            const base = await new Promise((done) => {
                indexedDB.open(name).onsuccess = (event) => done(event.target.result);
            });
            const store = base.transaction("kept").objectStore("kept");
            const { key } = await new Promise((done) => {
                store.get("session").onsuccess = (event) => done(event.target.result);
            });
            base.close();
            return [key.type, key.usages, key.extractable];
        }"""
    )


def test_not_remembered_means_forgotten_with_the_page(site: Visit, people: dict[str, Any]) -> None:
    page = site.open("requests/#ACCREDO-3")
    sign_in(page, IVAN.email, people["ivan"].passphrase)
    expect(page.locator(".tk-head")).to_contain_text("ACCREDO-3")
    page.reload()
    expect(page.get_by_role("button", name="Войти")).to_be_visible()
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0


def test_all_works_by_keyboard_alone(site: Visit, people: dict[str, Any]) -> None:
    page = site.open("requests/")
    expect(page.locator("h1")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Адрес почты")).to_be_focused()
    page.keyboard.type(IVAN.email)
    page.keyboard.press("Tab")
    page.keyboard.type(people["ivan"].passphrase)
    page.keyboard.press("Enter")
    expect(page.locator(".tk-top h1")).to_be_focused()
    for _ in range(5):
        page.keyboard.press("Tab")
    expect(page.get_by_label("Искать")).to_be_focused()
    page.keyboard.type("печать")
    for _ in range(6):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".tk-head h1")).to_have_text("Печать стоит")
    expect(page.locator(".tk-head h1")).to_be_focused()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (360, "dark"),
        (1280, "light"),
        pytest.param(360, "light", marks=pytest.mark.soak),
        pytest.param(1280, "dark", marks=pytest.mark.soak),
    ],
)
def test_axe_finds_nothing_and_all_fits(
    site: Visit, people: dict[str, Any], width: int, scheme: str
) -> None:
    page = site.open("requests/", width, scheme)
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.mouse.move(0, 0)
        found[name] = violations(page) + ([] if fits else ["wider than the screen"])

    look("sign in")
    sign_in(page, IVAN.email, people["ivan"].passphrase)
    expect(page.locator(".tk-table")).to_be_visible()
    look("list")
    open_card(page, "ACCREDO-3")
    page.get_by_text("Цитата", exact=True).click()
    look("card")
    page.get_by_role("link", name="Сменить пароль").click()
    page.get_by_label("Новый пароль").fill("четыре странных слова")
    look("change")
    page = site.open("access/", width, scheme)
    page.get_by_text("Или скопировать письмо").click()
    look("access")
    page = site.open(people["ivan"].link, width, scheme)
    expect(page.get_by_role("button", name="Взять готовый пароль")).to_be_visible()
    look("activation")
    page.get_by_role("button", name="Взять готовый пароль").click()
    expect(page.get_by_label("Готовый пароль", exact=True)).to_be_visible()
    look("passphrase")
    page = site.open("access/#a=broken", width, scheme)
    expect(page.locator(".tk-notice")).to_be_visible()
    look("broken link")
    assert {name: what for name, what in found.items() if what} == {}


def test_colours_are_those_of_the_other_pages(site: Visit) -> None:
    page = site.open("")
    switch = page.locator("[data-md-component=palette] label:visible")
    switch.click()
    switch.click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.goto(f"{site.base}requests/")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.get_by_role("button", name="Светлая или тёмная").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    page.goto(site.base)
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")


def test_the_front_page_leads_to_requests_and_access(site: Visit) -> None:
    page = site.open("")
    page.locator(".tk-first").get_by_role("link", name="Мои обращения").click()
    expect(page.get_by_role("button", name="Войти")).to_be_visible()
    page.get_by_role("link", name="Вы здесь впервые").click()
    expect(page.get_by_role("heading", name="Новая ссылка")).to_be_visible()
    write = page.get_by_role("link", name="Открыть письмо")
    expect(write).to_have_attribute("href", re.compile(r"subject=%2F%D0%B4%D0%BE%D1%81"))


def test_without_scripts_the_page_says_what_to_do(site: Visit) -> None:
    page = site.open("requests/", java_script_enabled=False)
    expect(page.locator("#tk")).to_contain_text("нужен JavaScript")
    expect(page.locator("#tk")).to_contain_text("support@example.org")


def test_every_sentence_that_a_script_asks_for_is_there(site: Visit) -> None:
    """And none is there that nobody asks for."""
    folder = Path(__file__).parents[2] / "tracker" / "portal" / "assets" / "viewer"
    code = "\n".join(one.read_text("utf-8") for one in folder.glob("*.js"))
    told = json.loads(site.open("requests/").locator("#tk-data").text_content() or "")["words"]
    asked = set(re.findall(r"say\(\s*\"([a-z-]+)\"", code))
    assert asked <= set(told)
    strings = set(re.findall(r"\"([a-z-]+)\"|\b([a-z-]+):", code))
    strings = {one for pair in strings for one in pair}
    stems = ("problem-", "tab-", "column-", "status-")
    unused = [
        one
        for one in told
        if one not in strings and not (one.startswith(stems) and one.split("-", 1)[1] in strings)
    ]
    assert set(unused) <= {"status-open", "status-waiting", "status-closed"}
