"""The composed letter: what is written is read back, whatever mail programs do to it."""

from __future__ import annotations

import textwrap
from email.message import EmailMessage
from html import escape
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import MemoryDesk, raw_mail, settings
from tracker.core.fields import Fields, said
from tracker.core.mail import read_mail
from tracker.core.requests import Request, compose, parse, template
from tracker.core.settings import SettingsError, read_settings
from tracker.core.texts import Language

TYPES = """
[requests.access]
title = "Доступ к личному кабинету"
text = "Не получается войти"
questions = [
    "Логин*",
    "Когда началось*: дата и примерное время",
    "Система: портал | почта | другое",
    "Дата",
    "Тема",
]
[requests."справка"]
title = "Справка & выписка"
"""
DESK = settings(TYPES)
KINDS = DESK.requests
LABELS = [one.label for one in KINDS["access"].questions]

_words = st.text("абвгдеЁжzQ019.,!?&<>*_#@|\\`'\"()=+/~^%- ", min_size=1, max_size=30)
_traps = st.sampled_from(
    ["Логин: x", "Описание: y", "Когда началось:", "Тип: Доступ [access]", "a: b", "дата: вчера"]
)
_line = st.lists(st.one_of(_words, _traps), min_size=1, max_size=8).map(
    lambda parts: " ".join(" ".join(parts).split())
)
_answer = _line.filter(bool)
_paragraph = st.lists(_line, min_size=1, max_size=4).map("\n".join)
_text = st.lists(_paragraph, max_size=3).map("\n\n".join)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request of some type, with some of its questions answered."""
    key = draw(st.sampled_from(sorted(KINDS)))
    labels = LABELS if key == "access" else []
    given = {one: draw(_answer) for one in labels if draw(st.booleans())}
    return Request(key, given, draw(_text).strip())


def same(found: Request | None, wanted: Request) -> bool:
    """The same type, answers and words; lines may have been broken and blanks joined."""
    return (
        found is not None
        and (found.type, dict(found.answers)) == (wanted.type, dict(wanted.answers))
        and found.text.split() == wanted.text.split()
    )


def wrapped(text: str, width: int = 72) -> str:
    """Break lines at ordinary blanks, as mail programs do."""
    lines = []
    for line in text.split("\n"):
        shielded = line.replace("\xa0", "\x01").replace("-", "\x02")
        parts = textwrap.wrap(shielded, width, break_long_words=False, break_on_hyphens=False)
        lines += parts or [""]
    return "\n".join(lines).replace("\x01", "\xa0").replace("\x02", "-")


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


@given(requests())
def test_what_is_composed_is_read_back(request_: Request) -> None:
    text = compose(request_, KINDS, "ru")
    assert parse(text, KINDS) == request_
    assert compose(request_, KINDS, "en").startswith("Type: ")
    assert parse(compose(request_, KINDS, "en"), KINDS) == request_


@given(
    requests(),
    st.lists(
        st.sampled_from(
            [
                wrapped,
                quoted,
                lambda text: text.replace("\n", "\r\n"),
                lambda text: text.replace(" ", "\xa0"),
                lambda text: f"Добрый день!\n\n{text}",
                lambda text: f"\n\n{text}\n\n",
            ]
        ),
        max_size=4,
    ),
)
def test_mail_programs_may_bend_it(request_: Request, bends: list) -> None:  # type: ignore[type-arg]
    text = compose(request_, KINDS, "ru")
    for bend in bends:
        text = bend(text)
    assert same(parse(text, KINDS), request_)


@given(requests())
def test_html_that_doubles_the_line_ends_may_be_converted(request_: Request) -> None:
    text = compose(request_, KINDS, "ru")
    html = "".join(f"<p>{escape(line) or '&nbsp;'}</p>\n" for line in text.split("\n"))
    found = read_mail(_message(html, "html"))
    both = f"{found.text}\n{found.quoted}" if found.quoted else found.text
    read = parse(both, KINDS, markdown=True)
    assert read is not None and read.type == request_.type
    assert read.answers.keys() == request_.answers.keys()


@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_a_letter_comes_back_through_the_mail_reader(subtype: str) -> None:
    """Labels that mail headers have, too (Дата, Тема), are not taken for a quotation."""
    wanted = Request(
        "access",
        {"Логин": "ivan_p*", "Система": "почта", "Дата": "1. марта", "Тема": "# <b>вход</b>"},
        "Не могу войти.\n\n- первое\n- второе",
    )
    text = compose(wanted, KINDS, "ru")
    if subtype == "html":
        lines = [f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n")]
        text = f"<html><body>{''.join(lines)}</body></html>"
    found = read_mail(_message(text, subtype))
    assert found.quoted == ""
    read = parse(found.text, KINDS, markdown=found.format == "markdown")
    assert same(read, wanted)


def _message(text: str, subtype: str) -> bytes:
    message = EmailMessage()
    message["From"] = "ivan@example.org"
    message["To"] = "support@example.org"
    message["Subject"] = "Не войти"
    message.set_content(text, subtype=subtype)
    return message.as_bytes()


def test_people_can_read_it() -> None:
    request_ = Request("access", {"Логин": "ivan", "Дата": "вчера"}, "Не могу войти")
    assert compose(request_, KINDS, "ru") == (
        "Тип: Доступ к личному кабинету [access]\n"
        "Логин: ivan\n"
        "Дата: вчера\n"
        "\n"
        "Описание:\n"
        "Не могу войти"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Здравствуйте, не могу войти",
        "Тип: Доступ",
        "Тип: Доступ [unknown]\nЛогин: x",
        "Доступ [access]",
        "Тема: вопрос [access]",
        "[access]",
        "Тип: [access" * 500,
    ],
)
def test_other_letters_are_none(text: str) -> None:
    assert parse(text, KINDS) is None


def test_a_template_filled_in_by_hand_is_read() -> None:
    text = template("access", KINDS["access"], "ru")
    assert parse(text, KINDS) == Request("access")
    by_hand = text.replace("Логин: ", "Логин:\n\nivan\n").replace("Дата: ", "дата: вчера\nвечером")
    read = parse(f"{by_hand}\nНе могу войти\n\nИван", KINDS)
    assert read == Request(
        "access", {"Логин": "ivan", "Дата": "вчера вечером"}, "Не могу войти\n\nИван"
    )


def test_words_below_the_answers_are_the_description() -> None:
    read = parse("Тип: Доступ [access]\nЛогин: ivan\n\nИ ещё вот что", KINDS)
    assert read == Request("access", {"Логин": "ivan"}, "И ещё вот что")


def test_a_request_of_no_type_is_its_words() -> None:
    assert compose(Request("", {}, " Привет\n"), KINDS, "ru") == "Привет"


def test_a_new_ticket_gets_the_type_as_label() -> None:
    desk = MemoryDesk(with_settings=DESK)
    text = compose(Request("access", {"Логин": "ivan"}, "Не могу войти"), KINDS, "ru")
    desk.take(raw_mail(text=text))
    ticket = desk.tickets()[1]
    assert ticket.labels == ("access",)
    assert ticket.entries[0].data["type"] == "access"
    assert "Логин: ivan" in ticket.entries[0].text
    assert said(ticket).labels == Fields.of(ticket).labels
    assert ticket.entries[1].visibility == "internal"


def test_a_type_that_is_not_configured_gives_no_label() -> None:
    desk = MemoryDesk()
    desk.take(raw_mail(text="Тип: Доступ [access]\nЛогин: ivan"))
    assert desk.tickets()[1].labels == ()
    assert len(desk.tickets()[1].entries) == 1


def compiled(*pairs: tuple[str, str]) -> bytes:
    """A desk's own catalogue."""
    catalog, target = Catalog(locale="de"), BytesIO()
    for said_in_english, own in pairs:
        catalog.add(said_in_english, own)
    write_mo(target, catalog)
    return target.getvalue()


def test_a_letter_in_the_desks_own_words_is_read_back() -> None:
    german = Language("de", compiled(("Type", "Art"), ("Description", "Beschreibung")))
    wanted = Request("access", {"Логин": "ivan Beschreibung: x"}, "Hallo")
    text = compose(wanted, KINDS, german)
    assert text.startswith("Art: ") and "\nBeschreibung:\nHallo" in text
    assert same(parse(text, KINDS, german), wanted)
    assert parse(text, KINDS) is None
    assert parse(compose(wanted, KINDS, "ru"), KINDS, german) is not None


def test_no_question_is_called_as_the_description_is_in_the_desks_own_words() -> None:
    own = {"de": compiled(("Description", "Beschreibung"))}
    source = (
        '[desk]\nname = "x"\nprefix = "X1"\nlanguage = "de"\n[mailbox]\naddress = "a@example.org"\n'
        '[requests.a]\ntitle = "A"\nquestions = ["beschreibung*"]\n'
    )
    with pytest.raises(SettingsError, match=r"tracker\.toml:9: .*`beschreibung`"):
        read_settings(source, own=own)
