"""Stems: any form of a word finds every other."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tests.core.pages.make import answer, entry, ticket
from tracker.core.pages.view import Gate
from tracker.core.pages.words import TITLE, label_mark, stems, ticket_stems
from tracker.core.words import stem


@pytest.mark.parametrize(
    "forms",
    [
        ("принтер", "принтерами", "принтеру", "Принтеров"),
        ("ошибка", "ошибки", "ошибками"),
        ("printer", "printers", "PRINTERS"),
        ("ёлка", "елка", "е\u0308лки"),
    ],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({frozenset(stems(form)) for form in forms}) == 1


def test_numbers_stay_numbers_and_letters_alone_are_left_out() -> None:
    assert stems("1 я 42 код-7") == {"42", stem("код")}


def test_a_ticket_is_found_by_public_words_only() -> None:
    public = Gate("ru", ZoneInfo("UTC")).pass_through(
        ticket(42, entry("принтерами", quoted="цитата"), answer("секрет", 1, kind="note"))
    )
    assert public is not None
    found = ticket_stems(public)
    assert {one for one in found if one[0] in "#@"} == {"#open"}
    assert {stem("принтер"), stem("иван"), TITLE + stem("кабинет")} <= found
    assert not {stem("секрет"), stem("цитата")} & found


def test_a_ticket_is_found_by_its_status_and_labels() -> None:
    public = Gate("ru", ZoneInfo("UTC")).pass_through(
        ticket(42, status="waiting", labels=("Печать  и копии", "VPN"))
    )
    assert public is not None
    marks = {one for one in ticket_stems(public) if one[0] in "#@"}
    assert marks == {"#waiting", "@печать_и_копии", "@vpn"}
    assert label_mark("печать и КОПИИ") in marks


def test_words_of_any_script_are_words() -> None:
    assert stems("Größere Büros, Київ") == {"größere", "büros", stem("київ")}
