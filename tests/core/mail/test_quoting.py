"""New words and old ones, subjects with prefixes, wrapped paragraphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.mail.flowed import unflow
from tracker.core.mail.quote_marks import is_attribution, is_cut_mark, is_device_line, label
from tracker.core.mail.quoting import split_quoted
from tracker.core.mail.subjects import clean_subject, is_forward_subject, is_reply_subject

LINES = [
    "",
    "Привет",
    "> old",
    ">> older",
    "-- ",
    "Иван",
    "From: a@example.org",
    "Sent: Friday",
    "Тема: x",
    "On Fri, 5 Apr 2024 at 12:00, A <a@example.org> wrote:",
    "пт, 5 апр. 2024 г. в 12:00, A <a@example.org>:",
    "-----Original Message-----",
    "---------- Forwarded message ---------",
    "Отправлено с iPhone",
    "--- Ответьте выше этой строки ---",
    "* * *",
]


@given(st.lists(st.sampled_from(LINES), max_size=12), st.booleans(), st.booleans())
def test_no_word_is_lost(lines: list[str], reply: bool, forward: bool) -> None:
    """The two parts together have every word, and some words are always new."""
    text = "\n".join(lines)
    new, old = split_quoted(text, reply=reply, forward=forward)
    assert sorted((new + "\n" + old).split()) == sorted(text.split())
    assert bool(new.strip()) == bool(text.strip())


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Any text keeps its words."""
    new, old = split_quoted(text)
    assert sorted((new + "\n" + old).split()) == sorted(text.split())


@pytest.mark.parametrize(
    "line",
    [
        "On Fri, 5 Apr 2024 at 12:00, Anna <a@example.org> wrote:",
        "On 05/04/2024 12:00, Anna wrote:",
        "пт, 5 апр. 2024 г. в 12:00, Анна <a@example.org>:",
        "5 апр. 2024 г., в 12:00, Анна <a@example.org> написал(а):",
        "05.04.2024 12:00, Анна пишет:",
        "Пятница, 5 апреля 2024, 12:00 +03:00 от Анна <a@example.org>:",
        '05.04.2024, 12:00, "Анна" <a@example.org>:',
    ],
)
def test_attributions(line: str) -> None:
    """What mail programs write above a quotation."""
    assert is_attribution(line)


@pytest.mark.parametrize(
    "line",
    [
        "Пишу вам в 2024 году снова:",
        "Встреча 05.04.2024 в 12:00:",
        "He wrote:",
        "wrote:",
        "a@example.org:",
    ],
)
def test_no_attributions(line: str) -> None:
    """What people write before a list."""
    assert not is_attribution(line)


def test_marks() -> None:
    """Labels, cut marks and what phones sign."""
    assert [label(line) for line in ("От: x", "Sent: x", "Кому: x", "Тема: x", "Привет: x")] == [
        "from",
        "sent",
        "to",
        "subject",
        "",
    ]
    assert is_cut_mark("##- Please type your reply above this line -##")
    assert is_cut_mark("--- Ответьте выше этой строки ---")
    assert not is_cut_mark("Читайте выше")
    assert is_device_line("Отправлено из мобильной Почты Mail.ru")
    assert not is_device_line("Отправлено из бухгалтерии вчера")


def test_labels_need_a_reply() -> None:
    """Labels in a new mail are the sender's own form."""
    text = "Прошу.\n\nОт: Иван\nДата: сегодня\nТема: x"
    assert split_quoted(text, reply=False) == (text, "")
    assert split_quoted(text, reply=True) == ("Прошу.", "От: Иван\nДата: сегодня\nТема: x")


def test_a_line_before_the_attribution_is_new() -> None:
    """The last new line stays new when the attribution follows at once."""
    text = "В приложении файл\nOn Fri, 5 Apr 2024 at 12:00, A <a@example.org> wrote:\n> x"
    assert split_quoted(text)[0] == "В приложении файл"


@given(st.text(st.sampled_from("Re:Fwd: Отв.[2]АБ-4 "), max_size=40), st.booleans())
def test_clean_subject_is_idempotent(subject: str, tags: bool) -> None:
    """Cleaning a second time changes nothing."""
    once = clean_subject(subject, tags=tags)
    assert clean_subject(once, tags=tags) == once


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Re: a", "a"),
        ("RE: Re[2]: FW: a", "a"),
        ("Ответ: Отв.: Пересл: a", "a"),
        ("НА: a", "a"),
        ("HA: a", "a"),
        ("Report: a", "Report: a"),
        ("На столе: a", "На столе: a"),
        ("Re: [ACCREDO-42] a", "[ACCREDO-42] a"),
        ("", ""),
    ],
)
def test_clean_subject(subject: str, expected: str) -> None:
    """Prefixes of mail programs in both languages."""
    assert clean_subject(subject) == expected


def test_tags_and_kinds_of_subjects() -> None:
    """The desk's tag goes when asked; the first prefix tells the kind."""
    assert clean_subject("[ACCREDO-42] Re: [ACCREDO-42] a", tags=True) == "a"
    assert is_reply_subject("[ACCREDO-42] Re: a")
    assert is_forward_subject("FW: Re: a")
    assert not is_reply_subject("Fwd: Re: a")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 60 + " \nb", "a" * 60 + " b"),
        ("short \nb", "short \nb"),
        ("> " + "a" * 60 + " \n> b", "> " + "a" * 60 + " b"),
        ("> " + "a" * 60 + " \n>> b", "> " + "a" * 60 + " \n> > b"),
        ("-- \nx", "-- \nx"),
        (" stuffed", "stuffed"),
    ],
)
def test_unflow(text: str, expected: str) -> None:
    """Wrapped lines are joined, quotation levels and signatures kept."""
    assert unflow(text) == expected


def test_delsp() -> None:
    """DelSp=yes: the blank belongs to the line break."""
    assert unflow("a" * 60 + " \nb", delete_space=True) == "a" * 60 + "b"
