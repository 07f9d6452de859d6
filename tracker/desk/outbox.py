"""Sending what is due: under the lease, through the journal, recorded in the tickets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta

from tracker.adapters.commits import Change
from tracker.adapters.connections import MailServerError
from tracker.adapters.environment import SMTP_PASSWORD, optional_secret
from tracker.adapters.journal import Journal, Sent
from tracker.adapters.smtp import Sender
from tracker.core import state
from tracker.core.confirmation import Plan, Waiting, confirmation, plan
from tracker.core.document import TicketFault, amend_entry
from tracker.core.errors import TrackerError
from tracker.core.state import Lease
from tracker.core.tokens import Keys
from tracker.desk.desk import Desk
from tracker.desk.lease import may_send
from tracker.desk.report import Report
from tracker.desk.view import View
from tracker.desk.write import write

RECORD_EVERY = 20
RECORD_SECONDS = 10


class Outbox:
    """The sending part of one run."""

    def __init__(self, desk: Desk, keys: Keys, lease: Lease, report: Report) -> None:
        self._desk, self._keys, self._lease, self._report = desk, keys, lease, report
        self._journal = Journal(desk.own / "outbox.journal")

    def send_due(self) -> None:
        """Send everything that is due and record it. Only the holder of the lease sends.

        What the server accepted is in the journal before the next letter goes, and in Git
        every 20 letters or 10 seconds; a killed run repeats at most the letter in flight,
        under its old Message-ID.
        """
        endpoint = self._desk.settings.mailbox.smtp
        self._record(last=False)  # what an earlier run could not record any more
        plan_now, holds = self._look()
        self._report.waiting += [one.ticket for group in plan_now.later.values() for one in group]
        if endpoint is None or not plan_now.now:
            if holds:
                self._record(last=True)
            return
        password = optional_secret(SMTP_PASSWORD)
        with Sender(endpoint, password, self._desk.settings.mailbox.address) as sender:
            try:
                sender.check()  # before the lease: a server that is down costs no commits
            except MailServerError as error:
                self._failed(plan_now.now.values(), error)
            else:
                if not holds and not self._take_lease():
                    reason = TrackerError("another machine is sending")
                    self._failed(plan_now.now.values(), reason)
                    return
                holds = True
                self._send(sender, plan_now)
        if holds:
            self._record(last=True)

    def _failed(self, groups: Iterable[Sequence[Waiting]], error: TrackerError) -> None:
        """Note letters that could not be sent; they stay due."""
        numbers = [one.ticket for group in groups for one in group]
        self._report.failed += [f"{ticket}: {error.message}" for ticket in numbers]
        if error.hint:
            self._report.notes.append(error.hint)

    def _look(self) -> tuple[Plan, bool]:
        """Return what is due, and whether this machine holds the lease already."""
        desk = self._desk
        commit = desk.repository.newest()
        with desk.index.at(commit, desk.progress):
            view = View(desk.git, desk.index, commit)
            held = state.read_lease(view.read(state.LEASE))
            waiting = list(_waiting(desk))
            now = desk.clock().astimezone(UTC)
            since = now - timedelta(days=1)
            told = {one.address: view.told_since(one.address, since) for one in waiting}
        holds = held is not None and held.machine == self._lease.machine
        return plan(waiting, told, desk.settings.limits, now), holds

    def _take_lease(self) -> bool:
        def decide(view: View) -> Change | None:
            if not may_send(view, self._lease, self._desk):
                return None
            return Change({state.LEASE: self._fresh_lease()}, "Take the sending lease")

        return write(self._desk, decide, fetched=True).wrote

    def _fresh_lease(self) -> bytes:
        return state.write(Lease.taken(self._lease.machine, self._lease.run, self._desk.now()))

    def _send(self, sender: Sender, planned: Plan) -> None:
        noted, since = 0, self._desk.clock()
        left = dict(planned.now)
        for address, numbers in planned.now.items():
            try:
                sent = self._send_one(sender, address, numbers)
            except MailServerError as error:
                self._failed(left.values(), error)
                return
            del left[address]
            if sent is None:
                continue
            self._journal.note(sent)
            noted += 1
            late = self._desk.clock() - since >= timedelta(seconds=RECORD_SECONDS)
            if left and (noted >= RECORD_EVERY or late):
                if not self._record(last=False):
                    return  # the lease went to another machine
                noted, since = 0, self._desk.clock()

    def _send_one(self, sender: Sender, address: str, numbers: Sequence[Waiting]) -> Sent | None:
        desk = self._desk
        at = f"{desk.clock().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        entries = tuple((int(one.ticket.rpartition("-")[2]), one.entry) for one in numbers)
        try:
            letter = confirmation(address, numbers, desk.settings, self._keys, desk.now())
        except ValueError as error:  # an address that no letter can carry
            self._report.failed += [f"{one.ticket}: not a mail address" for one in numbers]
            return Sent(address, entries, at, f"not a mail address: {error}"[:200])
        answer = sender.send(letter)
        if answer.outcome == "accepted":
            self._report.sent += [one.ticket for one in numbers]
            return Sent(address, entries, at)
        self._report.failed += [f"{one.ticket}: {answer.reason}" for one in numbers]
        return Sent(address, entries, at, answer.reason) if answer.outcome == "forever" else None

    def _record(self, *, last: bool) -> bool:
        """Commit who was told, and renew or give back the lease; whether we still hold it.

        The journal is emptied only when the commit stands.
        """
        desk = self._desk
        everything = self._journal.read()
        if not everything and not last:
            return True
        still = True

        def decide(view: View) -> Change | None:
            nonlocal still
            held = state.read_lease(view.read(state.LEASE))
            still = held is not None and held.machine == self._lease.machine
            files = amended(view, everything)
            if still:
                files[state.LEASE] = None if last else self._fresh_lease()
            if not files:
                return None
            return Change(files, _message(everything, desk.settings.desk.prefix))

        write(desk, decide, fetched=True)
        self._journal.clear()
        return still


_DUE = """
SELECT tickets.id, due.entry, due.address, tickets.title, messages.message_id, due.proven
FROM due JOIN tickets USING (number)
LEFT JOIN messages ON messages.number = due.number AND messages.entry = due.entry
ORDER BY due.number
"""


def _waiting(desk: Desk) -> Iterable[Waiting]:
    for ticket, entry, address, title, message_id, proven in desk.index.query(_DUE):
        yield Waiting(ticket, entry, address, title, message_id or "", bool(proven))


def amended(view: View, sent: Iterable[Sent]) -> dict[str, bytes | None]:
    """Return the ticket files with what was sent noted in their entries."""
    numbers = {number for one in sent for number, _ in one.entries}
    texts = view.texts_of(numbers)
    for one in sent:
        change = (
            {"bounced": {one.address: one.refusal}}
            if one.refusal
            else {"told": {one.address: one.at}}
        )
        for number, entry in one.entries:
            if number in texts:
                try:
                    texts[number] = amend_entry(texts[number], entry, change)
                except TicketFault:
                    continue  # a person took the entry out: there is nothing to note it in
    return {view.path_of(number) or "": text.encode() for number, text in texts.items()}


def _message(sent: Sequence[Sent], prefix: str) -> str:
    numbers = sorted({number for one in sent for number, _ in one.entries})
    if not numbers:
        return "Give back the sending lease"
    names = [f"{prefix}-{number}" for number in numbers]
    if len(names) <= 3:
        return f"Note letters about {', '.join(names)}"
    return f"Note letters about {len(names)} tickets\n\n{', '.join(names)}"
