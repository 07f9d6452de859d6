"""Words, wording and file names."""

from __future__ import annotations

from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import NOW, entry, event
from tracker.core.filenames import free_name
from tracker.core.texts import Language, texts
from tracker.core.wording import event_sentence, refused_sentences, size_words
from tracker.core.words import folded, stem, stems

RU, EN = texts("ru"), texts("en")

# Words


@pytest.mark.parametrize(
    "forms",
    [
        ("принтер", "принтером", "принтеры"),
        ("ёлка", "елки", "Ёлкой"),
        ("printer", "printers"),
        ("open", "opened", "opening"),
    ],
)
def test_a_word_is_found_in_any_form(forms: tuple[str, ...]) -> None:
    assert len({stem(form.lower()) for form in forms}) == 1


def test_names_are_compared_without_case_and_dots_over_e() -> None:
    assert folded("  ПЁТР \t Алексеев ") == folded("петр алексеев")


def test_numbers_and_ids_are_words() -> None:
    assert list(stems("ACCREDO-42: не_печатает!")) == [
        stem("accredo"),
        "42",
        stem("не"),
        stem("печатает"),
    ]
    assert list(stems(" - _ ")) == []


# Wording


def test_a_desk_s_own_words_are_not_those_of_the_bare_language() -> None:
    """The bare language was asked for before: its texts are kept, and so must not be found."""
    catalog = Catalog(locale="ru")
    catalog.add("Reply by mail", "Написать ответ")
    target = BytesIO()
    write_mo(target, catalog)
    assert texts("ru", "portal")._("Reply by mail") == "Ответить письмом"
    own = texts(Language("ru", target.getvalue()), "portal")
    assert own._("Reply by mail") == "Написать ответ"
    assert texts("ru", "portal")._("Reply by mail") == "Ответить письмом"


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        ("ru", "closed", "Анна: обращение закрыто"),
        ("en", "closed", "Анна closed the request"),
        ("en", "reopened", "Анна reopened the request"),
        ("en", "opened", "Анна opened the request"),
    ],
)
def test_events(language: str, name: str, expected: str) -> None:
    said = event_sentence(event(name), texts(language))
    assert said == expected or (language == "ru" and said.startswith("Анна"))


def test_a_bounce_names_the_address_and_an_unknown_event_its_data() -> None:
    data = {"address": "a@b.org", "reason": "5.1.1 100% full"}
    said = event_sentence(event("bounced", data=data), EN)
    assert said == "A letter to a@b.org came back: 5.1.1 100% full"
    assert event_sentence(event("moved", data={"to": "17"}), EN) == "Анна: moved to 17"


def test_every_event_has_words_in_russian() -> None:
    for name in ("opened", "closed", "reopened", "bounced"):
        assert event_sentence(event(name), RU) != event_sentence(event(name), EN)


def test_what_was_not_stored() -> None:
    data = {"refused_size": "film.mov", "refused_executable": "run.exe"}
    assert refused_sentences(entry(data=data), EN) == [
        "Not stored, too large: film.mov",
        "Not stored, a program could harm: run.exe",
    ]
    assert refused_sentences(entry(), EN) == []


@pytest.mark.parametrize(
    ("size", "russian", "english"),
    [
        (0, "0 Б", "0 B"),
        (999, "999 Б", "999 B"),
        (1000, "1 КБ", "1 KB"),
        (12345, "12 КБ", "12 KB"),
        (999_999, "1000 КБ", "1000 KB"),
        (3_400_000, "3,4 МБ", "3.4 MB"),
    ],
)
def test_sizes(size: int, russian: str, english: str) -> None:
    assert size_words(size, RU) == russian
    assert size_words(size, EN) == english


def test_dates() -> None:
    assert RU.moment(NOW) == "23 ноября 2026, 10:00"
    assert EN.moment(NOW) == "23 November 2026, 10:00"


# File names


@pytest.mark.parametrize(
    ("name", "taken", "free"),
    [
        ("a.png", set(), "a.png"),
        ("a.png", {"a.png"}, "a-2.png"),
        ("A.PNG", {"a.png", "a-2.png"}, "A-3.PNG"),
        (".profile", {".profile"}, ".profile-2"),
        ("README", {"readme"}, "README-2"),
        ("a.tar.gz", {"a.tar.gz"}, "a.tar-2.gz"),
    ],
)
def test_a_free_name(name: str, taken: set[str], free: str) -> None:
    assert free_name(name, taken) == free


@given(st.lists(st.sampled_from(["a.png", "A.png", "a-2.png", "ß", "SS", "b"]), max_size=12))
def test_names_stay_apart_on_every_file_system(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        free = free_name(name, taken)
        assert free.casefold() not in taken
        taken.add(free.casefold())
