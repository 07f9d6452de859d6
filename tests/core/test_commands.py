"""Commands in a text: what is one, what is not, and that no word gets lost."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.document.strategies import body
from tracker.core.commands import NAMES, OF_REQUESTERS, TWINS, Told, read_commands


def told(text: str, leading: bool = False, **options: object) -> Told:
    return read_commands(text, leading=leading, **options)  # type: ignore[arg-type]


def given_in(text: str, leading: bool = False) -> list[tuple[str, str]]:
    return [(one.name, one.argument) for one in told(text, leading).commands]


written = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("/close", "/закрыть", "  /close  ", "/assign anna", "/взять", "/label a b"),
                *("/note", "/note слова", "/clsoe", "/close now", "/merge", "/usr/bin", "/etc x"),
                *("```", "~~~", "```x", "``` a ```", "    /close", "\t/close", "\\/close", ""),
                *("/close\r", "Слова", "> /close", "/stop", "/cc a@x.org", "/неткоманды"),
            ]
        ),
        body,
    ),
    max_size=8,
).map("\n".join)


@given(written, st.booleans())
def test_no_word_gets_lost(text: str, leading: bool) -> None:
    """Every line is either a command's or stays, in its place; only a guard's stroke goes."""
    found = told(text, leading)
    lines = text.split("\n")
    taken = {one.line: one for one in found.commands}
    left = [
        taken[place].argument if place in taken else line
        for place, line in enumerate(lines)
        if place not in taken or (taken[place].name == "note" and taken[place].argument)
    ]
    kept = found.text.split("\n")
    expected = "\n".join(left).strip("\n").split("\n")
    assert len(kept) == len(expected)
    for is_now, was in zip(kept, expected, strict=True):
        assert is_now in (was, was.replace("\\/", "/", 1))


@given(written, st.booleans())
def test_what_was_taken_out_is_not_found_again(text: str, leading: bool) -> None:
    """Of a text without guards and notes a second reading takes nothing."""
    assume("\\/" not in text and "/note" not in text)
    once = told(text, leading)
    again = told(once.text, leading)
    if not leading:
        assert again.commands == ()
        assert again.text == once.text
    assert [one.reason for one in again.faults] == [one.reason for one in once.faults]


@given(written)
def test_what_a_mail_obeys_a_file_obeys_too(text: str) -> None:
    at_the_start = told(text, leading=True).commands
    assert at_the_start == told(text).commands[: len(at_the_start)]


@pytest.mark.parametrize("name", sorted(TWINS))
def test_twins_mean_the_same(name: str) -> None:
    followed = " 17" if name in ("label", "unlabel", "priority", "cc", "merge", "link") else ""
    for twin in TWINS[name]:
        assert given_in(f"/{twin}{followed}") == given_in(f"/{name}{followed}")
        assert given_in(f"/{twin.upper()}{followed}") == given_in(f"/{name}{followed}")


def test_commands_stand_on_their_own_line() -> None:
    text = "Готово.\n/close\nСпасибо, /close не нужно.\n  /assign anna  "
    found = told(text)
    assert found.text == "Готово.\nСпасибо, /close не нужно."
    assert [(one.name, one.argument, one.line) for one in found.commands] == [
        ("close", "", 1),
        ("assign", "anna", 3),
    ]
    assert found.has("close")
    assert not found.has("note")


def test_a_mail_is_obeyed_at_its_start_only() -> None:
    text = "\n/close\n/assign anna\n\n/label a\nГотово.\n/reopen"
    assert given_in(text, leading=True) == [("close", ""), ("assign", "anna"), ("label", "a")]
    assert told(text, leading=True).text == "Готово.\n/reopen"


@pytest.mark.parametrize("word", ["Добрый день.", "/home", "```", "> quoted"])
def test_any_other_word_ends_the_start_of_a_mail(word: str) -> None:
    assert given_in(f"{word}\n/close", leading=True) == []


def test_what_one_may_not_say_or_misspells_does_not_end_it() -> None:
    found = told("/close\n/stop", leading=True, allowed=OF_REQUESTERS)
    assert [one.name for one in found.commands] == ["stop"]
    assert found.text == "/close"
    assert found.faults == ()
    assert given_in("/clsoe\n/label a", leading=True) == [("label", "a")]


@pytest.mark.parametrize(
    ("text", "obeyed"),
    [
        ("```\n/close\n```\n/wait", ["wait"]),
        ("~~~sh\n/close\n```\n~~~\n/wait", ["wait"]),
        ("````\n/close\n```\n/close\n````\n/wait", ["wait"]),
        ("```\n/close", []),
        ("``` a ```\n/close", ["close"]),
        ("```\r\n/close\r\n```\r\n/wait\r", ["wait"]),
        ("   ```\n/close\n   ```", []),
    ],
)
def test_code_is_not_obeyed(text: str, obeyed: list[str]) -> None:
    assert [one.name for one in told(text).commands] == obeyed


def test_a_note_keeps_the_words_behind_it() -> None:
    found = told("/note Перезвонить.\nВ среду.")
    assert found.text == "Перезвонить.\nВ среду."
    assert found.has("note")
    assert told("/внутр\nСлова").text == "Слова"


def test_a_guarded_command_is_words() -> None:
    found = told("Напишите\n\\/close\n и \\/это")
    assert found.commands == ()
    assert found.text == "Напишите\n/close\n и \\/это"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/clsoe", "`/clsoe` is no command; did you mean `/close`?"),
        ("/закрить", "`/закрить` is no command; did you mean `/закрыть`?"),
        ("/close now", "nothing may follow `/close` on its line"),
        ("/merge", "`/merge` needs a word after it, such as `/merge …`"),
    ],
)
def test_what_was_meant_as_a_command_is_said(text: str, reason: str) -> None:
    found = told(f"Слова\n{text}")
    assert [(one.line, one.reason) for one in found.faults] == [(1, reason)]
    assert found.text == f"Слова\n{text}", "and stays where it is"


@pytest.mark.parametrize(
    "text",
    ["/usr/bin/python", "/etc", "/home/anna x", "/ close", "//close", "/a", "/close/", "1/close"],
)
def test_paths_and_strokes_are_words(text: str) -> None:
    found = told(text)
    assert (found.text, found.commands, found.faults) == (text, (), ())


def test_windows_line_ends() -> None:
    found = told("Готово.\r\n/close\r\n/label a b\r\n")
    assert [(one.name, one.argument) for one in found.commands] == [("close", ""), ("label", "a b")]
    assert found.text == "Готово.\r"


def test_every_word_is_one_command_s() -> None:
    words = [*TWINS, *(twin for twins in TWINS.values() for twin in twins)]
    assert len(words) == len(set(words)) == len(NAMES)
