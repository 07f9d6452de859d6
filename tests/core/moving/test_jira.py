"""Exports of Jira: whole items, whatever is in them, and a reason for each that is left."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.core.moving.jira_export import MOSCOW, as_csv, as_json, issues, moment, person
from tracker.core.moving.items import Found
from tracker.core.moving.jira import Reading, file_number
from tracker.core.moving.jira_csv import Row, read_heading, read_rows
from tracker.core.moving.jira_json import read_export

READING = Reading(MOSCOW)
PLAIN = "Summary,Issue key,Created,Comment,Comment,Attachment,Labels,Security Level"


def from_csv(text: str, reading: Reading = READING) -> Found:
    table = list(csv.reader(io.StringIO(text)))
    heading = read_heading(table[0], reading.columns)
    rows = [Row(f"x.csv:{n}", "x.csv", row) for n, row in enumerate(table[1:], 2)]
    return read_rows(heading, rows, reading)


def test_both_forms_say_the_same() -> None:
    made = issues(12)
    one, two = from_csv(as_csv(made)).items, read_export(as_json(made), "x.json", READING).items
    for left, right in zip(one, two, strict=True):
        for name in ("key", "number", "title", "status", "priority", "labels", "closed", "digest"):
            assert getattr(left, name) == getattr(right, name), name
        assert left.opening.at == right.opening.at
        assert [file.number for file in left.files()] == [file.number for file in right.files()]
        said = [(saying.at, saying.text, saying.by.login) for saying in left.sayings]
        assert said == [(saying.at, saying.text, saying.by.login) for saying in right.sayings]
        assert [saying.internal for saying in left.sayings] == [None] * 3
        assert [saying.internal for saying in right.sayings] == [False, False, True]


def test_a_picture_belongs_to_the_answer_it_was_sent_with() -> None:
    (item,) = (one for one in from_csv(as_csv(issues(5))).items if one.key == "ABC-5")
    assert [len(one.files) for one in (item.opening, *item.sayings)] == [0, 1, 0, 0]
    assert item.sayings[0].files[0].name == "снимок.png"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,b", "has 2 cells where the heading has 8"),
        ("t,no key,19/Sep/13 1:33 PM,,,,,", "`no key` is no key such as ABC-12"),
        ("t,AB-0,19/Sep/13 1:33 PM,,,,,", "is no key"),
        ("t,AB-1,yesterday,,,,,", "`yesterday` is not a time"),
        ("t,AB-1,01/02/2024 10:00,,,,,", "may be day/month or month/day"),
        ("t,AB-1,19/Sep/0001 1:33 PM,,,,,", "lies outside the years"),
        ("t,AB-1,99/Sep/13 1:33 PM,,,,,", "is not a time"),
        ("t,../../etc/passwd,19/Sep/13 1:33 PM,,,,,", "is no key"),
    ],
)
def test_a_wrong_row_is_left_and_stops_no_other(row: str, reason: str) -> None:
    found = from_csv(f"{PLAIN}\n{row}\nGood,AB-2,19/Sep/13 1:33 PM,,,,,\n")
    assert [one.key for one in found.items] == ["AB-2"]
    assert [reason in one.reason for one in found.left] == [True]


def test_a_comment_without_a_time_keeps_its_words() -> None:
    cell = "see; the manual; page 3"
    found = from_csv(f'{PLAIN}\nT,AB-1,19/Sep/13 1:33 PM,"{cell}",,,,secret\n')
    (item,) = found.items
    assert [one.text for one in item.sayings] == [cell]
    assert item.held
    assert "without a time" in found.left[0].reason


def test_equal_comments_are_two() -> None:
    cell = "19/Sep/13 1:40 PM;jsmith;+1"
    found = from_csv(f"{PLAIN}\nT,AB-1,19/Sep/13 1:33 PM,{cell},{cell},,,\n")
    keys = [one.key for one in found.items[0].sayings]
    assert len(set(keys)) == 2
    assert from_csv(f"{PLAIN}\nT,AB-1,19/Sep/13 1:33 PM,{cell},{cell},,,\n").items == found.items


def test_columns_in_another_language() -> None:
    text = "Тема,Ключ запроса,Создано,Статус\nПечать,AB-1,18/сен/24 23:33,Ожидание клиента\n"
    (item,) = from_csv(text).items
    assert (item.title, item.status) == ("Печать", "waiting")
    assert item.opening.at == datetime(2024, 9, 18, 23, 33, tzinfo=MOSCOW)
    told = Reading(MOSCOW, "%Y|%m|%d", {"neu": "closed"}, {"summary": "Titel", "created": "Am"})
    (item,) = from_csv("Titel,Issue key,Am,Status\nDruck,AB-1,2024|09|18,NEU\n", told).items
    assert (item.title, item.status) == ("Druck", "closed")
    with pytest.raises(ValueError, match="no column for key, created; it has `Summary`"):
        from_csv("Summary\nx\n")


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "text",
        {},
        {"key": "AB-1"},
        {"key": "AB-1", "fields": []},
        {"key": ["AB-1"], "fields": {}},
        {"key": "AB-1", "fields": {"created": 5}},
        {"key": "AB-1", "fields": {"created": "2024-99-99"}},
    ],
)
def test_a_broken_issue_is_left_and_stops_no_other(broken: Any) -> None:
    data = as_json(issues(1))
    data["issues"].append(broken)
    found = read_export(data, "x.json", READING)
    assert [one.key for one in found.items] == ["ABC-1"]
    assert len(found.left) == 1


def test_odd_fields_are_kept_in_words() -> None:
    data = as_json(issues(1))
    at = datetime(2024, 1, 9, tzinfo=MOSCOW)
    data["issues"][0]["fields"] |= {
        "summary": "x" * 5000,
        "labels": ["a b", "a b", "", None, 7, "y" * 500],
        "status": "Done",
        "priority": ["High"],
        "reporter": None,
        "customfield_1": {"a": [1, {"b": True}]},
        "customfield_2": [{"value": "one"}, {"name": "two"}],
        "parent": {"key": "ABC-1"},
        "comment": {"total": 9, "comments": [None, {"created": "x"}, comment("ok", at)]},
    }
    found = read_export(data, "x.json", READING)
    (item,) = found.items
    assert len(item.title) == 200 and dict(item.details)["Summary"] == "x" * 5000
    assert item.labels == ("a b", "y" * 100)
    assert dict(item.details)["customfield_1"] == '{"a": [1, {"b": true}]}'
    assert dict(item.details)["customfield_2"] == "one, two"
    assert [one.text for one in item.sayings if not one.files] == ["ok"]
    assert [one.reason for one in found.left] == [
        "the export holds 3 of its 9 comments",
        "comment 1: `None` is not a time",
        "comment 2: `x` is not a time",
    ]


def comment(text: str, at: datetime) -> dict[str, Any]:
    return {"id": "1", "author": person(("A", "", "a")), "body": text, "created": moment(at)}


def test_a_page_of_several_says_so() -> None:
    whole = as_json(issues(3))
    assert read_export(whole, "x.json", READING).notes == []
    assert "3 of 9" in read_export(whole | {"total": 9}, "x.json", READING).notes[0]
    page = {key: value for key, value in whole.items() if key not in ("total", "startAt")}
    assert "one page" in read_export(page | {"isLast": False}, "x.json", READING).notes[0]
    assert len(read_export(whole["issues"], "x.json", READING).items) == 3
    assert len(read_export(whole["issues"][0], "x.json", READING).items) == 1
    for wrong in ({"a": 1}, [1, 2], "text", {"issues": [{"id": 1}]}):
        with pytest.raises(ValueError, match="no issues of Jira"):
            read_export(wrong, "x.json", READING)


def test_ids_of_attachments() -> None:
    site = "https://abc.atlassian.net"
    assert file_number(f"{site}/rest/api/3/attachment/content/10001") == "10001"
    assert file_number(f"{site}/secure/attachment/10001/a.png?x=/attachment/2") == "10001"
    assert file_number("file:///etc/passwd") == ""


def test_links_of_both_sides() -> None:
    made = issues(20)
    made[0].comments[0] = (made[0].created + timedelta(days=1), *made[0].comments[0][1:])
    found = from_csv(as_csv(made))
    assert {one.key: one.links for one in found.items if one.links} == {
        "ABC-10": ("ABC-9",),
        "ABC-20": ("ABC-19",),
    }
