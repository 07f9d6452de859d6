"""The sender of a mail that somebody passes on, as each mail program writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.mail import read_mail
from tracker.core.mail.forwards import original_sender
from tracker.core.mail.subjects import is_forward_subject

CLIENT = "Клиент Банка <client@bank.example>"
BARE = "client@bank.example"


def block(*lines: str) -> str:
    return "Прислали мне.\n\n" + "\n".join(lines) + "\n\nПришлите справку.\n"


SHAPES = {
    "gmail en": block(
        "---------- Forwarded message ---------",
        f"From: {CLIENT}",
        "Date: Mon, Nov 23, 2026 at 8:00 AM",
        "Subject: Справка",
        "To: <anna@example.org>",
    ),
    "gmail ru": block(
        "---------- Forwarded message ---------",
        f"От: {CLIENT}",
        "Date: пн, 23 нояб. 2026 г. в 08:00",
        "Subject: Справка",
    ),
    "outlook en": block(
        f"From: {CLIENT} ",
        "Sent: Monday, November 23, 2026 8:00 AM",
        "To: Anna <anna@example.org>",
        "Subject: Справка",
    ),
    "outlook ru": block(
        "От: Клиент Банка [mailto:client@bank.example] ",
        "Отправлено: 23 ноября 2026 г. 8:00",
        "Кому: Анна",
        "Тема: Справка",
    ),
    "outlook original": block(
        "-----Исходное сообщение-----", f"От: {CLIENT}", "Отправлено: 23.11.2026 8:00", "Кому: Анна"
    ),
    "apple en": block(
        "Begin forwarded message:", "", f"> From: {CLIENT}", "> Subject: Справка", "> Date: 23 Nov"
    ),
    "apple ru": block(
        "Начало переадресованного сообщения:", "", f"От: {CLIENT}", "Тема: Справка", "Дата: 23.11"
    ),
    "thunderbird en": block(
        "-------- Forwarded Message --------",
        "Subject: Справка",
        "Date: Mon, 23 Nov 2026 08:00:00 +0300",
        f"From: {CLIENT}",
        "To: anna@example.org",
    ),
    "thunderbird ru": block(
        "-------- Перенаправленное сообщение --------",
        "Тема: \tСправка",
        "Дата: \tMon, 23 Nov 2026 08:00:00 +0300",
        f"От: \t{CLIENT}",
        "Кому: \tanna@example.org",
    ),
    "mail.ru": block(
        "-------- Пересылаемое сообщение --------",
        f"От кого: {CLIENT}",
        "Кому: anna@example.org",
        "Дата: Понедельник, 23 ноября 2026, 8:00 +03:00",
        "Тема: Справка",
    ),
    "yandex": block(
        "-------- Пересылаемое сообщение --------",
        '23.11.2026, 08:00, "Клиент Банка" <client@bank.example>:',
    ),
    "name in quotes": block(
        "---------- Forwarded message ---------", f'From: "Клиент Банка" <{BARE}>', "Date: x"
    ),
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_names_its_sender(text: str) -> None:
    assert str(original_sender(text, forward=True)) == CLIENT


@pytest.mark.parametrize("name", ["gmail en", "thunderbird ru", "mail.ru", "yandex", "apple ru"])
def test_the_announcement_is_enough_without_a_forward_in_the_subject(name: str) -> None:
    assert str(original_sender(SHAPES[name], forward=False)) == CLIENT


HTML = {
    "gmail": '<div dir="ltr">Прислали.</div><div class="gmail_quote"><div dir="ltr">---------- '
    "Forwarded message ---------<br>От: <strong>Клиент Банка</strong> <span>&lt;<a "
    'href="mailto:client@bank.example">client@bank.example</a>&gt;</span><br>Date: пн, 23 нояб.'
    "<br>Subject: Справка<br></div>Пришлите справку.</div>",
    "outlook": "<p>Прислали.</p><div><p><b>От:</b> Клиент Банка &lt;client@bank.example&gt;<br>"
    "<b>Отправлено:</b> 23 ноября 2026 г. 8:00<br><b>Кому:</b> Анна<br><b>Тема:</b> Справка</p>"
    "</div><p>Пришлите справку.</p>",
    "thunderbird": "<p>Прислали.</p><div>-------- Перенаправленное сообщение --------<table><tr>"
    "<th>Тема: </th><td>Справка</td></tr><tr><th>От: </th><td>Клиент Банка <a href="
    '"mailto:client@bank.example">&lt;client@bank.example&gt;</a></td></tr></table></div><p>x</p>',
}


@pytest.mark.parametrize("html", HTML.values(), ids=HTML.keys())
def test_from_html(html: str) -> None:
    raw = (
        "From: anna@example.org\r\nSubject: Fwd: x\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"\r\n{html}"
    ).encode()
    mail = read_mail(raw)
    found = original_sender(f"{mail.text}\n{mail.quoted}", forward=is_forward_subject(mail.subject))
    assert str(found) == CLIENT


@pytest.mark.parametrize(
    "text",
    [
        "Здравствуйте!",
        "От: меня лично\nспасибо",
        f"От: {CLIENT}\nэто просто строка",
        "---------- Forwarded message ---------\nFrom: Клиент\nDate: x",
        "",
    ],
)
def test_where_nobody_is_named(text: str) -> None:
    assert original_sender(text, forward=True) is None


def test_header_lines_in_a_mail_that_is_no_forward_name_nobody() -> None:
    assert original_sender(SHAPES["outlook en"], forward=False) is None


@given(st.text(max_size=200), st.sampled_from(sorted(SHAPES)))
def test_any_text_is_read(text: str, name: str) -> None:
    for forward in (True, False):
        original_sender(text, forward=forward)
        original_sender(f"{SHAPES[name]}\n{text}", forward=forward)
