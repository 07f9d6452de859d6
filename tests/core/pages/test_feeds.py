"""Feeds against RFC 4287 and JSON Feed 1.1, data files, and Open Graph tags."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from tests.core.pages.make import answer, desk, entry, ticket
from tracker.core.addresses import Address
from tracker.core.pages.feeds import Item, atom, feed_links, item, json_feed
from tracker.core.pages.opengraph import with_tags
from tracker.core.pages.records import index_file, record, records_file, records_path
from tracker.core.pages.shell import Shell
from tracker.core.pages.view import Gate, PublicTicket
from tracker.core.ticket import Ticket

DESK = desk(agents=(("anna", "Анна"),))
ATOM = "{http://www.w3.org/2005/Atom}"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")  # RFC 3339


def public(of: Ticket) -> PublicTicket:
    seen = Gate("ru", DESK.zone, DESK.kept, DESK.agents).pass_through(of)
    assert seen is not None
    return seen


def items(*tickets: Ticket) -> list[Item]:
    return [item(public(one), DESK) for one in tickets]


HOSTILE = ticket(
    2,
    entry("<script>alert(1)</script> ]]> \x0b\ufffe ivan@example.org"),
    title="<b> & \x07",
    requester=Address("", ""),
    labels=("a&b", "<c>"),
)
TICKETS = [
    ticket(1, entry("Вопрос"), answer("**Ответ** https://x.org/", format="markdown")),
    HOSTILE,
    ticket(3, entry("a"), answer("", 5, kind="event", event="closed"), status="closed"),
]


def test_the_atom_feed_has_what_the_standard_demands() -> None:
    """RFC 4287, 4.1.1 and 4.1.2: id, title, updated; author and link; ids differ; times."""
    feed = ElementTree.fromstring(atom(DESK, items(*TICKETS)))
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", "author"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1, name
    rels = {one.attrib["rel"]: one.attrib["href"] for one in feed.findall(f"{ATOM}link")}
    assert rels == {"self": f"{DESK.url}feed.xml", "alternate": DESK.url}
    entries = feed.findall(f"{ATOM}entry")
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == len(TICKETS)
    for one in entries:
        for name in ("id", "title", "updated", "content", "author", "link", "published"):
            assert len(one.findall(f"{ATOM}{name}")) == 1, name
        assert (one.findtext(f"{ATOM}author/{ATOM}name") or "").strip()
        for name in ("updated", "published"):
            assert TIME.fullmatch(one.findtext(f"{ATOM}{name}") or "")
        assert str(one.findtext(f"{ATOM}id")).startswith(DESK.url)
    times = [datetime.fromisoformat(str(one.findtext(f"{ATOM}updated"))) for one in entries]
    assert datetime.fromisoformat(str(feed.findtext(f"{ATOM}updated"))) == max(times)


def test_an_empty_atom_feed_is_valid_too() -> None:
    feed = ElementTree.fromstring(atom(DESK, []))
    assert TIME.fullmatch(feed.findtext(f"{ATOM}updated") or "")


def test_the_json_feed_has_what_the_standard_demands() -> None:
    feed = json.loads(json_feed(DESK, items(*TICKETS)))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] and feed["home_page_url"] == DESK.url
    assert feed["feed_url"] == f"{DESK.url}feed.json"
    for one in feed["items"]:
        assert one["id"] == one["url"] and (one["content_html"] or one["title"])
        assert TIME.fullmatch(one["date_published"]) and TIME.fullmatch(one["date_modified"])
        assert all(isinstance(label, str) for label in one["tags"])


def test_an_item_says_what_happened_and_what_was_said_last() -> None:
    answered, hostile, closed = items(*TICKETS)
    assert "<strong>Ответ</strong>" in answered.content and "Анна" in answered.content
    assert 'rel="nofollow noreferrer"' in answered.content
    assert "<script" not in hostile.content and "ivan@" not in hostile.content
    assert closed.content.startswith("<p>Анна: обращение закрыто</p>")


def test_a_long_message_is_cut() -> None:
    (long,) = items(ticket(1, entry("слово " * 10_000)))
    assert len(long.content) < 3_000 and "…" in long.content


def test_pages_name_the_feeds_of_a_public_desk_only() -> None:
    links = feed_links(DESK, "../")
    assert 'type="application/atom+xml"' in links and 'href="../feed.json"' in links
    assert feed_links(replace(DESK, is_public=False), "../") == ""


def test_a_data_file_is_a_json_array_and_repeats_byte_for_byte() -> None:
    closed = record(public(TICKETS[2]), DESK)
    data = records_file([record(public(TICKETS[0]), DESK), closed])
    assert data == records_file([record(public(TICKETS[0]), DESK), closed])
    rows = json.loads(gzip.decompress(data))
    assert rows[0]["answered"] == "2026-11-22T10:14:03+03:00" and rows[0]["closed"] is None
    assert rows[1] == json.loads(closed)
    assert rows[1]["url"] == f"{DESK.url}tickets/ACCREDO-3/"


def test_the_index_names_every_file_and_what_is_in_it() -> None:
    index = json.loads(index_file(DESK, [(0, 999), (2, 5)]))
    assert index["count"] == 1_004
    assert [one["url"] for one in index["files"]] == [
        DESK.url + records_path(part) for part in (0, 2)
    ]
    assert (index["files"][1]["first"], index["files"][1]["last"]) == (2_000, 2_999)


class Graph(HTMLParser):
    """Open Graph properties as RDFa has them: from content, from href, or the element's text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("property") or ""
        if name:
            assert name not in self.found
            value = given.get("content", given.get("href"))
            self.found[name] = value or ""
            self._open = name if value is None else ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[self._open] += data

    def handle_endtag(self, tag: str) -> None:
        self._open = ""


def test_a_card_says_what_a_shared_link_shows() -> None:
    page = Shell(DESK).fill('A-1 "<b>"', "tickets/A-1/", "", about='Иван "<i>", вчера')
    assert Graph(page).found == {
        "og:type": "article",
        "og:site_name": DESK.name,
        "og:description": 'Иван "<i>", вчера',
        "og:title": 'A-1 "<b>"',
        "og:url": f"{DESK.url}tickets/A-1/",
    }


def test_the_tags_of_a_card_are_few_bytes() -> None:
    """A hundred thousand cards carry them: 15 MB, and the page's frame gives back as much."""
    url = "tickets/ACCREDO-100000/"
    whole = Shell(DESK).fill("T", url, "", about="Иван Петров, 22 ноября 2026")
    bare = Shell(replace(DESK, is_public=False)).fill("T", url, "")
    assert len(whole.encode()) < 850
    assert len(whole.encode()) - len(bare.encode()) < 220


def test_the_pages_of_a_private_desk_say_nothing() -> None:
    secret = replace(DESK, is_public=False)
    page = Shell(secret).fill("T", "tickets/A-1/", "", about="Иван Петров")
    assert "Иван" not in page and "og:type" not in page
    assert with_tags('<title>T</title><link rel="canonical" href="x">', secret).count("og:") == 0


@pytest.mark.parametrize(
    ("title", "told"), [("Как &amp; что - Desk", "Как & что"), ("Один", "Один")]
)
def test_the_generators_pages_get_tags(title: str, told: str) -> None:
    head = f'<head><title>{title}</title><link rel="canonical" href="https://x.org/a/"></head>'
    found = Graph(with_tags(head, replace(DESK, name="Desk"))).found
    assert found["og:title"] == told and found["og:url"] == "https://x.org/a/"
    assert found["og:type"] == "website" and found["og:site_name"] == "Desk"
    assert "support@example.org" in found["og:description"]


def test_a_page_with_tags_of_its_own_or_without_an_address_is_left() -> None:
    for page in (
        '<meta property="og:title" content="x"><title>x</title><link rel="canonical" href="x">',
        "<title>404</title>",
    ):
        assert with_tags(page, DESK) == page
