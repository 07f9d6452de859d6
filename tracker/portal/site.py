"""Publishing: bring the site folder to what the tickets and the generator's pages say.

Only what changed is written, and the result is byte for byte that of a clean build. While a
build runs, the site carries no stamp; one that was interrupted is therefore built anew.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path

from tracker.adapters.code import code_digest
from tracker.core.pages.front import foot
from tracker.core.pages.lists import Counts
from tracker.core.pages.shell import SCRIPT, STYLE, Shell
from tracker.core.pages.site import ANY, Desk, ticket_url
from tracker.core.ticket import TICKET_FILE
from tracker.portal import chrome
from tracker.portal.finish import Finisher, place
from tracker.portal.listing import Lists
from tracker.portal.render import Renderer, Task, render_all
from tracker.portal.resources import worker_script
from tracker.portal.searching import SearchFiles
from tracker.portal.source import Source
from tracker.portal.state import Known, State

STAMP = "tickets/.build"
"""The file of the site that says which state describes it."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a build did: the lists' counts, how many cards it rendered, how many it took away."""

    counts: Counts
    rendered: int
    removed: int

    def __str__(self) -> str:
        return f"{self.counts[ANY]} tickets, {self.rendered} rendered, {self.removed} removed"


class Publication:
    """One build of one site.

    ``site`` is the folder to publish, ``pages`` what the generator wrote, ``state`` the cache.
    """

    def __init__(self, desk: Desk, source: Source, site: Path, pages: Path, state: Path) -> None:
        self._desk, self._source = desk, source
        self._site, self._pages, self._state_path = site, pages, state
        page = (pages / chrome.PAGE).read_text("utf-8")
        self._chrome = chrome.read_chrome(page.replace(place("foot"), foot(desk, "../")))
        self._written: dict[str, bytes] = {}

    def publish(self) -> Published:
        """Bring the site up to date. A second run without a change writes nothing."""
        listing = dict(self._source.listing())
        key = _render_key(self._desk)
        state = State(self._state_path, f"{key}:{_read(self._site / STAMP)}")
        gc.disable()  # a hundred thousand rows, not a cycle among them
        try:
            return self._publish(state, listing, key)
        finally:
            gc.enable()
            state.close()

    def _publish(self, state: State, listing: dict[str, str], key: str) -> Published:
        if state.is_new:
            empty(self._site)
        (self._site / STAMP).unlink(missing_ok=True)
        known = state.known()
        seen_before = _count(known.values())
        wanted = {
            found["id"]: (path, oid)
            for path, oid in listing.items()
            if (found := TICKET_FILE.fullmatch(path))
        }
        gone = [one for one in known if one not in wanted]
        changed: dict[str, list[tuple[str, str]]] = {}
        for one, (path, oid) in wanted.items():
            if one not in known or (known[one].path, known[one].oid) != (path, oid):
                changed.setdefault(oid, []).append((one, path))
        search = SearchFiles(state)
        for one in gone:
            self._forget(state, search, known.pop(one))
        rendered = self._render(state, search, known, changed)
        self._attachments(state, listing)
        self._derived(state, known, seen_before, search)
        stamp = _stamp(key, listing)
        state.commit(f"{key}:{stamp}")
        self._put(STAMP, stamp.encode())
        return Published(self._counts, rendered, len(gone))

    def _render(
        self,
        state: State,
        search: SearchFiles,
        known: dict[str, Known],
        changed: dict[str, list[tuple[str, str]]],
    ) -> int:
        renderer = Renderer(self._desk, self._site)
        tasks = (
            Task(ticket_id, path, oid, data)
            for oid, data in self._source.read_many(changed.keys())
            for ticket_id, path in changed[oid]
        )
        number = 0
        for one in render_all(renderer, tasks, len(changed)):
            number += 1
            before = set() if state.is_new else state.stems_of(one.id)
            search.change(one.number, before, one.stems.split())
            known[one.id] = state.put(one)
            if not one.status:
                shutil.rmtree(self._site / ticket_url(one.id), ignore_errors=True)
        return number

    def _forget(self, state: State, search: SearchFiles, gone: Known) -> None:
        search.change(gone.number, state.stems_of(gone.id), ())
        state.drop(gone.id)
        shutil.rmtree(self._site / ticket_url(gone.id), ignore_errors=True)

    def _attachments(self, state: State, listing: dict[str, str]) -> None:
        """Publish the files that public entries name, and take away those that none names."""
        there = state.files()
        wanted = {
            address: (stored, listing[stored])
            for address, stored in state.links().items()
            if stored in listing
        }
        for address in there.keys() - wanted.keys():
            (self._site / address).unlink(missing_ok=True)
            state.drop_file(address)
        new: dict[str, list[str]] = {}
        for address, (_, oid) in wanted.items():
            if there.get(address) != oid:
                new.setdefault(oid, []).append(address)
        for oid, data in self._source.read_many(new.keys()):
            for address in new[oid]:
                self._put(address, data)
                state.put_file(address, oid)

    def _derived(
        self, state: State, known: dict[str, Known], seen_before: int, search: SearchFiles
    ) -> None:
        """Write lists, search files, sitemaps and the generator's pages, as far as they changed."""
        seen = [one for one in known.values() if one.status]
        shell = Shell(self._desk)
        lists = Lists(self._desk, shell, state, seen)
        self._counts = lists.counts
        shards = search.write(seen_before, len(seen), self._site)
        before = state.artifacts()
        keys: dict[str, bytes] = {}
        for artifact in lists.artifacts():
            keys[artifact.path] = artifact.key
            if before.get(artifact.path) != artifact.key:
                self._put(artifact.path, artifact.make().encode())
        newest = max((one.number for one in seen), default=0)
        worker = worker_script(self._desk, self._chrome.worker, shards, newest)
        more = [
            (chrome.WORKER, worker.encode()),
            (SCRIPT, self._chrome.script.encode()),
            (STYLE, chrome.joined_styles(self._pages, self._chrome.styles).encode()),
        ]
        for path, data in _chain(Finisher(self._pages, self._desk, lists).files(), more):
            keys[path] = blake2b(data, digest_size=12).digest()
            self._put_if_other(path, data)
        gone = before.keys() - keys.keys()
        for path in gone:
            self._remove(path)
        changed = ((path, key) for path, key in keys.items() if before.get(path) != key)
        state.put_artifacts(changed, gone)

    def _put(self, path: str, data: bytes) -> None:
        target = self._site / path
        try:
            target.write_bytes(data)
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    def _put_if_other(self, path: str, data: bytes) -> None:
        target = self._site / path
        if not (target.is_file() and target.read_bytes() == data):
            self._put(path, data)

    def _remove(self, path: str) -> None:
        target = self._site / path
        target.unlink(missing_ok=True)
        for folder in target.parents:
            if folder == self._site or any(folder.iterdir()):
                break
            folder.rmdir()


def empty(site: Path) -> None:
    """Take everything out of a site folder but hidden entries at its top, as MkDocs does."""
    if not site.is_dir():
        return
    for one in site.iterdir():
        if one.name.startswith("."):
            continue
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()


def _count(tickets: Iterable[Known]) -> int:
    return sum(1 for one in tickets if one.status)


def _chain(
    first: Iterable[tuple[str, bytes]], more: list[tuple[str, bytes]]
) -> Iterator[tuple[str, bytes]]:
    yield from first
    yield from more


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def _render_key(desk: Desk) -> str:
    """Return what every card depends on besides its ticket: the desk, and this very code."""
    code = code_digest(
        ("core/**/*.py", "portal/*.py", "locale/**/*.mo"), ("markdown", "nh3", "snowballstemmer")
    )
    return sha256(f"{code}{desk!r}".encode()).hexdigest()[:32]


def _stamp(key: str, listing: dict[str, str]) -> str:
    lines = "".join(f"{path} {listing[path]}\n" for path in sorted(listing))
    return sha256(f"{key}\n{lines}".encode()).hexdigest()
