"""Joining parts of what is hashed, and base64url without padding."""

from __future__ import annotations

import base64


def joined(*parts: str | int | bytes) -> bytes:
    """Join texts, numbers and bytes with zero bytes between them."""
    return b"\0".join(one if isinstance(one, bytes) else str(one).encode() for one in parts)


def b64(data: bytes) -> str:
    """Return base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def from_b64(text: str) -> bytes:
    """Read base64url without padding. Raises ValueError for anything else."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64(data) != text:
        raise ValueError("not canonical base64url")
    return data
