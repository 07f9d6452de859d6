"""Open Graph tags (ogp.me): how a link to a page looks where somebody shares it.

Programs that read them run no scripts, so they stand in every page. A lean page spends few bytes:
title and address are marked where they stand anyway, as RDFa allows; readers that look at
``<meta>`` alone fall back to the title and the canonical address, which are those very elements.
"""

from __future__ import annotations

import re

from tracker.core.pages.html import escape
from tracker.core.pages.site import Desk

TITLE, URL = "property=og:title", "property=og:url"
"""Attributes that make the page's own title and canonical link Open Graph properties."""

_TITLE = re.compile(r"<title>(?P<text>.*?)</title>", re.DOTALL)
_URL = re.compile(r"<link rel=\"canonical\" href=\"(?P<url>[^\"]*)\"")
_DESCRIPTION = re.compile(r"<meta name=\"description\" content=\"(?P<text>[^\"]*)\"")


def lean_tags(desk: Desk, kind: str) -> str:
    """Return what every lean page of a ``kind`` (``article`` or ``website``) says of itself."""
    if not desk.is_public:
        return ""
    return (
        f"<meta property=og:type content={kind}>"
        f'<meta property=og:site_name content="{escape(desk.name)}">'
    )


def description_tag(text: str) -> str:
    """Return the tag of a page's description."""
    return f'<meta property=og:description content="{escape(text)}">'


def with_tags(page: str, desk: Desk) -> str:
    """Return a finished page of the generator with tags made of its title, canonical link and
    description. A page without a canonical address, such as that of an error, stays as it is.
    """
    title, url = _TITLE.search(page), _URL.search(page)
    if not (title and url and desk.is_public) or "og:title" in page:
        return page
    name = escape(desk.name)
    own = title["text"].strip().removesuffix(f" - {name}").replace('"', "&quot;")
    if url["url"] == escape(desk.url):  # the front page is called Home
        own = name
    said = _DESCRIPTION.search(page)
    words = desk.words._("Requests and answers. Write to %(address)s.", address=desk.address)
    tags = (
        f'<meta property=og:title content="{own}">{lean_tags(desk, "website")}'
        f'<meta property=og:url content="{url["url"]}">'
        f'<meta property=og:description content="{said["text"] if said else escape(words)}">'
    )
    return page[: title.start()] + tags + page[title.start() :]
