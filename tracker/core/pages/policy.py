"""A Content-Security-Policy for the generator's own pages, from the hashes of their scripts."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

_INLINE = re.compile(r"<script(?P<attributes>(?:\s[^>]*)?)>(?P<code>.*?)</script>", re.DOTALL)
_CHARSET = re.compile(r"<meta charset=[^>]*>", re.IGNORECASE)
_DATA = re.compile(r"\s(?:src\s*=|type\s*=\s*[\"']?application/(?:ld\+)?json)", re.IGNORECASE)


def with_policy(page: str) -> str:
    """Return a finished page with a policy that allows its own inline scripts and no others.

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
        "img-src 'self' data:;connect-src 'self';worker-src 'self';base-uri 'none';"
        "form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return page[: found.end()] + meta + page[found.end() :]


def _hash(code: str) -> str:
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"
