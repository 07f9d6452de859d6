"""Issues from Jira's CSV export: a column a field, several of one name where it has several values.

How comments and attachments are written is documented by Atlassian for its own importer:
*Import data from a CSV file* (support.atlassian.com/jira-cloud-administration): a comment is
``time;author;text``, an attachment ``time;author;name;address``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from tracker.core.moving.items import File, Found, Item, Left, Person, Saying, content_key
from tracker.core.moving.jira import SYSTEM, Reading, file_number, is_key, number_of, short_title
from tracker.core.moving.times import read_time
from tracker.core.moving.words import labels_of, priority_of, status_of

FORM = "jira-csv"
COLUMNS: dict[str, tuple[str, ...]] = {
    "key": ("issue key", "key", "ключ запроса", "ключ задачи", "ключ проблемы", "код запроса"),
    "id": ("issue id", "id запроса", "id задачи", "id проблемы"),
    "summary": ("summary", "тема", "резюме"),
    "description": ("description", "описание"),
    "status": ("status", "статус", "состояние"),
    "category": ("status category", "категория статуса"),
    "priority": ("priority", "приоритет"),
    "resolution": ("resolution", "решение", "резолюция"),
    "assignee": ("assignee", "исполнитель"),
    "assignee-id": ("assignee id", "id исполнителя"),
    "reporter": ("reporter", "автор"),
    "reporter-id": ("reporter id", "id автора"),
    "creator": ("creator", "создатель"),
    "creator-id": ("creator id", "id создателя"),
    "created": ("created", "создано", "создан"),
    "updated": ("updated", "обновлено", "обновлен"),
    "resolved": ("resolved", "дата решения", "решено"),
    "labels": ("labels", "метки"),
    "components": ("component/s", "components", "component", "компоненты"),
    "comment": ("comment", "comments", "комментарий", "комментарии"),
    "attachment": ("attachment", "attachments", "вложение", "вложения"),
    "security": ("security level", "уровень безопасности"),
    "parent": ("parent key", "parent id", "parent", "родитель"),
}
"""Fields and the headings they are known by, in small letters."""
_LINKS = ("inward issue link", "outward issue link", "входящая связь", "исходящая связь")
_NOISE = ("last viewed", "votes", "watchers", "watchers id", "work ratio", "project lead id")
_PEOPLE = (("reporter", "reporter-id"), ("assignee", "assignee-id"), ("creator", "creator-id"))
_TOGETHER = 120


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: where it stands, and its cells."""

    origin: str
    file: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """Which column holds what: places by field, of links, and names of all others."""

    fields: Mapping[str, tuple[int, ...]]
    links: tuple[int, ...]
    others: tuple[tuple[int, str], ...]
    width: int

    def all(self, row: Sequence[str], field: str) -> list[str]:
        """Return what the columns of a field hold, empty ones left out."""
        return [row[at].strip() for at in self.fields.get(field, ()) if row[at].strip()]

    def one(self, row: Sequence[str], field: str) -> str:
        """Return the first value of a field, or empty."""
        return next(iter(self.all(row, field)), "")


def read_heading(cells: Sequence[str], told: Mapping[str, str]) -> Heading:
    """Find the fields in the heading. Raises ValueError where an issue can't be told without."""
    names = [one.strip().lstrip("\ufeff").strip() for one in cells]
    known: dict[str, str] = {}
    for field, headings in COLUMNS.items():
        wanted = (told[field].lower(),) if field in told else headings
        known |= dict.fromkeys(wanted, field)
    fields: dict[str, tuple[int, ...]] = {}
    links, others = [], []
    for at, name in enumerate(names):
        lower = name.lower()
        if lower in known:
            fields[known[lower]] = (*fields.get(known[lower], ()), at)
        elif lower.startswith(_LINKS):
            links.append(at)
        elif lower not in _NOISE:
            others.append((at, name))
    missing = [one for one in ("key", "summary", "created") if one not in fields]
    if missing:
        shown = ", ".join(f"`{one}`" for one in names[:20] if one)
        raise ValueError(f"there is no column for {', '.join(missing)}; it has {shown}")
    return Heading(fields, tuple(links), tuple(others), len(names))


def read_rows(heading: Heading, rows: Sequence[Row], reading: Reading) -> Found:
    """Make items of rows; a row that makes none is left, with the reason."""
    found = Found()
    table = _Table(heading, rows, reading, found.left)
    for row in rows:
        if any(one.strip() for one in row.cells):
            table.read(row, found.items)
    return found


class _Table:
    def __init__(
        self, heading: Heading, rows: Sequence[Row], reading: Reading, left: list[Left]
    ) -> None:
        self._heading, self._reading, self._left = heading, reading, left
        whole = [row.cells for row in rows if len(row.cells) == heading.width]
        self._names = dict(self._named(whole))
        self._keys = {
            heading.one(cells, "id"): heading.one(cells, "key")
            for cells in whole
            if heading.one(cells, "id")
        }

    def _named(self, rows: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
        """Yield account ids with the names that stand beside them: comments have the ids alone."""
        for cells in rows:
            for name, account in _PEOPLE:
                if found := self._heading.one(cells, account):
                    yield found, self._heading.one(cells, name)

    def read(self, row: Row, items: list[Item]) -> None:
        key = ""
        try:
            if len(row.cells) != self._heading.width:
                wanted = self._heading.width
                raise ValueError(f"has {len(row.cells)} cells where the heading has {wanted}")
            key = self._heading.one(row.cells, "key")
            if not is_key(key):
                raise ValueError(f"`{key[:60]}` is no key such as ABC-12")
            items.append(self._item(row, key))
        except ValueError as error:
            self._left.append(Left(row.file, key[:60] or row.origin, str(error)))

    def _item(self, row: Row, key: str) -> Item:
        cells, one = row.cells, partial(self._heading.one, row.cells)
        created = self._time(one("created"))
        changed = one("updated")
        updated = self._time(changed) if changed else created
        resolved = one("resolved")
        closed = self._time(resolved) if resolved else updated
        title, whole = short_title(one("summary"))
        reporter = self._person(cells, "reporter") or self._person(cells, "creator") or Person()
        status = status_of(
            one("status"),
            category=_category(one("category")),
            resolution=one("resolution"),
            told=self._reading.statuses,
        )
        opening = Saying("", created, reporter, one("description"))
        item = Item(
            SYSTEM,
            FORM,
            key,
            title,
            opening,
            status=status,
            priority=priority_of(one("priority")),
            number=number_of(key),
            closed=closed if status == "closed" else None,
            assignee=self._person(cells, "assignee"),
            labels=labels_of([*self._heading.all(cells, "labels"), *self._components(cells)]),
            sayings=tuple(self._comments(row, key, updated)),
            links=tuple(self._links(cells)),
            details=(*whole, *self._details(cells)),
            held=bool(one("security")),
            origin=row.origin,
        )
        return with_files(item, self._files(row))

    def _time(self, text: str) -> datetime:
        return read_time(text, self._reading.zone, self._reading.form)

    def _person(self, cells: Sequence[str], field: str) -> Person | None:
        name = self._heading.one(cells, field)
        return self._somebody(name, self._heading.one(cells, f"{field}-id"))

    def _somebody(self, written: str, account: str = "") -> Person | None:
        """Return the person that a cell names: by address, user name, account id or name."""
        if not written and not account:
            return None
        name = self._names.get(written, written)
        return Person(name, written if "@" in written else "", account or written)

    def _components(self, cells: Sequence[str]) -> list[str]:
        return self._heading.all(cells, "components")

    def _comments(self, row: Row, key: str, updated: datetime) -> Iterator[Saying]:
        seen: dict[str, int] = {}
        for cell in self._heading.all(row.cells, "comment"):
            when, author, text = _split(cell, 3)
            at = self._maybe(when)
            if at is None:  # somebody's own words, without time and author
                author, text, at = "", cell, updated
                self._left.append(Left(row.file, key, f"a comment without a time: {cell[:40]!r}"))
            by = self._somebody(author) or Person()
            yield Saying(content_key(seen, cell), at, by, text, internal=None)

    def _files(self, row: Row) -> Iterator[File]:
        seen: dict[str, int] = {}
        for cell in self._heading.all(row.cells, "attachment"):
            when, author, name, url = _split(cell, 4)
            at = self._maybe(when)
            if at is None:
                author, name, url = "", cell.partition("?")[0].rpartition("/")[2], cell
            number = file_number(url)
            by = self._somebody(author)
            yield File(content_key(seen, number or cell), name, "", number, by, at)

    def _maybe(self, text: str) -> datetime | None:
        try:
            return self._time(text)
        except ValueError:
            return None

    def _links(self, cells: Sequence[str]) -> Iterator[str]:
        for parent in self._heading.all(cells, "parent"):
            yield self._keys.get(parent, parent)
        yield from (cells[at].strip() for at in self._heading.links if cells[at].strip())

    def _details(self, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
        for field in ("status", "priority", "resolution", "assignee", "security"):
            if value := self._heading.one(cells, field):
                yield field.capitalize(), value
        for at, name in self._heading.others:
            if value := cells[at].strip():
                yield name, value


def with_files(item: Item, files: Iterator[File] | Sequence[File]) -> Item:
    """Put each file where it was attached: with what its author said within two minutes, else as
    a message of its own; what nobody is named for belongs to the opening.
    """
    sayings = [item.opening, *item.sayings]
    alone = []
    for one in files:
        place = _place(one, sayings)
        if place is None:
            by, at = one.by or item.opening.by, one.at or item.opening.at
            alone.append(Saying(f"file {one.key}", at, by, "", internal=None, files=(one,)))
        else:
            said = sayings[place]
            sayings[place] = replace(said, files=(*said.files, one))
    opening, *others = sayings
    return replace(item, opening=opening, sayings=(*others, *alone))


def _place(file: File, sayings: Sequence[Saying]) -> int | None:
    at, by = file.at, file.by
    if by is None or at is None:
        return 0
    apart = [abs((one.at - at).total_seconds()) for one in sayings]
    same = [n for n, one in enumerate(sayings) if one.by == by and apart[n] <= _TOGETHER]
    return min(same, key=apart.__getitem__, default=None)


def _split(cell: str, parts: int) -> list[str]:
    found = [one.strip() for one in cell.split(";", parts - 1)]
    return [*found, *[""] * (parts - len(found))]


def _category(name: str) -> str:
    return {"done": "done", "to do": "new", "in progress": "indeterminate", "готово": "done"}.get(
        name.lower(), ""
    )
