"""Feeds of the tickets that changed last: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tracker.core.pages.bodies import render_body
from tracker.core.pages.html import escape, escape_text
from tracker.core.pages.masking import Mask
from tracker.core.pages.site import Desk, ticket_url
from tracker.core.pages.view import PublicEntry, PublicTicket
from tracker.core.texts import Texts

ATOM, JSON_FEED = "feed.xml", "feed.json"
"""The addresses of the two feeds below the portal's root."""
ITEMS = 50
"""Tickets of a feed."""

_LONGEST = 2_000  # letters of a message; the card has it whole
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # RFC 4287 demands a time of an empty feed, too


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket in a feed. ``content`` is HTML that is safe to publish."""

    url: str
    title: str
    author: str
    published: datetime
    updated: datetime
    labels: tuple[str, ...]
    content: str


def item(ticket: PublicTicket, desk: Desk) -> Item:
    """Return a ticket as a feed shows it: what happened last, and what was said last."""
    entries = ticket.entries
    said = next((one for one in reversed(entries) if one.format), None)
    parts = []
    if not entries[-1].format:
        parts.append(f"<p>{escape_text(entries[-1].text)}</p>")
    if said is not None:
        parts.append(_said(said, Mask(desk.kept), desk.words))
    return Item(
        desk.url + ticket_url(ticket.id),
        f"{ticket.id} {ticket.title}",
        ticket.requester,
        ticket.created,
        ticket.updated,
        ticket.labels,
        "".join(parts),
    )


def _said(entry: PublicEntry, mask: Mask, words: Texts) -> str:
    text = entry.text
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    who = f"{entry.author}, {words.moment(entry.at)}"
    # A body's entities may spell an address that the gate saw not.
    body = mask(render_body(text, entry.format or "text"))
    return f"<p><b>{escape_text(who)}</b></p>{body}"


def atom(desk: Desk, items: Sequence[Item]) -> str:
    """Return the Atom feed of ``items``, the last changed first."""
    own = escape(desk.url + ATOM)
    title = desk.words._("Requests: %(name)s", name=desk.name)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{desk.language}">\n'
        f"<id>{own}</id>\n<title>{_xml(title)}</title>\n"
        f"<updated>{_time(_newest(items))}</updated>\n"
        f"<author><name>{_xml(desk.name)}</name></author>\n"
        f'<link rel="self" type="application/atom+xml" href="{own}"/>\n'
        f'<link rel="alternate" type="text/html" href="{escape(desk.url)}"/>\n'
        "<generator>Tracker</generator>\n"
    )
    return head + "".join(_entry(one) for one in items) + "</feed>\n"


def _entry(one: Item) -> str:
    url = escape(one.url)
    labels = "".join(f'<category term="{_xml(label)}"/>\n' for label in one.labels)
    return (
        f"<entry>\n<id>{url}</id>\n<title>{_xml(one.title)}</title>\n"
        f'<link rel="alternate" type="text/html" href="{url}"/>\n'
        f"<published>{_time(one.published)}</published>\n<updated>{_time(one.updated)}</updated>\n"
        f"<author><name>{_xml(one.author or '–')}</name></author>\n{labels}"
        f'<content type="html">{_xml(one.content)}</content>\n</entry>\n'
    )


def json_feed(desk: Desk, items: Sequence[Item]) -> str:
    """Return the JSON Feed of ``items``, the last changed first."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": desk.words._("Requests: %(name)s", name=desk.name),
        "home_page_url": desk.url,
        "feed_url": desk.url + JSON_FEED,
        "language": desk.language,
        "items": [
            {
                "id": one.url,
                "url": one.url,
                "title": one.title,
                "content_html": one.content,
                "date_published": _time(one.published),
                "date_modified": _time(one.updated),
                "authors": [{"name": one.author}],
                "tags": list(one.labels),
            }
            for one in items
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def feed_links(desk: Desk, root: str) -> str:
    """Return the links by which programs find the feeds from a page."""
    if not desk.is_public:
        return ""
    title = escape(desk.words._("Requests: %(name)s", name=desk.name))
    kinds = ((ATOM, "application/atom+xml"), (JSON_FEED, "application/feed+json"))
    return "".join(
        f'<link rel="alternate" type="{kind}" title="{title}" href="{root}{address}">'
        for address, kind in kinds
    )


def _newest(items: Sequence[Item]) -> datetime:
    return max((one.updated for one in items), default=_NEVER)


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
