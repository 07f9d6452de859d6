"""Issues of GitHub: as its REST interface returns them, and as `gh issue list --json` prints them.

Both shapes are documented by GitHub: *REST API endpoints for issues* (docs.github.com/rest/issues)
and the manual of `gh issue list` (cli.github.com/manual/gh_issue_list).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tracker.core.moving.items import Found, Item, Left, Person, Saying, content_key
from tracker.core.moving.jira import short_title
from tracker.core.moving.times import read_time
from tracker.core.moving.words import labels_of

SYSTEM = FORM = "github"
_ISSUE = re.compile(r"([\w.-]{1,100}/[\w.-]{1,100})/(?:issues|pull)/(\d{1,18})(?:\Z|[/?#])")
_COMMENT = re.compile(r"#issuecomment-(\d{1,18})\Z")
_DETAILS = ("milestone", "state_reason", "stateReason", "locked", "html_url")


def read_issues(data: Sequence[tuple[str, Any]]) -> Found:
    """Make items of parsed files, each with its name: lists of issues and lists of comments.

    Comments of any file go to the issues that they name. Raises ValueError for what is neither.
    """
    found = Found()
    issues: list[tuple[str, Mapping[str, Any]]] = []
    comments: dict[str, list[Mapping[str, Any]]] = {}
    for file, held in data:
        listed = held if isinstance(held, list) else [held]
        for n, one in enumerate(listed, 1):
            if not isinstance(one, dict):
                found.left.append(Left(file, f"entry {n}", "is neither an issue nor a comment"))
            elif "issue_url" in one and "title" not in one:
                comments.setdefault(key_of(one.get("issue_url"), 0), []).append(one)
            else:
                issues.append((file, one))
    for file, one in issues:
        number = one.get("number")
        key = key_of(one.get("html_url") or one.get("url"), number)
        try:
            found.items.append(github_item(one, comments.pop(key, ()), file, found.left))
        except ValueError as error:
            found.left.append(Left(file, f"#{number}", str(error)))
    for key, rest in comments.items():
        reason = f"{len(rest)} comments of an issue that no file holds"
        found.left.append(Left("comments", key, reason))
    return found


def github_item(
    issue: Mapping[str, Any],
    comments: Iterable[Mapping[str, Any]] = (),
    file: str = "github",
    left: list[Left] | None = None,
) -> Item:
    """Make an item of one issue and its comments, each as the interface returns it.

    ``left`` collects comments that can't be read. Raises ValueError with a sentence, also for a
    pull request, which is no request of anybody.
    """
    number = issue.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ValueError("is no issue: it has no `number`")
    if issue.get("pull_request") or "/pull/" in str(issue.get("html_url") or issue.get("url")):
        raise ValueError("is a pull request, no issue")
    key = key_of(issue.get("html_url") or issue.get("url"), number)
    created = _time(issue, "created_at", "createdAt")
    closed = str(issue.get("state", "")).lower() == "closed"
    own = issue.get("comments")
    told = [*(own if isinstance(own, list) else ()), *comments]
    title, whole = short_title(_text(issue.get("title")))
    opening = Saying("", created, _person(issue), _text(issue.get("body")), "markdown")
    assignees = issue.get("assignees")
    first = next(iter(assignees), None) if isinstance(assignees, list) else issue.get("assignee")
    _count(own, told, file, key, left)
    return Item(
        SYSTEM,
        FORM,
        key,
        title,
        opening,
        status="closed" if closed else "open",
        number=number,
        closed=_closed(issue) if closed else None,
        assignee=_somebody(first),
        labels=labels_of(_labels(issue.get("labels"))),
        sayings=tuple(_sayings(told, file, key, left)),
        details=(*whole, *_details(issue)),
        origin=f"{file}: #{number}",
    )


def key_of(url: Any, number: Any) -> str:
    """Return ``owner/name#12`` as an address of GitHub names an issue; ``#12`` without one."""
    found = _ISSUE.search(url) if isinstance(url, str) else None
    return f"{found[1].removeprefix('repos/')}#{found[2]}" if found else f"#{number}"


def _count(own: Any, told: Sequence[Any], file: str, key: str, left: list[Left] | None) -> None:
    missing = own - len(told) if isinstance(own, int) else 0
    if missing > 0 and left is not None:
        left.append(Left(file, key, f"{missing} of its {own} comments are in no file"))


def _sayings(
    told: Iterable[Mapping[str, Any]], file: str, key: str, left: list[Left] | None
) -> Iterator[Saying]:
    seen: dict[str, int] = {}
    for n, one in enumerate(told, 1):
        try:
            if not isinstance(one, dict):
                raise ValueError("is no comment")
            at = _time(one, "created_at", "createdAt")
            body = _text(one.get("body"))
            name = content_key(seen, _number(one) or f"{at.isoformat()} {body}")
            yield Saying(name, at, _person(one), body, "markdown")
        except ValueError as error:
            if left is not None:
                left.append(Left(file, key, f"comment {n}: {error}"))


def _number(comment: Mapping[str, Any]) -> str:
    """Return the number of a comment: `gh` prints another id, and the number in the address."""
    url = comment.get("html_url") or comment.get("url")
    found = _COMMENT.search(url) if isinstance(url, str) else None
    return found[1] if found else str(comment.get("id") or "")


def _time(one: Mapping[str, Any], *names: str) -> datetime:
    written = next((one[name] for name in names if isinstance(one.get(name), str)), "")
    return read_time(written, UTC)


def _closed(issue: Mapping[str, Any]) -> datetime | None:
    try:
        return _time(issue, "closed_at", "closedAt")
    except ValueError:
        return None


def _person(one: Mapping[str, Any]) -> Person:
    return _somebody(one.get("user") or one.get("author")) or Person()


def _somebody(user: Any) -> Person | None:
    if not isinstance(user, dict):
        return None
    found = Person(_text(user.get("name")), _text(user.get("email")), _text(user.get("login")))
    return found if found else None


def _labels(listed: Any) -> Iterator[str]:
    for one in listed if isinstance(listed, list) else ():
        yield _text(one.get("name")) if isinstance(one, dict) else _text(one)


def _details(issue: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _DETAILS:
        value = issue.get(name)
        shown = value.get("title") if isinstance(value, dict) else value
        if isinstance(shown, str) and shown:
            yield name, shown


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
