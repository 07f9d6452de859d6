"""Exports of Jira made to order, in the two forms that Jira writes.

CSV as *Export CSV (all fields)* writes it: a column a value, several of one name. Comments are
``time;author;text`` and attachments ``time;author;name;address``, as Atlassian documents it for
*Import data from a CSV file* (support.atlassian.com/jira-cloud-administration/docs/
import-data-from-a-csv-file/). JSON as the *Issue search* of *The Jira Cloud platform REST API*
returns it, version 2 and 3 (developer.atlassian.com/cloud/jira/platform/rest/v2/
api-group-issue-search/). Attachments on disk lie as Jira keeps them itself, in
``data/attachments/PROJECT/BUCKET/KEY/ID`` (confluence.atlassian.com, *Attachment storage*).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Who = tuple[str, str, str]
"""Name, address and account id."""
MOSCOW = ZoneInfo("Europe/Moscow")
BEGIN = datetime(2024, 1, 9, 9, 5, tzinfo=MOSCOW)
STATUSES = (("To Do", "new"), ("In Progress", "indeterminate"), ("Done", "done"))
PRIORITIES = ("Highest", "High", "Medium", "Low")
IVAN = ("Иван Петров", "ivan@example.org", "712020:ivan")
OLGA = ("Ольга", "olga@example.org", "712020:olga")
ANNA = ("Анна", "anna@example.org", "712020:anna")
PEOPLE = (IVAN, OLGA, ANNA)


@dataclass
class Issue:
    """One issue, comments ``(at, person, text)`` and files ``(id, at, person, name, bytes)``."""

    n: int
    comments: list[tuple[datetime, tuple[str, str, str], str]] = field(default_factory=list)
    files: list[tuple[str, datetime, tuple[str, str, str], str, bytes]] = field(
        default_factory=list
    )

    @property
    def key(self) -> str:
        return f"ABC-{self.n}"

    @property
    def created(self) -> datetime:
        return BEGIN + timedelta(hours=self.n)

    @property
    def reporter(self) -> Who:
        return PEOPLE[self.n % 2]

    @property
    def summary(self) -> str:
        return f"Не открывается кабинет, случай {self.n}"

    @property
    def description(self) -> str:
        return f'Здравствуйте!\n\n# Шаг {self.n}; «кавычки "разные"», запятые, =2+2\n----'

    @property
    def status(self) -> tuple[str, str]:
        return STATUSES[self.n % 3]

    @property
    def updated(self) -> datetime:
        return max((self.created, *(one[0] for one in self.comments)))


def issues(count: int) -> list[Issue]:
    """So many issues: three comments each, a file to every second, a picture to every fifth."""
    made = []
    for n in range(1, count + 1):
        one = Issue(n)
        for k, person in enumerate((ANNA, one.reporter, ANNA)):
            at = one.created + timedelta(minutes=10 * k + 7)
            one.comments.append((at, person, f"Ответ {k}; к {one.key}\nвторая строка"))
        if n % 2 == 0:
            content = f"файл {n}".encode()
            one.files.append((str(9000 + n), one.created, one.reporter, f"лист {n}.txt", content))
        if n % 5 == 0:  # beside the first answer, by its author
            at = one.comments[0][0]
            one.files.append(
                (str(20000 + n), at, ANNA, "снимок.png", b"\x89PNG" + bytes([n % 256]))
            )
        made.append(one)
    return made


def as_csv(made: list[Issue]) -> str:
    """The export as CSV."""
    comments = max(len(one.comments) for one in made)
    files = max((len(one.files) for one in made), default=0)
    heading = [
        *("Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project key", "Priority"),
        *("Resolution", "Assignee", "Assignee Id", "Reporter", "Reporter Id", "Created", "Updated"),
        *("Resolved", "Labels", "Labels", "Description", "Outward issue link (Blocks)"),
        *["Attachment"] * files,
        "Custom field (Участок)",
        *["Comment"] * comments,
    ]
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(heading)
    for one in made:
        done = one.status[0] == "Done"
        told = [f"{_at(at)};{who[2]};{text}" for at, who, text in one.comments]
        attached = [
            f"{_at(at)};{who[2]};{name};https://abc.atlassian.net/rest/api/3/attachment/content/{n}"
            for n, at, who, name, _ in one.files
        ]
        table.writerow(
            [
                *(one.summary, one.key, str(10000 + one.n), "Bug", one.status[0], "ABC"),
                *(PRIORITIES[one.n % 4], "Done" if done else "", ANNA[0], ANNA[2]),
                *(one.reporter[0], one.reporter[2], _at(one.created), _at(one.updated)),
                *(_at(one.updated) if done else "", "кабинет", f"l{one.n % 7}", one.description),
                f"ABC-{one.n - 1}" if one.n % 10 == 0 else "",
                *attached,
                *[""] * (files - len(attached)),
                f"участок {one.n}",
                *told,
                *[""] * (comments - len(told)),
            ]
        )
    return out.getvalue()


def _at(at: datetime) -> str:
    return f"{at:%d/%b/%y} {at:%I:%M %p}".replace(" 0", " ")


def as_json(made: list[Issue], *, start: int = 0, total: int | None = None) -> dict[str, Any]:
    """The export as a search returns it."""
    return {
        "expand": "names,schema",
        "startAt": start,
        "maxResults": len(made),
        "total": total or len(made),
        "names": {"customfield_10050": "Участок"},
        "issues": [_issue(one) for one in made],
    }


def _issue(one: Issue) -> dict[str, Any]:
    closed = one.status[0] == "Done"
    links = [{"type": {"name": "Blocks"}, "outwardIssue": {"key": f"ABC-{one.n - 1}"}}]
    return {
        "id": str(10000 + one.n),
        "key": one.key,
        "self": f"https://abc.atlassian.net/rest/api/2/issue/{10000 + one.n}",
        "fields": {
            "summary": one.summary,
            "description": one.description,
            "status": {"name": one.status[0], "statusCategory": {"key": one.status[1]}},
            "priority": {"name": PRIORITIES[one.n % 4]},
            "issuetype": {"name": "Bug"},
            "labels": ["кабинет", f"l{one.n % 7}"],
            "reporter": person(one.reporter),
            "assignee": person(ANNA),
            "created": moment(one.created),
            "updated": moment(one.updated),
            "resolutiondate": moment(one.updated) if closed else None,
            "customfield_10050": f"участок {one.n}",
            "issuelinks": links if one.n % 10 == 0 else [],
            "comment": {
                "total": len(one.comments),
                "comments": [
                    {
                        "id": f"{one.n}0{k}",
                        "author": person(who),
                        "body": text,
                        "created": moment(at),
                        "jsdPublic": k != 2,
                    }
                    for k, (at, who, text) in enumerate(one.comments)
                ],
            },
            "attachment": [
                {
                    "id": number,
                    "filename": name,
                    "author": person(who),
                    "created": moment(at),
                    "size": len(content),
                    "mimeType": "text/plain" if name.endswith(".txt") else "image/png",
                    "content": f"https://abc.atlassian.net/rest/api/2/attachment/content/{number}",
                }
                for number, at, who, name, content in one.files
            ],
        },
    }


def person(who: Who) -> dict[str, str]:
    """A user as Jira's REST interface returns one."""
    return {"accountId": who[2], "displayName": who[0], "emailAddress": who[1]}


def moment(at: datetime) -> str:
    """A time as Jira's REST interface writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+0300"


def store_files(made: list[Issue], root: Path) -> None:
    """Put the attachments where Jira keeps them."""
    for one in made:
        for number, _, _, _, content in one.files:
            folder = root / "ABC" / "10000" / one.key
            folder.mkdir(parents=True, exist_ok=True)
            (folder / number).write_bytes(content)
