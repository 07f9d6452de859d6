"""From a planned letter to the letter: its tickets and attachments are read, and it is composed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from tracker.core.accounts.records import Record
from tracker.core.bulletins import MOST_LISTED, alarm, digest
from tracker.core.confirmation import Waiting, confirmation
from tracker.core.document import parse
from tracker.core.letters import Letter
from tracker.core.notification import enclosed, notification
from tracker.core.outward import outgoing
from tracker.core.planned import OwedPost, Planned
from tracker.core.staff_letters import staff_letter
from tracker.core.ticket import Ticket
from tracker.core.tokens import Keys
from tracker.desk.desk import Desk
from tracker.desk.view import unsealed


class Composer:
    """Composes the letters of one run, from the tickets as of ``commit``."""

    def __init__(self, desk: Desk, commit: str, keys: Keys) -> None:
        self._git, self._commit = desk.git, commit
        self._settings, self._keys, self._ring = desk.settings, keys, desk.ring
        self._people = desk.people(commit)
        self._tickets: dict[int, Ticket] = {}
        self._accounts: Mapping[str, Record] = {}

    def prepare(self, letters: Iterable[Planned], accounts: Mapping[str, Record]) -> None:
        """Read the tickets of the next letters in one go; forget those of earlier ones.
        ``accounts`` are those that letters are about.
        """
        self._accounts = accounts
        oids: dict[int, str] = {}
        for one in letters:
            needed = {item.number: item.oid for item in one.items}
            # A digest may be of a hundred thousand.
            most = MOST_LISTED if one.kind == "digest" else len(needed)
            oids.update(islice(needed.items(), most))
        read = self._git.read_many(oids.values()) if oids else ()
        self._tickets = {
            number: parse(unsealed(content.decode("utf-8"), self._people))
            for number, (_, content) in zip(oids, read, strict=True)
        }

    def compose(self, one: Planned, since: str, now: datetime) -> Letter:
        """Compose a letter; ``since`` is when the circuit breaker tripped.

        Raises ValueError for an address that no letter can carry.
        """
        settings, keys = self._settings, self._keys
        if one.post is not None:
            return self._about_account(one.post, now)
        if one.kind == "alarm":
            return alarm(since, one.address, settings, keys, now)
        if one.kind == "digest":
            return digest(one.items, self._tickets, one.address, settings, keys, now)
        if one.kind == "confirmation":
            numbers = [
                Waiting.of(self._tickets[item.number], one.address, proven=item.proven)
                for item in one.items
            ]
            return confirmation(one.address, numbers, settings, keys, now)
        ticket = self._tickets[one.items[0].number]
        entries = {item.entry for item in one.items}
        if one.kind == "staff":
            receipts = {item.entry for item in one.items if item.what == "receipt"}
            return staff_letter(ticket, entries, receipts, one.address, settings, keys, now)
        out = outgoing(ticket, entries, one.address)
        files = enclosed(out, settings.limits.letter_mib)
        read = {file.path: self._git.read_file(self._commit, file.path) for file in files}
        contents = {path: content for path, content in read.items() if content is not None}
        return notification(out, contents, settings, keys, now)

    def _about_account(self, owed: OwedPost, now: datetime) -> Letter:
        from tracker.core.accounts.posting import post_letter  # ciphers, for few letters

        record = self._accounts[owed.account]
        post = next(one for one in record.posts if one.id == owed.post)
        return post_letter(record, post, self._ring(), self._settings, self._keys, now)
