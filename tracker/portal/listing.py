"""Which list, title and sitemap files a portal has, and what each of them depends on.

Full pages of the past never change: *Any* is cut by numbers, *Closed* by the order of closing.
*Open* is cut from the oldest on as well: a new ticket changes its last page, not every one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from hashlib import blake2b
from typing import NamedTuple

from tracker.core.pages.gzipped import gzipped
from tracker.core.pages.html import escape
from tracker.core.pages.lists import PAGE, TITLES_OF, Counts, ListWriter
from tracker.core.pages.shards import titles_path, titles_text
from tracker.core.pages.shell import Shell
from tracker.core.pages.site import ANY, CLOSED, OPEN, Desk, ticket_url
from tracker.core.pages.sitemap import index_text, packed_sitemap
from tracker.portal.shelves import Listed, Part, Shelf
from tracker.portal.state import State


class Artifact(NamedTuple):
    """A file of the site: written only when ``key`` is another one than last time."""

    path: str
    key: bytes
    make: Callable[[], str | bytes]


class Lists:
    """The lists of one build, from the tickets that are seen by the public."""

    def __init__(self, desk: Desk, shell: Shell, state: State) -> None:
        self._desk, self._shell, self._state, self._shelves = desk, shell, state, state.shelves
        self._writer = ListWriter(desk)
        counts = self._shelves.counts()
        self.counts: Counts = {
            OPEN: counts.get("open", 0),
            CLOSED: counts.get("closed", 0),
            ANY: sum(counts.values()),
        }

    def first_page(self, which: str, root: str) -> str:
        """Return the content of a list's first page: its newest tickets."""
        shown = self.newest(which, PAGE)
        links: list[tuple[str, str]] = []
        if self.counts[which] > PAGE:
            page = self._earlier(which, shown[-1])
            links = self._older(which, page, self._oldest(which), root)
        pager = self._writer.pager(links)
        return self._writer.page(which, self._rows(shown), root, self.counts, pager)

    def newest(self, which: str, count: int) -> list[Listed]:
        """Return the newest tickets of a list, the newest first."""
        shelves: dict[str, Shelf] = {OPEN: "open", CLOSED: "closed", ANY: ""}
        return self._shelves.newest(shelves[which], count)

    def _earlier(self, which: str, last: Listed) -> int:
        """Return the page that goes on from a first page."""
        return {
            OPEN: -(-self.counts[OPEN] // PAGE) - 1,
            CLOSED: -(-self.counts[CLOSED] // PAGE) - 1,
            ANY: (last.number - 1) // PAGE + 1,
        }[which]

    def _oldest(self, which: str) -> int:
        """Return the page at the other end."""
        return self._any[0].at + 1 if which == ANY else 1

    @cached_property
    def _any(self) -> list[Part]:
        return self._shelves.parts("any")

    def _older(self, which: str, page: int, oldest: int, root: str) -> list[tuple[str, str]]:
        words = self._desk.words
        links = [(words._("Earlier requests"), f"{root}{_address(which, page)}")]
        if oldest != page:
            links.append((words._("Oldest requests"), f"{root}{_address(which, oldest)}"))
        return links

    def artifacts(self) -> Iterator[Artifact]:
        """Return every file there is besides the first pages."""
        if self.counts[OPEN] > PAGE:
            yield from self._pages(OPEN, self._cut("open"))
        if self.counts[CLOSED] > PAGE:
            yield from self._pages(CLOSED, self._cut("closed"))
        if self.counts[ANY] > PAGE:
            pages = [_Page(one.at + 1, one, partial(self._in_part, one.at)) for one in self._any]
            yield from self._pages(ANY, pages)
        yield from self._titles()
        yield from self._sitemaps()

    def _cut(self, shelf: Shelf) -> list[_Page]:
        runs = self._shelves.runs(shelf, PAGE)
        return [_Page(number, *run) for number, run in enumerate(runs, 1)]

    def _in_part(self, at: int) -> list[Listed]:
        return [Listed(id_, number) for id_, number, _ in self._shelves.inside("any", at)]

    def _pages(self, which: str, pages: Sequence[_Page]) -> Iterator[Artifact]:
        """A page links its neighbours and the two ends."""
        oldest = self._oldest(which) if pages else 0
        for at, page in enumerate(pages):
            older = pages[at - 1].number if at else None
            newer = pages[at + 1].number if at + 1 < len(pages) else None
            path = f"{_address(which, page.number)}index.html"
            make = partial(self._page, which, page, (older, newer, oldest))
            yield Artifact(path, key_of(page.key, older, newer, oldest), make)

    def _page(self, which: str, page: _Page, others: tuple[int | None, int | None, int]) -> str:
        older, newer, oldest = others
        words, root = self._desk.words, "../../../"
        links = [(words._("Newest requests"), root + which)]
        if newer is not None:
            links.append((words._("Later requests"), root + _address(which, newer)))
        if older is not None:
            links += self._older(which, older, oldest, root)
        tickets = page.tickets()
        prefix, number = self._desk.prefix, page.number
        label = (
            f"{prefix}-{tickets[0].number} – {prefix}-{tickets[-1].number}"
            if which == ANY
            else words._("Page %(n)s", n=number)
        )
        pager = self._writer.pager(links, label)
        rows = self._rows(tickets[::-1])
        content = self._writer.page(which, rows, root, None, pager)
        title = words._(TITLES_OF[which])
        heading = f"<h1>{escape(title)}</h1>"
        return self._shell.fill(title, _address(which, number), heading + content)

    def _rows(self, tickets: Iterable[Listed]) -> list[str]:
        return self._state.rows(one.id for one in tickets)

    def _titles(self) -> Iterator[Artifact]:
        for part in self._shelves.parts("titles"):
            make = partial(self._titles_file, part.at)
            yield Artifact(titles_path(part.at), key_of(part), make)

    def _titles_file(self, at: int) -> bytes:
        named = (
            (number, id_, self._state.title(id_), status)
            for id_, number, status in self._shelves.inside("titles", at)
        )
        return gzipped(titles_text(named, self._desk.prefix))

    def _sitemaps(self) -> Iterator[Artifact]:
        parts = self._shelves.parts("sitemap")
        names = [f"tickets/sitemap-{one.at}.xml.gz" for one in parts]
        for name, part in zip(names, parts, strict=True):
            yield Artifact(name, key_of(part), partial(self._sitemap, part.at))
        index = partial(index_text, self._desk.url, ["sitemap-pages.xml", *names])
        yield Artifact("sitemap.xml", key_of(names), index)

    def _sitemap(self, at: int) -> bytes:
        addresses = (ticket_url(id_) for id_, _, _ in self._shelves.inside("sitemap", at))
        return packed_sitemap(self._desk.url, addresses)


class _Page(NamedTuple):
    """A page of a list: ``key`` differs whenever its tickets do, or what their rows say."""

    number: int
    key: object
    tickets: Callable[[], list[Listed]]


def _address(which: str, number: int) -> str:
    folder = "requests/open/" if which == OPEN else which
    return f"{folder}{number}/"


def key_of(*parts: object) -> bytes:
    """Return the key of a file that depends on ``parts``."""
    return blake2b(repr(parts).encode(), digest_size=12).digest()
