"""Taking in mail: from the mailbox, through the decision, into one commit a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from types import TracebackType

from tracker.adapters.commits import Change
from tracker.adapters.environment import IMAP_PASSWORD
from tracker.adapters.imap import Mailbox, Waiting
from tracker.adapters.readers import Readers
from tracker.core import state
from tracker.core.arrival import Arrival
from tracker.core.intake import Intake, Outcome
from tracker.core.mail import Mail
from tracker.core.settings import Settings
from tracker.core.state import Lease, Position
from tracker.core.tokens import Keys
from tracker.desk.batches import batches
from tracker.desk.credentials import credential
from tracker.desk.desk import Desk
from tracker.desk.lease import may_send, taken_over
from tracker.desk.report import Report
from tracker.desk.view import View
from tracker.desk.write import PushRefusedError, write

BATCH = 1000
FIRST_BATCH = 200
"""The first batch is a small one: Git has work sooner."""
_MIB = 2**20

Watch = Callable[[int, int], None]
"""Called with how many messages are done and how many wait."""


def take_in(desk: Desk, keys: Keys, lease: Lease | None, report: Report, watch: Watch) -> None:
    """Take in everything that waits in the mailbox.

    ``lease`` goes into each commit that opens tickets, so that this run may send their
    letters. A message that can't be taken in is quarantined and the others go on.
    Raises MailServerError and GitError; what was committed until then stays.
    """
    endpoint = desk.settings.mailbox.imap
    if endpoint is None:
        return
    commit = desk.repository.newest()
    with desk.index.at(commit, desk.progress):
        position = state.read_position(View(desk.git, desk.index, commit).read(state.MAILBOX))
    with Mailbox(endpoint, credential(desk, IMAP_PASSWORD), desk.settings.mailbox.folder) as box:
        if position is None or position.uidvalidity != box.uidvalidity:
            since = desk.now() - timedelta(days=desk.settings.limits.backlog_days)
            position = Position(box.uidvalidity, 0, since.isoformat())
        waiting = box.waiting(position.uid)
        with (
            Reader(desk, box, len(waiting), position.answers_since) as reader,
            ThreadPoolExecutor(1) as beside,
        ):
            done = 0
            for batch, arrivals in _ahead(reader, batches(waiting, FIRST_BATCH, BATCH)):
                reached = replace(position, uid=batch[-1].uid)
                _take(desk, keys, lease, report, arrivals, reached)
                done += len(batch)
                watch(done, len(waiting))
                if done < len(waiting):  # the work tree follows while the next batch is at work
                    beside.submit(desk.repository.follow)


def _ahead(
    reader: Reader, batches: Iterator[list[Waiting]]
) -> Iterator[tuple[list[Waiting], list[Arrival]]]:
    """Yield batches and what was read of them; the next is read while Git stores this one."""
    with ThreadPoolExecutor(1) as thread:
        following = ((batch, thread.submit(reader.read, batch)) for batch in batches)
        ready = next(following, None)
        while ready is not None:
            batch, arrivals = ready[0], ready[1].result()
            ready = next(following, None)
            yield batch, arrivals


class Reader:
    """From messages on the server to arrivals; nothing is decided here."""

    def __init__(self, desk: Desk, box: Mailbox, waiting: int, answers_since: str) -> None:
        self._box = box
        self._settings = desk.settings
        limits = desk.settings.limits
        self._largest = limits.message_mib * _MIB
        self._since = datetime.fromisoformat(answers_since)
        lists = frozenset(desk.settings.mailbox.lists)
        self._readers = Readers(waiting, limits.attachment_mib * _MIB, lists)

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._readers.__exit__(kind, error, trace)

    def read(self, batch: Sequence[Waiting]) -> list[Arrival]:
        """Fetch and read a batch; what is too large is not fetched."""
        kept = [one for one in batch if not self._is_left(one)]
        raw = self._box.fetch([one.uid for one in kept if one.size <= self._largest])
        mails = dict(zip(raw, self._readers.read(list(raw.values())), strict=True))
        found = []
        for one in kept:
            if one.size > self._largest:
                found.append(self._too_large(one))
            elif one.uid in mails:  # else it was deleted meanwhile
                found.append(self._arrival(one, raw[one.uid], mails[one.uid]))
        return found

    def _is_left(self, one: Waiting) -> bool:
        return self._settings.mailbox.backlog == "leave" and one.received < self._since

    def _too_large(self, one: Waiting) -> Arrival:
        fault = f"larger than {self._settings.limits.message_mib} MiB"
        name = f"unread {one.size} {one.received.isoformat()}"
        return self._make(one, None, hashlib.sha256(name.encode()).hexdigest(), fault)

    def _arrival(self, one: Waiting, raw: bytes, mail: Mail | str) -> Arrival:
        if isinstance(mail, str):
            return self._make(one, None, hashlib.sha256(raw).hexdigest(), mail)
        return self._make(one, mail, mail.raw_hash, "")

    def _make(self, one: Waiting, mail: Mail | None, raw_hash: str, fault: str) -> Arrival:
        received = one.received.astimezone(self._settings.desk.timezone)
        old = one.received < self._since
        return Arrival(
            self._box.uidvalidity,
            one.uid,
            received,
            one.size,
            raw_hash,
            mail,
            fault,
            "older than the desk" if old else "",
        )


def _take(
    desk: Desk,
    keys: Keys,
    lease: Lease | None,
    report: Report,
    arrivals: Sequence[Arrival],
    position: Position,
) -> None:
    """Take one batch; of one that the Git host refuses, each half, down to the one mail."""
    try:
        outcomes = _write(desk, keys, lease, arrivals, position)
    except PushRefusedError as refusal:
        if len(arrivals) > 1:
            middle = len(arrivals) // 2
            half = replace(position, uid=arrivals[middle - 1].uid)
            _take(desk, keys, lease, report, arrivals[:middle], half)
            _take(desk, keys, lease, report, arrivals[middle:], position)
            return
        if not arrivals:
            raise
        try:
            outcomes = _write(desk, keys, lease, arrivals, position, refusal=refusal.message)
        except PushRefusedError:
            # The host's words may hold what it refuses. If even this small record is refused,
            # the refusal is not about the mail: it stops us.
            reason = "the Git host refuses it"
            outcomes = _write(desk, keys, lease, arrivals, position, refusal=reason)
    report.add(outcomes)


def _write(
    desk: Desk,
    keys: Keys,
    lease: Lease | None,
    arrivals: Sequence[Arrival],
    position: Position,
    refusal: str = "",
) -> list[Outcome]:
    outcomes: list[Outcome] = []

    def decide(view: View) -> Change | None:
        outcomes.clear()
        held = state.read_position(view.read(state.MAILBOX))
        there = held.uid if held and held.uidvalidity == position.uidvalidity else 0
        if there >= position.uid:
            return None  # another run took them
        intake = decision(desk, view, keys)
        for one in arrivals:
            if one.uid > there:
                outcomes.append(intake.quarantine(one, refusal) if refusal else intake.take(one))
        intake.finish(replace(position, at=desk.now().isoformat()))
        opened = any(one.what in ("opened", "account") for one in outcomes)
        if lease and (opened or _has(view, lease)) and may_send(view, lease, desk):
            intake.files[state.LEASE] = state.write(taken_over(desk, view, lease))
        return Change(intake.files, commit_message(outcomes), intake.tickets)

    # The remote was asked at the start of the run; a push that comes too late is told.
    write(desk, decide, fetched=True)
    return outcomes


def _has(view: View, lease: Lease) -> bool:
    """Whether this run took the lease before: then it covers what comes now as well."""
    held = state.read_lease(view.read(state.LEASE))
    return held is not None and held.run == lease.run


def decision(
    desk: Desk,
    view: View,
    keys: Keys,
    settings: Settings | None = None,
    *,
    vouched: bool = False,
) -> Intake:
    """Return the decision about a batch, on the desk as it is in ``view``.

    ``settings`` stand in for the desk's own, ``vouched`` believes agents' addresses (see Intake).
    """
    settings = settings or desk.settings
    disguise: Callable[[Mail], Mail] | None = None
    people = view.people
    if people is not None:
        from tracker.core.accounts.disguise import seal_mail

        def disguise(mail: Mail) -> Mail:
            return seal_mail(mail, people, keys, settings)

    means, now = desk.means(), desk.now()
    return Intake(view, settings, keys, now, desk.new_id, means, disguise=disguise, vouched=vouched)


def commit_message(outcomes: Sequence[Outcome]) -> str:
    """Return what the commit says: numbers and kinds, no word of a mail."""
    verbs = {"opened": "Open", "commented": "Comment on"}
    counted = {"quarantined": "Quarantine", "account": "Mails about accounts:"}
    parts, names = [], []
    for what, group in groupby(sorted(outcomes, key=lambda one: one.what), lambda one: one.what):
        found = list(group)
        if what in counted:
            parts.append(f"{counted[what]} {len(found)}")
        if what not in verbs:
            continue
        tickets = list(dict.fromkeys(one.detail for one in found))
        names += tickets
        shown = ", ".join(tickets) if len(tickets) <= 3 else f"{len(tickets)} tickets"
        parts.append(f"{verbs[what]} {shown}")
    subject = "; ".join(parts) or "Note the mailbox position"
    return f"{subject}\n\n{', '.join(names)}" if len(names) > 3 else subject
