"""The mailbox over IMAP: only reading, by UID, nothing on the server is changed."""

from __future__ import annotations

import contextlib
import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from tracker.adapters.connections import (
    MailServerError,
    SignInRefused,
    connection_error,
    odd_password,
    refused,
)
from tracker.adapters.signing import Credential, mechanism
from tracker.core.endpoint import Endpoint

# The library logs a server's words that are not ASCII; without a handler that goes to stderr.
logging.getLogger("imapclient").addHandler(logging.NullHandler())
_CONNECT_SECONDS = 15
_READ_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message on the server. ``size`` in bytes, ``received`` is its INTERNALDATE."""

    uid: int
    size: int
    received: datetime


class Mailbox:
    """One folder of a mailbox, opened read only (EXAMINE, RFC 9051 section 6.3.3)."""

    def __init__(
        self,
        endpoint: Endpoint,
        credential: Credential,
        folder: str,
        answer_seconds: float = _READ_SECONDS,
    ) -> None:
        self._endpoint, self._credential, self._folder = endpoint, credential, folder
        self._answer_seconds = answer_seconds
        self._client: IMAPClient = None
        self.uidvalidity = 0

    def __enter__(self) -> Mailbox:
        try:
            self._open()
            answer = self._examine()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.uidvalidity = int(answer[b"UIDVALIDITY"])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            if error is None:
                client.logout()
                return
        except (IMAPClientError, OSError):
            pass
        with contextlib.suppress(IMAPClientError, OSError):
            client.shutdown()  # after a fault a word more would be waited for in vain

    def _connect(self) -> IMAPClient:
        end = self._endpoint
        try:
            context = ssl.create_default_context()
            client = IMAPClient(
                end.host,
                end.port,
                use_uid=True,
                ssl=end.tls_from_start,
                ssl_context=context if end.tls_from_start else None,
                timeout=SocketTimeout(_CONNECT_SECONDS, self._answer_seconds),
            )
            client.normalise_times = False  # keep the zone of INTERNALDATE
            if not end.tls_from_start and not end.loopback:
                client.starttls(context)
        except (OSError, IMAPClientError) as error:
            raise connection_error("IMAP", end, error) from None
        return client

    def _open(self) -> None:
        """Connect and sign in; a token that is refused is renewed once."""
        credential = self._credential
        self._client = self._connect()
        if isinstance(credential, str):
            self._sign_in(lambda: self._login(credential))
            return
        access = credential.access()
        try:
            self._sign_in(lambda: self._show(access))
        except SignInRefused:
            credential.drop(access)
            self.__exit__(None, None, None)
            self._client = self._connect()
            access = credential.access()
            self._sign_in(lambda: self._show(access))

    def _sign_in(self, step: Callable[[], None]) -> None:
        end = self._endpoint
        try:
            step()
        except LoginError:
            by_token = not isinstance(self._credential, str)
            raise refused("IMAP", end, by_token=by_token) from None
        except UnicodeEncodeError:
            raise odd_password("TRACKER_IMAP_PASSWORD") from None
        except (OSError, IMAPClientError) as error:
            raise connection_error("IMAP", end, error) from None

    def _login(self, password: str) -> None:
        self._client.login(self._endpoint.user, password)

    def _show(self, access: str) -> None:
        offers = self._client.has_capability
        way = mechanism(lambda name: bool(offers(f"AUTH={name}")), self._endpoint, access)
        try:
            self._client.sasl_login(way.name, way)
        except self._client.AbortError:
            raise
        except IMAPClientError as error:
            raise LoginError(str(error)) from None

    def _examine(self) -> dict[bytes, int]:
        try:
            answer: dict[bytes, int] = self._client.select_folder(self._folder, readonly=True)
        except IMAPClientError:
            raise MailServerError(
                f"IMAP: there is no folder `{self._folder}`",
                f"Set `mailbox.folder` to one of: {', '.join(self.folders())}",
            ) from None
        except OSError as error:
            raise connection_error("IMAP", self._endpoint, error) from None
        return answer

    @property
    def client(self) -> IMAPClient:
        """The connection itself, for what only waits or looks on."""
        return self._client

    def folders(self) -> list[str]:
        """Return the names of the folders there are."""
        try:
            return [name for _, _, name in self._client.list_folders()]
        except (IMAPClientError, OSError) as error:
            raise connection_error("IMAP", self._endpoint, error) from None

    def waiting(self, above: int) -> list[Waiting]:
        """Return the messages with a UID above ``above``, in order."""
        try:
            # "N:*" always gives the last message, whatever its UID (RFC 9051, 6.4.4).
            uids = [uid for uid in self._client.search(["UID", f"{above + 1}:*"]) if uid > above]
            return [one for chunk in _chunks(sorted(uids), 1000) for one in self._sizes(chunk)]
        except (IMAPClientError, OSError) as error:
            raise connection_error("IMAP", self._endpoint, error) from None

    def _sizes(self, uids: Sequence[int]) -> Iterator[Waiting]:
        answer = self._client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        for uid in uids:
            data = answer.get(uid)
            if data:  # else it was deleted meanwhile
                received = data.get(b"INTERNALDATE") or datetime.now(UTC)
                yield Waiting(uid, int(data.get(b"RFC822.SIZE", 0)), received)

    def fetch(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Return the raw messages by UID, without marking them as read (BODY.PEEK)."""
        if not uids:
            return {}
        try:
            answer = self._client.fetch(uids, ["BODY.PEEK[]"])
        except (IMAPClientError, OSError) as error:
            raise connection_error("IMAP", self._endpoint, error) from None
        return {uid: data[b"BODY[]"] or b"" for uid, data in answer.items() if b"BODY[]" in data}


def _chunks(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
