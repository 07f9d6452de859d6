"""Small requests by HTTP: a form that is sent, and the time that a server tells."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from tracker.core.errors import TrackerError

_SECONDS = 20
_MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered: its status, the JSON object in it (or nothing), and its time."""

    status: int
    data: Mapping[str, Any]
    date: datetime | None


class _Stay(urllib.request.HTTPRedirectHandler):
    """A form with secrets follows no redirection."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post_form(url: str, form: Mapping[str, str]) -> Reply:
    """Send a form and return the answer, whatever its status. Raises TrackerError where there is
    none.
    """
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "User-Agent": "Tracker",
    }
    return _ask(urllib.request.Request(url, urlencode(form).encode(), headers, method="POST"))


def head(url: str, seconds: float = _SECONDS) -> Reply:
    """Ask for the head of a page: its status and the server's time. Raises TrackerError."""
    asked = urllib.request.Request(url, headers={"User-Agent": "Tracker"}, method="HEAD")
    return _ask(asked, seconds)


def _ask(asked: urllib.request.Request, seconds: float = _SECONDS) -> Reply:
    handlers: list[Any] = [_Stay]
    if asked.type == "https":
        handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(asked, timeout=seconds) as answer:
            return _reply(answer.status, answer.headers, answer.read(_MOST_BYTES))
    except urllib.error.HTTPError as answer:
        with answer:
            return _reply(answer.code, answer.headers, answer.read(_MOST_BYTES))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _fault(asked.full_url, error) from None


def _reply(status: int, headers: Any, body: bytes) -> Reply:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = {}
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError, IndexError):
        date = None
    return Reply(status, data if isinstance(data, dict) else {}, date)


def _fault(url: str, error: Exception) -> TrackerError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    host = urlsplit(url).hostname or url
    if isinstance(reason, ssl.SSLCertVerificationError):
        words = f"the certificate of {host} is not trusted: {reason.verify_message}"
        hint = "Check the address and this machine's clock; a private authority goes into "
        return TrackerError(words, f"{hint}SSL_CERT_FILE.")
    if isinstance(reason, socket.gaierror):
        return TrackerError(f"the host {host} is not known", "Check the network and the address.")
    if isinstance(reason, TimeoutError):
        return TrackerError(f"{host} does not answer", "Check network and firewall; try again.")
    words = type(reason).__name__ if isinstance(reason, Exception) else str(reason)
    return TrackerError(f"{host} can't be asked: {words}", "Check the address, then try again.")
