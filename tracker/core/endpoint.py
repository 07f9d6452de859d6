"""A mail server and the user there, from the URL that the settings hold."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_PORTS = {"imap": 143, "imaps": 993, "smtp": 587, "smtps": 465}


class Endpoint(NamedTuple):
    """A mail server from its URL. ``user`` is empty where nobody signs in."""

    scheme: str
    user: str
    host: str
    port: int

    @property
    def tls_from_start(self) -> bool:
        """``imaps://`` and ``smtps://``; the others demand STARTTLS except on loopback."""
        return self.scheme.endswith("s")

    @property
    def loopback(self) -> bool:
        """Whether the server is this very machine: plain text is allowed only there."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    def __str__(self) -> str:
        return f"{self.scheme}://{self.user + '@' if self.user else ''}{self.host}:{self.port}"


def endpoint(value: str, kind: str) -> Endpoint:
    """Read a mail server's URL; ``kind`` is ``imap`` or ``smtp``. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in (kind, kind + "s") or not parts.hostname:
        raise ValueError(f"must look like {kind}s://user@{kind}.example.org")
    if parts.password is not None:
        raise ValueError(
            f"holds a password: take it out, and set TRACKER_{kind.upper()}_PASSWORD instead"
        )
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("has a port that is no number from 1 to 65535") from None
    return Endpoint(parts.scheme, unquote(parts.username or ""), parts.hostname, port)
