"""A mail server as settings name it by a URL, and who gives out access tokens for it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

_PORTS = {"imap": 143, "imaps": 993, "smtp": 587, "smtps": 465}
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,120}")
_PRINTABLE = re.compile(r"[!-~]+(?: [!-~]+)*")


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


def authority(value: Any) -> str:
    """Check the address of a token server: by TLS, or on this very machine."""
    parts = urlsplit(value)
    loopback = parts.hostname in ("localhost", "127.0.0.1")
    secure = parts.scheme == "https" or (parts.scheme == "http" and loopback)
    if not secure or not parts.hostname or not _PRINTABLE.fullmatch(value) or " " in value:
        raise ValueError("must be an address such as https://login.microsoftonline.us")
    return str(value).rstrip("/")


def tenant(value: Any) -> str:
    """Check Microsoft's tenant: it becomes part of an address."""
    if not _TENANT.fullmatch(value):
        raise ValueError("must be a tenant's ID or its domain, such as example.onmicrosoft.com")
    return str(value)


def scope(value: Any) -> str:
    """Check what tokens are asked for (RFC 6749, section 3.3)."""
    if not _PRINTABLE.fullmatch(value):
        raise ValueError("must be one or several scopes with one space between")
    return str(value)
