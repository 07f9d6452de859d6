"""The *New request* page in a real browser, as requesters use it; then what else they meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.core.pages.make import IVAN, answer, entry, ticket
from tests.portal.axe import violations
from tests.portal.browser import Visit, looks, visit
from tests.portal.desks import PNG, SETTINGS, DeskFolder
from tracker.core.requests import Request, compose, parse
from tracker.core.settings import Settings, read_settings
from tracker.core.ticket import Attachment

pytestmark = pytest.mark.servers

SERVICE = "https://forms.example.org/f/desk"
MORE = """
[agents.anna]
name = "Анна"
emails = ["anna@example.org"]

[sla]
first_answer = "2h"

[requests.access]
title = "Доступ в кабинет"
text = "Не получается войти"
questions = ["Логин*: как на карточке", "Когда (примерно)*", "Система: портал | почта"]

[requests.docs]
title = "Документы"
"""
WITH_EDIT = 'edit_url = "https://git.example.org/desk/edit/main/"\n'
RICH = """# Как войти

Сначала `reset`, потом:

### Команда

```
{line}
```

| {head} |
|{rule}|
| {head} |

> Цитата

- [снимок](ACCREDO-36/снимок.png)
""".format(
    line="sudo systemctl restart accreditation-portal.service " * 5,
    head=" | ".join(f"Колонка{n}" for n in range(30)),
    rule="---|" * 29 + "---",
)
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def settings_of(language: str, more: str) -> str:
    text = SETTINGS.format(language=language, visibility="public")
    return text.replace("\n[mailbox]", f"{more}\n[mailbox]") + MORE


def build(root: Path, language: str, more: str) -> Path:
    """A site below /desk/: tickets closed, open, merged and long, and one closed before thirty
    open ones of the same title, and one with all that Markdown has.
    """
    desk = DeskFolder(root / "source", language)
    desk.settings(settings_of(language, more))
    closing = answer("", 2, kind="event", event="closed")
    folder = "tickets/000/ACCREDO-36"
    names = ("снимок.png", "ivan@example.org.pdf", "page.html")
    files = tuple(Attachment(one, f"{folder}/{one}", 3, "x/y") for one in names)
    for one in files:
        desk.file(one.path, PNG)
    merged = answer("", 3, id="m00003", kind="event", event="merged", data={"into": "ACCREDO-2"})
    desk.put(
        ticket(1, entry("Не могу войти"), closing, title="Кабинет не открывается", status="closed"),
        ticket(2, entry("Войти"), title="Кабинет медленно открывается", assignee="anna"),
        ticket(3, entry("Дубль"), merged, title="Дубль", status="closed"),
        ticket(
            4,
            entry("Вопрос"),
            answer("", 2, kind="event", event="waiting"),
            answer("", 5, kind="event", event="resumed", author=IVAN, role="requester"),
            title="С историей",
        ),
        ticket(5, entry("Опять"), closing, title="Тормозит принтер", status="closed"),
        *(ticket(n, entry("Снова"), title="Тормозит принтер") for n in range(6, 36)),
        ticket(
            36,
            entry("# Не вхожу", quoted="> так и было", format="markdown", attachments=files),
            answer(RICH, format="markdown", quoted="так", attachments=files),
            title="С разметкой",
        ),
    )
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    (root / "www").mkdir()
    desk.site.rename(root / "www" / "desk")
    return root / "www"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Visit]:
    """A Russian desk with types, whose letters go by mail."""
    root = build(tmp_path_factory.mktemp("request"), "ru", WITH_EDIT)
    with visit(root, chromium, "desk/") as one:
        yield one


@pytest.fixture
def kinds() -> Settings:
    return read_settings(settings_of("ru", WITH_EDIT))


@pytest.fixture(autouse=True)
def no_fault(site: Visit) -> Iterator[None]:
    """Whatever a test does: no console error, no policy breach, no foreign request."""
    site.faults.clear()
    with site.closing():
        yield
    assert site.faults == []


def fill(page: Page, title: str = "Кабинет не открывается", **boxes: str) -> None:
    """Fill in a request of the first type and go on."""
    page.get_by_role("radio", name="Доступ в кабинет").check()
    page.get_by_label("Что случилось").fill(title)
    for name, text in ({"q0-0": "ivan", "q0-1": "вчера"} | boxes).items():
        page.locator(f"#tk-{name.replace('_', '-')}").fill(text)


def go_on(page: Page, name: str = "Продолжить") -> None:
    page.get_by_role("button", name=name).click()
    expect(page.locator("#tk-ready")).to_be_focused()


def letter(page: Page) -> tuple[str, dict[str, str]]:
    """The address and the fields of the link to the mail program."""
    link = page.locator("#tk-open").get_attribute("href")
    assert link is not None and "+" not in link and "'" not in link
    parts = urlsplit(link)
    return parts.path, {key: one[0] for key, one in parse_qs(parts.query).items()}


# The form


def test_the_letter_is_the_one_that_is_read_back(site: Visit, kinds: Settings) -> None:
    page = site.open("new/")
    fill(page, text="Пишет «ошибка»\n\nЧто делать? 100% & +7")
    page.get_by_label("Система").select_option("почта")
    go_on(page)
    answers = {"Логин": "ivan", "Когда (примерно)": "вчера", "Система": "почта"}
    wanted = Request("access", answers, "Пишет «ошибка»\n\nЧто делать? 100% & +7")
    address, fields = letter(page)
    assert address == "support@example.org"
    assert fields["subject"] == "Кабинет не открывается"
    assert fields["body"] == compose(wanted, kinds.requests, "ru").replace("\n", "\r\n")
    assert parse(fields["body"], kinds.requests) == wanted
    expect(page.get_by_label("Кому", exact=True)).to_have_value("support@example.org")


@pytest.mark.parametrize(
    "text",
    [
        "Логин: x Описание: y когда (примерно): z",
        "  много   пробелов\tи табуляция ",
        "эмодзи 🙂 <b>&amp;</b> \"кавычки\" 'и ещё'",
        "\\ ^ $ * [x] {y} (z) | ?",
    ],
)
def test_the_browser_composes_as_the_desk_does(site: Visit, kinds: Settings, text: str) -> None:
    page = site.open("new/")
    fill(page, q0_1=text, text=text)
    go_on(page)
    answers = {"Логин": "ivan", "Когда (примерно)": " ".join(text.split())}
    wanted = compose(Request("access", answers, text), kinds.requests, "ru")
    expect(page.get_by_label("Текст", exact=True)).to_have_value(wanted)


def test_another_request_is_its_words_alone(site: Visit) -> None:
    page = site.open("new/")
    page.get_by_role("radio", name="Другое").check()
    page.get_by_label("Что случилось").fill("Вопрос")
    page.get_by_label("Описание").fill("Просто вопрос")
    go_on(page)
    assert letter(page)[1] == {"subject": "Вопрос", "body": "Просто вопрос"}


def test_only_the_questions_of_the_chosen_type_are_asked(site: Visit) -> None:
    page = site.open("new/")
    expect(page.get_by_label("Логин")).to_be_hidden()
    page.get_by_role("radio", name="Доступ в кабинет").check()
    expect(page.get_by_label("Логин")).to_be_visible()
    page.get_by_role("radio", name="Документы").check()
    expect(page.get_by_label("Логин")).to_be_hidden()
    expect(page.locator("label[for=tk-text] i")).to_be_hidden()


def test_nothing_goes_on_before_everything_needed_is_there(site: Visit) -> None:
    page = site.open("new/")
    page.get_by_role("button", name="Продолжить").click()
    summary = page.locator(".tk-faults")
    expect(summary).to_be_focused()
    expect(summary.locator("li")).to_have_count(3)  # type, title, description
    page.get_by_role("radio", name="Доступ в кабинет").check()
    page.get_by_role("button", name="Продолжить").click()
    expect(summary.locator("a")).to_have_text(
        [
            "Что случилось, в нескольких словах: Заполните это поле.",
            "Логин: Заполните это поле.",
            "Когда (примерно): Заполните это поле.",
        ]
    )
    summary.get_by_role("link", name="Логин").click()
    box = page.get_by_label("Логин")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_accessible_description("как на карточке Заполните это поле.")
    box.fill("ivan")
    expect(box).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Когда").fill("   ")
    page.get_by_label("Что случилось").fill("Вход")
    page.get_by_role("button", name="Продолжить").click()
    expect(summary.locator("li")).to_have_count(1)
    expect(page.locator("#tk-ready")).to_be_hidden()


def test_a_request_is_written_without_a_mouse(site: Visit) -> None:
    page = site.open("new/")
    press = page.keyboard.press
    page.locator("h1").click()
    press("Tab")
    expect(page.get_by_role("radio", name="Доступ в кабинет")).to_be_focused()
    press("Space")
    press("Tab")
    page.keyboard.type("Zzz")
    for text in ("ivan", "yesterday"):
        press("Tab")
        page.keyboard.type(text)
    press("Tab")
    press("ArrowDown")
    press("Tab")
    press("Tab")
    expect(page.get_by_role("button", name="Продолжить")).to_be_focused()
    press("Enter")
    expect(page.locator("#tk-ready")).to_be_focused()
    press("Tab")
    expect(page.locator("#tk-open")).to_be_focused()
    assert "Система: портал" in letter(page)[1]["body"]
    press("Tab")
    press("Enter")
    expect(page.get_by_label("Что случилось")).to_be_focused()
    expect(page.get_by_label("Что случилось")).to_have_value("Zzz")


# What may answer it already


def test_help_pages_and_closed_requests_are_suggested(site: Visit) -> None:
    page = site.open("new/")
    page.get_by_label("Что случилось").press_sequentially("Кабинет не открывается")
    found = page.locator(".tk-found li")
    expect(found).to_have_text([re.compile("^Кабинет не открывается закрыто")])
    expect(page.locator("#tk-found-status")).to_have_text("Найдено: 1")
    page.get_by_label("Что случилось").fill("как добавить коллегу")
    expect(found.first).to_have_text("Как добавить коллегу")
    assert page.locator(".tk-found a").first.get_attribute("href") == (
        f"{site.base}help/colleagues/"
    )
    page.get_by_label("Что случилось").fill("щщщ")
    expect(page.locator(".tk-found")).to_be_hidden()


def test_a_ticket_need_not_hold_every_word_of_the_title(site: Visit) -> None:
    page = site.open("new/")
    page.get_by_label("Что случилось").fill("вчера кабинет открывается через раз")
    found = page.locator(".tk-found a")
    expect(found).to_have_text(["Кабинет не открывается"])


def test_a_closed_request_is_offered_behind_thirty_newer_open_ones(site: Visit) -> None:
    page = site.open("new/")
    page.get_by_label("Что случилось").fill("Тормозит принтер")
    expect(page.locator(".tk-found li")).to_have_text(["Тормозит принтер закрыто"])
    assert page.locator(".tk-found a").get_attribute("href") == f"{site.base}tickets/ACCREDO-5/"


def test_what_was_written_is_there_after_a_look_at_a_suggestion(site: Visit) -> None:
    page = site.open("new/")
    fill(page)
    page.locator(".tk-found a").first.click()
    expect(page.locator("h1")).to_have_text("Кабинет не открывается")
    page.goto(f"{site.base}new/")
    expect(page.get_by_label("Что случилось")).to_have_value("Кабинет не открывается")
    expect(page.get_by_label("Логин")).to_have_value("ivan")


# Without a mail program, with a long text, without scripts


def test_the_letter_can_be_copied(site: Visit) -> None:
    page = site.open("new/", permissions=CLIPBOARD)
    fill(page)
    go_on(page)
    for label, wanted in (
        ("Кому", "support@example.org"),
        ("Тема", "Кабинет не открывается"),
        ("Текст", page.get_by_label("Текст", exact=True).input_value()),
    ):
        button = page.get_by_role("button", name=f"Скопировать: {label}")
        button.click()
        expect(button).to_have_text("Скопировано")
        assert page.evaluate("() => navigator.clipboard.readText()") == wanted


def test_it_can_be_copied_where_the_clipboard_is_out_of_reach(site: Visit) -> None:
    page = site.open("new/")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }")
    fill(page)
    go_on(page)
    button = page.get_by_role("button", name="Скопировать: Тема")
    button.click()
    expect(button).to_have_text("Скопировано")
    expect(button).to_be_focused()


def test_a_long_text_goes_over_the_clipboard(site: Visit) -> None:
    page = site.open("new/", permissions=CLIPBOARD)
    fill(page, text="слово " * 200)
    go_on(page)
    expect(page.locator("#tk-long")).to_be_visible()
    assert letter(page)[1] == {"subject": "Кабинет не открывается"}
    page.locator("#tk-open").evaluate("(link) => { link.href = '#' }")
    page.locator("#tk-open").click()
    expect(page.locator("#tk-status")).to_have_text("Скопировано")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == page.get_by_label("Текст", exact=True).input_value()
    page.get_by_role("button", name="Исправить").click()
    page.get_by_label("Описание").fill("коротко")
    go_on(page)
    expect(page.locator("#tk-long")).to_be_hidden()
    link = page.locator("#tk-open").get_attribute("href")
    assert link is not None and len(link) <= 1_800


def test_without_scripts_everything_needed_is_there(site: Visit, kinds: Settings) -> None:
    page = site.open("new/", java_script_enabled=False)
    expect(page.locator(".tk-plain")).to_contain_text("support@example.org")
    expect(page.locator("form.tk-form")).to_be_hidden()
    text = page.locator("pre").first.inner_text()
    assert parse(text.replace("Логин: ", "Логин: ivan"), kinds.requests) == Request(
        "access", {"Логин": "ivan"}
    )
    link = page.get_by_role("link", name="Открыть письмо с этими вопросами").first
    assert "body=" in (link.get_attribute("href") or "")


# With a service that mails the form


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, site: Visit) -> Iterator[Visit]:
    """An English desk whose form is sent to a service, in the browser of the other desk."""
    root = build(tmp_path_factory.mktemp("service"), "en", f'submit_url = "{SERVICE}"\n')
    with site.beside(root, "desk/") as one:
        yield one


def test_one_click_sends_to_the_service_and_nowhere_else(service: Visit) -> None:
    page = service.open("new/")
    sent: list[dict[str, list[str]]] = []
    statuses = iter([500, 200])

    def answer_it(route: Route) -> None:
        sent.append(parse_qs(route.request.post_data or ""))
        headers = {"Access-Control-Allow-Origin": "*"}
        route.fulfill(status=next(statuses), headers=headers, body="{}")

    page.route(SERVICE, answer_it)
    page.get_by_role("radio", name="Something else").check()
    page.get_by_label("What happened").fill("Door")
    page.get_by_label("Description").fill("It is stuck")
    page.get_by_label("Your mail address").fill("nobody")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#tk-email-fault")).to_have_text("This is no mail address.")
    page.get_by_label("Your mail address").fill("ivan@example.org")
    go_on(page, "Continue")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#tk-status")).to_contain_text("could not be sent")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#tk-status")).to_contain_text("It is sent")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    wanted = {"email": ["ivan@example.org"], "subject": ["Door"], "message": ["It is stuck"]}
    assert sent == [wanted, wanted]
    service.faults[:] = [one for one in service.faults if SERVICE not in one and "500" not in one]
    assert service.faults == []


def test_the_policy_lets_no_other_page_reach_the_service(service: Visit) -> None:
    page = service.open("help/")
    page.route(SERVICE, lambda route: route.fulfill(status=200, body="reached"))
    reached = page.evaluate("(url) => fetch(url).then(() => true, () => false)", SERVICE)
    assert reached is False
    service.faults.clear()


# Everything else a requester or an agent meets


PAGES = ["", "new/", "contacts/", "queues/", "help/", "help/letters/", "requests/"]
CARDS = ["tickets/ACCREDO-1/", "tickets/ACCREDO-3/", "tickets/ACCREDO-4/", "404.html"]


@pytest.mark.parametrize("address", PAGES + CARDS)
def test_pages_are_accessible_and_fit_a_phone(site: Visit, address: str) -> None:
    page = site.open(address, 390, until="networkidle")
    for scheme, width in looks(page, 390):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == [], scheme


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_card_with_markdown_is_accessible_and_fits(site: Visit, width: int, scheme: str) -> None:
    page = site.open("tickets/ACCREDO-36/", width, scheme, until="networkidle")
    assert page.locator("article :is(h2, pre, table, blockquote, .tk-files li)").count() > 8
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "address",
    [
        "requests/",
        "requests/closed/",
        "tickets/ACCREDO-36/",
        "queues/",
        "search/?q=принтер",
        "help/",
    ],
)
def test_an_english_desk_is_accessible_and_fits(service: Visit, address: str, width: int) -> None:
    service.faults.clear()
    page = service.open(address, width, until="networkidle")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    assert service.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_is_accessible_in_every_state(site: Visit, scheme: str) -> None:
    page = site.open("new/", 390, scheme)
    page.get_by_role("radio", name="Доступ в кабинет").check()
    page.get_by_label("Что случилось").fill("Кабинет не открывается")
    expect(page.locator(".tk-found")).to_be_visible()
    page.get_by_role("button", name="Продолжить").click()
    assert violations(page) == []
    fill(page, text="слово " * 200)
    go_on(page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_front_page_opens_the_search(site: Visit) -> None:
    page = site.open("", until="networkidle")
    page.get_by_role("button", name="Найти в обращениях и справке").click()
    expect(page.locator(".md-search__input")).to_be_focused()


def test_an_old_number_leads_to_the_new_one(site: Visit) -> None:
    """From a mail or a bookmark; inside the portal the old conversation can be read."""
    page = site.open("")
    page.goto("about:blank")
    page.goto(f"{site.base}tickets/ACCREDO-3/")
    expect(page.locator("h1")).to_have_text("Кабинет медленно открывается")
    expect(page.locator(".tk-merged")).to_contain_text("Обращение продолжается здесь.")
    assert violations(page) == []
    page.go_back()
    assert page.url == "about:blank"
    page.go_forward()
    page.locator(".tk-merged a").click()
    expect(page.locator("h1")).to_have_text("Дубль")
    page.locator(".tk-merged a").click()
    expect(page.locator("h1")).to_have_text("Кабинет медленно открывается")
    expect(page.locator(".tk-merged")).to_have_count(0)


def test_without_scripts_an_old_number_says_where_the_request_goes_on(site: Visit) -> None:
    page = site.open("tickets/ACCREDO-3/", java_script_enabled=False)
    page.locator(".tk-merged a").click()
    expect(page.locator("h1")).to_have_text("Кабинет медленно открывается")


def test_the_history_unfolds(site: Visit) -> None:
    page = site.open("tickets/ACCREDO-4/")
    expect(page.locator("#tk > details li").first).to_be_hidden()
    page.get_by_text("История", exact=True).click()
    expect(page.locator("#tk > details li")).to_have_count(2)
    expect(page.locator("#tk > details")).to_contain_text("22 ноября 2026, 11:14")


@pytest.mark.parametrize("number", [1, 4])
def test_agents_find_the_file_of_a_card(site: Visit, number: int) -> None:
    page = site.open(f"tickets/ACCREDO-{number}/")
    expect(page.get_by_role("link", name="Изменить в Git")).to_have_attribute(
        "href", f"https://git.example.org/desk/edit/main/tickets/000/ACCREDO-{number}.md"
    )
    assert page.goto(f"{site.base}help/")
    expect(page.get_by_role("link", name="Изменить в Git")).to_have_count(0)


def test_what_is_overdue_is_shown_by_the_clock(site: Visit) -> None:
    page = site.open("queues/")
    page.clock.set_fixed_time("2026-11-23T07:59:00Z")  # the desk opens at 6:00 UTC
    page.reload()
    expect(page.get_by_role("link", name="Просрочены 0")).to_be_visible()
    expect(page.locator("#overdue ~ .tk-none")).to_have_text("Здесь ничего не ждёт.")
    expect(page.locator(".tk-late")).to_have_count(0)
    page.clock.set_fixed_time("2026-11-23T08:01:00Z")
    page.reload()
    page.get_by_role("link", name="Просрочены 32").click()
    rows = page.locator("#overdue + .tk-scroll tbody tr")
    expect(rows).to_have_count(32)
    expect(rows.first).to_contain_text("23.11.2026 11:00просрочено")
    numbers = rows.locator("td:first-child").all_inner_texts()
    assert "ACCREDO-2" in numbers and "ACCREDO-36" not in numbers  # which was answered
    assert violations(page) == []


def test_queues_lead_to_their_tickets(site: Visit) -> None:
    page = site.open("queues/")
    page.get_by_role("link", name="Анна 1").click()
    expect(page.locator("#agent-1 + .tk-scroll tbody tr")).to_contain_text(["Анна"])
    page.locator("#agent-1 + .tk-scroll a").click()
    expect(page.locator("h1")).to_have_text("Кабинет медленно открывается")


@pytest.mark.parametrize("address", ["nowhere", "tickets/ACCREDO-9999/", "a/b/c/d/e.html"])
def test_a_dead_link_is_told_at_any_depth(site: Visit, address: str) -> None:
    page = site.open(address, until="networkidle")
    assert page.title() == "Такой страницы нет - Служба аккредитации"
    assert page.evaluate("getComputedStyle(document.querySelector('.md-button')).borderRadius") != (
        "0px"
    )
    page.get_by_role("link", name="Новое обращение").last.click()
    expect(page.locator("form.tk-form")).to_be_visible()
    site.faults[:] = [one for one in site.faults if "status of 404" not in one]


@pytest.mark.parametrize("address", ["tickets/ACCREDO-4/", "requests/any/"])
def test_paper_is_white_and_carries_no_buttons(site: Visit, address: str) -> None:
    page = site.open(address, 1280, "dark", until="networkidle")
    page.emulate_media(media="print")
    look = "(one) => getComputedStyle(document.querySelector(one))"
    assert page.evaluate(f"{look}.backgroundColor", "body") == "rgb(255, 255, 255)"
    assert page.evaluate(f"{look}.color", "h1") == "rgb(0, 0, 0)"
    for hidden in (".md-header", ".tk-reply", ".tk-tabs", ".tk-filter", ".tk-edit"):
        for one in page.locator(hidden).all():
            expect(one).to_be_hidden()
    if "tickets" in address:
        expect(page.locator("#tk > details li").first).to_be_visible()
