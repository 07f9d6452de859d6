"""Scanning: does a built site show anything of a private ticket? The last gate before it goes out.

What a mail can cause never stops publication; what only a fault of ours can cause does.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from tracker.adapters.git import Git
from tracker.adapters.processes import cut, in_batches
from tracker.adapters.repository import Repository
from tracker.core.accounts.layout import FOLDER, SEALED
from tracker.core.accounts.records import FOLDER as RECORDS
from tracker.core.document import TicketFault, parse
from tracker.core.errors import PARTIAL, TrackerError
from tracker.core.forms import forms
from tracker.core.phrases import phrases, stretches
from tracker.core.settings import Settings
from tracker.core.ticket import TICKET_FILE, Ticket
from tracker.core.traces import (
    addresses,
    beyond,
    file_name,
    file_names,
    holds_address,
    runs,
    source_runs,
    without_links,
)
from tracker.desk.canary import read_canaries
from tracker.desk.desk import load_settings
from tracker.desk.snapshot import Snapshot
from tracker.desk.view import read_folder

_BATCH = 500
_PACKAGES = ("material", "mkdocs", "tracker")
"""Whose files a portal is made of, besides the desk's own pages."""
_SOURCES = ("docs", "mkdocs.yml", "tracker.toml", "overrides")
_WORDS = {".html", ".md", ".po", ".yml", ".toml", ".txt", ".jinja2"}


class ScanError(TrackerError):
    """The site shows what it must not; ``paths`` are its files. The words are not repeated."""

    def __init__(self, what: str, paths: list[str]) -> None:
        super().__init__(
            f"The site shows {what}: {', '.join(paths)}",
            "Do not publish it. Look which plugin or page puts it there; `site/` is as it was.",
        )
        self.paths = paths


@dataclass(slots=True)
class Scanned:
    """What a scan found: files that were replaced by their last good version, files that were
    taken away, and files with words that stood in their last version already.
    """

    files: int = 0
    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.files} files looked through"

    @property
    def exit_code(self) -> int:
        """What the command ends with: a file that was held back asks for a look."""
        return PARTIAL if self.kept or self.removed else 0

    def as_json(self) -> dict[str, Any]:
        """Return what ``tracker scan --json`` prints."""
        return {
            "files": self.files,
            "kept": self.kept,
            "removed": self.removed,
            "known": self.known,
        }

    def notes(self) -> list[str]:
        """Return what a person must look into."""
        told = []
        if self.kept:
            told.append(f"Words of a ticket; the last good version stays: {', '.join(self.kept)}")
        if self.removed:
            told.append(f"Words of a ticket; taken out of the site: {', '.join(self.removed)}")
        if self.known:
            told.append(
                f"Words of a ticket that stood there before: {', '.join(self.known)}. Somebody "
                "quoted the site, or it showed them already: look once."
            )
        return told


@dataclass(slots=True)
class _Seen:
    """Traces that a text or a file holds."""

    runs: set[str] = field(default_factory=set)
    phrases: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    @property
    def words(self) -> set[str]:
        """Everything that words of a ticket may be found among."""
        return self.runs | self.phrases | self.names


def scan(root: Path, site: Path, previous: Path | None = None) -> Scanned:
    """Look through the ``site`` of the desk in ``root``; ``previous`` is the last good one.

    Files with words of a ticket are replaced or taken away in ``site``.
    Raises ScanError for canaries, addresses and foreign files among the sealed ones.
    """
    if not site.is_dir():
        raise TrackerError(f"There is no site in {site}", "Build one first: `tracker build`.")
    return _Scan(root, site, previous).run()


class _Scan:
    """One scan."""

    def __init__(self, root: Path, site: Path, previous: Path | None) -> None:
        self._root, self._site, self._previous = root, site, previous
        self._settings = load_settings(root)
        git = Git(root)
        self._git = git
        self._snapshot = Snapshot(git, Repository(git, self._settings.desk.branch).newest())
        self._done = Scanned()
        self._canaries = read_canaries(root / SEALED)

    def run(self) -> Scanned:
        self._check_sealed()
        seen = dict(self._look())
        self._done.files = len(seen)
        listing = dict(self._snapshot.listing())
        people, hits = self._tickets(listing, seen, any(one.addresses for one in seen.values()))
        shown = [path for path, one in seen.items() if holds_address(one.addresses, people)]
        if shown:
            raise ScanError("a person's mail address", sorted(shown))
        names = {file_name(path.rpartition("/")[2]) for path in listing} - {""}
        for path, one in sorted(seen.items()):
            if found := one.words & (hits | names):
                self._replace(path, found)
        return self._done

    def _check_sealed(self) -> None:
        """Among the sealed files stands what sealing wrote, and nothing else."""
        foreign = []
        for path in _files(self._site / FOLDER):
            name = path.relative_to(self._site).as_posix()
            made = self._root / SEALED / name
            if not made.is_file() or not (
                made.samefile(path) or made.read_bytes() == path.read_bytes()
            ):
                foreign.append(name)
        if foreign:
            raise ScanError("files among the sealed ones that sealing did not write", foreign[:5])

    def _look(self) -> Iterator[tuple[str, _Seen]]:
        """Yield what each file holds beyond its sources. Raises ScanError for a canary."""
        theme = _theme()
        sources = theme.traces, _of_sources(_pages(self._root))
        known = _own_addresses(self._settings).union(*(one.addresses for one in sources))
        for path in _files(self._site):
            name = path.relative_to(self._site).as_posix()
            if name.startswith(f"{FOLDER}/"):
                continue
            data = path.read_bytes()
            if sha256(data).digest() not in theme.digests:
                found = self._seen(name, data)
                for one in sources:
                    # `-` goes through the page's words, `-=` would go through all the sources'.
                    found.runs = found.runs - one.runs
                    found.phrases = found.phrases - one.phrases
                    found.names = found.names - one.names
                found.addresses = beyond(found.addresses, known)
                yield name, found

    def _seen(self, name: str, data: bytes) -> _Seen:
        found = _Seen()
        for text in (name, *forms(data)):
            small = text.lower()
            if any(one in small for one in self._canaries):
                raise ScanError("a word that was sealed", [name])
            found.runs |= runs(text)
            found.phrases |= stretches(text)
            found.names |= file_names(text)
            found.addresses |= addresses(text)
        return found

    def _tickets(
        self, listing: dict[str, str], seen: dict[str, _Seen], with_people: bool
    ) -> tuple[set[str], set[str]]:
        """Return people's addresses, if the site holds any address at all, and the runs and
        phrases of the site that stand in a ticket.
        """
        left = frozenset().union(*(one.runs | one.phrases for one in seen.values()))
        if not left and not with_people:
            return set(), set()
        wanted = [oid for path, oid in listing.items() if TICKET_FILE.fullmatch(path)]
        contents = (data for _, data in self._snapshot.read_many(wanted))
        work = partial(_of_tickets, left, with_people)
        people: set[str] = set()
        hits: set[str] = set()
        for some, found in in_batches(work, cut(contents, _BATCH), alone=len(wanted) <= _BATCH):
            people |= some
            hits |= found
        if with_people:
            for _, content in read_folder(self._git, self._snapshot.commit, RECORDS):
                people |= addresses(content.decode("utf-8", "replace"))
        return people - _own_addresses(self._settings), hits

    def _replace(self, path: str, found: set[str]) -> None:
        """Put a file's last good version in its place, or take it away."""
        former = self._previous / path if self._previous else None
        if former is None or not former.is_file():
            (self._site / path).unlink()
            self._done.removed.append(path)
            return
        before = self._seen(path, former.read_bytes())
        if found <= before.words:
            self._done.known.append(path)
            return
        (self._site / path).unlink()
        shutil.copyfile(former, self._site / path)
        self._done.kept.append(path)


def _of_tickets(
    left: frozenset[str], with_people: bool, batch: list[bytes]
) -> list[tuple[set[str], set[str]]]:
    """Return (people's addresses, runs and phrases of ``left``) of some ticket files."""
    people: set[str] = set()
    hits: set[str] = set()
    for data in batch:
        text = data.decode("utf-8", "replace")
        try:
            ticket = parse(text)
        except TicketFault:
            ticket = None
        if left:
            hits |= left & (runs(text) | (phrases(ticket) if ticket else set()))
        if with_people:
            people |= _people(ticket) if ticket else addresses(text)
    return [(people, hits)]


def _people(ticket: Ticket) -> set[str]:
    authors = (one.author for one in ticket.entries if one.role not in ("agent", "system"))
    found = {one.key for one in (ticket.requester, *ticket.participants, *authors)}
    return {one for one in found if "@" in one}


def _own_addresses(settings: Settings) -> set[str]:
    """Return the addresses that may stand anywhere: the desk's and its agents'."""
    agents = (one for agent in settings.agents.values() for one in agent.emails)
    return {one.lower() for one in (settings.mailbox.address, *settings.mailbox.lists, *agents)}


def _pages(root: Path) -> Iterator[bytes]:
    """Yield the texts of the desk's own that its site is made of."""
    for name in _SOURCES:
        path = root / name
        for one in [path] if path.is_file() else _files(path):
            yield one.read_bytes()


class _Theme(NamedTuple):
    """What the theme's texts hold, and the digests of its files: those pass as they are."""

    traces: _Seen
    digests: frozenset[bytes]


@cache
def _theme() -> _Theme:
    files = [one for one in _packages() if one.suffix not in (".py", ".pyc")]
    texts = (one.read_bytes() for one in files if one.suffix in _WORDS)
    digests = frozenset(sha256(one.read_bytes()).digest() for one in files)
    return _Theme(_of_sources(texts), digests)


def _packages() -> Iterator[Path]:
    for name in _PACKAGES:
        spec = find_spec(name)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            yield from _files(Path(place))


def _of_sources(contents: Iterable[bytes]) -> _Seen:
    found = _Seen()
    for data in contents:
        text = data.decode("utf-8", "replace")
        found.runs |= source_runs(text)
        found.phrases |= stretches(text) | stretches(without_links(text))
        found.names |= file_names(text)
        found.addresses |= addresses(text)
    return found


def _files(folder: Path) -> Iterable[Path]:
    """Return the files below a folder, in order."""
    return sorted(one for one in folder.rglob("*") if one.is_file()) if folder.is_dir() else []
