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
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from zlib import ZLIB_RUNTIME_VERSION

import tracker
from tracker.core.pages.feeds import feed_links
from tracker.core.pages.figures import FIGURES
from tracker.core.pages.front import foot
from tracker.core.pages.lists import Counts
from tracker.core.pages.shell import SCRIPT, STYLE, Shell
from tracker.core.pages.site import ANY, Desk, ticket_url
from tracker.core.pages.spreadsheets import csv_files
from tracker.core.statistics import figures
from tracker.portal import chrome
from tracker.portal.differences import Difference, difference
from tracker.portal.feeding import Feeds, data_files
from tracker.portal.finish import Finisher, Queues, place
from tracker.portal.listing import Artifact, Lists
from tracker.portal.render import Rendered, Renderer, Task, render_all
from tracker.portal.resources import ENGINE, engine_script, worker_script
from tracker.portal.review import Review, Tickets
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
        self._chrome = chrome.read_chrome(page, desk.name, links, edit)
        self._written: dict[str, bytes] = {}

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
        known = state.known()
        seen_before = _count(known.values())
        differing = difference(self._source, state, known, key)
        changed, gone = differing.tickets(known)
        search = SearchFiles(state)
        for one in gone:
            self._forget(state, search, known.pop(one))
        rendered = self._render(state, search, known, self._rendered(state, known, changed, gone))
        self._attachments(state, differing, rendered)
        self._derived(state, known, seen_before, search)
        state.commit(f"{key}:{differing.stamp}", self._source.version)
        self._put(STAMP, differing.stamp.encode())
        return Published(self._counts, len(rendered), len(gone))

    def _rendered(
        self, state: State, known: dict[str, Known], changed: Tickets, gone: list[str]
    ) -> Iterator[Rendered]:
        renderer = Renderer(self._desk, self._site)
        if self._desk.review:
            return Review(state, renderer, self._read, known).render(changed, gone)
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

    def _render(
        self,
        state: State,
        search: SearchFiles,
        known: dict[str, Known],
        rendered: Iterable[Rendered],
    ) -> set[str]:
        again = set()
        for one in rendered:
            again.add(one.id)
            before = set() if state.is_new else state.stems_of(one.id)
            search.change(one.number, before, one.stems.split())
            known[one.id] = state.put(one)
            if not one.status:
                shutil.rmtree(self._site / ticket_url(one.id), ignore_errors=True)
        return again

    def _forget(self, state: State, search: SearchFiles, gone: Known) -> None:
        search.change(gone.number, state.stems_of(gone.id), ())
        state.drop(gone.id)
        shutil.rmtree(self._site / ticket_url(gone.id), ignore_errors=True)

    def _attachments(self, state: State, differing: Difference, again: set[str]) -> None:
        """Publish the files that public entries name, and take away those that none names."""
        there = state.files()
        wanted = self._named(state.links(), there, differing, again)
        for address in there.keys() - wanted.keys():
            (self._site / address).unlink(missing_ok=True)
            state.drop_file(address)
        new: dict[str, list[str]] = {}
        for address, oid in wanted.items():
            if there.get(address) != oid:
                new.setdefault(oid, []).append(address)
        for oid, data in self._source.read_many(new.keys()):
            for address in new[oid]:
                self._put(address, data)
                state.put_file(address, oid)

    def _named(
        self, links: dict[str, str], there: dict[str, str], differing: Difference, again: set[str]
    ) -> dict[str, str]:
        """Return the attachments to publish, address to object id.

        Where not all files are known, those of a ticket that was rendered again, and those that
        were missing before, are looked for.
        """
        found: dict[str, str] = {}
        unknown: dict[str, str] = {}
        for address, stored in links.items():
            if stored in differing.present:
                found[address] = differing.present[stored]
            elif differing.complete or stored in differing.absent:
                continue
            elif address in there and address.split("/")[1] not in again:
                found[address] = there[address]
            else:
                unknown[address] = stored
        oids = self._source.find(unknown.values()) if unknown else {}
        return found | {one: oids[stored] for one, stored in unknown.items() if stored in oids}

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
        for artifact in self._artifacts(state, known, lists):
            keys[artifact.path] = artifact.key
            if before.get(artifact.path) != artifact.key:
                made = artifact.make()
                self._put(artifact.path, made if isinstance(made, bytes) else made.encode())
        newest = max((one.number for one in seen), default=0)
        counted = figures(state.facts(), self._today)
        more = [
            (chrome.WORKER, worker_script(self._chrome.worker).encode()),
            (ENGINE, engine_script(self._desk, shards, newest).encode()),
            (SCRIPT, self._chrome.script.encode()),
            (STYLE, chrome.joined_styles(self._pages, self._chrome.styles).encode()),
            *((f"{FIGURES}{name}", text.encode()) for name, text in csv_files(counted).items()),
        ]
        queues = Queues(self._desk, state, seen)
        finisher = Finisher(self._pages, self._desk, lists, queues, counted)
        for path, data in chain(finisher.files(), more):
            keys[path] = blake2b(data, digest_size=12).digest()
            self._put_if_other(path, data)
        gone = before.keys() - keys.keys()
        for path in gone:
            self._remove(path)
        changed = ((path, key) for path, key in keys.items() if before.get(path) != key)
        state.put_artifacts(changed, gone)

    def _artifacts(self, state: State, known: dict[str, Known], lists: Lists) -> Iterator[Artifact]:
        yield from lists.artifacts()
        if self._desk.is_public:
            yield from Feeds(self._desk, state, self._source, known).artifacts()
            yield from data_files(self._desk, state, lists.tickets)

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


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def _render_key(desk: Desk) -> str:
    """Return what every card depends on besides its ticket: the desk, and this very code."""
    code = sha256()
    package = Path(tracker.__file__).parent
    for path in sorted(
        [
            *package.glob("core/**/*.py"),
            *package.glob("portal/*.py"),
            *package.glob("locale/**/*.mo"),
        ]
    ):
        code.update(path.read_bytes())
    libraries = [version(one) for one in ("markdown", "nh3", "snowballstemmer")]
    code.update(repr((desk, libraries, ZLIB_RUNTIME_VERSION)).encode())
    return code.hexdigest()[:32]
