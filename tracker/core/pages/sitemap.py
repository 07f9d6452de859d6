"""Sitemaps: one file a thousand tickets, since one file may hold 50,000 addresses only.

Those of tickets are compressed, as the protocol allows (sitemaps.org): a twelfth of the size.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable

from tracker.core.pages.html import escape

SITEMAP = 1_000
"""Ticket numbers of one sitemap."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemap_text(url: str, addresses: Iterable[str]) -> str:
    """Return a sitemap of ``addresses`` below ``url``."""
    lines = [f"<url><loc>{escape(url + address)}</loc></url>\n" for address in addresses]
    return f"{_HEAD}<urlset {_SPACE}>\n{''.join(lines)}</urlset>\n"


def packed_sitemap(url: str, addresses: Iterable[str]) -> bytes:
    """Return a gzipped sitemap (RFC 1952), the same for the same addresses."""
    return gzip.compress(sitemap_text(url, addresses).encode(), mtime=0)


def index_text(url: str, sitemaps: Iterable[str]) -> str:
    """Return the index that names all sitemaps."""
    lines = [f"<sitemap><loc>{escape(url + one)}</loc></sitemap>\n" for one in sitemaps]
    return f"{_HEAD}<sitemapindex {_SPACE}>\n{''.join(lines)}</sitemapindex>\n"
