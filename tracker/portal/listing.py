"""Which list, title and sitemap files a portal has, and what each of them depends on.

Full pages of the past never change: *Any* is cut by numbers, *Closed* by the order of closing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from hashlib import blake2b
from itertools import groupby
from typing import NamedTuple

from tracker.core.pages.html import escape
from tracker.core.pages.lists import PAGE, TITLES_OF, Counts, ListWriter
from tracker.core.pages.shards import TITLES, titles_text
from tracker.core.pages.shell import Shell
from tracker.core.pages.site import ANY, CLOSED, OPEN, Desk, ticket_url
from tracker.core.pages.sitemap import SITEMAP, index_text, packed_sitemap
from tracker.portal.state import Known, State


class Artifact(NamedTuple):
    """A file of the site: written only when ``key`` is another one than last time."""

    path: str
    key: bytes
    make: Callable[[], str | bytes]


class Lists:
    """The lists of one build, from the tickets that are seen by the public."""

    def __init__(self, desk: Desk, shell: Shell, state: State, tickets: Iterable[Known]) -> None:
        self._desk, self._shell, self._state = desk, shell, state
        self._writer = ListWriter(desk)
        self._any = sorted(tickets, key=lambda one: one.number)
        self._open = [one for one in self._any if one.status in ("open", "waiting")][::-1]
        self._closed = sorted(
            (one for one in self._any if one.status == "closed"),
            key=lambda one: (one.closed, one.number),
        )
        self.counts: Counts = {
            OPEN: len(self._open),
            CLOSED: len(self._closed),
            ANY: len(self._any),
        }

    @property
    def tickets(self) -> Sequence[Known]:
        """Every ticket that is seen, by number."""
        return self._any

    def first_page(self, which: str, root: str) -> str:
        """Return the content of a list's first page: its newest tickets."""
        tickets = {
            OPEN: self._open,
            CLOSED: self._closed[::-1],
            ANY: self._any[::-1],
        }[which]
        shown = tickets[:PAGE]
        links: list[tuple[str, str]] = []
        if len(tickets) > PAGE:
            page = self._earlier(which, shown[-1])
            links = self._older(which, page, self._oldest(which), root)
        pager = self._writer.pager(links)
        return self._writer.page(which, self._rows(shown), root, self.counts, pager)

    def _earlier(self, which: str, last: Known) -> int:
        """Return the page that goes on from a first page."""
        return {
            OPEN: 2,
            CLOSED: -(-len(self._closed) // PAGE) - 1,
            ANY: (last.number - 1) // PAGE + 1,
        }[which]

    def _oldest(self, which: str) -> int:
        """Return the page at the other end, 0 where its number is not lasting."""
        if which == OPEN:
            return 0
        return 1 if which == CLOSED else (self._any[0].number - 1) // PAGE + 1

    def _older(self, which: str, page: int, oldest: int, root: str) -> list[tuple[str, str]]:
        words = self._desk.words
        links = [(words._("Earlier requests"), f"{root}{_address(which, page)}")]
        if oldest not in (0, page):
            links.append((words._("Oldest requests"), f"{root}{_address(which, oldest)}"))
        return links

    def artifacts(self) -> Iterator[Artifact]:
        """Return every file there is besides the first pages."""
        yield from self._pages(OPEN, list(_cut(self._open))[1:])
        if len(self._closed) > PAGE:
            pages = [(number, page[::-1]) for number, page in _cut(self._closed)]
            yield from self._pages(CLOSED, pages)
        if len(self._any) > PAGE:
            grouped = groupby(self._any, key=lambda one: (one.number - 1) // PAGE + 1)
            numbered = [(number, list(page)[::-1]) for number, page in grouped]
            yield from self._pages(ANY, numbered)
        yield from self._titles()
        yield from self._sitemaps()

    def _pages(self, which: str, pages: Sequence[tuple[int, list[Known]]]) -> Iterator[Artifact]:
        """``pages`` are (number, tickets); a page links its neighbours and the two ends."""
        newest_first = which == OPEN
        oldest = self._oldest(which) if pages else 0
        for at, (number, tickets) in enumerate(pages):
            before = pages[at - 1][0] if at else None
            after = pages[at + 1][0] if at + 1 < len(pages) else None
            older, newer = (after, before) if newest_first else (before, after)
            key = _key(tickets, which, number, older, newer, oldest)
            path = f"{_address(which, number)}index.html"
            make = partial(self._page, which, number, tickets, (older, newer, oldest))
            yield Artifact(path, key, make)

    def _page(
        self,
        which: str,
        number: int,
        tickets: list[Known],
        others: tuple[int | None, int | None, int],
    ) -> str:
        older, newer, oldest = others
        words, root = self._desk.words, "../../../"
        links = [(words._("Newest requests"), root + which)]
        if newer is not None:
            links.append((words._("Later requests"), root + _address(which, newer)))
        if older is not None:
            links += self._older(which, older, oldest, root)
        first, last = sorted((tickets[0].number, tickets[-1].number))
        prefix = self._desk.prefix
        label = (
            f"{prefix}-{first} – {prefix}-{last}"
            if which == ANY
            else words._("Page %(n)s", n=number)
        )
        pager = self._writer.pager(links, label)
        content = self._writer.page(which, self._rows(tickets), root, None, pager)
        title = words._(TITLES_OF[which])
        heading = f"<h1>{escape(title)}</h1>"
        return self._shell.fill(title, _address(which, number), heading + content)

    def _rows(self, tickets: Iterable[Known]) -> list[str]:
        return self._state.rows(one.id for one in tickets)

    def _titles(self) -> Iterator[Artifact]:
        for number, group in groupby(self._any, key=lambda one: one.number // TITLES):
            tickets = list(group)
            path = f"search/titles/{number}.json"
            yield Artifact(path, _key(tickets), partial(self._titles_file, tickets))

    def _titles_file(self, tickets: list[Known]) -> str:
        named = ((one.number, one.id, self._state.title(one.id), one.status) for one in tickets)
        return titles_text(named, self._desk.prefix)

    def _sitemaps(self) -> Iterator[Artifact]:
        names = []
        for number, group in groupby(self._any, key=lambda one: one.number // SITEMAP):
            tickets = list(group)
            names.append(f"tickets/sitemap-{number}.xml.gz")
            addresses = [ticket_url(one.id) for one in tickets]
            make = partial(packed_sitemap, self._desk.url, addresses)
            yield Artifact(names[-1], _key(tickets), make)
        index = partial(index_text, self._desk.url, ["sitemap-pages.xml", *names])
        yield Artifact("sitemap.xml", _key((), *names), index)


def _address(which: str, number: int) -> str:
    folder = "requests/open/" if which == OPEN else which
    return f"{folder}{number}/"


def _cut(tickets: Sequence[Known]) -> Iterator[tuple[int, list[Known]]]:
    for start in range(0, len(tickets), PAGE):
        yield start // PAGE + 1, list(tickets[start : start + PAGE])


def _key(tickets: Sequence[Known], *more: object) -> bytes:
    digests = b"".join(one.digest for one in tickets)
    return blake2b(digests + repr(more).encode(), digest_size=12).digest()
