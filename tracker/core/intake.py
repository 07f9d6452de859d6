"""The decision of the intake: messages and the desk as it is, to files and what became of each.

Pure: the desk is asked through ``DeskView``, the clock and the entry ids are arguments, and
deciding again on another commit is always possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

from tracker.core import state
from tracker.core.accounts.reception import (
    Accounts,
    Means,
    Received,
    Reception,
    is_only_asking,
)
from tracker.core.arrival import Arrival, nameless_digest
from tracker.core.bouncing import take_bounce
from tracker.core.conversation import Taken, take_in
from tracker.core.mail import Mail
from tracker.core.mail_actions import Case, internal
from tracker.core.rights import Sender, sender_of, standing
from tracker.core.settings import Settings
from tracker.core.suppression import Suppressed
from tracker.core.threading import Known, automatic_thread, find_thread, is_of_ours, ticket_of
from tracker.core.ticket import Ticket
from tracker.core.tokens import Keys, read_message_id
from tracker.core.workspace import Files, Workspace

What = Literal["opened", "commented", "account", "ignored", "quarantined"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message. ``detail`` is the ticket's id, what was done to which account,
    or the reason.
    """

    uid: int
    what: What
    detail: str


class DeskView(Files, Accounts, Protocol):
    """The desk as of one commit."""

    def by_message_id(self, message_id: str) -> Iterable[Known]:
        """Return the entries that came with this Message-ID."""

    def by_digest(self, digest: str) -> Iterable[Known]:
        """Return the entries that came with this digest."""

    def newest_of(self, address: str) -> int:
        """Return the highest number of a requester's tickets, 0 where there is none."""

    def is_seen(self, key: str) -> bool:
        """Whether the keyed hash of a message that made no entry is remembered."""


class Intake:
    """One batch of messages, decided one after the other.

    ``vouched`` says that mails of agents' addresses are theirs: an archive that the owner
    of the desk knows.
    ``files`` is what to commit, ``tickets`` what new ticket files parse to.
    """

    def __init__(
        self,
        view: DeskView,
        settings: Settings,
        keys: Keys,
        now: datetime,
        new_id: Callable[[], str],
        means: Means,
        *,
        disguise: Callable[[Mail], Mail] | None = None,
        vouched: bool = False,
    ) -> None:
        """``disguise`` makes of a mail what a desk that seals addresses may hold of it."""
        self._disguise = disguise
        self._vouched = vouched
        self._work = Workspace(view, settings, now, new_id)
        self._reception = Reception(view, settings, self._work.files, now, new_id, means)
        self._view = view
        self._settings = settings
        self._keys = keys
        self._now = now
        self._known: dict[str, list[Known]] = {}
        self._opened: dict[str, int] = {}
        self._seen: list[str] = []
        self._seen_keys: set[str] = set()
        self._quarantined = frozenset(view.names_in(state.QUARANTINE))
        self._stopped: Suppressed | None = None

    @property
    def files(self) -> dict[str, bytes | None]:
        """What to commit; None deletes."""
        return self._work.files

    @property
    def tickets(self) -> dict[str, Ticket]:
        """What new ticket files parse to."""
        return self._work.tickets

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
        if self._disguise:
            mail = self._disguise(mail)
        sender = replace(sender_of(mail, self._settings), vouched=self._vouched)
        repeated = self._repeated(arrival, mail, sender)
        if repeated:
            return Outcome(arrival.uid, "ignored", repeated)
        if self._is_our_own(mail):
            return self._ignore(arrival, mail, "our own letter")
        registered = self._reception.registration(mail, silent=bool(arrival.silent))
        if registered:
            return self._received(arrival, mail, registered)
        if mail.bounce is not None or mail.automatic == "bounce":
            return self._bounce(arrival, mail)
        if sender.proof == "pass":
            self._allow(sender)
        asked = self._reception.asked(mail, sender, silent=bool(arrival.silent))
        if asked and is_only_asking(mail):
            return self._received(arrival, mail, asked)
        return self._threaded(arrival, mail, sender)

    def _threaded(self, arrival: Arrival, mail: Mail, sender: Sender) -> Outcome:
        """Let a mail become an entry of its ticket, or a new ticket."""
        thread = find_thread(mail, sender.address.key, self, self._settings, self._keys)
        if mail.automatic == "auto-reply":
            thread = automatic_thread(thread, sender.address.key, self)
        speaks = thread if thread and thread.speaks else None
        found = standing(mail, sender, speaks, self._settings, arrival.received)
        case = Case(arrival, mail, sender, found)
        if self._settings.desk.repository == "public" and (why := internal(self._work, case)):
            return self.quarantine(arrival, f"{why}, and the repository is public")
        taken = take_in(self._work, case, thread)
        if taken.opened:
            self._opened[taken.ticket.requester.key] = taken.ticket.number
        return self._note(arrival, mail, taken)

    def finish(self, position: state.Position | None) -> None:
        """Add the state that goes into the same commit as the tickets.

        ``position`` is how far the mailbox is read now, None where that did not change.
        """
        if position:
            self.files[state.MAILBOX] = state.write(position)
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
        """Return a ticket as this batch has left it so far; None for a broken one, so that the
        mail opens a ticket of its own.
        """
        return self._work.ticket(number)

    def final(self, ticket: Ticket) -> Ticket:
        """Return the ticket that this one was merged into, or itself."""
        return self._work.final(ticket)

    def by_message_id(self, message_id: str) -> list[Known]:
        """Return the entries with this Message-ID, those of this batch included."""
        return [*self._view.by_message_id(message_id), *self._known.get(message_id, ())]

    def newest_of(self, address: str) -> int:
        """Return the highest number of a requester's tickets, this batch's included."""
        return self._opened.get(address) or self._view.newest_of(address)

    # The kinds of mail

    def _repeated(self, arrival: Arrival, mail: Mail, sender: Sender) -> str:
        """Why this message is here already, or empty.

        The same Message-ID with other words by the same sender on the same day is a list's
        twin; by another sender it is another message that deserves its own entry.
        """
        if mail.message_id:
            day = arrival.received.date().isoformat()
            for known in self.by_message_id(mail.message_id):
                if known.sender == sender.address.key and mail.digest == known.digest:
                    return "duplicate"
                if known.sender == sender.address.key and day == known.day:
                    return "twin"
        else:
            key = nameless_digest(mail)
            if [*self._view.by_digest(key), *self._known.get(key, ())]:
                return "duplicate"
        key = self._keys.seen(_identity(mail))
        return "duplicate" if key in self._seen_keys or self._view.is_seen(key) else ""

    def _is_our_own(self, mail: Mail) -> bool:
        if mail.loop == self._keys.loop:
            return True
        letter = read_message_id(mail.message_id)
        if letter is None:
            return False
        ticket = ticket_of(letter, self)
        if ticket and is_of_ours(letter, ticket, self._keys):
            return True
        return any(self._keys.proves(letter, one.key) for one in (*mail.to, *mail.cc))

    def _bounce(self, arrival: Arrival, mail: Mail) -> Outcome:
        """Note a returned letter on the entry it told of; never a new ticket."""
        stopped = self._suppressed()
        before = stopped.write()
        returned = self._reception.bounce(mail.bounce, self._keys, stopped)
        if returned:
            self._keep(stopped, before)
            return self._received(arrival, mail, returned)
        ticket, reason = take_bounce(self._work, self._keys, stopped, arrival, mail.bounce)
        if ticket is None:
            return self._ignore(arrival, mail, reason)
        self._keep(stopped, before)
        self._remember(mail)
        return Outcome(arrival.uid, "commented", ticket.id)

    def _keep(self, stopped: Suppressed, before: bytes) -> None:
        if stopped.write() != before:
            self.files[state.SUPPRESSED] = stopped.write()

    def _allow(self, sender: Sender) -> None:
        """Who surely writes from an address can be written to again."""
        stopped = self._suppressed()
        if stopped.allow(sender.address.key):
            self.files[state.SUPPRESSED] = stopped.write()

    def _suppressed(self) -> Suppressed:
        if self._stopped is None:
            self._stopped = Suppressed.read(self._view.read(state.SUPPRESSED), self._keys)
        return self._stopped

    # Remembering

    def _note(self, arrival: Arrival, mail: Mail, taken: Taken) -> Outcome:
        """Know the message when it comes again in this batch, and say what became of it."""
        entry = taken.entry
        if entry is None:
            return self._ignore(arrival, mail, "a command that changes nothing")
        day = entry.at.date().isoformat()
        known = Known(taken.ticket.number, entry.id, entry.digest, entry.author.key, day)
        self._known.setdefault(entry.message_id or entry.digest, []).append(known)
        return Outcome(arrival.uid, "opened" if taken.opened else "commented", taken.ticket.id)

    def _received(self, arrival: Arrival, mail: Mail, received: Received) -> Outcome:
        """Remember a mail about an account, by keyed hash alone."""
        self._remember(mail)
        return Outcome(arrival.uid, "account" if received.done else "ignored", received.detail)

    def _ignore(self, arrival: Arrival, mail: Mail, reason: str) -> Outcome:
        self._remember(mail)
        return Outcome(arrival.uid, "ignored", reason)

    def _remember(self, mail: Mail) -> None:
        key = self._keys.seen(_identity(mail))
        self._seen.append(key)
        self._seen_keys.add(key)


def _identity(mail: Mail) -> str:
    return (
        f"{mail.message_id} {mail.sender.key} {mail.digest}" if mail.message_id else mail.raw_hash
    )
