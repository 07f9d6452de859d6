"""Finishing the generator's own pages: cards of the front page, lists, foot, search, policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tracker.core.pages.front import foot, front
from tracker.core.pages.html import escape
from tracker.core.pages.policy import with_policy
from tracker.core.pages.site import ANY, CLOSED, OPEN, Desk
from tracker.core.pages.sitemap import sitemap_text
from tracker.portal import chrome
from tracker.portal.listing import Lists

PLACES = {"front": "", "open": OPEN, "closed": CLOSED, "any": ANY, "foot": "", "missing": ""}
"""What a page may ask for with ``<!-- tracker:front -->``, and the list it is, if one."""

_PLACE = re.compile(r"<div data-tracker=\"(?P<name>[a-z]+)\"></div>")
_WORKER = re.compile(r"(?P<before>\"search\":\s*\"[^\"]*)assets/javascripts/workers/[^\"/]+\.js\"")
SITEMAP_OF_ALL = "sitemap.xml"
_UNPUBLISHED = (SITEMAP_OF_ALL, "sitemap.xml.gz", chrome.PAGE)


def place(name: str) -> str:
    """Return the element that stands on a page for what is put in at the end."""
    return f'<div data-tracker="{name}"></div>'


class Finisher:
    """Finishes the pages in the folder that the generator wrote.

    A private desk has no ``lists``, and nothing but its pages to search in.
    """

    def __init__(self, pages: Path, desk: Desk, lists: Lists | None) -> None:
        self._pages, self._desk, self._lists = pages, desk, lists

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
        name = "sitemap-pages.xml" if self._lists else SITEMAP_OF_ALL
        yield name, sitemap_text(self._desk.url, addresses).encode()

    def _page(self, name: str, page: str) -> str:
        root = "../" * name.count("/")
        if name == "404.html":  # served at any depth
            root = urlsplit(self._desk.url).path
        page = _PLACE.sub(lambda found: self._fill(found["name"], root), page)
        if self._lists is None:
            return with_policy(page)
        page = _WORKER.sub(lambda found: f'{found["before"]}{chrome.WORKER}"', page)
        return with_policy(page)

    def _fill(self, name: str, root: str) -> str:
        counts = self._lists.counts if self._lists else None
        makers: dict[str, Callable[[], str]] = {
            "front": lambda: front(self._desk, counts, root),
            "foot": lambda: foot(self._desk, root),
            "missing": lambda: self._missing(root),
        }
        if name in makers:
            return makers[name]()
        if self._lists is None:
            return ""
        return self._lists.first_page(PLACES[name], root) if name in PLACES else place(name)

    def _missing(self, root: str) -> str:
        words = self._desk.words
        lists = words._("Requests") if self._lists else words._("My requests")
        return (
            f"<h1>{escape(words._('There is no such page'))}</h1>"
            f"<p>{escape(words._('The link may be old, or the request is not public.'))}"
            f'<p><a class="md-button" href="{root}{OPEN}">{escape(lists)}</a> '
            f'<a class="md-button" href="{root or "./"}">{escape(words._("Portal"))}</a>'
        )
