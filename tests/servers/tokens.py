"""A token server for the tests: OAuth 2.0 by real HTTP on loopback, with a memory.

It speaks the paths of Google and of Microsoft: refresh tokens, client credentials, service
accounts, the device flow, the consent page with its redirection, and introspection (RFC 7662)
for mail servers that are shown an access token.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT = "client-1"
CLIENT_SECRET = "canary-client-secret"
REFRESH = "canary-refresh-0"


@dataclass
class Device:
    """One sign-in by the device flow; a test says how the person decides."""

    user_code: str
    scope: str
    decision: str = "authorization_pending"
    polls: int = 0


@dataclass
class TokenServer:
    """The server. Its fields say how it behaves and what happened; all may be changed while it
    runs. ``refuse`` is (status, error, description) for every request of a token.
    """

    user: str = "support@example.org"
    lifetime: int = 3600
    rotate: bool = False
    revoke_rotated: bool = False
    need_secret: bool = True
    refuse: tuple[int, str, str] | None = None
    slow_down: int = 0
    interval: int = 5
    decision: str = "authorization_pending"
    clock_ahead: float = 0.0
    good: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=lambda: {REFRESH})
    devices: dict[str, Device] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._serial = itertools.count(1)
        handler = type("Handler", (_Handler,), {"tokens": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> TokenServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def grants(self) -> list[str]:
        """Return the grant types that were asked for, in order."""
        return [form["grant_type"] for _, form in self.asked if "grant_type" in form]

    def revoke_access(self) -> None:
        """Let no access token of before be good any more."""
        self.good.clear()

    def issue(self, *, refresh: bool) -> dict[str, Any]:
        """Return the answer with a new access token."""
        access = f"canary-access-{next(self._serial)}"
        self.good.add(access)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime}
        if refresh:
            answer["refresh_token"] = token = f"canary-refresh-{next(self._serial)}"
            self.refresh.add(token)
        return answer

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer a request of a token."""
        if self.refuse:
            status, code, said = self.refuse
            return status, {"error": code, "error_description": said}
        grant = form.get("grant_type", "")
        if grant.endswith(":jwt-bearer"):
            return 200, self.issue(refresh=False)
        if form.get("client_id") != CLIENT or not self._secret_fits(form):
            return 401, {"error": "invalid_client", "error_description": "AADSTS7000215: no"}
        answers = {
            "refresh_token": self._refreshed,
            "client_credentials": lambda _: (200, self.issue(refresh=False)),
            "authorization_code": self._redeemed,
            "urn:ietf:params:oauth:grant-type:device_code": self._polled,
        }
        return answers[grant](form) if grant in answers else (400, {"error": "invalid_request"})

    def _secret_fits(self, form: dict[str, str]) -> bool:
        given = form.get("client_secret")
        return given == CLIENT_SECRET or (given is None and not self.need_secret)

    def _refreshed(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        token = form.get("refresh_token", "")
        if token not in self.refresh:
            return 400, {"error": "invalid_grant", "error_description": f"bad token {token}"}
        if self.revoke_rotated:
            self.refresh.discard(token)
        return 200, self.issue(refresh=self.rotate)

    def _redeemed(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        held = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            held is None
            or held["redirect_uri"] != form.get("redirect_uri")
            or held["code_challenge"] != challenge
        ):
            return 400, {"error": "invalid_grant"}
        return 200, self.issue(refresh=True)

    def _polled(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        device = self.devices.get(form.get("device_code", ""))
        if device is None:
            return 400, {"error": "invalid_grant"}
        device.polls += 1
        if device.polls <= self.slow_down:
            return 400, {"error": "slow_down"}
        if device.decision != "allowed":
            return 400, {"error": device.decision}
        return 200, self.issue(refresh=True)

    def begin_device(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Begin a device flow."""
        if form.get("client_id") != CLIENT:
            return 401, {"error": "invalid_client"}
        number = next(self._serial)
        code = f"canary-device-{number}"
        shown = f"ABCD-{number:04d}"
        self.devices[code] = Device(shown, form.get("scope", ""), self.decision)
        return 200, {
            "device_code": code,
            "user_code": self.devices[code].user_code,
            "verification_uri": f"{self.url}/enter",
            "expires_in": 900,
            "interval": self.interval,
        }

    def consent(self, query: dict[str, str]) -> str:
        """Let the person allow it; return where the browser is sent."""
        code = f"canary-code-{next(self._serial)}"
        self.codes[code] = query
        back = {"code": code, "state": query["state"]}
        return f"{query['redirect_uri']}?{urlencode(back)}"


class _Handler(BaseHTTPRequestHandler):
    tokens: TokenServer

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form = {name: one[0] for name, one in parse_qs(self.rfile.read(length).decode()).items()}
        path = urlsplit(self.path).path
        if path == "/introspect":
            self._introspect(form.get("token", ""))
            return
        self.tokens.asked.append((path, form))
        if path.endswith(("/devicecode", "/device/code")):
            self._answer(*self.tokens.begin_device(form))
        elif path.endswith("/token"):
            self._answer(*self.tokens.token(form))
        else:
            self._answer(404, {})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: one[0] for name, one in parse_qs(parts.query).items()}
        if parts.path == "/introspect":
            self._introspect(self.headers.get("Authorization", "").removeprefix("Bearer "))
        elif parts.path.endswith(("/auth", "/authorize")):
            self.send_response(302)
            self.send_header("Location", self.tokens.consent(query))
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._answer(200, {})

    def do_HEAD(self) -> None:
        self.do_GET()

    def _introspect(self, token: str) -> None:
        self.tokens.shown.append(token)
        active = token in self.tokens.good
        about = {"active": active, "email": self.tokens.user, "client_id": CLIENT}
        self._answer(200, about if active else {"active": False})

    def _answer(self, status: int, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        import time

        return formatdate(time.time() + self.tokens.clock_ahead, usegmt=True)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
