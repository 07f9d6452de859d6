"""Files as people, web editors and merges leave them, and texts that try to be structure."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.document.strategies import HOSTILE, body
from tests.core.samples import NOW, entry, event, ticket
from tracker.core.document import (
    TicketFault,
    add_entries,
    amend_entry,
    draft,
    parse,
    render,
    set_fields,
)
from tracker.core.document.marks import REPLY
from tracker.core.ticket import Attachment

FILE = render(ticket(42, entry("e1"), event("closed")), "ru")
HEAD, BODY = FILE.split("\n---\n", 1)


def fault(text: str) -> TicketFault:
    """What reading ``text`` reports; the path is always there."""
    with pytest.raises(TicketFault) as caught:
        parse(text, "tickets/000/ACCREDO-42.md")
    assert caught.value.path == "tickets/000/ACCREDO-42.md"
    assert caught.value.message.startswith("tickets/000/ACCREDO-42.md")
    return caught.value


def with_field(line: str) -> str:
    """The file with a line more in its front matter, which is line 8."""
    return f"{HEAD}\n{line}\n---\n{BODY}"


def test_a_file_reads_well_as_plain_text() -> None:
    one = ticket(
        42,
        entry(
            "k3v9x2",
            text="Здравствуйте!",
            quoted="Раньше я писал",
            attachments=(
                Attachment("акт.pdf", "tickets/000/ACCREDO-42/акт.pdf", 2300, "application/pdf"),
            ),
        ),
        assignee="anna",
        labels=("кабинет", "1e3"),
    )
    lines = render(one, "ru").split("\n")
    assert lines[:10] == [
        "---",
        "id: ACCREDO-42",
        "title: Кабинет",
        "status: open",
        "requester: Иван Петров <ivan@example.org>",
        "assignee: anna",
        "labels: [кабинет, 1e3]",
        "channel: email",
        "created: 2026-11-23T10:00:00+03:00",
        "---",
    ]
    assert lines[11].startswith('<!-- entry {"id": "k3v9x2", "n": 1, "at": "2026-11-23T10:00:00')
    assert lines[12] == "### Иван Петров, 23 ноября 2026, 10:00"
    assert "> Раньше я писал" in lines
    assert "- [акт.pdf](<ACCREDO-42/акт.pdf>) (2 KB)".replace("KB", "КБ") in lines
    assert lines[-2] == REPLY


# What a body contains


@given(st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=8).map("\n".join))
def test_no_body_forges_an_entry_a_field_or_a_reply(text: str) -> None:
    for form in ("text", "markdown"):
        written = render(ticket(42, entry("e1", text=text, quoted=text, format=form)), "ru")
        read = parse(written)
        assert [one.id for one in read.entries] == ["e1"]
        assert read.status == "open"
        assert read.extra == {}
        assert draft(written) == ""


@given(body)
def test_a_title_or_a_name_never_adds_a_line_to_the_front_matter(text: str) -> None:
    written = render(ticket(42, title=text, labels=(text,), extra={"note": text}), "ru")
    assert written.split("\n---\n", 1)[0].count("\n") == HEAD.count("\n") + 2
    assert parse(written).extra == {"note": text}


@pytest.mark.parametrize("line", ["/close", "/note", "/закрыть", "\\/close", "<!-- reply -->"])
def test_a_mail_is_no_command_and_no_draft(line: str) -> None:
    written = render(ticket(42, entry(text=line)), "ru")
    assert draft(written) == ""
    assert parse(written).entries[0].text == line


@pytest.mark.parametrize("value", ["a --> b", "--", "-->", "<!--", "-\\u002d"])
def test_nothing_in_a_mark_ends_its_comment(value: str) -> None:
    written = render(ticket(42, entry(event=value, automatic=value)), "ru")
    mark = next(line for line in written.split("\n") if line.startswith("<!-- entry"))
    assert mark.count("--") == 2
    assert parse(written).entries[0].event == value


# Files that a person or another program changed


def test_windows_line_ends_are_read_and_kept() -> None:
    windows = FILE.replace("\n", "\r\n")
    assert parse(windows) == parse(FILE)
    for changed in (
        add_entries(windows, [entry("e9", text="a\nb")], "ru"),
        set_fields(windows, {"status": "closed", "assignee": "anna"}),
        amend_entry(windows, "e1", {"told": {"a@b.org": "2026-11-23T07:00:00Z"}}),
    ):
        assert changed.count("\n") == changed.count("\r\n")
        parse(changed)


def test_a_missing_reply_mark_is_put_back_with_the_next_entry() -> None:
    without = FILE.replace(REPLY + "\n", "").rstrip()
    assert parse(without) == parse(FILE)
    added = add_entries(without, [entry("e9")], "ru")
    assert [one.id for one in parse(added).entries] == ["e1", "evclosed", "e9"]
    assert added.endswith(f"\n\n{REPLY}\n")


def test_what_is_being_written_under_the_reply_mark_stays_below() -> None:
    written = FILE + "Уже чиню.\n\n/close\n"
    assert draft(written) == "Уже чиню.\n\n/close"
    added = add_entries(written, [entry("e9")], "ru")
    assert draft(added) == "Уже чиню.\n\n/close"
    assert parse(written) == parse(FILE)


@pytest.mark.parametrize(
    "text", ["", "\n", "no front matter", "---\nid: A\n", "--- x\n---\n", "\ufeff---\n---\n"]
)
def test_a_file_without_front_matter(text: str) -> None:
    assert fault(text).reason.startswith("expected")


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", "=======", ">>>>>>> theirs", "||||||| base"])
def test_an_unsolved_merge_is_named_with_its_line(mark: str) -> None:
    found = fault(FILE.replace("Не открывается.", f"Не открывается.\n{mark}"))
    assert "unsolved merge" in found.reason
    assert found.line == FILE[: FILE.index("Не открывается.")].count("\n") + 2
    assert fault(with_field(mark)).line == 8


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('"role"', '"role', "not valid JSON"),
        (" -->\n### И", "\n### И", "must end with `-->`"),
        ('"id": "e1", ', "", "lacks `id`"),
        ('"role": "requester"', '"role": "boss"', "`role` of the entry mark must be one of"),
        ('"at": "2026-11-23T10:00:00+03:00", "by"', '"at": "yesterday", "by"', "is not a time"),
        ('10:00:00+03:00", "by"', '10:00:00", "by"', "lacks its time zone"),
        ('"digest": "d1"', '"digest": 1', "`digest` of the entry mark must be a text"),
        ('"digest": "d1"', '"told": {"a@b": "soon"}', "`told`: `soon` is not a time"),
        ('"digest": "d1"', '"told": []', "`told` of the entry mark must map"),
        ('"digest": "d1"', '"files": [{}]', "`files` of the entry mark must list"),
        ('{"id": "e1"', '[{"id": "e1"', "not valid JSON"),
    ],
)
def test_a_broken_mark_is_named_with_its_line(before: str, after: str, reason: str) -> None:
    assert FILE.count(before) >= 1
    found = fault(FILE.replace(before, after, 1))
    assert reason in found.reason
    assert found.line == FILE.split("\n").index(HEAD.split("\n")[0], 1) + 3


def test_an_entry_id_that_stands_twice() -> None:
    found = fault(FILE.replace('"evclosed"', '"e1"'))
    assert found.reason == "the entry id `e1` stands twice"
    assert FILE.split("\n")[found.line - 1].startswith('<!-- entry {"id": "evclosed"')


@pytest.mark.parametrize(
    ("line", "reason", "number"),
    [
        ("status: closed", "`status` stands twice", 9),
        ("x: &a b", "no anchors", 9),
        ("x: *a", "alias", 9),
        ("x: !!int 5", "no anchors, aliases or tags", 9),
        ("x: {a: b}", "`x` must be a text or a list", 9),
        ("x: [[a]]", "`x` must be a text or a list", 9),
        ("x: 'open", "front matter", 9),
        ("no colon here", "front matter", 9),
        ("\ttab: x", "front matter", 9),
        ("[a]: b", "a key must be a plain word", 9),
    ],
)
def test_front_matter_that_is_more_than_texts_and_lists(
    line: str, reason: str, number: int
) -> None:
    found = fault(with_field(line))
    assert reason in found.reason
    assert abs(found.line - number) <= 1


@pytest.mark.parametrize(
    ("before", "after", "reason", "line"),
    [
        ("id: ACCREDO-42", "id: 42", "`id` must be a prefix and a number", 2),
        ("id: ACCREDO-42", "id: ACCREDO-042", "`id` must be a prefix and a number", 2),
        ("id: ACCREDO-42\n", "", "front matter lacks `id`", 1),
        ("status: open", "status: done", "`status` must be open, waiting, closed, not `done`", 4),
        ("status: open", "status: [open]", "`status` must be a text, not a list", 4),
        ("created: 2026-11-23T10:00:00+03:00", "created: today", "`created`: `today` is not", 7),
    ],
)
def test_a_wrong_field_is_named_with_its_line(
    before: str, after: str, reason: str, line: int
) -> None:
    found = fault(FILE.replace(before, after, 1))
    assert reason in found.reason
    assert found.line == line


@pytest.mark.parametrize(
    "value",
    ["no", "yes", "1e3", "0x1f", "2026-11-23", "12:30:45", "null", "~", "1_000", ".inf", "=", "<<"],
)
def test_a_scalar_stays_what_was_written(value: str) -> None:
    written = FILE.replace("title: Кабинет", f"title: {value}")
    assert parse(written).title == value
    assert parse(render(parse(written), "ru")).title == value
    assert parse(with_field(f"labels: [{value}, x]")).labels == (value, "x")


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        ("labels: [a, b]", ("a", "b")),
        ("labels:\n- a\n- b", ("a", "b")),
        ("labels:\n  - a\n  - b", ("a", "b")),
        ("labels: a b", ("a", "b")),
        ("labels: []", ()),
        ("labels:", ()),
        ('labels: ["a, b"]', ("a, b",)),
    ],
)
def test_labels_as_people_write_them(written: str, labels: tuple[str, ...]) -> None:
    assert parse(with_field(written)).labels == labels
    changed = set_fields(with_field(written), {"labels": ("z",)})
    assert parse(changed).labels == ("z",)
    assert changed.count("labels") == 1


@pytest.mark.parametrize(
    "written",
    [
        "status : open",
        '"status": open',
        "'status': open",
        "status: >\n  open",
        "status: |-\n  open\n\n",
        "status:    open   # for now",
    ],
)
def test_a_field_is_found_however_yaml_lets_it_be_written(written: str) -> None:
    changed = set_fields(FILE.replace("status: open", written), {"status": "closed"})
    assert parse(changed).status == "closed"
    assert parse(changed).title == "Кабинет"


def test_a_new_field_comes_in_its_place_and_unknown_ones_stay() -> None:
    changed = set_fields(with_field("x_jira: [A-1, B-2]"), {"assignee": "anna"})
    assert changed.split("\n")[5] == "assignee: anna"
    assert parse(changed).extra == {"x_jira": ("A-1", "B-2")}
    assert parse(render(parse(changed), "ru")) == parse(changed)


def test_amending_what_is_not_there() -> None:
    with pytest.raises(TicketFault, match="holds no entry `zz`"):
        amend_entry(FILE, "zz", {"told": {}}, "p.md")


def test_amending_merges_and_takes_out() -> None:
    told = amend_entry(FILE, "e1", {"told": {"a@b": "2026-11-23T07:00:00Z"}})
    told = amend_entry(told, "e1", {"told": {"c@d": "2026-11-23T08:00:00Z"}, "digest": None})
    read = parse(told).entries[0]
    assert set(read.told) == {"a@b", "c@d"}
    assert read.digest == ""
    assert parse(told).entries[1] == parse(FILE).entries[1]


def test_a_mail_without_a_sender_makes_a_file_that_reads_back() -> None:
    from tracker.core.addresses import Address

    nobody = ticket(1, entry(author=Address("", "")), requester=Address("", ""))
    assert parse(render(nobody, "ru")) == nobody


def test_the_mark_is_one_line_of_json_with_its_place() -> None:
    marks = [line for line in FILE.split("\n") if line.startswith("<!-- entry ")]
    data = [json.loads(line.removeprefix("<!-- entry ").removesuffix(" -->")) for line in marks]
    assert [one["n"] for one in data] == [1, 2]
    assert data[0]["at"] == NOW.isoformat()
