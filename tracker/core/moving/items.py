"""What another system holds, before it becomes a ticket: items, what was said, files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tracker.core.ticket import Format, Priority, Status


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as another system names them; any of the three may be empty.

    ``login`` is a user name or an account id.
    """

    name: str = ""
    email: str = ""
    login: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.email or self.login)


@dataclass(frozen=True, slots=True)
class File:
    """An attachment. ``key`` tells it apart in its item; ``number`` is the other system's id for
    it, or empty. ``by`` and ``at`` say who attached it when, None where that is not known.
    """

    key: str
    name: str
    type: str = ""
    number: str = ""
    by: Person | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that somebody said on an item. ``key`` tells it apart in its item.

    ``internal`` is None where the export does not tell whether only agents may read it.
    """

    key: str
    at: datetime
    by: Person
    text: str
    format: Format = "text"
    internal: bool | None = False
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket of another system.

    ``system`` and ``key`` name it for good: ``jira`` and ``ABC-12``. ``form`` names the kind of
    export, since sayings of two kinds can't be told apart. ``number`` is the one to keep, 0 where
    there is none. ``opening`` is what its reporter asked for; ``links`` are keys of other items;
    ``details`` are further fields, by name. ``held`` says that not everybody may read it, and
    ``origin`` where it stands, such as ``export.csv:12``.
    """

    system: str
    form: str
    key: str
    title: str
    opening: Saying
    status: Status = "open"
    priority: Priority = "normal"
    number: int = 0
    closed: datetime | None = None
    assignee: Person | None = None
    labels: tuple[str, ...] = ()
    sayings: tuple[Saying, ...] = ()
    links: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    held: bool = False
    origin: str = ""

    @property
    def digest(self) -> str:
        """What the entry of its opening is known by when it comes again."""
        return digest_of(self.system, self.key)

    def digest_of(self, saying: Saying) -> str:
        """What the entry of something said on it is known by."""
        return digest_of(self.system, self.key, saying.key)

    def files(self) -> Iterator[File]:
        """Yield all its files."""
        for one in (self.opening, *self.sayings):
            yield from one.files


@dataclass(frozen=True, slots=True)
class Left:
    """What could not be taken, or not whole: in which file, which item of it, and why."""

    file: str
    item: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.item}: {self.reason}" if self.item else self.line

    @property
    def line(self) -> str:
        """The words where there is no item."""
        return f"{self.file}: {self.reason}"


@dataclass(slots=True)
class Found:
    """What reading an export gave: items, what was left of it, and sentences for a person."""

    items: list[Item] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def digest_of(*words: str) -> str:
    """Return a short name for what another system names by ``words``."""
    whole = "\0".join(words).encode("utf-8", "surrogatepass")
    return f"import-{hashlib.sha256(whole).hexdigest()[:32]}"


def file_digest(key: str) -> str:
    """Return what an entry keeps of a file's key, so that it is not stored again."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def content_key(seen: dict[str, int], *words: str) -> str:
    """Return a key for what has no id of its own: by its words, and the how manieth of the same.

    ``seen`` counts within the item.
    """
    key = digest_of(*words)
    seen[key] = seen.get(key, 0) + 1
    return f"{key}#{seen[key]}"
