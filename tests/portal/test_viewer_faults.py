"""Whatever goes wrong gets a clear message in the viewer: nothing is leaked and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.core.pages.make import IVAN, entry, ticket
from tests.portal.browser import Visit, visit
from tests.portal.members import BELOW, Member, Members, choose, members_at, numbers, sign_in
from tracker.core.accounts.visible import CHUNK
from tracker.core.ticket import Attachment

pytestmark = pytest.mark.servers

FILE = Attachment("приказ.pdf", "tickets/000/ACCREDO-1/order.pdf", 9, "application/pdf")
SECRET_WORD = "тайнослово"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Members, Member]]:
    """Ivan has two chunks of requests and a file."""
    with members_at(tmp_path_factory.mktemp("faults")) as members:
        first = ticket(1, entry(SECRET_WORD, attachments=(FILE,)))
        members.desk.put(first, *(ticket(n) for n in range(2, CHUNK + 11)))
        members.desk.file(FILE.path, b"%PDF made")
        member = members.join()
        members.publish()
        yield members, member


@pytest.fixture(scope="module")
def ivan(world: tuple[Members, Member]) -> Member:
    return world[1]


@pytest.fixture(scope="module")
def site(world: tuple[Members, Member], chromium: str) -> Iterator[Visit]:
    with visit(world[0].www, chromium, BELOW) as one:
        yield one


@pytest.fixture(autouse=True)
def no_foreign_request(site: Visit) -> Iterator[None]:
    """Faults that a test makes may be told in the console; errors in our scripts may not."""
    site.faults.clear()
    yield
    wrong = ("foreign request", "error:", "Content Security Policy", "TypeError", "Trusted")
    assert [one for one in site.faults if any(words in one for words in wrong)] == []


@pytest.fixture
def page(site: Visit) -> Page:
    return site.open("requests/")


def answer(page: Page, path: str, change: Callable[[bytes], bytes] | int | str) -> None:
    """Let the site answer otherwise below ``path``: other bytes, a status, or not at all."""

    def act(route: Route) -> None:
        if change == "abort":
            route.abort()
        elif isinstance(change, int):
            route.fulfill(status=change, body="x")
        elif callable(change):
            response = route.fetch()
            route.fulfill(response=response, body=change(response.body()))
        else:
            route.fulfill(status=200, content_type="text/html", body="<h1>Welcome</h1>")

    page.route(f"**/{path}", act)


def told(page: Page) -> str:
    alert = page.get_by_role("alert").filter(has_text="п")
    expect(alert).to_be_visible(timeout=10_000)
    return alert.inner_text()


def flip(data: bytes) -> bytes:
    return data[:50] + bytes([data[50] ^ 1]) + data[51:]


def test_a_wrong_password_many_times(page: Page, ivan: Member) -> None:
    """No lock, no loss: after some tries the page says more, and the right one still works."""
    for number in range(1, 6):
        sign_in(page, ivan.address, f"неверный {number}")
        expect(page.get_by_label("Пароль", exact=True)).to_be_focused(timeout=10_000)
        expect(page.get_by_role("alert")).to_contain_text("ничего не открывается")
    expect(page.get_by_role("alert")).to_contain_text("запросите новую ссылку")
    sign_in(page, ivan.address, ivan.passphrase)
    assert len(numbers(page)) == 50


def test_a_form_that_is_not_filled_in(page: Page) -> None:
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("alert")).to_contain_text("Заполните")
    expect(page.get_by_label("Адрес почты")).to_be_focused()
    sign_in(page, "ivan", "пароль")
    expect(page.get_by_role("alert")).to_contain_text("не похоже на адрес")


BROKEN: dict[str, tuple[str, Any, str]] = {
    "login file altered": ("private/l/*", flip, "изменён или обрезан"),
    "login file cut": ("private/l/*", lambda data: data[:-1], "изменён или обрезан"),
    "login file empty": ("private/l/*", lambda _: b"", "изменён или обрезан"),
    "bundle altered": ("private/b/*", flip, "изменён или обрезан"),
    "bundle cut": ("private/b/*", lambda data: data[:700], "изменён или обрезан"),
    "bundle longer": ("private/b/*", lambda data: data + b"\0", "изменён или обрезан"),
    "bundle missing": ("private/b/*", 404, "уже или ещё нет"),
    "bundle forbidden": ("private/b/*", 403, "отвечает с ошибкой"),
    "host out of order": ("private/l/*", 503, "отвечает с ошибкой"),
    "a page instead of a missing file": ("private/l/*", "page", "ничего не открывается"),
    "line cut": ("private/b/*", "abort", "Есть ли на этом устройстве связь"),
}


@pytest.mark.parametrize(("path", "change", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_files_that_are_not_what_they_must_be(
    page: Page, ivan: Member, path: str, change: Any, words: str
) -> None:
    answer(page, path, change)
    sign_in(page, ivan.address, ivan.passphrase)
    assert words in told(page)
    assert SECRET_WORD not in page.content()
    expect(page.get_by_label("Адрес почты")).to_have_value(ivan.address)
    page.unroute_all()
    sign_in(page, ivan.address, ivan.passphrase)
    assert len(numbers(page)) == 50


def test_chunks_that_a_host_swapped(page: Page, world: tuple[Members, Member]) -> None:
    members, ivan = world
    folder = members.desk.site / "private" / "b"
    one, other = (path.read_bytes() for path in folder.iterdir())
    answer(page, "private/b/*", {one: other, other: one}.__getitem__)
    sign_in(page, ivan.address, ivan.passphrase)
    assert "изменён или обрезан" in told(page)


def test_a_chunk_that_does_not_open_costs_only_its_own(page: Page, ivan: Member) -> None:
    first: list[str] = []

    def act(route: Route) -> None:
        first.append(route.request.url)
        if len(first) == 1:
            route.continue_()
        else:
            route.fulfill(status=404)

    page.route("**/private/b/*", act)
    sign_in(page, ivan.address, ivan.passphrase)
    expect(page.locator(".tk-notice")).to_contain_text("Часть обращений сейчас показать нельзя")
    expect(page.locator(".tk-tabs a[aria-current]")).to_have_text(f"Открытые {CHUNK}")


def test_an_attachment_that_is_gone_or_altered(page: Page, ivan: Member) -> None:
    sign_in(page, ivan.address, ivan.passphrase)
    expect(page.locator(".tk-table")).to_be_visible()
    page.evaluate("location.hash = '#ACCREDO-1'")
    save = page.get_by_role("button", name="приказ.pdf")
    for change, words in ((404, "уже или ещё нет"), (flip16, "изменён или обрезан")):
        page.unroute_all()
        answer(page, "private/f/*", change)
        save.click()
        expect(page.get_by_role("alert")).to_contain_text(words)
    page.unroute_all()
    with page.expect_download() as saved:
        save.click()
    assert Path(saved.value.path()).read_bytes() == b"%PDF made"


def flip16(data: bytes) -> bytes:
    return data[:16] + bytes([data[16] ^ 1]) + data[17:]


def test_offline_and_back_again(site: Visit, ivan: Member) -> None:
    """What is open stays open; a remembered device opens again once the line is there."""
    page = site.open("requests/")
    sign_in(page, ivan.address, ivan.passphrase, remember=True)
    expect(page.locator(".tk-table")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Обновить").click()
    expect(page.locator("#tk-said")).to_contain_text("Есть ли на этом устройстве связь")
    page.get_by_role("link", name="ACCREDO-110", exact=True).click()
    expect(page.locator(".tk-head")).to_be_visible()
    page.context.set_offline(False)
    answer(page, "private/b/*", "abort")
    page.goto(f"{site.base}requests/")
    page.reload()
    expect(page.locator(".tk-notice")).to_contain_text("Есть ли на этом устройстве связь")
    expect(page.get_by_label("Адрес почты")).to_have_value(ivan.address)
    page.unroute_all()
    page.get_by_role("button", name="Попробовать снова").click()
    assert len(numbers(page)) == 50


def test_an_older_state_than_this_device_saw_is_told(site: Visit, ivan: Member) -> None:
    page = site.open("requests/")
    sign_in(page, ivan.address, ivan.passphrase, remember=True)
    expect(page.locator(".tk-table")).to_be_visible()
    page.evaluate(
        """async () => {
            const [{ name }] = await indexedDB.databases();
            const base = await new Promise((done) => {
                indexedDB.open(name).onsuccess = (event) => done(event.target.result);
            });
            const store = base.transaction("kept", "readwrite").objectStore("kept");
            store.get("session").onsuccess = (event) => {
                store.put({ ...event.target.result, epoch: 7 }, "session");
            };
            await new Promise((done) => { store.transaction.oncomplete = done; });
            base.close();
        }"""
    )
    page.reload()
    expect(page.locator(".tk-notice")).to_contain_text("изменён или обрезан")
    sign_in(page, ivan.address, ivan.passphrase)
    expect(page.locator(".tk-notice")).to_contain_text("более старое состояние")
    assert len(numbers(page)) == 50


NO_STORAGE = """
for (const name of ["indexedDB", "localStorage"]) {
    const get = () => { throw new DOMException("x", "SecurityError"); };
    Object.defineProperty(self, name, { get });
}
"""


def test_a_private_window_that_keeps_nothing(site: Visit, ivan: Member) -> None:
    page = opened(site, NO_STORAGE)
    expect(page.get_by_label("Запомнить меня")).to_be_disabled()
    expect(page.locator(".tk-tick")).to_contain_text("частное окно")
    sign_in(page, ivan.address, ivan.passphrase)
    assert len(numbers(page)) == 50
    page.get_by_role("button", name="Светлая или тёмная").click()
    page.get_by_role("button", name="Выйти").click()
    expect(page.get_by_role("button", name="Войти")).to_be_visible()


LACKS = {
    "no WebAssembly": ("delete self.WebAssembly", "не умеет открывать"),
    "no workers": ("delete self.Worker", "не умеет открывать"),
    "no unpacking": ("delete self.DecompressionStream", "не умеет открывать"),
    "no WebCrypto": (
        "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })",
        "начинается с https://",
    ),
}


@pytest.mark.parametrize(("script", "words"), LACKS.values(), ids=LACKS.keys())
def test_a_browser_that_can_not(site: Visit, ivan: Member, script: str, words: str) -> None:
    for address in ("requests/", ivan.link):
        page = opened(site, script, address)
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_role("alert")).to_contain_text("каждый ответ приходит и письмом")
        assert page.locator("form, button:visible").count() <= 1  # light or dark


def opened(site: Visit, script: str, address: str = "requests/") -> Page:
    """Open a page in a browser that ``script`` makes another one."""
    page = site.open("404.html").context.new_page()
    page.add_init_script(script)
    page.goto(f"{site.base}{address}")
    return page


def test_too_little_memory_for_the_password(site: Visit, ivan: Member) -> None:
    page = site.open("requests/")
    broken = "addEventListener('message', () => self.postMessage({ failed: 'memory' }));"
    page.route(
        "**/argon2.js", lambda route: route.fulfill(content_type="text/javascript", body=broken)
    )
    sign_in(page, ivan.address, ivan.passphrase)
    assert "не хватает свободной памяти" in told(page)


def test_a_worker_that_does_not_start(site: Visit, ivan: Member) -> None:
    page = site.open("requests/")
    page.route("**/argon2.js", lambda route: route.abort())
    sign_in(page, ivan.address, ivan.passphrase)
    assert "Браузер не запустил" in told(page)


def test_the_viewer_refuses_to_run_in_a_frame(site: Visit, world: tuple[Members, Member]) -> None:
    members, ivan = world
    frame = members.www / "frame.html"
    frame.write_text(
        f'<!doctype html><title>x</title><link rel=icon href=data:,><iframe src="{BELOW}requests/">'
        f'</iframe><iframe src="{BELOW}{ivan.link}"></iframe>'
    )
    page = site.open("../frame.html")
    for number in range(2):
        inside = page.frame_locator("iframe").nth(number)
        expect(inside.get_by_role("alert")).to_contain_text("не открывается внутри чужой")
        expect(inside.locator("form")).to_have_count(0)


def test_a_clock_far_off_changes_nothing(site: Visit, ivan: Member) -> None:
    page = site.open("requests/")
    page.clock.set_system_time("1999-01-01T00:00:00Z")
    sign_in(page, ivan.address, ivan.passphrase)
    assert len(numbers(page)) == 50


def test_a_newer_version_of_the_files_is_told(page: Page, ivan: Member) -> None:
    """A page that was open for long meets files of a desk that was brought up to date."""
    page.add_init_script(
        "const parse = JSON.parse;"
        "JSON.parse = (text) => { const it = parse(text); if (it.v) it.v = 2; return it; };"
    )
    page.reload()
    sign_in(page, ivan.address, ivan.passphrase)
    assert "Загрузите страницу заново" in told(page)


def test_no_password_and_no_key_leaves_the_page(site: Visit, ivan: Member) -> None:
    """Whatever is typed, chosen and derived: requests name files only, storage holds no text."""
    page = site.open(ivan.link)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(f"{one.url} {one.post_data or ''}"))
    page.get_by_role("button", name="Придумать пароль").click()
    choose(page, "четыре странных слова ёлка")
    expect(page.get_by_role("heading", name="Остался один шаг")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Открыть мои обращения").click()
    assert len(numbers(page)) == 50
    token = ivan.link.partition("=")[2]
    spoken = (token, ivan.passphrase, "странных", IVAN.email, "%40")
    assert [one for one in asked if any(words in one for words in spoken)] == []
    assert all(one.startswith(site.origin) for one in asked)
