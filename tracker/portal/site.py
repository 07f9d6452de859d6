"""Publishing: bring the site folder to what the tickets and the generator's pages say.

Only what changed is written, and the result is byte for byte that of a clean build. While a
build runs, the site carries no stamp; one that was interrupted is therefore built anew.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b, sha256
from pathlib import Path
from zlib import ZLIB_RUNTIME_VERSION

from tracker.adapters.code import code_digest
from tracker.core.pages.feeds import feed_links
from tracker.core.pages.figures import FIGURES
from tracker.core.pages.front import foot
from tracker.core.pages.lists import Counts
from tracker.core.pages.shell import SCRIPT, STYLE, Shell
from tracker.core.pages.site import ANY, Desk, ticket_url
from tracker.core.pages.spreadsheets import csv_files
from tracker.core.statistics import figures_of
from tracker.portal import chrome
from tracker.portal.differences import difference
from tracker.portal.feeding import Feeds, data_files
from tracker.portal.finish import Finisher, Queues, place
from tracker.portal.listing import Artifact, Lists
from tracker.portal.render import Rendered, Renderer, Task, render_all
from tracker.portal.resources import ENGINE, engine_script, worker_script
from tracker.portal.review import Review, Tickets
from tracker.portal.searching import SearchFiles
from tracker.portal.source import Source
from tracker.portal.state import State

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
    ``today`` is the day in the desk's time zone, as of which the figures are.
    """

    def __init__(
        self, desk: Desk, source: Source, site: Path, pages: Path, state: Path, today: date
    ) -> None:
        self._desk, self._source, self._today = desk, source, today
        self._site, self._pages, self._state_path = site, pages, state
        page = (pages / chrome.PAGE).read_text("utf-8").replace(place("foot"), foot(desk, "../"))
        edit = (desk.edit_url, desk.words._("Edit in Git"))
        links = feed_links(desk, "%ROOT%")
        came = desk.words._("The request goes on here. Under its old number it can still be read:")
        self._chrome = chrome.read_chrome(page, desk.name, links, edit, came)

    def publish(self) -> Published:
        """Bring the site up to date. A second run without a change writes nothing."""
        key = _render_key(self._desk)
        state = State(self._state_path, f"{key}:{_read(self._site / STAMP)}")
        gc.disable()  # a hundred thousand rows, not a cycle among them
        try:
            return self._publish(state, key)
        finally:
            gc.enable()
            state.close()

    def _publish(self, state: State, key: str) -> Published:
        if state.is_new:
            empty(self._site)
        (self._site / STAMP).unlink(missing_ok=True)
        seen_before = 0 if state.is_new else sum(state.shelves.counts().values())
        differing = difference(self._source, state.shelves, state.version, key)
        changed, gone = differing.tickets(state.shelves)
        search = SearchFiles(state)
        for one in gone:
            self._forget(state, search, one)
        rendered = self._render(state, search, self._rendered(state, changed, gone))
        state.settle()
        state.attachments.publish(self._source, differing, self._site, self._put)
        counts = self._derived(state, seen_before, search)
        state.commit(f"{key}:{differing.stamp}", self._source.version)
        self._put(STAMP, differing.stamp.encode())
        return Published(counts, rendered, len(gone))

    def _rendered(self, state: State, changed: Tickets, gone: list[str]) -> Iterator[Rendered]:
        renderer = Renderer(self._desk, self._site)
        if self._desk.review:
            return Review(state.reviews, renderer, self._read, state.shelves).render(changed, gone)
        tasks = (Task(*one) for one in self._read(changed))
        return render_all(renderer, tasks, len(changed))

    def _read(self, tickets: Tickets) -> Iterator[tuple[str, str, str, bytes]]:
        """Read tickets; two that are the same file to Git are read once."""
        places: dict[str, list[tuple[str, str]]] = {}
        for one, (path, oid) in tickets.items():
            places.setdefault(oid, []).append((one, path))
        for oid, data in self._source.read_many(places.keys()):
            for one, path in places[oid]:
                yield one, path, oid, data

    def _render(self, state: State, search: SearchFiles, rendered: Iterable[Rendered]) -> int:
        number = 0
        for one in rendered:
            number += 1
            before = set() if state.is_new else state.stems_of(one.id)
            search.change(one.number, before, one.stems.split())
            state.put(one)
            if not one.status:
                shutil.rmtree(self._site / ticket_url(one.id), ignore_errors=True)
        return number

    def _forget(self, state: State, search: SearchFiles, gone: str) -> None:
        search.change(int(gone.rpartition("-")[2]), state.stems_of(gone), ())
        state.drop(gone)
        shutil.rmtree(self._site / ticket_url(gone), ignore_errors=True)

    def _derived(self, state: State, seen_before: int, search: SearchFiles) -> Counts:
        """Write lists, search files, sitemaps and the generator's pages, as far as they changed."""
        lists = Lists(self._desk, Shell(self._desk), state)
        shards = search.write(seen_before, lists.counts[ANY], self._site)
        before = state.artifacts()
        keys: dict[str, bytes] = {}
        for artifact in self._artifacts(state, lists):
            keys[artifact.path] = artifact.key
            if before.get(artifact.path) != artifact.key:
                made = artifact.make()
                data = made if isinstance(made, bytes) else made.encode()
                self._put_if_other(artifact.path, data)
        for path, data in self._files(state, lists, shards):
            keys[path] = blake2b(data, digest_size=12).digest()
            self._put_if_other(path, data)
        gone = before.keys() - keys.keys()
        for path in gone:
            self._remove(path)
        changed = ((path, key) for path, key in keys.items() if before.get(path) != key)
        state.put_artifacts(changed, gone)
        return lists.counts

    def _artifacts(self, state: State, lists: Lists) -> Iterator[Artifact]:
        """Return the files whose keys tell whether they are to be written."""
        yield from lists.artifacts()
        if self._desk.is_public:
            yield from Feeds(self._desk, state, self._source).artifacts()
            yield from data_files(self._desk, state)

    def _files(self, state: State, lists: Lists, shards: int) -> Iterator[tuple[str, bytes]]:
        """Return the few files that every build makes."""
        counted = figures_of(state.counting, self._today)
        newest = max((one.number for one in lists.newest(ANY, 1)), default=0)
        yield from Finisher(
            self._pages, self._desk, lists, Queues(self._desk, state), counted
        ).files()
        yield chrome.WORKER, worker_script(self._chrome.worker).encode()
        yield ENGINE, engine_script(self._desk, shards, newest).encode()
        yield SCRIPT, self._chrome.script.encode()
        yield STYLE, chrome.joined_styles(self._pages, self._chrome.styles).encode()
        for name, text in csv_files(counted).items():
            yield f"{FIGURES}{name}", text.encode()

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
    return sha256(f"{code}{desk!r}{ZLIB_RUNTIME_VERSION}".encode()).hexdigest()[:32]
