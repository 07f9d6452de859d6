"""How a person lets the desk into the mailbox: the device flow, and the consent page.

The device flow is RFC 8628, the consent page with its redirection to this machine RFC 8252 with
the proof of RFC 7636. Google gives mail only by the page: its device flow knows no mail scope
(https://developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tracker.core.oauth import DEVICE_GRANT, Provider, SignInError, refusal

_SLOWER = 5
_MOST_SECONDS = 3600
_PENDING = "authorization_pending"


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a device flow begins with: the secret ``device`` code, and the ``user`` code that the
    person enters at ``address`` within ``seconds``. It is asked for every ``interval`` seconds.
    """

    device: str
    user: str
    address: str
    interval: float
    seconds: float


def device_form(provider: Provider, client: str) -> dict[str, str]:
    """Return the form that begins a device flow."""
    return {"client_id": client, "scope": provider.scope}


def read_device_code(provider: Provider, status: int, answer: Mapping[str, Any]) -> DeviceCode:
    """Return what the person must be shown. Raises SignInError."""
    if status != 200 or "error" in answer:
        raise refusal(provider, status, answer)
    address = answer.get("verification_uri", answer.get("verification_url"))  # Google's word
    texts = (answer.get("device_code"), answer.get("user_code"), address)
    if not all(isinstance(one, str) and one.isprintable() and one for one in texts):
        raise SignInError(
            f"{provider.name}: the server began no sign-in",
            "Check `mailbox.oauth_url`; else try again later.",
        )
    device, user, shown = (str(one) for one in texts)
    interval = _seconds(answer.get("interval"), 5)
    return DeviceCode(device, user, shown, interval, _seconds(answer.get("expires_in"), 900))


def _seconds(value: Any, usual: float) -> float:
    right = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_SECONDS
    return float(value) if right else usual


def poll_form(client: str, secret: str, code: DeviceCode) -> dict[str, str]:
    """Return the form that asks whether the person has decided."""
    form = {"grant_type": DEVICE_GRANT, "client_id": client, "device_code": code.device}
    return form | ({"client_secret": secret} if secret else {})


def next_interval(answer: Mapping[str, Any], interval: float) -> float | None:
    """Return after how many seconds to ask again; None where the server has decided."""
    error = answer.get("error")
    if error == "slow_down":
        return interval + _SLOWER
    return interval if error == _PENDING else None


def consent_address(
    provider: Provider, client: str, user: str, redirection: str, state: str, verifier: str
) -> str:
    """Return the address where the person allows it. ``state`` and ``verifier`` are random; the
    browser is sent on to ``redirection``.
    """
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": redirection,
        "scope": provider.scope,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "login_hint": user,
        "prompt": "consent",  # else Google gives a refresh token the first time only
    }
    if provider.name == "google":
        query["access_type"] = "offline"
    return f"{provider.consent_url}?{urlencode(query)}"


def read_redirection(provider: Provider, address: str, state: str) -> str:
    """Return the code in the address that the browser was sent to. Raises SignInError."""
    query = {name: one[0] for name, one in parse_qs(urlsplit(address.strip()).query).items()}
    if query.get("state") != state:
        raise SignInError(
            f"{provider.name}: this address does not belong to this sign-in",
            "Run `tracker login` again, and paste the whole last address of the browser.",
        )
    if "code" not in query:
        raise refusal(provider, 400, query)
    return query["code"]


def redeem_form(
    client: str, secret: str, code: str, redirection: str, verifier: str
) -> dict[str, str]:
    """Return the form that turns the code of the consent page into tokens."""
    form = {
        "grant_type": "authorization_code",
        "client_id": client,
        "code": code,
        "redirect_uri": redirection,
        "code_verifier": verifier,
    }
    return form | ({"client_secret": secret} if secret else {})
