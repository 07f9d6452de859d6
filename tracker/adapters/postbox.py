"""One letter of our own in the mailbox: waiting for it, reading its headers, taking it away.

The only place that changes anything there, and only for the letter it is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from imapclient.exceptions import IMAPClientError

from tracker.adapters.connections import connection_error
from tracker.adapters.imap import Mailbox
from tracker.adapters.signing import Credential
from tracker.core.endpoint import Endpoint

_LOOK_SECONDS = 2.0


class Postbox:
    """A folder that is open for the search of letters."""

    def __init__(self, endpoint: Endpoint, credential: Credential, folder: str) -> None:
        self._endpoint, self._folder = endpoint, folder
        self._box = Mailbox(endpoint, credential, folder)

    def __enter__(self) -> Postbox:
        self._box.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._box.__exit__(kind, error, trace)

    def wait_for(
        self, message_id: str, seconds: float, steady: Callable[[], float] = time.monotonic
    ) -> list[int]:
        """Return the UIDs of a letter as soon as it is there; empty after ``seconds``."""
        end = steady() + seconds
        while not (found := self.find(message_id)) and steady() < end:
            self._pause(min(_LOOK_SECONDS, max(0.0, end - steady())))
        return found

    def _pause(self, seconds: float) -> None:
        client = self._box.client
        try:
            if client.has_capability("IDLE"):
                client.idle()
                client.idle_check(timeout=seconds)
                client.idle_done()
            else:
                time.sleep(seconds)
                client.noop()
        except (IMAPClientError, OSError) as error:
            raise connection_error("IMAP", self._endpoint, error) from None

    def find(self, message_id: str, folder: str = "") -> list[int]:
        """Return the UIDs of the letter with this Message-ID, in this folder or another one."""
        client = self._box.client
        try:
            if folder:
                client.select_folder(folder, readonly=True)
            return sorted(client.search(["HEADER", "Message-ID", message_id]))
        except (IMAPClientError, OSError) as error:
            raise connection_error("IMAP", self._endpoint, error) from None

    def spam_folders(self) -> list[str]:
        """Return the folders that the server itself calls one for spam (RFC 6154)."""
        try:
            found = self._box.client.list_folders()
        except (IMAPClientError, OSError) as error:
            raise connection_error("IMAP", self._endpoint, error) from None
        return [str(name) for flags, _, name in found if b"\\Junk" in flags]

    def read(self, uid: int) -> tuple[bytes, float]:
        """Return a letter's headers, and when it arrived (seconds of the epoch)."""
        client = self._box.client
        try:
            found = client.fetch([uid], ["BODY.PEEK[HEADER]", "INTERNALDATE"])[uid]
        except (IMAPClientError, OSError, KeyError) as error:
            raise connection_error("IMAP", self._endpoint, error) from None
        return bytes(found[b"BODY[HEADER]"]), found[b"INTERNALDATE"].timestamp()

    def remove(self, uids: list[int], folder: str = "") -> bool:
        """Take the letter away; whether that could be done without touching others (UIDPLUS)."""
        client = self._box.client
        try:
            if not client.has_capability("UIDPLUS"):
                return False
            answer = client.select_folder(folder or self._folder)
            if b"READ-ONLY" in answer:
                return False
            client.delete_messages(uids, silent=True)
            client.uid_expunge(uids)
        except IMAPClientError:
            return False
        except OSError as error:
            raise connection_error("IMAP", self._endpoint, error) from None
        return True
