"""Looking a mailbox over without changing anything: folders, rights, certificate, times."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imapclient.exceptions import IMAPClientError

from tracker.adapters.certificates import good_until
from tracker.adapters.imap import Mailbox
from tracker.core.state import Position


@dataclass(frozen=True, slots=True)
class Survey:
    """What a mailbox is like: the UIDs of its mails, the newest one's time, whether the server
    tells of mail by itself, what we may do (RFC 4314's letters, or None where it does not say),
    the folder for spam and how many mails it holds, and until when the certificate is good.
    """

    uidvalidity: int
    uids: tuple[int, ...]
    newest: datetime | None
    idle: bool
    rights: str | None
    spam_folder: str
    spam: int
    certificate: datetime | None

    def waiting_above(self, position: Position | None) -> int:
        """Return how many mails the next run would take in."""
        known = position is not None and position.uidvalidity == self.uidvalidity
        above = position.uid if position is not None and known else 0
        return sum(uid > above for uid in self.uids)


def survey(box: Mailbox, folder: str) -> Survey:
    """Look over an open mailbox. Raises MailServerError."""
    client = box.client
    waiting = box.waiting(0)
    spam_folder, spam = _spam(client)
    return Survey(
        box.uidvalidity,
        tuple(one.uid for one in waiting),
        waiting[-1].received if waiting else None,
        bool(client.has_capability("IDLE")),
        _rights(client, folder),
        spam_folder,
        spam,
        good_until(client.socket()),
    )


def _rights(client: Any, folder: str) -> str | None:
    if not client.has_capability("ACL"):
        return None
    with contextlib.suppress(IMAPClientError, OSError, ValueError, IndexError, AttributeError):
        return bytes(client.my_rights(folder)).decode("ascii")
    return None


def _spam(client: Any) -> tuple[str, int]:
    with contextlib.suppress(IMAPClientError, OSError):
        for flags, _, name in client.list_folders():
            if b"\\Junk" in flags:
                return str(name), int(client.folder_status(name, ["MESSAGES"])[b"MESSAGES"])
    return "", 0
