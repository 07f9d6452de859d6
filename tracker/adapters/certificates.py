"""The certificate that a server showed: until when it is good."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def good_until(connection: Any) -> datetime | None:
    """Return until when the certificate of a connection is good; None without TLS."""
    if not isinstance(connection, ssl.SSLSocket):
        return None
    certificate: Mapping[str, Any] = connection.getpeercert() or {}
    ends = certificate.get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
