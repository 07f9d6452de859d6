"""Proving to a mail server who we are: by a password, or by an access token."""

from __future__ import annotations

from collections.abc import Callable

from tracker.adapters.tokens import Tokens
from tracker.core.endpoint import Endpoint
from tracker.core.oauth import oauthbearer, xoauth2

Credential = str | Tokens
"""What a mail server is shown: a password, or where access tokens come from."""


class Mechanism:
    """One exchange of SASL: the name of the mechanism, and what is answered to a challenge.

    The first challenge gets the token. Another one is the server's reason for refusing, which
    wants an empty answer before the refusal itself comes (RFC 7628, section 3.2.3).
    """

    def __init__(self, name: str, first: str) -> None:
        self.name = name
        self._first: str | None = first

    def __call__(self, _challenge: bytes | None = None) -> str:
        """Answer a challenge; SMTP asks for the first answer without one."""
        answer, self._first = self._first, None
        if answer is not None:
            return answer
        return "\x01" if self.name == "OAUTHBEARER" else ""


def mechanism(offered: Callable[[str], bool], endpoint: Endpoint, access: str) -> Mechanism:
    """Return the exchange for what the server offers: the standard one, else XOAUTH2, which some
    providers (Yandex) take without announcing it.
    """
    if offered("OAUTHBEARER"):
        words = oauthbearer(endpoint.user, endpoint.host, endpoint.port, access)
        return Mechanism("OAUTHBEARER", words)
    return Mechanism("XOAUTH2", xoauth2(endpoint.user, access))
