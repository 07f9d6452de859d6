"""Canned answers of a real desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.desk.conftest import RealDesk
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.snippets import SnippetError
from tracker.desk import opening
from tracker.desk.check import check
from tracker.desk.snippets import filled, snippet, snippets

pytestmark = pytest.mark.servers


def add(desk: RealDesk, name: str, content: bytes) -> None:
    (desk.root / "snippets" / name).write_bytes(content)
    desk.git("add", "snippets")
    desk.git("commit", "-qm", "Add a snippet")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_new_desk_has_two_in_its_language_and_they_can_be_filled(
    desk_of: Callable[..., RealDesk], language: str
) -> None:
    made = desk_of(remote=False, language=language)
    desk = made.open()
    opening.open_ticket(desk, "anna", Address("Пётр", ""), "Звонок", "x", "phone")
    assert [one.name for one in snippets(desk)] == ["details", "done"]
    for one in snippets(desk):
        text = filled(desk, one.name, 1, "anna")
        assert "Пётр" in text
        assert "{" not in text
    assert check(made.root) == (1, [])
    title = {"ru": "Готово", "en": "Done"}[language]
    assert snippet(desk, "done").title == title


def test_every_place(desk_of: Callable[..., RealDesk]) -> None:
    made = desk_of(remote=False)
    desk = made.open()
    desk.clock = lambda: datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    person = Address("Иван", "ivan@example.org")
    opening.open_ticket(desk, "anna", person, "Звонок", "x", "phone")
    places = ("number", "title", "name", "agent", "desk", "portal", "card", "today")
    add(made, "all.md", "\n".join(f"{{{one}}}" for one in places).encode())
    assert filled(desk, "all", 1, "anna").split("\n") == [
        *("ACCREDO-1", "Звонок", "Иван", "Анна", "Служба поддержки", "http://127.0.0.1:8000/"),
        *("http://127.0.0.1:8000/tickets/ACCREDO-1/", "23 ноября 2026"),
    ]


def test_what_is_not_there(desk_of: Callable[..., RealDesk]) -> None:
    made = desk_of(remote=False)
    with pytest.raises(SnippetError, match="no snippet `doen`"):
        filled(made.open(), "doen", 1, "anna")
    with pytest.raises(TrackerError, match="There is no ticket ACCREDO-1"):
        filled(made.open(), "done", 1, "anna")
    (made.root / "snippets/new.md").write_text("Not saved yet")
    with pytest.raises(SnippetError, match="no snippet `new`"):
        snippet(made.open(), "new")
    made.git("rm", "-rq", "snippets/done.md", "snippets/details.md")
    made.git("commit", "-qm", "Take them out")
    assert snippets(made.open()) == []


def test_check_names_every_fault_and_a_broken_one_can_not_be_used(
    desk_of: Callable[..., RealDesk],
) -> None:
    made = desk_of(remote=False)
    add(made, "a.md", b"{nmae}\nText\n{thing}\n")
    add(made, "b.md", b"\xff")
    add(made, "README.md", b"{anything}")
    said = [str(fault) for fault in check(made.root)[1]]
    assert [one.partition(" ")[0] for one in said] == [
        *("snippets/a.md:1:", "snippets/a.md:3:", "snippets/b.md:1:")
    ]
    opening.open_ticket(made.open(), "anna", Address("Пётр", ""), "Звонок", "x", "phone")
    with pytest.raises(SnippetError, match=r"snippets/a\.md:1: unknown place `\{nmae\}`"):
        filled(made.open(), "a", 1, "anna")
    with pytest.raises(SnippetError, match=r"snippets/b\.md:1: is not UTF-8"):
        snippets(made.open())
