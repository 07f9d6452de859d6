"""Where text and changes of ticket files came from: commits, their authors, and who is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tracker.core.addresses import Address
from tracker.core.operations import Actor
from tracker.core.settings import Settings
from tracker.core.ticket import Attachment

Version = tuple[str, tuple[str, ...]]
"""A commit that changed a file, and the commits that changed it before."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a commit says of who made it and when, and whether that is believed.

    ``handle`` is the agent's whose commit it is, ``own`` says that the tracker made it. Without
    both its words are held for review, also where they use an agent's name.
    """

    author: Address
    at: datetime
    handle: str | None = None
    own: bool = False

    @property
    def trusted(self) -> bool:
        """Whether an agent made it."""
        return self.handle is not None


class Past(Protocol):
    """The history of the desk's files, up to the commit that is decided on."""

    def lines(self, path: str, first: int, last: int) -> Sequence[Origin]:
        """Return who brought each line of a file; lines count from 0, ``last`` is one of them."""

    def commits(self, path: str, lines: Sequence[int]) -> Sequence[str]:
        """Return the commit that brought each of these lines of a file, in their order."""

    def versions(self, path: str) -> Iterable[Version]:
        """Yield the commits that changed a file, the newest first."""

    def origin(self, commit: str) -> Origin:
        """Return who made a commit."""

    def text(self, commit: str, path: str) -> str | None:
        """Return a file as of a commit, or None."""

    def file(self, path: str) -> Attachment | None:
        """Return a file of the newest commit as an attachment, or None where it is not there."""


def actor(settings: Settings, origin: Origin, now: datetime) -> Actor:
    """Return who acts by a commit: an agent, the desk itself, or somebody unknown.

    Their time is the commit's, in the desk's zone; a clock that runs ahead is not believed.
    """
    at = min(origin.at.astimezone(settings.desk.timezone), now)
    if origin.handle is not None:
        return Actor(settings.address_of(origin.handle), "agent", "git", at, origin.handle)
    return Actor(origin.author, "system" if origin.own else "stranger", "git", at)


def changers(
    past: Past,
    path: str,
    value_of: Callable[[str], object | None],
    before: object,
    *,
    all_of_them: bool,
) -> list[Origin]:
    """Return who brought a value of a file to what it is now, the newest first.

    ``value_of`` reads the value from the file's text; None where it can't be read, in which
    case the commit is one of those asked for. ``before`` is the value up to which to look.
    Without ``all_of_them`` it stops where the value of now came in: what it was between
    ``before`` and then does not matter.
    """
    known = _Versions(past, path, value_of)
    found: list[str] = []
    waiting, passed = [known.newest], set[str]()
    while waiting:
        commit = waiting.pop(0)
        value = known.value(commit)
        if commit in passed or value == before:
            continue
        passed.add(commit)
        parents = known.parents(commit)
        same = [one for one in parents if value is not None and known.value(one) == value]
        if same:
            waiting += same
            continue
        found.append(commit)
        unclear = value is None or any(known.value(one) is None for one in parents)
        waiting += parents if all_of_them or unclear else ()
    return [past.origin(commit) for commit in found or [known.newest]]


class _Versions:
    """The versions of a file, read no further than they are asked for."""

    def __init__(self, past: Past, path: str, value_of: Callable[[str], object | None]) -> None:
        self._past, self._path, self._value_of = past, path, value_of
        self._more: Iterator[Version] = iter(past.versions(path))
        self._parents: dict[str, tuple[str, ...]] = {}
        self._values: dict[str, object | None] = {}
        self.newest = self._next()

    def _next(self) -> str:
        commit, parents = next(self._more, ("", ()))
        self._parents[commit] = parents
        return commit

    def parents(self, commit: str) -> tuple[str, ...]:
        while commit not in self._parents and self._next():
            pass
        return self._parents.get(commit, ())

    def value(self, commit: str) -> object | None:
        if commit not in self._values:
            text = self._past.text(commit, self._path)
            self._values[commit] = None if text is None else self._value_of(text)
        return self._values[commit]
