"""Canned answers: how files are read, and what their places become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.commands import read_commands
from tracker.core.snippets import (
    PLACES,
    BrokenSnippetError,
    Snippet,
    chosen,
    faults,
    fill,
    missing,
    name_of,
    read_snippet,
)

VALUES = {name: f"<{name}>" for name in PLACES}
PATH = "snippets/done.ru.md"


def read(text: str) -> Snippet:
    return read_snippet(text.encode(), PATH)


def test_a_file_with_a_title() -> None:
    found = read("---\ntitle: Готово\n---\n\n\nЗдравствуйте, {name}!\n\nВсё.\n\n")
    assert (found.name, found.language, found.title) == ("done", "ru", "Готово")
    assert (found.text, found.first) == ("Здравствуйте, {name}!\n\nВсё.", 6)
    assert found.opening == "Здравствуйте, {name}!"


def test_a_file_without_front_matter_and_with_lines_of_windows() -> None:
    found = read("Один\r\nДва\r\n")
    assert (found.title, found.text, found.first) == ("done", "Один\nДва", 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"---\ntitle: x\n", "1: the front matter has no second `---`"),
        (b"---\ntitle: x\ntags: y\n---\nText\n", "3: front matter may hold one line only"),
        (b"---\ntitle: [x]\n---\nText\n", "2: front matter may hold one line only"),
        (b"---\ntitle: x\n---\n\n", "5: holds no text"),
        (b"", "1: holds no text"),
        (b"Text\n\xff\n", "2: is not UTF-8 text"),
        (b"---\n- x: {\n---\nText\n", "front matter"),
    ],
)
def test_a_broken_file_says_where(content: bytes, said: str) -> None:
    with pytest.raises(BrokenSnippetError) as caught:
        read_snippet(content, PATH)
    assert caught.value.message.startswith(f"{PATH}:")
    assert said in caught.value.message


def test_every_place_is_filled() -> None:
    text = " ".join(f"{{{name}}}" for name in PLACES)
    assert fill(read(text), VALUES) == " ".join(VALUES.values())


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{name}} is {name}", "{name} is <name>"),
        ("f(x) = { x } {1} {Name} { name }", "f(x) = { x } {1} {Name} { name }"),
        ("{{}}", "{}"),
    ],
)
def test_braces_that_are_no_places(text: str, filled: str) -> None:
    assert fill(read(text), VALUES) == filled


def test_an_unknown_place_is_a_fault_with_its_line() -> None:
    found = read("---\ntitle: x\n---\n{name}\n{nmae} and {thing}\n")
    near, far = faults(found)
    assert str(near) == f"{PATH}:5: unknown place `{{nmae}}`; did you mean `{{name}}`?"
    assert far.message.startswith("unknown place `{thing}`; known are {number}, {title}, {name}")
    with pytest.raises(BrokenSnippetError, match=r"done\.ru\.md:5: unknown place `\{nmae\}`"):
        fill(found, VALUES)


def test_what_a_requester_wrote_becomes_no_command() -> None:
    filled = fill(read("{title}\n{name}\n/close"), VALUES | {"title": "/spam", "name": "/close"})
    told = read_commands(filled, leading=False)
    assert told.text == "/spam\n/close"
    assert [one.name for one in told.commands] == ["close"]


def test_the_file_of_the_desk_s_language_is_chosen() -> None:
    files = ["done.md", "done.ru.md", "done.en.md", "wait.en.md", "late.md", "README.md", "x.txt"]
    ru = {"done": "done.ru.md", "late": "late.md", "wait": "wait.en.md"}
    assert chosen(files, "ru") == ru
    assert list(chosen(files, "ru")) == sorted(ru)
    assert chosen(reversed(files), "en")["done"] == "done.en.md"
    assert chosen(files[:2], "en")["done"] == "done.md"


@pytest.mark.parametrize(
    ("file", "read"),
    [
        ("done.md", ("done", "")),
        ("not-yet.en.md", ("not-yet", "en")),
        ("готово.md", ("готово", "")),
        ("readme.md", None),
        (".hidden.md", None),
        ("done.txt", None),
        ("a b.md", None),
        ("done.de.md", None),
    ],
)
def test_names(file: str, read: tuple[str, str] | None) -> None:
    assert name_of(file) == read


def test_a_snippet_that_is_not_there() -> None:
    assert "Did you mean `done`?" in missing("doen", ["done", "wait"]).hint
    assert "There are: done, wait." in missing("xyz", ["done", "wait"]).hint
    assert "There are: none." in missing("xyz", []).hint


@given(st.text(st.characters(exclude_characters="{}\r", exclude_categories=["Cs"])))
def test_text_without_braces_stays_as_it_is(text: str) -> None:
    content = f"x{text}x"
    assert fill(read(content), VALUES) == content
