"""Signing in to a mailbox by OAuth 2.0: providers, requests, and what their answers mean.

Google: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
Microsoft: https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.core.errors import TrackerError
from tracker.core.options import Mailbox

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SPARE_SECONDS = 120
"""An access token that ends sooner is not begun with."""
_SHORTEST, _LONGEST = 30, 24 * 3600
# What may stand in a bearer token (RFC 6750, section 2.1); nothing in it can end a SASL field.
_BEARER = re.compile(r"[A-Za-z0-9._~+/=|!*$-]+")
_AADSTS = re.compile(r"AADSTS\d{4,9}")

_MICROSOFT = "https://login.microsoftonline.com"
_MICROSOFT_USER = (
    "https://outlook.office.com/IMAP.AccessAsUser.All "
    "https://outlook.office.com/SMTP.Send offline_access"
)
_MICROSOFT_APP = "https://outlook.office365.com/.default"
_GOOGLE_SCOPE = "https://mail.google.com/"
_GOOGLE_TOKEN = "https://oauth2.googleapis.com/token"
_GOOGLE_DEVICE = "https://oauth2.googleapis.com/device/code"
_GOOGLE_CONSENT = "https://accounts.google.com/o/oauth2/v2/auth"


class SignInError(TrackerError):
    """The provider gives no access token. ``code`` is its own word for why (RFC 6749, 5.2)."""

    def __init__(self, message: str, hint: str = "", code: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


@dataclass(frozen=True, slots=True)
class Provider:
    """Where tokens come from, and for what they are asked. ``application`` says that the desk
    signs in as itself (client credentials, or a service account) and not as a person.
    """

    name: str
    token_url: str
    device_url: str
    consent_url: str
    scope: str
    application: bool


def provider_of(mailbox: Mailbox) -> Provider:
    """Return the provider that the settings name. Raises TrackerError where they lack one."""
    application = mailbox.oauth_grant == "client-credentials"
    if mailbox.auth == "google":
        return _google(mailbox, application)
    if mailbox.auth == "microsoft":
        return _microsoft(mailbox, application)
    raise TrackerError(
        "The mailbox signs in with a password",
        'Set `auth = "google"` or `"microsoft"` in `[mailbox]` of tracker.toml.',
    )


def _google(mailbox: Mailbox, application: bool) -> Provider:
    base = mailbox.oauth_url
    token = f"{base}/token" if base else _GOOGLE_TOKEN
    device = f"{base}/device/code" if base else _GOOGLE_DEVICE
    consent = f"{base}/o/oauth2/v2/auth" if base else _GOOGLE_CONSENT
    scope = mailbox.oauth_scope or _GOOGLE_SCOPE
    return Provider("google", token, device, consent, scope, application)


def _microsoft(mailbox: Mailbox, application: bool) -> Provider:
    if application and not mailbox.oauth_tenant:
        raise TrackerError(
            "Client credentials need the tenant",
            "Set `mailbox.oauth_tenant` to your tenant's ID or domain.",
        )
    tenant = mailbox.oauth_tenant or "organizations"
    root = f"{mailbox.oauth_url or _MICROSOFT}/{tenant}/oauth2/v2.0"
    scope = mailbox.oauth_scope or (_MICROSOFT_APP if application else _MICROSOFT_USER)
    urls = (f"{root}/token", f"{root}/devicecode", f"{root}/authorize")
    return Provider("microsoft", *urls, scope, application)


def refresh_form(provider: Provider, client: str, secret: str, token: str) -> dict[str, str]:
    """Return the form that asks for an access token with a refresh token (RFC 6749, section 6)."""
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client}
    if provider.name == "microsoft":
        form["scope"] = provider.scope
    return form | ({"client_secret": secret} if secret else {})


def application_form(provider: Provider, client: str, secret: str) -> dict[str, str]:
    """Return the form for client credentials (RFC 6749, section 4.4)."""
    return {
        "grant_type": "client_credentials",
        "client_id": client,
        "client_secret": secret,
        "scope": provider.scope,
    }


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """An access token, good until ``until`` (seconds of the clock it was read by).

    ``refresh`` is the refresh token that came along, or empty. None of it is ever printed.
    """

    access: str
    until: float
    refresh: str = ""

    def good(self, now: float) -> bool:
        """Whether to begin with it at ``now``."""
        return now < self.until


def read_token(provider: Provider, status: int, answer: Mapping[str, Any], now: float) -> Token:
    """Return the token in a token server's answer. Raises SignInError."""
    if status != 200 or "error" in answer:
        raise refusal(provider, status, answer)
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    kind = answer.get("token_type", "Bearer")
    bearer = isinstance(kind, str) and kind.lower() == "bearer"
    if not isinstance(access, str) or not _BEARER.fullmatch(access) or not bearer:
        raise SignInError(
            f"{provider.name}: the token server answered without a usable access token",
            "Check `mailbox.oauth_url`; else try again later.",
        )
    try:
        seconds = float(answer.get("expires_in", 3600))
    except (TypeError, ValueError):
        seconds = 3600
    seconds = min(max(seconds if seconds == seconds else 3600, 0), _LONGEST)  # NaN is not itself
    until = now + max(seconds - _SPARE_SECONDS, min(seconds, _SHORTEST))
    return Token(access, until, refresh if isinstance(refresh, str) else "")


def refusal(provider: Provider, status: int, answer: Mapping[str, Any]) -> SignInError:
    """Return the error for a token server's refusal.

    Its description is searched for what it means and not repeated: what a server says may hold
    what it was sent.
    """
    code = answer.get("error")
    code = code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else ""
    said = answer.get("error_description")
    said = said if isinstance(said, str) else ""
    found = _AADSTS.search(said)
    detail = " ".join(filter(None, (code, found[0] if found else ""))) or f"status {status}"
    message, hint = _meaning(provider, status, code, found[0] if found else "", said)
    return SignInError(f"{provider.name}: {message} ({detail})", hint, code)


def _meaning(provider: Provider, status: int, code: str, number: str, said: str) -> tuple[str, str]:
    if number in _BY_NUMBER:
        return _BY_NUMBER[number]
    if "iat" in said and "exp" in said:
        return "the time here or in the token is wrong", "Set this machine's clock (NTP)."
    if code == "invalid_scope" and provider.name == "google":
        return "this scope can't be had this way", (
            "Google's device flow does not give mail: `tracker login` without `--device`."
        )
    if code == "invalid_grant" and provider.application:
        return "the service account may not read this mailbox", (
            "Allow its client ID the mail scope in the Admin console (domain-wide delegation), "
            "and check the user in `mailbox.imap`."
        )
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status >= 500 or status == 429:
        return "the token server is not well", "Nothing is lost; the next run tries again."
    return "the token server refuses", "Check the settings of `[mailbox]` and the client."


_LOGIN = "Sign in again with `tracker login`, and store the new TRACKER_OAUTH_REFRESH_TOKEN."
_CLIENT = "Check TRACKER_OAUTH_CLIENT_ID and TRACKER_OAUTH_CLIENT_SECRET against the registration."
_CONSENT = (
    "Let an administrator grant the app's permissions (Entra: API permissions, Grant admin "
    "consent), then `tracker login` again."
)
_BY_CODE = {
    "invalid_grant": (
        "the refresh token is no longer good: expired, revoked, or the password was changed",
        f"{_LOGIN} Google ends those of an app in testing after 7 days: publish the app.",
    ),
    "invalid_client": ("the client is not known, or its secret is wrong", _CLIENT),
    "unauthorized_client": (
        "the app may not sign in this way",
        "Allow it in the registration (Entra: Allow public client flows; Google: a client of "
        "type Desktop app).",
    ),
    "invalid_scope": ("the app may not ask for mail", "Add the mail permissions to the app."),
    "consent_required": ("nobody has allowed the app to read this mailbox", _CONSENT),
    "interaction_required": ("the provider wants a person to sign in once more", _LOGIN),
    "access_denied": ("the person who signed in did not allow it", "Sign in again and allow it."),
    "expired_token": ("the code was not entered in time", "Run `tracker login` again."),
    "invalid_request": ("the token server does not understand the request", _CLIENT),
}
_EXPIRED = (_BY_CODE["invalid_grant"][0], _LOGIN)
_BY_NUMBER = {
    "AADSTS65001": _BY_CODE["consent_required"],
    "AADSTS50076": _BY_CODE["interaction_required"],
    "AADSTS50173": _EXPIRED,
    "AADSTS70008": _EXPIRED,
    "AADSTS700082": _EXPIRED,
    "AADSTS700084": _EXPIRED,
    "AADSTS700016": ("the app is not known in this tenant", _CLIENT),
    "AADSTS90002": ("there is no such tenant", "Check `mailbox.oauth_tenant`."),
    "AADSTS7000215": (
        "the client secret is wrong",
        "TRACKER_OAUTH_CLIENT_SECRET must be the secret's value, not its ID.",
    ),
    "AADSTS7000222": (
        "the client secret has expired",
        "Make a new one in the app's registration; store it as TRACKER_OAUTH_CLIENT_SECRET.",
    ),
    "AADSTS7000218": (
        "the app is registered as one with a secret",
        "Set TRACKER_OAUTH_CLIENT_SECRET, or allow public client flows in its registration.",
    ),
    "AADSTS53003": (
        "a rule of the tenant (Conditional Access) blocks the sign-in",
        "Ask the tenant's administrator to except this app or this machine.",
    ),
    "AADSTS700024": ("the time here or in the token is wrong", "Set this machine's clock (NTP)."),
}
"""https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""


def xoauth2(user: str, token: str) -> str:
    """Return the answer to XOAUTH2, before base64."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def oauthbearer(user: str, host: str, port: int, token: str) -> str:
    """Return the answer to OAUTHBEARER (RFC 7628, section 3.1), before base64."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"
