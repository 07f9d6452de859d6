"""`tracker demo --private` as somebody without a mail program sees it: the whole journey."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.portal.axe import violations
from tests.portal.members import choose, numbers, sign_in
from tracker.demo.state import Folder

pytestmark = pytest.mark.servers

YOU = "you@mail.example"
OWN = "четыре странных слова ёлка"
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


def write(post: Page, url: str, subject: str, text: str) -> None:
    post.goto(f"{url}new")
    post.get_by_label("Тема").fill(subject)
    post.get_by_label("Текст").fill(text)
    post.get_by_role("button", name="Отправить").click()
    expect(post.get_by_role("status")).to_contain_text("Отправлено")


def letter(post: Page, url: str, subject: str) -> str:
    """Wait for a letter to us with words in its subject; return its text."""
    row = post.locator("tr", has_text=YOU).filter(has_text=subject).first
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
    """Press the first of these buttons that is there."""
    for name in names:
        if page.get_by_role("button", name=name).count():
            page.get_by_role("button", name=name).click()
            page.wait_for_timeout(300)
            return


def test_the_whole_journey_without_a_mail_program(demo: Folder, browser: Browser) -> None:
    state = demo.running()
    post = browser.new_context().new_page()
    write(post, state.post, "Где мой пропуск?", "Здравствуйте! Пропуска всё нет.")
    accepted = letter(post, state.post, "принято, номер")
    number = accepted.split("DEMO-")[1].split()[0].strip(".:,")
    link = link_in(letter(post, state.post, "Активировать личный кабинет"))
    assert violations(post) == []

    page = browser.new_context().new_page()
    page.goto(link)
    # The letter may come before the portal knows its link.
    own = page.get_by_label("Новый пароль")
    until(lambda: press(page, "Попробовать снова", "Придумать пароль") or own.count(), page)
    choose(page, OWN)
    page.get_by_role("button", name="Отправить сейчас").click()
    expect(page.locator("#tk-said")).to_have_text("Отправлено.")
    page.get_by_role("button", name="Открыть мои обращения").click()
    works = page.get_by_text("Новый пароль действует.")
    until(lambda: press(page, "Проверить") or works.count(), page)
    assert numbers(page) == [f"DEMO-{number}"]
    letter(post, state.post, "Пароль установлен")

    answered = ["reply", number, "--as", "anna", "--close", "--text", "Пропуск готов."]
    command = [sys.executable, "-m", "tracker", "-C", str(demo.desk), *answered]
    subprocess.run(command, env={**os.environ, **secrets(demo)}, check=True)
    assert "Пропуск готов." in letter(post, state.post, f"Re: [DEMO-{number}]")
    listed = page.get_by_role("link", name="Закрытые 1")
    until(lambda: press(page, "Обновить") or listed.count(), page)
    assert numbers(page) == []
    listed.click()
    assert numbers(page) == [f"DEMO-{number}"]

    second = browser.new_context().new_page()
    second.goto(f"{state.portal}requests/#DEMO-{number}")
    sign_in(second, YOU, OWN)
    expect(second.locator("h1")).to_have_text("Где мой пропуск?", timeout=15_000)
    expect(second.locator(".tk-agent")).to_contain_text("Пропуск готов.")

    write(post, state.post, "/доступ", "")
    fresh = link_in(letter(post, state.post, "Новая ссылка"))
    assert fresh != link
    page = browser.new_context().new_page()
    page.goto(fresh)
    passphrase = page.get_by_label("Готовый пароль", exact=True)
    until(lambda: press(page, "Попробовать снова", "Взять готовый") or passphrase.count(), page)
    page.get_by_role("button", name="Пароль сохранён").click()
    page.get_by_role("link", name="Закрытые 1").click()
    assert numbers(page) == [f"DEMO-{number}"]


def secrets(demo: Folder) -> dict[str, str]:
    """What somebody exports who works on the demo's desk by hand."""
    lines = (demo.path / "secrets.sh").read_text().splitlines()
    return dict(line.removeprefix("export ").split("=", 1) for line in lines)
