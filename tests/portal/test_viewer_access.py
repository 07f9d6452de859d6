"""Getting in, in a real browser on a sealed site: activation, passwords, new links, devices."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.core.pages.make import IVAN, answer, entry, ticket
from tests.portal.browser import Visit, visit
from tests.portal.members import (
    BELOW,
    MISSING,
    Member,
    Members,
    choose,
    letter_of,
    members_at,
    shows,
    sign_in,
    unexpected,
)

pytestmark = pytest.mark.servers

OWN = "четыре странных слова ёлка"
OTHER = "совсем другие слова метель"
MOST = 12


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members_at(tmp_path_factory.mktemp("access")) as found:
        merged = answer("", 3, id="m3", kind="event", event="merged", data={"into": "ACCREDO-1"})
        found.desk.put(
            ticket(1, entry("Первое"), answer("Ответ"), title="Первое"),
            ticket(2, status="closed"),
            ticket(3, entry("Дубль"), merged, title="Дубль", status="closed"),
        )
        yield found


@pytest.fixture(scope="module")
def newcomers(members: Members) -> list[Member]:
    """Accounts for the tests, one each: all are published at once, which takes seconds."""
    return [members.join() for _ in range(MOST)]


@pytest.fixture(scope="module")
def site(members: Members, newcomers: list[Member], chromium: str) -> Iterator[Visit]:
    members.publish()
    with visit(members.www, chromium, BELOW) as one:
        yield one


@pytest.fixture(autouse=True)
def no_fault(site: Visit) -> Iterator[None]:
    """Nothing but files that are not there may be told in the console."""
    site.faults.clear()
    site.fetched.clear()
    with site.closing():
        yield
    assert unexpected(site.faults, MISSING) == []


@pytest.fixture
def ivan(members: Members, newcomers: list[Member]) -> Iterator[Member]:
    """Ivan, new, invited and published; afterwards nothing opens his account."""
    member = newcomers.pop()
    yield member
    members.change(member, revoked="2026-11-25T12:00:00Z")


def activated(site: Visit, member: Member) -> Page:
    """The page of the link, where a password of one's own is to be chosen."""
    page = site.open(member.link)
    page.get_by_role("button", name="Придумать пароль").click()
    expect(page.get_by_label("Новый пароль")).to_be_visible()
    return page


def test_nothing_happens_before_a_press(site: Visit, ivan: Member) -> None:
    page = site.open(ivan.link, until="networkidle")
    expect(page.get_by_role("button", name="Взять готовый пароль")).to_be_visible()
    assert "#" not in page.url and page.evaluate("history.length") <= 2
    assert [url for url, _ in site.fetched if url.startswith("private/")] == []


def test_a_password_of_ones_own_from_the_link_to_a_second_device(
    members: Members, site: Visit, ivan: Member
) -> None:
    page = activated(site, ivan)
    choose(page, OWN)
    letter = letter_of(page)
    assert OWN not in letter and ivan.address not in letter
    mailto = page.get_by_role("link", name="Открыть письмо").get_attribute("href") or ""
    body = parse_qs(urlsplit(mailto).query)["body"][0]
    assert body.replace("\r\n", "\n") == letter and len(mailto) < 1900
    page.get_by_role("button", name="Открыть мои обращения").click()
    shows(page, ["ACCREDO-1"])
    expect(page.locator(".tk-notice")).to_contain_text("как только мы получим ваше письмо")
    page.get_by_role("button", name="Проверить").click()
    expect(page.locator("#tk-said")).to_have_text("Письмо ещё не получено.")

    taken = members.take(ivan, letter)
    members.publish()
    page.get_by_role("button", name="Проверить").click()
    expect(page.locator("#tk-said")).to_have_text("Новый пароль действует.")
    expect(page.locator(".tk-notice")).to_have_count(0)
    page.get_by_role("link", name="ACCREDO-1", exact=True).click()
    expect(page.locator(".tk-agent")).to_contain_text("Ответ")
    page.get_by_role("button", name="Выйти").click()

    second = site.open("requests/")
    sign_in(second, ivan.address, OWN)
    shows(second, ["ACCREDO-1"])
    assert taken.record.epoch == 2
    old = site.open("requests/")
    sign_in(old, ivan.address, ivan.passphrase)
    expect(old.get_by_role("alert")).to_contain_text("ничего не открывается")
    page = site.open(ivan.link)
    page.get_by_role("button", name="Взять готовый пароль").click()
    expect(page.locator(".tk-notice")).to_contain_text("ссылка больше не действует")


def test_the_ready_passphrase_needs_one_press_and_no_letter(site: Visit, ivan: Member) -> None:
    page = site.open(ivan.link)
    page.get_by_role("button", name="Взять готовый пароль").click()
    shown = page.get_by_label("Готовый пароль", exact=True)
    expect(shown).to_have_value(ivan.passphrase)
    saved = page.get_by_label("Для менеджера паролей в браузере")
    saved.press_sequentially("x")
    for name, value in (("type", "password"), ("autocomplete", "new-password")):
        expect(saved).to_have_attribute(name, value)
    expect(saved).to_have_value(ivan.passphrase)
    expect(saved).to_be_editable()
    user = page.locator("form:has([type=password]) [autocomplete=username]")
    expect(user).to_have_value(ivan.address)
    page.get_by_role("button", name="Пароль сохранён").click()
    shows(page, ["ACCREDO-1"])
    second = site.open("requests/")
    sign_in(second, ivan.address, ivan.passphrase)
    shows(second, ["ACCREDO-1"])
    again = site.open(ivan.link)
    again.get_by_role("button", name="Взять готовый пароль").click()
    expect(again.get_by_label("Готовый пароль", exact=True)).to_have_value(ivan.passphrase)


def test_a_remembered_device_waits_for_the_answer_over_a_reload(
    members: Members, site: Visit, ivan: Member
) -> None:
    page = activated(site, ivan)
    page.get_by_label("Запомнить меня").check()
    choose(page, OWN)
    letter = letter_of(page)
    page.get_by_role("button", name="Открыть мои обращения").click()
    page.reload()
    expect(page.get_by_role("button", name="Письмо ещё раз")).to_be_visible()
    page.get_by_role("button", name="Письмо ещё раз").click()
    assert letter_of(page) == letter
    members.take(ivan, letter)
    members.publish()
    page.reload()
    shows(page, ["ACCREDO-1"])
    expect(page.locator(".tk-notice")).to_have_count(0)


def test_changing_the_password(members: Members, site: Visit, ivan: Member) -> None:
    page = site.open("requests/")
    sign_in(page, ivan.address, ivan.passphrase)
    page.get_by_role("link", name="Сменить пароль").click()
    page.get_by_label("Нынешний пароль").fill("не тот")
    choose(page, OTHER)
    expect(page.get_by_role("alert")).to_contain_text("ничего не открывается")
    page.get_by_label("Нынешний пароль").fill(ivan.passphrase)
    choose(page, OTHER)
    letter = letter_of(page)
    other = site.open("requests/")
    sign_in(other, ivan.address, OTHER)
    expect(other.get_by_role("alert")).to_contain_text("ничего не открывается")
    sign_in(other, ivan.address, ivan.passphrase)
    shows(other, ["ACCREDO-1"])

    members.take(ivan, letter)
    members.publish()
    other.get_by_role("button", name="Обновить").click()
    expect(other.locator("#tk-said")).to_contain_text("войдите с новым")
    shows(other, ["ACCREDO-1"])
    third = site.open("requests/")
    sign_in(third, ivan.address, OTHER)
    shows(third, ["ACCREDO-1"])


def test_either_of_two_chosen_passwords_may_arrive_first(
    members: Members, site: Visit, ivan: Member
) -> None:
    page = activated(site, ivan)
    choose(page, OWN)
    first = letter_of(page)
    page.get_by_role("link", name="Сменить пароль").click()
    page.get_by_label("Нынешний пароль").fill(ivan.passphrase)
    choose(page, OTHER)
    letter_of(page)
    members.take(ivan, first)
    members.publish()
    page.get_by_role("button", name="Открыть мои обращения").click()
    page.get_by_role("button", name="Проверить").click()
    expect(page.locator("#tk-said")).to_have_text("Новый пароль действует.")


def test_a_new_link_takes_the_old_ones_place(members: Members, site: Visit, ivan: Member) -> None:
    newer = members.again(ivan)
    members.publish()
    page = site.open(ivan.link)
    page.get_by_role("button", name="Взять готовый пароль").click()
    expect(page.locator(".tk-notice")).to_contain_text("заменила новая")
    expect(page.get_by_role("heading", name="Новая ссылка")).to_be_visible()
    choose(activated(site, newer), OWN)
    page = site.open("requests/")
    sign_in(page, ivan.address, ivan.passphrase)
    shows(page, ["ACCREDO-1"])  # nothing is lost until the letter is read


WEAK = ["короткий", "пароль12345678", "qwertyuiopasdf", "ivanexample2026", "аааааааааааааааааааа"]


@pytest.mark.parametrize("password", WEAK)
def test_weak_passwords_are_refused(site: Visit, strength: Page, password: str) -> None:
    choose(strength, password)
    expect(strength.locator(".tk-fault:visible")).to_contain_text("можно подобрать")
    expect(strength.get_by_label("Новый пароль")).to_be_focused()


@pytest.fixture(scope="module")
def strength(members: Members, site: Visit) -> Page:
    """One page for all passwords that are only judged."""
    member = members.join("lena@example.org")
    members.publish()
    return activated(site, member)


def test_two_that_differ_are_refused_and_a_strong_one_is_proposed(strength: Page) -> None:
    strength.get_by_label("Новый пароль").fill(OWN)
    strength.get_by_label("Ещё раз").fill(OTHER)
    strength.get_by_role("button", name="Взять этот пароль").click()
    expect(strength.locator(".tk-fault:visible")).to_have_text("Пароли не совпадают.")
    strength.get_by_role("button", name="Предложить пароль").click()
    proposed = strength.get_by_label("Новый пароль").input_value()
    assert len(proposed) == 24 and strength.get_by_label("Ещё раз").input_value() == proposed
    expect(strength.locator(".tk-strength")).to_contain_text("Надёжный")


@pytest.mark.parametrize("fragment", ["", "broken", "A" * 43 + "=", "AAAA", "Б" * 43])
def test_a_link_that_is_not_whole_is_told(site: Visit, fragment: str) -> None:
    page = site.open(f"access/#a={fragment}")
    expect(page.locator(".tk-notice")).to_contain_text("Ссылка неполная")
    fetched = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert fetched and not [one for one in fetched if "/private/" in one]


def test_an_old_number_leads_to_the_request_that_took_it(site: Visit, ivan: Member) -> None:
    page = site.open("requests/#ACCREDO-3")
    sign_in(page, ivan.address, ivan.passphrase)
    expect(page.locator("h1")).to_have_text("Первое")
    expect(page.locator(".tk-merged")).to_contain_text("Обращение продолжается здесь.")
    page.locator(".tk-merged a").click()
    expect(page.locator("h1")).to_have_text("Дубль")
    page.locator(".tk-merged a").click()
    expect(page.locator("h1")).to_have_text("Первое")
    expect(page.locator(".tk-merged")).to_have_count(0)


def test_an_expired_link_is_told_by_the_portals_clock(
    members: Members, site: Visit, ivan: Member
) -> None:
    """The file may still be there; the device's own clock decides nothing."""
    date = {"date": "Thu, 03 Dec 2026 12:00:00 GMT"}
    page = site.open("access/")
    page.route("**/private/a/*", lambda route: route.fulfill(response=route.fetch(), headers=date))
    page.goto(f"{site.base}{ivan.link}")
    page.get_by_role("button", name="Взять готовый пароль").click()
    expect(page.locator(".tk-notice")).to_contain_text("Ссылка действовала до")
    wrong = site.open("access/")
    wrong.clock.set_system_time("2031-01-01T00:00:00Z")
    wrong.goto(f"{site.base}{ivan.link}")
    right = {"date": "Thu, 26 Nov 2026 12:00:00 GMT"}
    wrong.route("**/private/a/*", lambda one: one.fulfill(response=one.fetch(), headers=right))
    wrong.get_by_role("button", name="Взять готовый пароль").click()
    expect(wrong.get_by_label("Готовый пароль", exact=True)).to_be_visible()


def test_an_address_of_somebody_is_told_from_no_other(site: Visit, ivan: Member) -> None:
    """A wrong password and an unknown address look the same, on the page and on the wire."""
    told = []
    for address in (ivan.address, "nobody@example.org"):
        page = site.open("requests/")
        site.fetched.clear()
        sign_in(page, address, "не тот пароль")
        expect(page.get_by_role("alert")).to_contain_text("ничего не открывается")
        asked = [url for url, _ in site.fetched if url.startswith("private/")]
        told.append((page.get_by_role("alert").inner_text(), [url[:10] for url in asked]))
    assert told[0] == told[1] and told[0][1] == ["private/l/"]


def test_one_press_sends_where_the_desk_names_a_service(
    members: Members, site: Visit, ivan: Member
) -> None:
    settings = members.desk.root / "tracker.toml"
    before = settings.read_text("utf-8")
    submit = "https://forms.example.org/f/desk"
    text = before.replace("[mailbox]", f'submit_url = "{submit}"\n\n[mailbox]', 1)
    members.desk.settings(text)
    members.publish()
    sent: list[str] = []
    try:
        page = activated(site, ivan)
        page.route(f"{submit}**", lambda route: answered(route, sent))
        choose(page, OWN)
        letter = letter_of(page)
        page.get_by_role("button", name="Отправить сейчас").click()
        expect(page.locator("#tk-said")).to_have_text("Отправлено.")
        page.unroute(f"{submit}**")
        page.route(f"{submit}**", lambda route: route.abort())
        page.get_by_role("button", name="Открыть мои обращения").click()
        page.get_by_role("button", name="Письмо ещё раз").click()
        page.get_by_role("button", name="Отправить сейчас").click()
        expect(page.locator("#tk-said")).to_contain_text("Отправьте его почтой")
    finally:
        members.desk.settings(before)
        members.publish()
    fields = parse_qs(sent[0])
    assert fields["message"] == [letter] and fields["email"] == [IVAN.email]
    site.faults[:] = [one for one in site.faults if submit not in one and "ERR_FAILED" not in one]


def answered(route: object, sent: list[str]) -> None:
    """Take a form as a service does."""
    request = route.request  # type: ignore[attr-defined]
    if request.method == "POST":
        sent.append(request.post_data or "")
    headers = {"access-control-allow-origin": "*", "access-control-allow-headers": "*"}
    route.fulfill(status=200, headers=headers, body="{}")  # type: ignore[attr-defined]
