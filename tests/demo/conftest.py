"""Fixtures of the demo's tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pytest
from imapclient import IMAPClient

from tests.servers import Mailbox
from tracker.demo.mailbox import EmbeddedMailbox

ADDRESS = "support@demo.example"


class Inbox(Protocol):
    """What both kinds of mailbox offer."""

    def put(self, raw: bytes, when: datetime) -> None: ...

    def client(self) -> AbstractContextManager[IMAPClient]: ...


@dataclass(frozen=True)
class RealInbox:
    mailbox: Mailbox

    def put(self, raw: bytes, when: datetime) -> None:
        self.mailbox.append(raw, when)

    def client(self) -> AbstractContextManager[IMAPClient]:
        return self.mailbox.client()


@dataclass(frozen=True)
class EmbeddedInbox:
    mailbox: EmbeddedMailbox

    def put(self, raw: bytes, when: datetime) -> None:
        list(self.mailbox.append([(raw, when)]))

    def client(self) -> AbstractContextManager[IMAPClient]:
        return self.mailbox.client()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedMailbox]:
    """The demo's mailbox, empty."""
    with EmbeddedMailbox(ADDRESS, tmp_path / "letters") as mailbox:
        yield mailbox


@pytest.fixture(params=["dovecot", "embedded"])
def inbox(request: pytest.FixtureRequest) -> Inbox:
    """An empty INBOX, once of each kind."""
    if request.param == "dovecot":
        return RealInbox(request.getfixturevalue("mailbox"))
    return EmbeddedInbox(request.getfixturevalue("embedded"))
