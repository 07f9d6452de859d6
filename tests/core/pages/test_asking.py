"""The *New request* page: complete without scripts, every question with its label, escaped."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from tests.core.pages.make import desk
from tracker.core.options import RequestType
from tracker.core.pages.asking import AskingPage
from tracker.core.questions import read_questions
from tracker.core.requests import Request, parse

ACCESS = RequestType(
    "Доступ <в кабинет>",
    "Не войти & не выйти",
    read_questions(["Логин*: как на карточке", "Система: портал | <почта>"]),
)
TYPES = {"access": ACCESS, "docs": RequestType("Документы", "", ())}
PAGE = AskingPage(desk(requests=tuple(TYPES.items()))).page("../")


def test_without_scripts_the_questions_are_there_as_text_and_as_a_letter() -> None:
    plain = PAGE[: PAGE.index("<form")]
    assert "support@example.org" in plain and "+7 (495) 123-45-67" in plain
    (text, _) = (unescape(one) for one in re.findall(r"<pre[^>]*>(.*?)</pre>", plain, re.DOTALL))
    assert text.startswith("Тип: Доступ <в кабинет> [access]\nЛогин: \nСистема: ")
    links = [unescape(one) for one in re.findall(r'href="(mailto:[^"]*body[^"]*)"', plain)]
    body = parse_qs(urlsplit(links[0]).query)["body"][0]
    assert body == text.replace("\n", "\r\n")
    assert parse(body.replace("Логин: ", "Логин: ivan"), TYPES) == Request(
        "access", {"Логин": "ivan"}
    )


def test_every_box_has_a_label_and_every_hint_its_place() -> None:
    boxes = re.findall(r'<(?:input|select|textarea) [^>]*?id="([^"]+)"', PAGE)
    labels = re.findall(r'<label for="([^"]+)"', PAGE)
    assert sorted(boxes) == sorted(labels)
    ids = re.findall(r' id="([^"]+)"', PAGE)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-describedby="([^"]+)"', PAGE)) <= set(ids)


def test_what_the_settings_say_is_escaped() -> None:
    assert "<в кабинет>" not in PAGE and "<почта>" not in PAGE
    assert "<option>&lt;почта&gt;</option>" in PAGE
    assert "style=" not in PAGE and not re.search(r"\son\w+=", PAGE)
    assert not re.search(r"<script(?![^>]*\ssrc=)", PAGE)


def test_required_and_optional_questions_are_told_apart() -> None:
    assert 'data-question="Логин" required aria-describedby="tk-q0-0-hint"' in PAGE
    assert '<label for="tk-q0-1">Система <i>(необязательно)</i></label>' in PAGE


def test_a_desk_without_types_offers_no_choice() -> None:
    page = AskingPage(desk()).page("")
    assert 'type="radio"' not in page and "<pre" not in page
    assert 'id="tk-title"' in page and 'id="tk-text"' in page


def test_only_a_desk_with_a_form_service_asks_for_an_address() -> None:
    assert "tk-email" not in PAGE and "tk-send" not in PAGE
    page = AskingPage(desk(submit_url="https://forms.example.org/f/1")).page("")
    assert 'id="tk-email"' in page and 'id="tk-send"' in page
    assert 'data-submit="https://forms.example.org/f/1"' in page
