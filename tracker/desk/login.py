"""Signing in to the mailbox once, as a person, for the refresh token that the job then uses."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tracker.adapters.environment import (
    OAUTH_CLIENT_ID,
    OAUTH_CLIENT_SECRET,
    optional_secret,
    secret,
)
from tracker.adapters.imap import Mailbox
from tracker.adapters.redirection import Redirection
from tracker.adapters.tokens import Tokens
from tracker.adapters.web import post_form
from tracker.core.errors import TrackerError
from tracker.core.oauth import Provider, SignInError, Token, provider_of, read_token, refusal
from tracker.core.signing_in import (
    DeviceCode,
    consent_address,
    device_form,
    next_interval,
    poll_form,
    read_device_code,
    read_redirection,
    redeem_form,
)
from tracker.desk.desk import Desk

PASTED = "http://127.0.0.1:1"
"""Where a browser on another machine is sent: nothing answers there, the address tells all."""


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """One sign-in: at which provider, for which user of the mailbox, by which client."""

    provider: Provider
    user: str
    client: str
    secret: str

    def by_device(
        self, show: Callable[[DeviceCode], None], pause: Callable[[float], None] = time.sleep
    ) -> Token:
        """Do the device flow. ``show`` tells the person what to enter where, ``pause`` waits.

        Raises SignInError.
        """
        reply = post_form(self.provider.device_url, device_form(self.provider, self.client))
        code = read_device_code(self.provider, reply.status, reply.data)
        show(code)
        interval, waited = code.interval, 0.0
        while waited < code.seconds:
            pause(interval)
            waited += interval
            try:
                reply = post_form(
                    self.provider.token_url, poll_form(self.client, self.secret, code)
                )
            except TrackerError:
                interval *= 2  # no network for a moment (RFC 8628, section 3.5)
                continue
            further = next_interval(reply.data, interval)
            if further is None:
                return self._whole(reply.status, reply.data)
            interval = further
        raise refusal(self.provider, 400, {"error": "expired_token"})

    def by_browser(self, show: Callable[[str], None]) -> Token:
        """Do the consent page with a browser on this machine. Raises SignInError."""
        with Redirection() as back:
            state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
            show(self._address(back.address, state, verifier))
            return self._redeem(back.wait(), back.address, state, verifier)

    def by_pasting(self, ask: Callable[[str], str]) -> Token:
        """Do the consent page with a browser elsewhere: ``ask`` shows an address, and returns the
        one that the browser ended at. Raises SignInError.
        """
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        arrived = ask(self._address(PASTED, state, verifier))
        return self._redeem(arrived, PASTED, state, verifier)

    def _address(self, redirection: str, state: str, verifier: str) -> str:
        shown = (self.client, self.user, redirection, state, verifier)
        return consent_address(self.provider, *shown)

    def _redeem(self, arrived: str, redirection: str, state: str, verifier: str) -> Token:
        code = read_redirection(self.provider, arrived, state)
        form = redeem_form(self.client, self.secret, code, redirection, verifier)
        reply = post_form(self.provider.token_url, form)
        return self._whole(reply.status, reply.data)

    def _whole(self, status: int, answer: Mapping[str, object]) -> Token:
        token = read_token(self.provider, status, answer, time.time())
        if not token.refresh:
            raise SignInError(
                f"{self.provider.name}: the sign-in gave no refresh token",
                "The scope must include offline access; see `mailbox.oauth_scope`.",
            )
        return token


def login_of(desk: Desk) -> Login:
    """Return the sign-in that the desk's settings ask for. Raises TrackerError."""
    mailbox = desk.settings.mailbox
    provider = provider_of(mailbox)
    if provider.application:
        raise TrackerError(
            "The desk signs in as an application: nobody has to log in",
            "Set the secrets and try them with `tracker doctor`.",
        )
    user = mailbox.imap.user if mailbox.imap and mailbox.imap.user else mailbox.address
    client, password = secret(OAUTH_CLIENT_ID), optional_secret(OAUTH_CLIENT_SECRET)
    return Login(provider, user, client, password)


def opens_mailbox(desk: Desk, login: Login, token: Token) -> None:
    """Open the mailbox with what the sign-in gave. Raises MailServerError."""
    endpoint = desk.settings.mailbox.imap
    if endpoint is None:
        return
    tokens = Tokens(login.provider, login.client, login.secret, token.refresh)
    with Mailbox(endpoint, tokens, desk.settings.mailbox.folder):
        return
