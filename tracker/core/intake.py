"""The decision of the intake: messages and the desk as it is, to files and what became of each.

Pure: the desk is asked through ``DeskView``, the clock and the entry ids are arguments, and
deciding again on another commit is always possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from tracker.core import state
from tracker.core.addresses import Address
from tracker.core.arrival import Arrival, entry_from, nameless_digest, stored_files, title_of
from tracker.core.document import TicketFault, add_entries, amend_entry, parse, render, set_fields
from tracker.core.mail import Mail
from tracker.core.mail.trust import verdict
from tracker.core.requests import with_type
from tracker.core.settings import Settings
from tracker.core.threading import Known, Thread, find_thread
from tracker.core.ticket import Entry, Ticket, attachment_folder, ticket_path
from tracker.core.tokens import Keys, read_message_id

What = Literal["opened", "commented", "ignored", "quarantined"]
REOPENS_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message. ``detail`` is the ticket's id, or the reason."""

    uid: int
    what: What
    detail: str


class DeskView(Protocol):
    """The desk as of one commit."""

    def text_of(self, number: int) -> str | None:
        """Return the file of a ticket, or None."""

    def read(self, path: str) -> bytes | None:
        """Return any file, or None."""

    def names_in(self, folder: str) -> Iterable[str]:
        """Return the names of the files in a folder."""

    def by_message_id(self, message_id: str) -> Iterable[Known]:
        """Return the entries that came with this Message-ID."""

    def by_digest(self, digest: str) -> Iterable[Known]:
        """Return the entries that came with this digest."""

    def is_seen(self, key: str) -> bool:
        """Whether the keyed hash of a message that made no entry is remembered."""

    def highest_number(self) -> int:
        """Return the highest number of a ticket file, 0 where there is none."""


class Intake:
    """One batch of messages, decided one after the other.

    ``files`` is what to commit, ``tickets`` what new ticket files parse to.
    """

    def __init__(
        self,
        view: DeskView,
        settings: Settings,
        keys: Keys,
        now: datetime,
        new_id: Callable[[], str],
    ) -> None:
        self.files: dict[str, bytes | None] = {}
        self.tickets: dict[str, Ticket] = {}
        self._view = view
        self._settings = settings
        self._keys = keys
        self._now = now
        self._new_id = new_id
        self._texts: dict[int, str] = {}
        self._known: dict[str, list[Known]] = {}
        self._seen: list[str] = []
        self._seen_keys: set[str] = set()
        last = state.read_last_number(view.read(state.NUMBERS))
        self._last = self._first = max(last, view.highest_number())
        self._quarantined = frozenset(view.names_in(state.QUARANTINE))

    def take(self, arrival: Arrival, *, again: bool = False) -> Outcome:
        """Decide one message; what it adds goes to ``files``.

        ``again`` takes a message out of quarantine, where the mailbox's rescan would leave it.
        """
        if self._quarantined:
            record = state.quarantine_path(self._keys.seen(arrival.raw_hash))
            if record.rpartition("/")[2] in self._quarantined:
                if not again:
                    return Outcome(arrival.uid, "ignored", "in quarantine already")
                self.files[record] = None
        if arrival.mail is None:
            return self.quarantine(arrival, arrival.fault)
        return self._take(arrival, arrival.mail)

    def _take(self, arrival: Arrival, mail: Mail) -> Outcome:
        repeated = self._repeated(arrival, mail)
        if repeated:
            return Outcome(arrival.uid, "ignored", repeated)
        if self._is_our_own(mail):
            return self._ignore(arrival, mail, "our own letter")
        if mail.bounce is not None or mail.automatic == "bounce":
            return self._bounce(arrival, mail)
        proof = self._verdict(mail)
        thread = None
        if proof != "fail":
            thread = find_thread(mail, self, self._settings, self._keys, proven=proof == "pass")
        if thread and not _is_over(thread.ticket, arrival.received):
            return self._comment(arrival, mail, thread, proof)
        return self._open(arrival, mail, proof)

    def finish(self, position: state.Position | None) -> None:
        """Add the state that goes into the same commit as the tickets.

        ``position`` is how far the mailbox is read now, None where that did not change.
        """
        if position:
            self.files[state.MAILBOX] = state.write(position)
        if self._last > self._first:
            self.files[state.NUMBERS] = state.write({"last": self._last})
        if self._seen:
            path = state.seen_path(self._now)
            before = self._view.read(path) or b""
            self.files[path] = before + "".join(f"{key}\n" for key in self._seen).encode()

    def quarantine(self, arrival: Arrival, reason: str) -> Outcome:
        """Keep a record of a message that can't be taken in; it stays in the mailbox."""
        record = state.Quarantined(
            self._keys.seen(arrival.raw_hash),
            reason,
            arrival.uidvalidity,
            arrival.uid,
            arrival.size,
            self._now.isoformat(timespec="seconds"),
        )
        self.files[record.path] = state.write(record)
        return Outcome(arrival.uid, "quarantined", reason)

    # What threading asks

    def ticket(self, number: int) -> Ticket | None:
        """Return a ticket as this batch has left it so far."""
        text = self._text(number)
        if text is None:
            return None
        try:
            return parse(text)
        except TicketFault:  # broken by hand: the mail opens a ticket of its own
            return None

    def by_message_id(self, message_id: str) -> list[Known]:
        """Return the entries with this Message-ID, those of this batch included."""
        return [*self._view.by_message_id(message_id), *self._known.get(message_id, ())]

    def _text(self, number: int) -> str | None:
        return self._texts[number] if number in self._texts else self._view.text_of(number)

    # The kinds of mail

    def _repeated(self, arrival: Arrival, mail: Mail) -> str:
        """Why this message is here already, or empty.

        The same Message-ID with other words by the same sender on the same day is a list's
        twin; by another sender it is another message that deserves its own entry.
        """
        if mail.message_id:
            day = arrival.received.date().isoformat()
            for known in self.by_message_id(mail.message_id):
                if known.sender == mail.sender.key and mail.digest == known.digest:
                    return "duplicate"
                if known.sender == mail.sender.key and day == known.day:
                    return "twin"
        else:
            key = nameless_digest(mail)
            if [*self._view.by_digest(key), *self._known.get(key, ())]:
                return "duplicate"
        key = self._keys.seen(_identity(mail))
        return "duplicate" if key in self._seen_keys or self._view.is_seen(key) else ""

    def _is_our_own(self, mail: Mail) -> bool:
        letter = read_message_id(mail.message_id)
        return mail.loop == self._keys.loop or bool(
            letter and any(self._keys.proves(letter, one.key) for one in (*mail.to, *mail.cc))
        )

    def _ignore(self, arrival: Arrival, mail: Mail, reason: str) -> Outcome:
        self._remember(mail)
        return Outcome(arrival.uid, "ignored", reason)

    def _remember(self, mail: Mail) -> None:
        key = self._keys.seen(_identity(mail))
        self._seen.append(key)
        self._seen_keys.add(key)

    def _bounce(self, arrival: Arrival, mail: Mail) -> Outcome:
        """Note a returned letter on the entry it told of; never a new ticket."""
        letter = read_message_id(mail.bounce.original_message_id) if mail.bounce else None
        number = int(letter.ticket.rpartition("-")[2]) if letter else 0
        ticket = self.ticket(number) if letter else None
        if mail.bounce is None or letter is None or ticket is None or ticket.id != letter.ticket:
            return self._ignore(arrival, mail, "bounce of an unknown letter")
        events = []
        text = self._text(number) or ""
        for failed in mail.bounce.recipients:
            address = failed.recipient.lower()
            if failed.action != "failed" or not self._keys.proves(letter, address):
                continue
            reason = f"{failed.status} {failed.diagnostic}".strip()[:200]
            for entry in ticket.entries:
                if failed.hard and address in entry.told:
                    text = amend_entry(text, entry.id, {"bounced": {address: reason}})
            data = {"address": address, "reason": reason}
            events.append(self._event("bounced", arrival.received, data, mail))
        if not events:
            return self._ignore(arrival, mail, "bounce without a failed address of ours")
        self._store(ticket.id, add_entries(text, events, self._language), [])
        self._remember(mail)
        return Outcome(arrival.uid, "commented", ticket.id)

    def _comment(self, arrival: Arrival, mail: Mail, thread: Thread, proof: str) -> Outcome:
        ticket = thread.ticket
        folder = attachment_folder(*_name(ticket.id))
        taken: set[str] = set()
        if mail.attachments:
            added = (path for path in self.files if path.startswith(f"{folder}/"))
            taken = {path.rpartition("/")[2] for path in added}
            taken.update(self._view.names_in(folder))
        files = stored_files(mail, folder, taken)
        role = self._role(thread)
        held = thread.standing == "held" or mail.spam
        entry = entry_from(arrival, mail, self._new_id(), role, files, proof, held=held)
        entries = [entry]
        text = self._text(ticket.number) or ""
        if ticket.status != "open" and role == "requester" and not held and not mail.automatic:
            text = set_fields(text, {"status": "open"})
            if ticket.status == "closed":
                entries.append(self._event("reopened", arrival.received, {}, mail))
        self._store(ticket.id, add_entries(text, entries, self._language), entries)
        self._keep(files.contents)
        return Outcome(arrival.uid, "commented", ticket.id)

    def _open(self, arrival: Arrival, mail: Mail, proof: str) -> Outcome:
        self._last += 1
        number = self._last
        prefix = self._settings.desk.prefix
        files = stored_files(mail, attachment_folder(prefix, number), set())
        held = proof == "fail" or mail.spam
        entry = entry_from(arrival, mail, self._new_id(), "requester", files, proof, held=held)
        if mail.sender.key == self._settings.mailbox.address.lower():
            entry = replace(entry, silent="own address")
        entry, labels = with_type(entry, self._settings.requests)
        events = [self._event("labelled", entry.at, {"label": one}, mail) for one in labels]
        ticket = Ticket(
            id=f"{prefix}-{number}",
            title=title_of(mail, self._language),
            status="open",
            requester=mail.sender,
            created=arrival.received,
            labels=labels,
            entries=(entry, *events),
        )
        self._store(ticket.id, render(ticket, self._language), [entry])
        self.tickets[ticket_path(prefix, number)] = ticket
        self._keep(files.contents)
        return Outcome(arrival.uid, "opened", ticket.id)

    # Small parts

    @property
    def _language(self) -> str:
        return self._settings.desk.language

    def _verdict(self, mail: Mail) -> str:
        if "several-from" in mail.problems:
            return "none"  # the verdict speaks of one From only (RFC 7489, section 6.6.1)
        domain = mail.sender.key.rpartition("@")[2]
        return verdict(mail.authentication_results, self._settings.mailbox.authserv_id, domain)

    def _role(self, thread: Thread) -> Literal["requester", "agent", "stranger"]:
        if thread.standing == "participant":
            return "requester"
        return "agent" if thread.standing == "agent" else "stranger"

    def _event(self, name: str, at: datetime, data: dict[str, str], mail: Mail) -> Entry:
        author = mail.sender if name == "reopened" else Address(self._settings.desk.name, "")
        return Entry(
            id=self._new_id(),
            at=at,
            author=author,
            role="requester" if name == "reopened" else "system",
            via="email",
            kind="event",
            visibility="public" if name == "reopened" else "internal",
            event=name,
            data=data,
        )

    def _store(self, ticket_id: str, text: str, entries: Iterable[Entry]) -> None:
        prefix, number = _name(ticket_id)  # the prefix of an old ticket may be another
        self._texts[number] = text
        path = ticket_path(prefix, number)
        self.files[path] = text.encode()
        self.tickets.pop(path, None)
        for entry in entries:
            if entry.message_id or entry.digest:
                day = entry.at.date().isoformat()
                known = Known(number, entry.id, entry.digest, entry.author.key, day)
                self._known.setdefault(entry.message_id or entry.digest, []).append(known)

    def _keep(self, contents: Iterable[tuple[str, bytes]]) -> None:
        self.files.update(contents)


def _name(ticket_id: str) -> tuple[str, int]:
    prefix, _, number = ticket_id.rpartition("-")
    return prefix, int(number)


def _is_over(ticket: Ticket, now: datetime) -> bool:
    """Whether the ticket was closed so long ago that a mail opens a new one."""
    if ticket.status != "closed":
        return False
    closed = [entry.at for entry in ticket.entries if entry.event == "closed"]
    return now - max(closed, default=ticket.updated) > REOPENS_WITHIN


def _identity(mail: Mail) -> str:
    return (
        f"{mail.message_id} {mail.sender.key} {mail.digest}" if mail.message_id else mail.raw_hash
    )
