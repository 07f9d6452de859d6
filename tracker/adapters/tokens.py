"""Access tokens for the mailbox: asked for when needed, kept in memory and nowhere else."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tracker.adapters.connections import MailServerError, SignInRefused
from tracker.adapters.web import Reply, post_form
from tracker.core.errors import TrackerError
from tracker.core.oauth import (
    JWT_GRANT,
    Provider,
    SignInError,
    Token,
    application_form,
    read_token,
    refresh_form,
)

_ASSERTION_SECONDS = 3600

Post = Callable[[str, Mapping[str, str]], Reply]


@dataclass(slots=True, repr=False)
class Tokens:
    """The access token of one mailbox. ``secret`` may be empty, ``refresh`` is the refresh token
    (empty where the application signs in as itself).

    A refresh token that the server gives out in place of ours is used from then on, and
    ``rotated`` says so: it can't be kept for the next process. Safe to use from several threads.
    """

    provider: Provider
    client: str
    secret: str
    refresh: str
    clock: Callable[[], float] = time.time
    post: Post = post_form
    rotated: bool = False
    _token: Token | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def access(self) -> str:
        """Return an access token that is good for a while. Raises MailServerError, since without
        one the mail server can't be used, and SignInRefused where trying again would be in vain.
        """
        with self._lock:
            try:
                if self._token is None or not self._token.good(self.clock()):
                    self._token = self._ask()
            except SignInError as error:
                lasting = error.code not in ("", "temporarily_unavailable", "server_error")
                kind = SignInRefused if lasting else MailServerError
                raise kind(error.message, error.hint) from None
            except TrackerError as error:
                raise MailServerError(error.message, error.hint) from None
            return self._token.access

    def drop(self, access: str) -> None:
        """Forget an access token that a mail server refused, so that the next one is new."""
        with self._lock:
            if self._token is not None and self._token.access == access:
                self._token = None

    def _ask(self) -> Token:
        asked = self.clock()
        reply = self.post(self.provider.token_url, self._form(asked))
        token = read_token(self.provider, reply.status, reply.data, asked)
        if token.refresh and token.refresh != self.refresh and not self.provider.application:
            self.refresh, self.rotated = token.refresh, True
        return token

    def _form(self, now: float) -> dict[str, str]:
        if not self.provider.application:
            return refresh_form(self.provider, self.client, self.secret, self.refresh)
        if self.provider.name == "google":
            assertion = service_assertion(self.provider, self.secret, self.client, now)
            return {"grant_type": JWT_GRANT, "assertion": assertion}
        return application_form(self.provider, self.client, self.secret)


def service_assertion(provider: Provider, key: str, user: str, now: float) -> str:
    """Return what Google's service account says to act for ``user`` (RFC 7523). ``key`` is the
    JSON key that Google made. Raises SignInError where it is none.

    https://developers.google.com/identity/protocols/oauth2/service-account
    """
    import jwt  # half of a second of cryptography, which only these desks need

    wrong = SignInError(
        "google: TRACKER_OAUTH_CLIENT_SECRET holds no key of a service account",
        "It must be the whole JSON file that Google made: begins with `{`, has `private_key`.",
    )
    try:
        held = json.loads(key)
        issuer, private = held["client_email"], held["private_key"]
    except (ValueError, KeyError, TypeError):
        raise wrong from None
    claims = {
        "iss": issuer,
        "sub": user,
        "scope": provider.scope,
        "aud": provider.token_url,
        "iat": int(now),
        "exp": int(now) + _ASSERTION_SECONDS,
    }
    try:
        return jwt.encode(claims, private, "RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise wrong from None
