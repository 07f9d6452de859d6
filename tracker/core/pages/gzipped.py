"""Compressing a file of the site: the same bytes for the same text, at any time (RFC 1952)."""

from __future__ import annotations

import gzip

LEVEL = 6
"""More costs time at a hundred thousand tickets and spares hardly a byte."""


def gzipped(text: str) -> bytes:
    """Return ``text`` in UTF-8, compressed. A static host serves it as it is: whoever reads it
    decompresses it.
    """
    return gzip.compress(text.encode(), LEVEL, mtime=0)
