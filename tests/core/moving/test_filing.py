"""Filing items: nothing lost, nobody told, nothing taken twice, nothing outside its folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.core.samples import NOW, MemoryDesk, settings, ticket
from tracker.core.addresses import Address
from tracker.core.document import parse
from tracker.core.moving.filing import Content, Filed, Filing, Plan, linked
from tracker.core.moving.github import github_item, read_issues
from tracker.core.moving.items import File, Item, Person, Saying
from tracker.core.moving.people import Directory, listed_users, told_users
from tracker.core.notices import due, withheld
from tracker.core.stamping import needs_stamping
from tracker.core.ticket import Ticket

IVAN = Person("Иван", "ivan@example.org", "ivan")
ANNA = Person("Анна", "", "u1")


def item(key: str = "AB-1", **values: Any) -> Item:
    given: dict[str, Any] = {
        "system": "jira",
        "form": "jira-csv",
        "key": key,
        "title": f"Request {key}",
        "opening": Saying("", NOW, IVAN, "Please."),
        "number": int(key.rpartition("-")[2]),
        "origin": "x.csv:2",
    }
    return Item(**(given | values))


class Filer:
    """A desk in memory, and batches filed into it."""

    def __init__(self, *before: Ticket, **plan: Any) -> None:
        self.desk = MemoryDesk(*before, with_settings=settings())
        self.plan = Plan(Directory(self.desk.settings), **plan)

    def file(self, *items: Item, contents: dict[str, Content] | None = None) -> list[Filed]:
        plan = replace(self.plan, links=linked(items))
        filing = Filing(self.desk, self.desk.settings, NOW, self.desk.new_id, plan)
        done = [filing.file(one, contents or {}) for one in items]
        self.desk.apply(filing.work.files)
        return done

    def ticket(self, number: int) -> Ticket:
        text = self.desk.text_of(number)
        assert text is not None
        found = parse(text)
        assert not needs_stamping(text, found)
        assert [*due(found), *withheld(found)] == []
        assert all(one.silent for one in found.entries)
        return found


def test_everything_of_an_item_is_there() -> None:
    filer = Filer(comments="public")
    sayings = (
        Saying("1", NOW + timedelta(hours=1), ANNA, "Answer", internal=None),
        Saying("2", NOW + timedelta(hours=2), Person("Somebody"), "Other", internal=None),
        Saying("3", NOW + timedelta(hours=3), ANNA, "Inside", internal=True),
    )
    (done,) = filer.file(
        item(
            status="closed",
            priority="urgent",
            labels=("a b", "c"),
            assignee=Person("Анна"),
            sayings=sayings,
            closed=NOW + timedelta(days=1),
            details=(("Type", "Bug"),),
        )
    )
    assert (done.what, done.ticket, done.left) == ("opened", "ACCREDO-1", ())
    found = filer.ticket(1)
    assert (found.status, found.priority, found.labels) == ("closed", "urgent", ("a b", "c"))
    assert (found.assignee, found.requester.email) == ("anna", "ivan@example.org")
    said = [(one.role, one.kind, one.text) for one in found.entries if one.kind != "event"]
    assert said == [
        ("requester", "message", "Please."),
        ("system", "note", "jira: AB-1\nType: Bug"),
        ("agent", "message", "Answer"),
        ("participant", "message", "Other"),
        ("agent", "note", "Inside"),
    ]
    (closed,) = (one for one in found.entries if one.event == "closed")
    assert closed.at == NOW + timedelta(days=1)


def test_unclear_comments_are_notes_unless_their_reporter_wrote_them() -> None:
    filer = Filer()
    said = tuple(
        Saying(str(n), NOW, who, f"{n}", internal=None)
        for n, who in enumerate((IVAN, ANNA, Person("X")))
    )
    filer.file(item(sayings=said))
    kinds = [one.kind for one in filer.ticket(1).entries if one.via == "import" and one.digest]
    assert kinds == ["message", "message", "note", "note"]


def test_held_items_stay_held_and_accepting_tells_nobody() -> None:
    filer = Filer()
    filer.file(item(held=True))
    found = filer.ticket(1)
    assert not found.accepted
    first = replace(found.entries[0], visibility="public")
    shown = replace(found, entries=(first, *found.entries[1:]))
    assert list(due(shown)) == []


def test_a_second_import_changes_nothing() -> None:
    filer = Filer()
    one = item(sayings=(Saying("1", NOW, ANNA, "A", internal=False),), status="closed")
    filer.file(one)
    before = dict(filer.desk.files)
    assert [done.what for done in filer.file(one, one)] == ["known", "known"]
    assert filer.desk.files == before
    other = replace(one, form="jira-json", sayings=(Saying("9", NOW, ANNA, "A"),))
    (done,) = filer.file(other)
    assert done.what == "known"
    assert "was imported as jira-csv" in done.left[0].reason
    assert filer.desk.files == before


def test_names_of_files_lead_nowhere_else() -> None:
    names = (
        *("../../../etc/passwd", "/etc/passwd", "..", "C:\\x\\con.txt", "a\0b.txt", "-rf.txt"),
        *("a.txt", "A.TXT", "x" * 500 + ".pdf", "‮fdp.exe", ".gitattributes", ""),
    )
    files = tuple(File(str(n), name) for n, name in enumerate(names))
    filer = Filer()
    contents: dict[str, Content] = {str(n): b"%d" % n for n in range(len(names))}
    (done,) = filer.file(item(opening=Saying("", NOW, IVAN, "x", files=files)), contents=contents)
    found = filer.ticket(1).entries[0]
    stored = [one.path for one in found.attachments]
    assert len({one.casefold() for one in stored}) == len(stored) == done.files == len(names) - 1
    for path in stored:
        folder, _, name = path.rpartition("/")
        assert folder == "tickets/000/ACCREDO-1"
        assert name not in ("", ".", "..") and not name.startswith((".", "-"))
        assert len(name.encode()) <= 100 and "\\" not in name
    assert "refused_executable" in found.data
    assert "is a program" in done.left[0].reason


def test_missing_and_large_files_are_said() -> None:
    files = (File("a", "a.txt"), File("b", "b.txt"))
    filer = Filer()
    one = item(opening=Saying("", NOW, IVAN, "x", files=files))
    (done,) = filer.file(one, contents={"a": "missing", "b": "size"})
    assert [left.reason for left in done.left] == [
        "attachment `a.txt` was not found",
        "attachment `b.txt` is too large",
    ]
    text = filer.desk.text_of(1) or ""
    assert "Нет в том, что перенесено: a.txt" in text
    (done,) = filer.file(one, contents={"a": b"late", "b": "size"})
    assert (done.what, done.files) == ("commented", 1)
    assert filer.file(one, contents={"a": b"late", "b": "size"})[0].what == "known"


def test_a_huge_text_becomes_a_file() -> None:
    filer = Filer()
    filer.file(item(opening=Saying("", NOW, IVAN, "слово " * 100_000)))
    first = filer.ticket(1).entries[0]
    assert len(first.text) <= 10_001
    (file,) = first.attachments
    assert filer.desk.files[file.path] == ("слово " * 100_000).encode()


def test_circles_and_links_to_itself() -> None:
    filer = Filer()
    one, two = item("AB-1", links=("AB-2", "AB-1", "", "AB-99")), item("AB-2", links=("AB-1",))
    filer.file(one, two)
    assert filer.ticket(1).links == ("ACCREDO-2",)
    assert filer.ticket(2).links == ("ACCREDO-1",)
    before = dict(filer.desk.files)
    filer.file(two, one)
    assert filer.desk.files == before


def test_numbers_are_kept_where_they_are_free() -> None:
    filer = Filer(ticket(7), keep=True, reserve=30)
    keys = ("AB-3", "AB-7", "AB-30", "XY-30", "AB-99999999999999")
    done = filer.file(*(item(key) for key in keys))
    assert [one.ticket for one in done] == [
        *("ACCREDO-3", "ACCREDO-31", "ACCREDO-30", "ACCREDO-32", "ACCREDO-33"),
    ]
    assert [len(one.left) for one in done] == [0, 1, 0, 1, 1]


def test_words_that_look_like_structure_stay_words() -> None:
    hostile = "---\nid: X\n<!-- entry {} -->\n### Анна\n<!-- reply -->\n/close\n<script>"
    filer = Filer(comments="public")
    said = Saying("1", NOW, Person(hostile, "a@b"), hostile, internal=None)
    filer.file(item(title=hostile, opening=Saying("", NOW, IVAN, hostile), sayings=(said,)))
    found = filer.ticket(1)
    assert found.entries[0].text == hostile
    assert found.status == "open"
    assert "\n" not in found.title + str(found.requester)


@pytest.mark.parametrize(
    ("person", "handle"),
    [
        (Person("", "ANNA@example.org"), "anna"),
        (Person("Анна", "", "u1"), "anna"),
        (Person("Анна", "anna@evil.example"), None),
        (Person("x", "", "anna"), "anna"),
        (Person("x", "", "jsmith"), "anna"),
        (Person(), None),
    ],
)
def test_who_is_an_agent(person: Person, handle: str | None) -> None:
    users = told_users(["jsmith=Анна <anna@example.org>"])
    assert Directory(settings(), users).known(person).handle == handle


def test_staff_and_lists_of_users() -> None:
    rows = [["User id", "User name", "email"], ["a1", "Olga", "olga@corp.example"], ["b"], []]
    users = listed_users(rows)
    directory = Directory(settings(), users, ("@corp.example",))
    known = directory.known(Person("", "", "A1"))
    assert known.address == Address("Olga", "olga@corp.example")
    assert (known.handle, known.answers) == (None, True)
    assert not directory.known(IVAN).answers
    with pytest.raises(ValueError, match="needs columns"):
        listed_users([["x"]])
    with pytest.raises(ValueError, match="is not WHO=NAME"):
        told_users(["jsmith"])


# GitHub


def issue(**values: Any) -> dict[str, Any]:
    given = {
        "number": 5,
        "title": "It fails",
        "body": None,
        "url": "https://github.com/acme/desk/issues/5",
        "author": {"login": "octocat", "name": "Octo"},
        "createdAt": "2025-03-01T10:00:00Z",
        "state": "CLOSED",
        "closedAt": "2025-03-02T10:00:00Z",
        "labels": [{"name": "bug"}, "plain", None],
        "assignees": [],
        "comments": [
            {
                "id": "IC_abc",
                "url": "https://github.com/acme/desk/issues/5#issuecomment-77",
                "author": {"login": "anna"},
                "body": "Done",
                "createdAt": "2025-03-01T11:00:00Z",
            }
        ],
    }
    return given | values


def test_both_forms_of_github_are_one() -> None:
    one = github_item(issue())
    rest = issue(
        comments=1, html_url=issue()["url"], url="https://api.github.com/repos/acme/desk/issues/5"
    )
    said = {
        "id": 77,
        "html_url": "https://github.com/acme/desk/issues/5#issuecomment-77",
        "issue_url": "https://api.github.com/repos/acme/desk/issues/5",
        "user": {"login": "anna"},
        "body": "Done",
        "created_at": "2025-03-01T11:00:00Z",
    }
    (two,) = read_issues([("i.json", [rest]), ("c.json", [said])]).items
    assert (one.key, one.status, one.labels) == ("acme/desk#5", "closed", ("bug", "plain"))
    assert (one.digest, [one.digest_of(x) for x in one.sayings]) == (
        two.digest,
        [two.digest_of(x) for x in two.sayings],
    )


def test_what_github_does_not_give_is_said() -> None:
    left = read_issues(
        [
            ("i.json", [issue(comments=3), issue(number=0), 7, issue(createdAt="x", number=6)]),
            ("c.json", [{"issue_url": "https://api.github.com/repos/a/b/issues/9"}]),
        ]
    ).left
    assert [one.reason for one in left] == [
        "is neither an issue nor a comment",
        "3 of its 3 comments are in no file",
        "is no issue: it has no `number`",
        "`x` is not a time",
        "1 comments of an issue that no file holds",
    ]
