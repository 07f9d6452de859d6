"""Sending what is due: under the lease, through the journal, recorded in the tickets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tracker.adapters.commits import Change
from tracker.adapters.connections import MailServerError
from tracker.adapters.environment import SMTP_PASSWORD
from tracker.adapters.journal import Journal
from tracker.adapters.smtp import Answer, Sender
from tracker.core import state
from tracker.core.breaker import Breaker
from tracker.core.endpoint import Endpoint
from tracker.core.errors import TrackerError
from tracker.core.letters import ascii_address
from tracker.core.planned import Planned
from tracker.core.retries import MOST_TRIES, after_failure, cut_off
from tracker.core.schedule import Schedule
from tracker.core.sent import Sent
from tracker.core.state import Lease
from tracker.core.suppression import Suppressed
from tracker.core.tokens import Keys
from tracker.desk.composing import Composer
from tracker.desk.credentials import credential
from tracker.desk.desk import Desk
from tracker.desk.due import look
from tracker.desk.inviting import Linker, newcomers, welcome
from tracker.desk.lease import as_of, may_send
from tracker.desk.recording import recorded
from tracker.desk.report import Report
from tracker.desk.suspects import doubted
from tracker.desk.view import View
from tracker.desk.write import write

RECORD_EVERY = 20
RECORD_SECONDS = 10
_LOOKS = 20
_SPARE = timedelta(minutes=3)
"""How much of a lease must be left to begin under it: one letter may take a slow server minutes."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a run found: the letters, at which commit, whether the lease is ours, and long
    enough, and who is to be sent *Activate my account* (see ``newcomers``).

    They are planned as of the commit ``planned``: where a lease stands that of its run, so that a
    lost machine's letters are planned as they were. ``left`` says that more is owed since.
    """

    schedule: Schedule
    commit: str
    planned: str
    left: bool
    holds: bool
    safe: bool
    breaker: Breaker
    suppressed: Suppressed
    newcomers: Mapping[str, str]

    @property
    def turned(self) -> bool:
        """Whether the circuit breaker trips or goes on now."""
        return self.schedule.breaker != self.breaker

    @property
    def has_work(self) -> bool:
        """Whether there is anything to do under the lease."""
        return bool(self.schedule.now) or self.turned


class Outbox:
    """The sending part of one run."""

    def __init__(self, desk: Desk, keys: Keys, lease: Lease, report: Report, settled: str) -> None:
        """``settled`` is the commit up to which everything is stamped (see ``stamp_all``)."""
        self._settled = settled
        self._desk, self._keys, self._lease, self._report = desk, keys, lease, report
        self._journal = Journal(desk.own / "outbox.journal")
        self._times: dict[tuple[str, int], datetime] = {}

    def send_due(self) -> None:
        """Send everything that is due and record it. Only the holder of the lease sends.

        A letter is in the journal before it goes, what the server said before the next one, and
        both in Git every 20 letters or 10 seconds; a killed run repeats at most the letter in
        flight, as it was and under its old Message-ID.
        """
        self._record(last=False)  # what an earlier run could not record any more
        while self._send_found(self._look()):
            pass

    def _send_found(self, found: _Looked) -> bool:
        """Send what was found; whether to look for more, which was not to be sent with it."""
        if not (self._desk.settings.mailbox.smtp and found.has_work):
            self._note_waiting(found)
            if found.holds:
                self._record(last=True)
            return False
        return self._send_under_lease(self._desk.settings.mailbox.smtp, found) and found.left

    def _send_under_lease(self, endpoint: Endpoint, found: _Looked) -> bool:
        """Send under the lease; whether everything went and the lease was given back."""
        password = credential(self._desk, SMTP_PASSWORD)
        holds = found.holds
        with Sender(endpoint, password, self._desk.settings.mailbox.address) as sender:
            try:
                sender.check()  # before the lease: a server that is down costs no commits
                ready = self._begin(found)
            except MailServerError as error:
                self._note_waiting(found)
                self._failed(found.schedule.now, error)
                went = False
            else:
                if ready is None:
                    self._failed(found.schedule.now, TrackerError("another machine is sending"))
                    return False
                holds = True
                if not found.left:
                    self._note_waiting(ready)
                went = self._send(sender, ready)
        return holds and self._record(last=True) and went

    def _note_waiting(self, found: _Looked) -> None:
        held = (one.planned.tickets for one in found.schedule.later)
        self._report.waiting += [ticket for tickets in held for ticket in tickets]

    def _failed(self, letters: Iterable[Planned], error: TrackerError) -> None:
        """Note letters that could not be sent; they stay due."""
        numbers = dict.fromkeys(ticket for one in letters for ticket in _named(one))
        self._report.failed += [f"{ticket}: {error.message}" for ticket in numbers]
        if error.hint:
            self._report.notes.append(error.hint)

    def _look(self) -> _Looked:
        desk = self._desk
        commit = desk.repository.newest()
        with desk.index.at(commit, desk.progress):
            view = View(desk.git, desk.index, commit, desk.people(commit))
            lease, then = state.read_lease(view.read(state.LEASE)), as_of(desk, view)
            plan = look(desk, view, then, doubted(desk, self._settled, view))
            past, schedule = plan.past, plan.schedule
            suppressed = Suppressed.read(view.read(state.SUPPRESSED), self._keys)
            people = newcomers(desk, view, schedule.now, suppressed)
        holds = lease is not None and lease.machine == self._lease.machine
        long = lease is not None and lease.held_at(desk.now() + _SPARE)
        return _Looked(
            schedule,
            commit,
            planned=plan.commit,
            left=plan.left,
            holds=holds,
            safe=long and holds and plan.commit == then,
            breaker=past.breaker,
            suppressed=suppressed,
            newcomers=people,
        )

    def _begin(self, found: _Looked) -> _Looked | None:
        """Take the lease unless it is ours, keep the breaker's turn, and make the accounts of those
        who are new. Return what is due under it, None where another machine sends.

        The lease is taken on the very commit that was looked at: another machine may have sent
        these letters meanwhile, and given the lease back.
        """
        for _ in range(_LOOKS):
            if found.safe and not found.turned and not found.newcomers:
                return found
            moved = False

            def decide(view: View, found: _Looked = found) -> Change | None:
                nonlocal moved
                moved = view.commit != found.commit
                if moved or not may_send(view, self._lease, self._desk):
                    return None
                files: dict[str, bytes | None] = {state.LEASE: self._fresh_lease(found.planned)}
                if found.turned:
                    files[state.BREAKER] = found.schedule.breaker.write()
                files |= welcome(self._desk, view, found.newcomers)
                return Change(files, "Take the sending lease")

            if write(self._desk, decide, fetched=True).wrote:
                self._note_turn(found)
                if not found.newcomers:
                    return found
            elif not moved:
                return None
            found = self._look()
        return None

    def _note_turn(self, found: _Looked) -> None:
        if found.turned and found.schedule.breaker.tripped:
            limit = self._desk.settings.limits.confirmations_an_hour
            self._report.notes.append(
                f"More than {limit} confirmations in an hour: they stand still for now."
            )

    def _fresh_lease(self, commit: str) -> bytes:
        lease = self._lease
        return state.write(Lease.taken(lease.machine, lease.run, self._desk.now(), commit))

    def _send(self, sender: Sender, found: _Looked) -> bool:
        """Send the letters; whether we came to the end of them."""
        composer = Composer(self._desk, found.commit, self._keys)
        linker = Linker(self._desk, self._lease)
        letters = found.schedule.now
        since = self._desk.clock()
        noted = 0
        for place, planned in enumerate(letters):
            if place % RECORD_EVERY == 0:
                following = letters[place : place + RECORD_EVERY]
                accounts = linker.link(following)
                if accounts is None:
                    return False  # the lease went to another machine
                composer.prepare(following, accounts)
            try:
                sent = self._send_one(sender, composer, planned, found)
            except MailServerError as error:
                self._journal.drop()
                self._failed(letters[place:], error)
                return False
            self._journal.note(sent)
            noted += 1
            late = self._desk.clock() - since >= timedelta(seconds=RECORD_SECONDS)
            if place + 1 < len(letters) and (noted >= RECORD_EVERY or late):
                if not self._record(last=False):
                    return False  # the lease went to another machine
                noted, since = 0, self._desk.clock()
        return True

    def _send_one(
        self, sender: Sender, composer: Composer, planned: Planned, found: _Looked
    ) -> Sent:
        now = self._desk.now()
        entries = tuple((one.number, one.entry) for one in planned.items)
        at = f"{self._time_of(planned).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        about = planned.post
        sent = Sent(
            planned.address,
            entries,
            at,
            handle=planned.handle,
            kind=planned.kind,
            account=about.account if about else "",
            post=about.post if about else "",
        )
        if reason := found.suppressed.reason(planned.address):
            return self._refused(
                sent, planned, Answer("forever", f"no longer written to: {reason}")
            )
        try:
            ascii_address(planned.address)
        except ValueError as error:
            reason = f"not a mail address: {error}"[:200]
            return self._refused(sent, planned, Answer("forever", reason))
        try:
            letter = composer.compose(planned, found.schedule.breaker.since, now)
        except Exception as error:  # whatever is odd about one ticket must not stop the others
            reason = f"can't be composed: {type(error).__name__}: {error}"[:200]
            return self._refused(sent, planned, Answer("now", reason))
        # Killed from here on, the next run has to try the very same letter.
        unfinished = cut_off(planned.tries, self._desk.clock(), planned.word)
        self._journal.begin(replace(sent, later=str(unfinished)))
        answer = sender.send(letter)
        if answer.outcome == "accepted":
            self._report.add_letter(_named(planned))
            return sent
        return self._refused(sent, planned, answer)

    def _time_of(self, planned: Planned) -> datetime:
        """Return when a letter goes, later than the one before it to that address about the same
        ticket: what was told at the same second was told by one letter (see ``told``).
        """
        keys = {(planned.address, one.number) for one in planned.items}
        last = [self._times[key] for key in keys if key in self._times]
        time = max([self._desk.clock(), *(one + timedelta(seconds=1) for one in last)])
        self._times |= dict.fromkeys(keys, time)
        return time

    def _refused(self, sent: Sent, planned: Planned, answer: Answer) -> Sent:
        self._report.failed += [f"{ticket}: {answer.reason}" for ticket in _named(planned)]
        if answer.outcome == "forever":
            return replace(sent, refusal=answer.reason, hard=answer.hard)
        delay = after_failure(planned.tries, answer.reason, self._desk.clock(), planned.word)
        if delay is not None:
            return replace(sent, later=str(delay))
        return replace(sent, refusal=f"given up after {MOST_TRIES} tries: {answer.reason}")

    def _record(self, *, last: bool) -> bool:
        """Commit what became of the letters, and renew or give back the lease; whether we still
        hold it.

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
            files = recorded(desk, view, self._keys, everything)
            if still:
                files[state.LEASE] = None if last else self._fresh_lease(as_of(desk, view))
            if not files:
                return None
            return Change(files, _message(everything, desk.settings.desk.prefix))

        write(desk, decide, fetched=True)
        self._journal.clear()
        return still


def _named(planned: Planned) -> list[str]:
    """The ids that a report names for a letter: all of a confirmation, the first of another; of
    one about an account what it is.
    """
    if planned.post is not None:
        return [f"{planned.post.account[:8]} {planned.post.kind}"]
    return planned.tickets if planned.kind == "confirmation" else planned.tickets[:1]


def _message(sent: Sequence[Sent], prefix: str) -> str:
    numbers = sorted({number for one in sent for number in one.numbers})
    if not numbers:
        return "Note letters" if sent else "Give back the sending lease"
    names = [f"{prefix}-{number}" for number in numbers]
    if len(names) <= 3:
        return f"Note letters about {', '.join(names)}"
    return f"Note letters about {len(names)} tickets\n\n{', '.join(names)}"
