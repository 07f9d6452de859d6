"""With what the desk signs in to its mail servers: a password or OAuth, from the environment."""

from __future__ import annotations

from tracker.adapters.environment import (
    IMAP_PASSWORD,
    OAUTH_CLIENT_ID,
    OAUTH_CLIENT_SECRET,
    OAUTH_REFRESH_TOKEN,
    SMTP_PASSWORD,
    optional_secret,
    secret,
)
from tracker.adapters.signing import Credential
from tracker.adapters.tokens import Tokens
from tracker.core.oauth import provider_of
from tracker.core.options import Mailbox
from tracker.desk.desk import Desk

ROTATED = (
    "The provider gave out a new refresh token in place of TRACKER_OAUTH_REFRESH_TOKEN, and this "
    "run can't store it. Should the old one end, sign in with `tracker login` and store the new "
    "one where the job gets its secrets."
)


def credential(desk: Desk, password: str) -> Credential:
    """Return the password in the variable ``password``, or the desk's access tokens, which are
    asked for when they are used. Raises TrackerError where a secret of OAuth is missing.
    """
    if desk.settings.mailbox.auth == "password":
        return optional_secret(password)
    if desk.tokens is None:
        desk.tokens = _tokens(desk)
    return desk.tokens


SIGN_IN = frozenset(
    (IMAP_PASSWORD, SMTP_PASSWORD, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REFRESH_TOKEN)
)
"""Every secret with which some desk signs in to its mail servers."""


def needed_to_sign_in(mailbox: Mailbox) -> frozenset[str]:
    """Return the names of those secrets that this mailbox can't do without."""
    if mailbox.auth == "password":
        ends = {IMAP_PASSWORD: mailbox.imap, SMTP_PASSWORD: mailbox.smtp}
        return frozenset(name for name, end in ends.items() if end is not None and end.user)
    if mailbox.oauth_grant != "client-credentials":
        return frozenset((OAUTH_CLIENT_ID, OAUTH_REFRESH_TOKEN))
    if mailbox.auth == "google":  # a service account's key names its client
        return frozenset((OAUTH_CLIENT_SECRET,))
    return frozenset((OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET))


def _tokens(desk: Desk) -> Tokens:
    mailbox = desk.settings.mailbox
    provider = provider_of(mailbox)
    if provider.application and provider.name == "google":
        user = mailbox.imap.user if mailbox.imap else mailbox.address
        return Tokens(provider, user or mailbox.address, secret(OAUTH_CLIENT_SECRET), "")
    if provider.application:
        return Tokens(provider, secret(OAUTH_CLIENT_ID), secret(OAUTH_CLIENT_SECRET), "")
    client, refresh = secret(OAUTH_CLIENT_ID), secret(OAUTH_REFRESH_TOKEN)
    return Tokens(provider, client, optional_secret(OAUTH_CLIENT_SECRET), refresh)


def rotation(desk: Desk) -> str:
    """Return the sentence about a refresh token that was replaced, or nothing.

    Microsoft gives out a new one each time and lets the old one live its 90 days
    (https://learn.microsoft.com/entra/identity-platform/refresh-tokens): no news.
    """
    tokens = desk.tokens
    if tokens is None or not tokens.rotated or tokens.provider.name == "microsoft":
        return ""
    return ROTATED
