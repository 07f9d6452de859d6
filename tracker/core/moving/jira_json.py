"""Issues from Jira's REST interface: what a search returns, one issue, or a list of issues.

The shape is documented by Atlassian: *The Jira Cloud platform REST API*, *Issue search*, version 2
(texts as wiki markup) and 3 (texts as documents): developer.atlassian.com/cloud/jira/platform/rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tracker.core.moving.adf import adf_to_markdown, is_document
from tracker.core.moving.items import File, Found, Item, Left, Person, Saying, content_key
from tracker.core.moving.jira import SYSTEM, Reading, is_key, number_of, short_title
from tracker.core.moving.jira_csv import with_files
from tracker.core.moving.times import read_time
from tracker.core.moving.words import labels_of, priority_of, status_of
from tracker.core.ticket import Format

FORM = "jira-json"
_USED = frozenset(
    ("summary", "description", "comment", "attachment", "labels", "reporter", "created")
)
_NOISE = frozenset(
    (
        *("votes", "watches", "progress", "aggregateprogress", "lastViewed", "workratio"),
        *("thumbnail", "statuscategorychangedate", "issuelinks", "subtasks", "parent", "updated"),
    )
)
_NAMES = ("displayName", "name", "value", "key")


def read_export(data: Any, file: str, reading: Reading) -> Found:
    """Make items of a parsed file; what is no issue is left, with the reason.

    Raises ValueError where it is no export of Jira at all.
    """
    found = Found()
    names: Mapping[str, Any] = {}
    if isinstance(data, dict) and isinstance(data.get("issues"), list):
        names = _mapping(data.get("names"))
        issues = data["issues"]
        found.notes += _whole(data, issues, file)
    else:
        issues = data if isinstance(data, list) else [data]
    if issues and not any(isinstance(one, dict) and "fields" in one for one in issues):
        raise ValueError("holds no issues of Jira: a search's result has `issues` with `fields`")
    for n, one in enumerate(issues, 1):
        key = str(one.get("key", ""))[:60] if isinstance(one, dict) else ""
        try:
            found.items.append(_Issue(one, file, n, names, reading, found.left).item())
        except ValueError as error:
            found.left.append(Left(file, key or f"issue {n}", str(error)))
    return found


def _whole(data: Mapping[str, Any], issues: Sequence[Any], file: str) -> Iterator[str]:
    total, start = data.get("total"), data.get("startAt", 0)
    last = data.get("isLast", True)
    if isinstance(total, int) and isinstance(start, int) and total > start + len(issues):
        yield f"{file} holds {len(issues)} of {total} issues: export the other pages as well."
    elif last is False or data.get("nextPageToken"):
        yield f"{file} is one page of several: export the other pages as well."


class _Issue:
    def __init__(
        self,
        data: Any,
        file: str,
        n: int,
        names: Mapping[str, Any],
        reading: Reading,
        left: list[Left],
    ) -> None:
        if not isinstance(data, dict) or not isinstance(data.get("fields"), dict):
            raise ValueError("is no issue: it has no `fields`")
        self._key = str(data.get("key", ""))
        if not is_key(self._key):
            raise ValueError(f"`{self._key[:60]}` is no key such as ABC-12")
        self._fields: dict[str, Any] = data["fields"]
        self._file, self._n, self._names, self._reading = file, n, names, reading
        self._left = left

    def item(self) -> Item:
        fields = self._fields
        created = self._time(fields.get("created"))
        title, whole = short_title(_line(fields.get("summary")))
        status = _mapping(fields.get("status"))
        standing = status_of(
            _line(status.get("name")),
            category=_line(_mapping(status.get("statusCategory")).get("key")),
            resolution=_line(_mapping(fields.get("resolution")).get("name")),
            told=self._reading.statuses,
        )
        closed = fields.get("resolutiondate") or fields.get("updated")
        text, form = text_of(fields.get("description"))
        reporter = _person(fields.get("reporter")) or _person(fields.get("creator")) or Person()
        item = Item(
            SYSTEM,
            FORM,
            self._key,
            title,
            Saying("", created, reporter, text, form),
            status=standing,
            priority=priority_of(_line(_mapping(fields.get("priority")).get("name"))),
            number=number_of(self._key),
            closed=self._time(closed) if standing == "closed" and closed else None,
            assignee=_person(fields.get("assignee")),
            labels=labels_of([*self._labels(), *self._components()]),
            sayings=tuple(self._comments()),
            links=tuple(self._links()),
            details=(*whole, *self._details()),
            held=fields.get("security") is not None,
            origin=f"{self._file}: issue {self._n}",
        )
        return with_files(item, list(self._files()))

    def _time(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise ValueError(f"`{value}` is not a time")
        return read_time(value, self._reading.zone, self._reading.form)

    def _labels(self) -> list[str]:
        return [one for one in _list(self._fields.get("labels")) if isinstance(one, str)]

    def _components(self) -> list[str]:
        found = (_mapping(one).get("name") for one in _list(self._fields.get("components")))
        return [_line(one) for one in found]

    def _comments(self) -> Iterator[Saying]:
        held = self._fields.get("comment")
        listed = _mapping(held).get("comments") if isinstance(held, dict) else held
        total = _mapping(held).get("total", 0)
        if isinstance(total, int) and total > len(_list(listed)):
            reason = f"the export holds {len(_list(listed))} of its {total} comments"
            self._left.append(Left(self._file, self._key, reason))
        seen: dict[str, int] = {}
        for n, one in enumerate(_list(listed), 1):
            try:
                yield self._comment(_mapping(one), seen)
            except ValueError as error:
                self._left.append(Left(self._file, self._key, f"comment {n}: {error}"))

    def _comment(self, one: Mapping[str, Any], seen: dict[str, int]) -> Saying:
        at = self._time(one.get("created"))
        text, form = text_of(one.get("body"))
        by = _person(one.get("author")) or Person()
        internal = one.get("jsdPublic") is False or bool(one.get("visibility"))
        # An id names one comment; two that claim the same are told apart all the same.
        key = content_key(seen, _line(one.get("id")) or f"{at.isoformat()} {text}")
        return Saying(key, at, by, text, form, internal)

    def _files(self) -> Iterator[File]:
        seen: dict[str, int] = {}
        for one in map(_mapping, _list(self._fields.get("attachment"))):
            name, number = _line(one.get("filename")), _line(one.get("id"))
            try:
                at = self._time(one.get("created"))
            except ValueError:
                at = None
            key = content_key(seen, number or name)
            yield File(
                key, name, _line(one.get("mimeType")), number, _person(one.get("author")), at
            )

    def _links(self) -> Iterator[str]:
        for one in map(_mapping, _list(self._fields.get("issuelinks"))):
            for end in ("inwardIssue", "outwardIssue"):
                yield _line(_mapping(one.get(end)).get("key"))
        for one in (self._fields.get("parent"), *_list(self._fields.get("subtasks"))):
            yield _line(_mapping(one).get("key"))

    def _details(self) -> Iterator[tuple[str, str]]:
        for name, value in self._fields.items():
            if name in _USED or name in _NOISE or value in (None, [], {}, ""):
                continue
            if shown := _shown(value):
                yield _line(self._names.get(name)) or name, shown


def text_of(value: Any) -> tuple[str, Format]:
    """Return a text field and how it is written: a document as Markdown, all else as it is."""
    if is_document(value):
        return adf_to_markdown(value), "markdown"
    if value is None:
        return "", "text"
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)), "text"


def _shown(value: Any) -> str:
    """Return a field of any kind in words; nothing of it is lost."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    if is_document(value):
        return adf_to_markdown(value)
    if isinstance(value, list):
        return ", ".join(filter(None, map(_shown, value)))
    if isinstance(value, dict):
        named = next((value[one] for one in _NAMES if isinstance(value.get(one), str)), None)
        return named or json.dumps(value, ensure_ascii=False)
    return ""


def _person(value: Any) -> Person | None:
    one = _mapping(value)
    login = next((_line(one[key]) for key in ("accountId", "name", "key") if one.get(key)), "")
    found = Person(_line(one.get("displayName")), _line(one.get("emailAddress")), login)
    return found if found else None


def _line(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
