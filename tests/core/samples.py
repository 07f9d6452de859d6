"""Settings, mails and a desk in memory, for the tests of the core."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tracker.core import state
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.reception import Means
from tracker.core.accounts.records import Record, read_record
from tracker.core.addresses import Address
from tracker.core.arrival import Arrival
from tracker.core.document import TicketFault, parse, render
from tracker.core.intake import Intake, Outcome
from tracker.core.mail import Mail, read_mail
from tracker.core.settings import Settings, read_settings
from tracker.core.threading import Known
from tracker.core.ticket import Entry, Ticket, ticket_path
from tracker.core.tokens import Keys

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Moscow"))
KEYS = Keys("a secret of thirty-two characters")
OTHER_KEYS = Keys("the secret of quite another desk!")
RING = Ring.of_secrets("correct horse battery staple")
IVAN = Address("Иван Петров", "ivan@example.org")
MALLORY = Address("Mallory", "mallory@elsewhere.example")

SETTINGS = """\
[desk]
name = "Служба поддержки"
prefix = "ACCREDO"
language = "ru"
timezone = "Europe/Moscow"
portal_url = "https://help.example.org/"
visibility = "public"
phone = "+7 495 000-00-00"
hours = "9:00-18:00"

[mailbox]
address = "support@example.org"
authserv_id = "mx.example.org"

[agents.anna]
name = "Анна"
emails = ["anna@example.org"]
"""


def settings(more: str = "", **desk: str) -> Settings:
    """The settings above, lines of ``[desk]`` replaced and ``more`` added."""
    text = SETTINGS
    for key, value in desk.items():
        before = next(line for line in text.split("\n") if line.startswith(f"{key} ="))
        text = text.replace(before, f'{key} = "{value}"')
    return read_settings(text + more)


def raw_mail(
    sender: str = "Иван Петров <ivan@example.org>",
    subject: str = "Не открывается кабинет",
    text: str = "Здравствуйте! Кабинет не открывается.",
    message_id: str = "<m1@example.org>",
    **headers: str,
) -> bytes:
    """A mail as it lies in a mailbox; ``headers`` with ``_`` for ``-``, empty values left out."""
    fields = {"From": sender, "To": "support@example.org", "Subject": subject}
    fields["Message-ID"] = message_id
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    lines += ["Content-Type: text/plain; charset=utf-8", "", text, ""]
    return "\r\n".join(lines).encode()


def mail(*arguments: Any, **options: Any) -> Mail:
    """The same as read from the mailbox."""
    return read_mail(raw_mail(*arguments, **options))


PASS = "mx.example.org; dmarc=pass header.from=example.org"
FAIL = "mx.example.org; dmarc=fail header.from=example.org"


def entry(number: str = "e1", **values: Any) -> Entry:
    """A requester's message."""
    given: dict[str, Any] = {
        "id": number,
        "at": NOW,
        "author": IVAN,
        "role": "requester",
        "via": "email",
        "text": "Не открывается.",
        "message_id": "<first@example.org>",
        "digest": "d1",
    }
    return Entry(**(given | values))


def event(name: str, at: datetime = NOW, **values: Any) -> Entry:
    """An event by an agent."""
    given: dict[str, Any] = {
        "id": f"ev{name}",
        "at": at,
        "author": Address("Анна", "anna@example.org"),
        "role": "agent",
        "via": "cli",
        "kind": "event",
        "event": name,
    }
    return Entry(**(given | values))


def ticket(number: int = 42, *entries: Entry, **values: Any) -> Ticket:
    """A ticket of Ivan's."""
    given: dict[str, Any] = {
        "id": f"ACCREDO-{number}",
        "title": "Кабинет",
        "status": "open",
        "requester": IVAN,
        "created": NOW,
        "entries": entries or (entry(),),
    }
    return Ticket(**(given | values))


@lru_cache(1024)  # a desk is asked for all its tickets at every turn
def _parsed(path: str, content: bytes) -> Ticket | None:
    try:
        return parse(content.decode(), path)
    except TicketFault:
        return None


class MemoryDesk:
    """A desk whose files are in memory; answers what the intake and threading ask."""

    def __init__(self, *tickets: Ticket, with_settings: Settings | None = None) -> None:
        self.settings = with_settings or settings()
        self.files: dict[str, bytes] = {}
        self._ids = itertools.count(1)
        for one in tickets:
            prefix = one.id.rpartition("-")[0]
            self.files[ticket_path(prefix, one.number)] = render(one, "ru").encode()

    # What the intake asks

    def text_of(self, number: int) -> str | None:
        one = self.tickets().get(number)
        path = ticket_path(one.id.rpartition("-")[0], number) if one else ""
        return self.files[path].decode() if path else None

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def names_in(self, folder: str) -> Iterable[str]:
        parts = (path.rpartition("/") for path in self.files)
        return [name for where, _, name in parts if where == folder]

    def by_message_id(self, message_id: str) -> Iterable[Known]:
        return [one for found, one in self._known() if found == message_id]

    def by_digest(self, digest: str) -> Iterable[Known]:
        return [one for _, one in self._known() if one.digest == digest]

    def newest_of(self, address: str) -> int:
        found = (n for n, one in self.tickets().items() if one.requester.key == address)
        return max(found, default=0)

    def is_seen(self, key: str) -> bool:
        seen = (text for path, text in self.files.items() if "/seen/" in path)
        return any(key in text.decode().split() for text in seen)

    def highest_number(self) -> int:
        names = (path for path in self.files if path.endswith(".md"))
        return max((int(path.rpartition("-")[2][:-3]) for path in names), default=0)

    def ticket(self, number: int) -> Ticket | None:
        return self.tickets().get(number)

    def _known(self) -> Iterable[tuple[str, Known]]:
        for number, one in self.tickets().items():
            for each in one.entries:
                day = each.at.date().isoformat()
                known = Known(number, each.id, each.digest, each.author.key, day)
                yield each.message_id, known

    def accounts_with(self, word: str) -> Iterable[Record]:
        return [
            one
            for one in self.accounts()
            if word in (*one.addresses, *(login.locator for login in one.logins))
        ]

    def account(self, account: str) -> Record | None:
        return next((one for one in self.accounts() if one.account == account), None)

    def was_written_to(self, address: str) -> bool:
        entries = (entry for one in self.tickets().values() for entry in one.entries)
        return any(address in entry.told for entry in entries)

    # What a test asks

    def accounts(self) -> list[Record]:
        """Every account."""
        found = sorted(path for path in self.files if path.startswith("accounts/"))
        return [read_record(self.files[path], path) for path in found]

    def tickets(self) -> dict[int, Ticket]:
        """Every readable ticket by number."""
        found = {}
        for path, content in self.files.items():
            if path.endswith(".md"):
                one = _parsed(path, content)
                if one:
                    found[one.number] = one
        return found

    def new_id(self) -> str:
        return f"n{next(self._ids)}"

    def intake(self, now: datetime = NOW) -> Intake:
        """A batch on the desk as it is."""
        means = Means(lambda: RING, lambda: f"{next(self._ids):032x}")
        return Intake(self, self.settings, KEYS, now, self.new_id, means)

    def commit(self, intake: Intake, position: state.Position | None = None) -> None:
        """Finish a batch and keep its files."""
        intake.finish(position)
        self.apply(intake.files)

    def apply(self, files: Mapping[str, bytes | None]) -> None:
        """Keep what a decision wants to be committed."""
        for path, content in files.items():
            if content is None:
                self.files.pop(path, None)
            else:
                self.files[path] = content

    def take(self, *raw: bytes | Mail, at: datetime = NOW, **options: Any) -> list[Outcome]:
        """Take in mails as one batch and commit it."""
        batch = self.intake(at)
        outcomes = [batch.take(arrival(one, uid, at, **options)) for uid, one in enumerate(raw, 1)]
        self.commit(batch)
        return outcomes


def arrival(one: bytes | Mail, uid: int = 1, at: datetime = NOW, **options: Any) -> Arrival:
    """A mail that arrived."""
    read = read_mail(one) if isinstance(one, bytes) else one
    size = len(one) if isinstance(one, bytes) else 100
    return Arrival(7, uid, at, size, read.raw_hash, read, **options)


def too_large(uid: int = 1) -> Arrival:
    """A message that was not fetched."""
    digest = hashlib.sha256(str(uid).encode()).hexdigest()
    return Arrival(7, uid, NOW, 10**9, digest, None, "larger than 50 MiB")


def later(**units: float) -> datetime:
    """A moment after NOW."""
    return NOW + timedelta(**units)


def our_letter(
    ticket_id: str = "ACCREDO-42", to: str = "ivan@example.org", keys: Keys = KEYS
) -> str:
    """The Message-ID of a letter the desk sent."""
    return keys.message_id(ticket_id, "e1", to, "example.org")
