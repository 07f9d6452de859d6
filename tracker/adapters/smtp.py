"""Sending letters by SMTP, one recipient each."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Literal

from tracker.adapters.certificates import good_until
from tracker.adapters.connections import (
    MailServerError,
    SignInRefused,
    connection_error,
    odd_password,
    refused,
)
from tracker.adapters.signing import Credential, mechanism
from tracker.core.endpoint import Endpoint
from tracker.core.letters import Letter, ascii_address

PATIENCE = 60.0
"""For so many seconds a server may say nothing."""
_PERMANENT = 500
# Answers to RCPT that blame the client: bad sequence, authentication wanted or too weak.
_OUR_FAULT = (503, 530, 534, 535, 538)
# RCPT codes that speak of the address, unless an enhanced code (RFC 3463) blames a policy.
_NO_SUCH_ADDRESS = (550, 551, 553)
_ENHANCED = re.compile(r"5\d\d (5\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said of a letter: ``accepted``, or refused ``now`` or ``forever``.

    ``hard`` says that there is no such address, so that no letter will ever reach it.
    """

    outcome: Literal["accepted", "now", "forever"]
    reason: str = ""
    hard: bool = False


class Sender:
    """A connection that sends letters; it is opened when the first letter goes.

    ``address`` is the desk's own, the envelope sender of letters by people, so that they come
    back when they can't be delivered. Machine letters have the null envelope sender (RFC 3834,
    section 3.3), and this one only where a submission service refuses the null sender.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credential: Credential,
        address: str,
        patience: float = PATIENCE,
    ) -> None:
        self._endpoint, self._credential, self._patience = endpoint, credential, patience
        self._address = ascii_address(address)
        self._envelope = ""
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Sender:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def check(self) -> None:
        """Connect and sign in. Raises MailServerError."""
        if self._server is None:
            self._server = self._open()

    @property
    def certificate_until(self) -> datetime | None:
        """Until when the server's certificate is good; None without TLS, or not connected."""
        return good_until(self._server.sock if self._server is not None else None)

    def _open(self) -> smtplib.SMTP:
        """Connect and sign in; a token that is refused is renewed once."""
        credential = self._credential
        if isinstance(credential, str) or not self._endpoint.user:
            return self._connect(credential if isinstance(credential, str) else "")
        access = credential.access()
        try:
            return self._connect(access)
        except SignInRefused:
            credential.drop(access)
            return self._connect(credential.access())

    def _connect(self, secret: str) -> smtplib.SMTP:
        end = self._endpoint
        context = ssl.create_default_context()
        server: smtplib.SMTP | None = None
        try:
            if end.tls_from_start:
                server = smtplib.SMTP_SSL(
                    end.host, end.port, timeout=self._patience, context=context
                )
            else:
                server = smtplib.SMTP(end.host, end.port, timeout=self._patience)
                if not end.loopback:
                    server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if end.user and secret:
                self._sign_in(server, secret)
        except smtplib.SMTPAuthenticationError:
            _close(server)
            by_token = not isinstance(self._credential, str)
            raise refused("SMTP", end, by_token=by_token) from None
        except UnicodeEncodeError:
            _close(server)
            raise odd_password("TRACKER_SMTP_PASSWORD") from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            _close(server)  # a challenge that is no base64 is a ValueError
            raise connection_error("SMTP", end, error) from None
        return server

    def _sign_in(self, server: smtplib.SMTP, secret: str) -> None:
        if isinstance(self._credential, str):
            server.login(self._endpoint.user, secret)
            return
        offered = server.esmtp_features.get("auth", "").upper().split()
        way = mechanism(lambda name: name in offered, self._endpoint, secret)
        server.auth(way.name, way)

    def send(self, letter: Letter) -> Answer:
        """Send one letter. Raises MailServerError where no server can be reached at all, or it
        takes no letter whatever.
        """
        used = self._server is not None
        answer = self._attempt(letter)
        if answer is None and used:
            # Many servers take only so many letters, or minutes, on one connection.
            self._hang_up()
            answer = self._attempt(letter)
        if answer is None:
            raise MailServerError(
                f"SMTP: {self._endpoint.host} takes no letter now", "The next run tries again."
            )
        return answer

    def _attempt(self, letter: Letter) -> Answer | None:
        """Send one letter; None where the server does not even begin with it."""
        self.check()
        assert self._server is not None
        try:
            if not self._begin(self._server, letter):
                return None
        except (smtplib.SMTPException, OSError):
            self._hang_up()
            return None
        try:
            return self._deliver(self._server, letter)
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            return Answer("now", f"the connection broke: {error}")

    def _begin(self, server: smtplib.SMTP, letter: Letter) -> bool:
        """Name the envelope sender; whether the server accepts it now."""
        sender = self._envelope if letter.machine else self._address
        code, said = server.mail(sender)
        if code >= _PERMANENT and not sender:
            server.rset()
            self._envelope = self._address
            code, said = server.mail(self._envelope)
        if code >= _PERMANENT:  # no recipient's fault: every letter would be refused
            raise self._refused(said)
        return code < 400

    def _deliver(self, server: smtplib.SMTP, letter: Letter) -> Answer:
        code, said = server.rcpt(letter.recipient)
        if code in _OUR_FAULT:
            raise self._refused(said)
        of_address = code >= 400
        if not of_address:
            code, said = server.data(letter.content)
            if code < 400:
                return Answer("accepted")
        server.rset()
        reason = f"{code} {_words(said)}"
        if code < _PERMANENT:
            return Answer("now", reason)
        return Answer("forever", reason, hard=of_address and _is_hard(code, reason))

    def _refused(self, said: bytes) -> MailServerError:
        self._hang_up()
        return MailServerError(
            f"SMTP: {self._endpoint.host} does not let {self._address} send: {_words(said)}",
            "Check the user in `mailbox.smtp` and the variable TRACKER_SMTP_PASSWORD.",
        )


def _is_hard(code: int, reason: str) -> bool:
    """Whether a refusal of RCPT says that the address is none."""
    enhanced = _ENHANCED.match(reason)
    return enhanced[1].startswith("5.1.") if enhanced else code in _NO_SUCH_ADDRESS


def _words(said: bytes) -> str:
    return said.decode("utf-8", "replace").replace("\n", " ")[:200]


def _close(server: smtplib.SMTP | None) -> None:
    if server is not None:
        server.close()
