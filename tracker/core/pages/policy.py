"""A Content-Security-Policy for the generator's own pages, from the hashes of their scripts."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from urllib.parse import urlsplit

_INLINE = re.compile(r"<script(?P<attributes>(?:\s[^>]*)?)>(?P<code>.*?)</script>", re.DOTALL)
_REST = r"(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>"
# What may stand before the first element of a head, piece by piece. The policy is to be that
# element: it binds only what comes after it. The letters' code is told before, within the first
# kilobyte. (One expression with possessive repeats would go wrong in Python 3.11.2.)
_PIECE = re.compile(
    rf"\ufeff|\s+|<!--.*?-->|<!doctype\b{_REST}|<html\b{_REST}|<head\b{_REST}"
    rf"|<meta\s+charset\b{_REST}",
    re.IGNORECASE | re.DOTALL,
)
_BODY = re.compile(r"<body\b", re.IGNORECASE)
_POLICY = re.compile(r"<meta\s[^>]*\bhttp-equiv=[\"']?Content-Security-Policy\b", re.IGNORECASE)
_DATA = re.compile(r"\s(?:src\s*=|type\s*=\s*[\"']?application/(?:ld\+)?json)", re.IGNORECASE)


def with_policy(page: str, sends_to: str = "") -> str:
    """Return a finished page with a policy that allows its own inline scripts and no others.

    ``sends_to`` is the one address of another host that the page's script may send a form to.
    A page may lack a head's tag: what is put in first makes one. One that has a policy of its own
    comes back unchanged.
    """
    body = _BODY.search(page)
    if _POLICY.search(page, 0, body.start() if body else len(page)):
        return page
    place = _first_place(page)
    hashes = sorted(
        {
            _hash(one["code"])
            for one in _INLINE.finditer(page)
            if not _DATA.search(one["attributes"])
        }
    )
    policy = (
        f"default-src 'none';script-src 'self' {' '.join(hashes)};style-src 'self';"
        f"img-src 'self' data:;connect-src 'self'{_origin(sends_to)};"
        "worker-src 'self';base-uri 'none';form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return page[:place] + meta + page[place:]


def _first_place(page: str) -> int:
    place = 0
    while piece := _PIECE.match(page, place):
        place = piece.end()
    return place


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f" {parts.scheme}://{parts.netloc}" if address else ""


def _hash(code: str) -> str:
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"
