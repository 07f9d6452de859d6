"""`tracker demo --private` as somebody without a mail program sees it: the whole journey."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect, sync_playwright

from tests.portal.axe import violations
from tests.portal.members import choose, numbers, shows, sign_in
from tracker.demo.commands import AGENT_ADDRESS
from tracker.demo.state import Folder, State

pytestmark = pytest.mark.servers

YOU = "you@mail.example"
OLGA = "olga@mail.example"
OWN = "четыре странных слова ёлка"
OTHER = "пятое колесо телеги скрипит"
PATIENCE = 180
"""Seconds for the demo to read its mail and to build the portal anew."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """A private demo that runs."""
    folder = Folder(tmp_path_factory.mktemp("private") / "d")
    command = [sys.executable, "-m", "tracker", "demo", "--private", "--no-browser"]
    command += ["--port", "0", "--dir", str(folder.path)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert running.stdout
        said = []
        for line in running.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        assert "Ctrl-C" in said[-1], "".join(said)
        yield folder
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


def write(post: Page, url: str, subject: str, text: str, *, sender: str = "") -> None:
    post.goto(f"{url}new")
    if sender:
        post.get_by_label("От кого").fill(sender)
    post.get_by_label("Тема").fill(subject)
    post.get_by_label("Текст").fill(text)
    post.get_by_role("button", name="Отправить").click()
    expect(post.get_by_role("status")).to_contain_text("Отправлено")


def letter(post: Page, url: str, subject: str, to: str = YOU) -> str:
    """Wait for a letter with words in its subject; return the text of the last."""
    row = post.locator("tr", has_text=to).filter(has_text=subject).first
    until(lambda: post.goto(url) and row.count() > 0, post)
    row.get_by_role("link").click()
    return post.locator("pre").inner_text()


def link_in(text: str) -> str:
    return next(word for word in text.split() if "/access/#a=" in word)


def until(done: Callable[[], Any], page: Page) -> None:
    """Try until it is done: the demo reads its mail and builds the portal meanwhile."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, page.locator("body").inner_text()
        page.wait_for_timeout(500)


def press(page: Page, *names: str) -> None:
    """Press the first of these buttons that is there. The page may go on by itself meanwhile."""
    for name in names:
        if page.get_by_role("button", name=name).count():
            with suppress(TimeoutError):
                page.get_by_role("button", name=name).click(timeout=2_000)
            page.wait_for_timeout(300)
            return


def prefilled(page: Page) -> tuple[str, str]:
    """Return subject and text of the letter that the page has ready for a mail program."""
    address = page.locator(".tk-letter a[href^=mailto]").get_attribute("href") or ""
    assert address.startswith("mailto:support@demo.example?")
    fields = parse_qs(urlsplit(address).query)
    return fields["subject"][0], fields["body"][0]


def commit_answer(demo: Folder, number: str, text: str) -> None:
    """Answer as an agent does who has an editor and Git alone."""
    path = demo.desk / "tickets" / "000" / f"DEMO-{number}.md"
    path.write_text(path.read_text("utf-8") + f"\n{text}\n", "utf-8")
    git = ["git", "-C", str(demo.desk), "-c", "user.name=Анна", "-c", f"user.email={AGENT_ADDRESS}"]
    subprocess.run([*git, "commit", "--quiet", "--all", "--message", "Answer"], check=True)


def opened(browser: Browser, link: str, *names: str) -> Page:
    """Open a letter's link and press the button of that name: the portal may know it later."""
    page = browser.new_context().new_page()
    page.goto(link)
    field = page.get_by_label("Новый пароль").or_(page.get_by_label("Готовый пароль", exact=True))
    until(lambda: press(page, "Попробовать снова", *names) or field.count(), page)
    return page


def until_it_works(page: Page) -> None:
    """Wait until the desk has answered that the password is set."""
    page.get_by_role("button", name="Открыть мои обращения").click()
    works = page.get_by_text("Новый пароль действует.")
    until(lambda: press(page, "Проверить") or works.count(), page)


def opens_nothing(browser: Browser, portal: str, address: str, password: str) -> None:
    """A password of former times is refused, on a device that is new."""
    page = browser.new_context().new_page()
    page.goto(f"{portal}requests/")
    sign_in(page, address, password)
    expect(page.get_by_role("alert")).to_contain_text("ничего не открывается", timeout=15_000)


def leads_nowhere(browser: Browser, link: str) -> None:
    """A link of former times opens nothing either."""
    page = browser.new_context().new_page()
    page.goto(link)
    page.get_by_role("button", name="Взять готовый пароль").click()
    expect(page.locator(".tk-notice")).to_contain_text("ссылка больше не действует")


def forgotten(
    browser: Browser, state: State, post: Page, address: str, link: str, password: str
) -> Page:
    """Ask for access and choose another password: neither the former one nor a link opens anything
    afterwards. Returns the page that is signed in.
    """
    write(post, state.post, "/доступ", "", sender=address)
    fresh = link_in(letter(post, state.post, "Новая ссылка", address))
    assert fresh != link
    page = opened(browser, fresh, "Придумать пароль")
    choose(page, OTHER)
    page.get_by_role("button", name="Отправить сейчас").click()
    expect(page.locator("#tk-said")).to_have_text("Отправлено.")
    until_it_works(page)
    opens_nothing(browser, state.portal, address, password)
    for former in (link, fresh):
        leads_nowhere(browser, former)
    return page


def test_the_whole_journey_without_a_mail_program(demo: Folder, browser: Browser) -> None:
    state = demo.running()
    post = browser.new_context().new_page()
    write(post, state.post, "Где мой пропуск?", "Здравствуйте! Пропуска всё нет.")
    accepted = letter(post, state.post, "принято, номер")
    number = accepted.split("DEMO-")[1].split()[0].strip(".:,")
    link = link_in(letter(post, state.post, "Активировать личный кабинет"))
    assert violations(post) == []

    page = opened(browser, link, "Придумать пароль")
    choose(page, OWN)
    write(post, state.post, *prefilled(page))
    until_it_works(page)
    shows(page, [f"DEMO-{number}"])
    letter(post, state.post, "Пароль установлен")

    commit_answer(demo, number, "Пропуск печатают, подождите до завтра.")
    assert "Пропуск печатают" in letter(post, state.post, f"Re: [DEMO-{number}]")
    post.get_by_label("Текст").fill("Спасибо, жду до завтра.")
    post.get_by_role("button", name="Отправить").click()
    page.get_by_role("link", name=f"DEMO-{number}", exact=True).click()
    said = page.get_by_text("Спасибо, жду до завтра.")
    until(lambda: press(page, "Обновить") or said.count(), page)
    expect(page.locator(".tk-agent")).to_contain_text("Пропуск печатают")

    answered = ["reply", number, "--as", "anna", "--close", "--text", "Пропуск готов."]
    command = [sys.executable, "-m", "tracker", "-C", str(demo.desk), *answered]
    subprocess.run(command, env={**os.environ, **secrets(demo)}, check=True)
    until(lambda: "Пропуск готов." in letter(post, state.post, f"Re: [DEMO-{number}]"), post)
    page.goto(f"{state.portal}requests/")
    sign_in(page, YOU, OWN)
    listed = page.get_by_role("link", name="Закрытые 1")
    until(lambda: press(page, "Обновить") or listed.count(), page)
    shows(page, [])
    listed.click()
    shows(page, [f"DEMO-{number}"])
    page.get_by_role("link", name="Все 1").click()
    shows(page, [f"DEMO-{number}"])

    second = browser.new_context().new_page()
    second.goto(f"{state.portal}requests/#DEMO-{number}")
    sign_in(second, YOU, OWN)
    expect(second.locator("h1")).to_have_text("Где мой пропуск?", timeout=15_000)
    expect(second.locator(".tk-agent").last).to_contain_text("Пропуск готов.")

    page = forgotten(browser, state, post, YOU, link, OWN)
    page.get_by_role("link", name="Закрытые 1").click()
    shows(page, [f"DEMO-{number}"])


@pytest.mark.soak
def test_who_took_the_ready_passphrase_and_forgot_it(demo: Folder, browser: Browser) -> None:
    state = demo.running()
    post = browser.new_context().new_page()
    write(post, state.post, "Второй вопрос", "Здравствуйте!", sender=f"Ольга <{OLGA}>")
    link = link_in(letter(post, state.post, "Активировать личный кабинет", OLGA))
    page = opened(browser, link, "Взять готовый")
    passphrase = page.get_by_label("Готовый пароль", exact=True).input_value()
    page.get_by_role("button", name="Пароль сохранён").click()
    (number,) = numbers(page)

    second = browser.new_context().new_page()
    second.goto(f"{state.portal}requests/")
    sign_in(second, OLGA, passphrase)
    shows(second, [number])

    page = forgotten(browser, state, post, OLGA, link, passphrase)
    shows(page, [number])


def secrets(demo: Folder) -> dict[str, str]:
    """What somebody exports who works on the demo's desk by hand."""
    lines = (demo.path / "secrets.sh").read_text().splitlines()
    return dict(line.removeprefix("export ").split("=", 1) for line in lines)
