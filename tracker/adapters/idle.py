"""Waiting for mail: a connection of its own in IDLE (RFC 2177), or asking where there is none."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from imapclient.exceptions import IMAPClientError

from tracker.adapters.connections import MailServerError, connection_error
from tracker.adapters.imap import Mailbox
from tracker.adapters.signing import Credential
from tracker.core.endpoint import Endpoint

RENEW_SECONDS = 9 * 60
"""IDLE must be asked for anew within 29 minutes; routers forget a silent connection earlier."""
POLL_SECONDS = 15
_ANSWER_SECONDS = 30
# A line that is dead is noticed by the system itself in about a minute and a half.
_KEEP_ALIVE = (("TCP_KEEPIDLE", 45), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 3))
_UNANSWERED_MS = 60_000


class Line:
    """A connection that hears of new mail. It reads none: what is told is that there is some.

    ``due`` is the time of ``steady`` by which ``renew`` must be called. ``idles`` says whether
    the server tells by itself; else each ``renew`` asks it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credential: Credential,
        folder: str,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._box = Mailbox(endpoint, credential, folder, _ANSWER_SECONDS)
        self._steady = steady
        self.idles = False
        self.due = 0.0

    def open(self) -> None:
        """Connect and begin to wait. Raises MailServerError.

        What came before is not told of: look into the mailbox after this.
        """
        self._box.__enter__()
        try:
            with self._faults():
                _keep_alive(self._box.client.socket())
                self.idles = bool(self._box.client.has_capability("IDLE"))
                self._begin()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up, without a word that a dead line would never answer."""
        hung_up = MailServerError("IMAP: hung up")
        self._box.__exit__(MailServerError, hung_up, None)

    def fileno(self) -> int:
        """Return what can be waited on until the server says something."""
        return int(self._box.client.socket().fileno())

    def news(self) -> bool:
        """Read what the server said; whether there is new mail. Raises MailServerError."""
        if not self.idles:
            return self.renew()
        with self._faults():
            told = self._box.client.idle_check(timeout=0)
        # Readable without a word: hung up, or only TLS among itself. Asking tells which.
        return self._tells(told) if told else self.renew()

    def renew(self) -> bool:
        """Ask whether the line still lives, and wait on; whether there is new mail.

        Raises MailServerError.
        """
        client = self._box.client
        with self._faults():
            told = list(client.idle_done()[1]) if self.idles else []
            told += client.noop()[1]
            self._begin()
        return self._tells(told)

    def _begin(self) -> None:
        if self.idles:
            self._box.client.idle()
        self.due = self._steady() + (RENEW_SECONDS if self.idles else POLL_SECONDS)

    def _tells(self, told: Iterable[Any]) -> bool:
        words = [part for one in told for part in one[:2] if isinstance(part, bytes)]
        if b"BYE" in words:
            raise MailServerError(f"IMAP: {self._endpoint.host} ends the connection")
        return b"EXISTS" in words

    @contextlib.contextmanager
    def _faults(self) -> Any:
        try:
            yield
        except (OSError, IMAPClientError) as error:
            raise connection_error("IMAP", self._endpoint, error) from None


def _keep_alive(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (*_KEEP_ALIVE, ("TCP_USER_TIMEOUT", _UNANSWERED_MS)):
        if hasattr(socket, name):  # not every system has each
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
