"""Finishing the generator's own pages: what stands in their places, foot, search, policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tracker.core.pages.asking import AskingPage
from tracker.core.pages.feeds import ATOM, JSON_FEED, feed_links
from tracker.core.pages.figures import figures_page
from tracker.core.pages.front import contacts, foot, front
from tracker.core.pages.html import escape
from tracker.core.pages.opengraph import with_tags
from tracker.core.pages.policy import with_policy
from tracker.core.pages.queues import QueuesPage, Standing, Waiting
from tracker.core.pages.records import INDEX
from tracker.core.pages.searching import search_page
from tracker.core.pages.site import ANY, CLOSED, NEW, OPEN, Desk
from tracker.core.pages.sitemap import sitemap_text
from tracker.core.statistics import Figures
from tracker.portal import chrome
from tracker.portal.listing import Lists
from tracker.portal.state import Known, State

_LISTS = {"open": OPEN, "closed": CLOSED, "any": ANY}
PLACES = (*_LISTS, "front", "new", "contacts", "queues", "search", "figures", "foot", "missing")
"""What a page may ask for with ``<!-- tracker:front -->``."""

_PLACE = re.compile(r"<div data-tracker=\"(?P<name>[a-z]+)\"></div>")
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_WORKER = re.compile(r"(?P<before>\"search\":\s*\"[^\"]*)assets/javascripts/workers/[^\"/]+\.js\"")
_UNPUBLISHED = ("sitemap.xml", "sitemap.xml.gz", chrome.PAGE)


def place(name: str) -> str:
    """Return the element that stands on a page for what is put in at the end."""
    return f'<div data-tracker="{name}"></div>'


class Queues:
    """The agents' queues of one build, from the tickets that are seen by the public."""

    def __init__(self, desk: Desk, state: State, tickets: Iterable[Known]) -> None:
        self._writer, self._state, self._tickets = QueuesPage(desk), state, tickets

    def page(self, root: str) -> str:
        """Return the content of the page."""
        waiting = [
            Waiting(one.id, one.number, one.status, Standing.read(one.standing))
            for one in self._tickets
            if one.status != "closed"
        ]
        return self._writer.page(waiting, root, self._state.title)


class Finisher:
    """Finishes the pages in the folder that the generator wrote."""

    def __init__(
        self, pages: Path, desk: Desk, lists: Lists, queues: Queues, figures: Figures
    ) -> None:
        self._pages, self._desk, self._lists, self._queues = pages, desk, lists, queues
        self._figures = figures

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Return every file to publish, as (path below the root, contents)."""
        addresses = []
        for path in sorted(self._pages.rglob("*")):
            if not path.is_file():
                continue
            name = path.relative_to(self._pages).as_posix()
            if name in _UNPUBLISHED:
                continue
            data = path.read_bytes()
            if name.endswith(".html"):
                data = self._page(name, data.decode()).encode()
                if name.endswith("index.html"):
                    addresses.append(name.removesuffix("index.html"))
            yield name, data
        yield "sitemap-pages.xml", sitemap_text(self._desk.url, addresses).encode()

    def _page(self, name: str, page: str) -> str:
        root = "../" * name.count("/")
        if name == "404.html":  # served at any depth
            root = urlsplit(self._desk.url).path
            title = f"<title>{escape(self._missing_title)} - {escape(self._desk.name)}"
            page = _TITLE.sub(lambda _: f"{title}</title>", page, count=1)
        sends_to = self._desk.submit_url if place("new") in page else ""
        page = _PLACE.sub(lambda found: self._fill(found["name"], root), page)
        page = _WORKER.sub(lambda found: f'{found["before"]}{chrome.WORKER}"', page)
        page = page.replace("</head>", f"{feed_links(self._desk, root)}</head>", 1)
        return with_policy(with_tags(page, self._desk), sends_to)

    def _fill(self, name: str, root: str) -> str:
        makers: dict[str, Callable[[], str]] = {
            "front": lambda: front(self._desk, self._lists.counts, root),
            "new": lambda: AskingPage(self._desk).page(root),
            "contacts": lambda: contacts(self._desk, root),
            "queues": lambda: self._queues.page(root),
            "foot": lambda: foot(self._desk, root),
            "missing": lambda: self._missing(root),
            "figures": lambda: figures_page(self._desk, self._figures, self._data(root)),
            "search": lambda: search_page(self._desk, root),
        }
        if name in makers:
            return makers[name]()
        return self._lists.first_page(_LISTS[name], root) if name in _LISTS else place(name)

    @property
    def _missing_title(self) -> str:
        return self._desk.words._("There is no such page")

    def _data(self, root: str) -> list[tuple[str, str]]:
        words = self._desk.words
        if not self._desk.is_public:
            return []
        return [
            (words._("Requests that changed last, as an Atom feed"), root + ATOM),
            (words._("The same as a JSON Feed"), root + JSON_FEED),
            (words._("All requests as data (JSON)"), root + INDEX),
        ]

    def _missing(self, root: str) -> str:
        words = self._desk.words
        later = ""
        if self._desk.review:
            text = words._("New requests appear here once support has looked at them.")
            later = f"<p>{escape(text)}"
        return (
            f"<h1>{escape(self._missing_title)}</h1>"
            f"<p>{escape(words._('The link may be old, or the request is not public.'))}{later}"
            f'<p class="tk-actions"><a class="md-button" href="{root}{OPEN}">'
            f"{escape(words._('Requests'))}</a> "
            f'<a class="md-button" href="{root}{NEW}">{escape(words._("New request"))}</a> '
            f'<a class="md-button" href="{root or "./"}">{escape(words._("Portal"))}</a>'
        )
