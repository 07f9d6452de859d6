"""A Content-Security-Policy for the generator's own pages, from the hashes of their scripts."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from urllib.parse import urlsplit

_INLINE = re.compile(r"<script(?P<attributes>(?:\s[^>]*)?)>(?P<code>.*?)</script>", re.DOTALL)
_CHARSET = re.compile(r"<meta charset=[^>]*>", re.IGNORECASE)
_DATA = re.compile(r"\s(?:src\s*=|type\s*=\s*[\"']?application/(?:ld\+)?json)", re.IGNORECASE)


def with_policy(page: str, sends_to: str = "") -> str:
    """Return a finished page with a policy that allows its own inline scripts and no others.

    ``sends_to`` is the one address of another host that the page's script may send a form to.
    A page without ``<meta charset>`` comes back unchanged: the generator's pages all have one.
    """
    found = _CHARSET.search(page)
    if found is None or "Content-Security-Policy" in page:
        return page
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
    return page[: found.end()] + meta + page[found.end() :]


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f" {parts.scheme}://{parts.netloc}" if address else ""


def _hash(code: str) -> str:
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"
