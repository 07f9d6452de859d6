"""Importing an archive of mail: threaded into tickets as the intake does it, answered by nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.adapters.archives import Stored
from tracker.adapters.readers import Readers
from tracker.core.arrival import IMPORTED, Arrival
from tracker.core.intake import Intake
from tracker.core.moving.items import Left
from tracker.core.moving.order import in_order
from tracker.core.options import Agent
from tracker.core.settings import Settings
from tracker.desk.batches import batches
from tracker.desk.desk import Desk
from tracker.desk.importing import BATCH, Decided, Importer, ImportReport, Outcome, Watch, forget
from tracker.desk.queries import newest
from tracker.desk.view import View

_MIB = 2**20
_OWN = "(desk)"
"""A handle that no agent can have."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A mail of the archive: its place in the order they are taken, and its time."""

    place: int
    stored: Stored
    at: datetime

    @property
    def size(self) -> int:
        return self.stored.size


@dataclass(frozen=True, slots=True)
class _Read:
    """A mail of the archive that was read."""

    stored: Stored
    arrival: Arrival


def import_mails(
    desk: Desk,
    archive: Iterable[Stored],
    report: ImportReport,
    watch: Watch,
    *,
    believe_agents: bool = False,
) -> None:
    """Take in the mails of an archive, the oldest first; nothing of them is obeyed or answered.

    ``believe_agents`` says that what bears an agent's address, or the desk's, was written by
    them; else it is held for review unless the mail proves it. Raises GitError and TrackerError.
    """
    keys, now = desk.keys(), desk.now()
    mails = list(archive)
    times = [_time(one, now) for one in mails]
    order = in_order([(one.head, at) for one, at in zip(mails, times, strict=True)])
    settings = _with_own_address(desk.settings) if believe_agents else desk.settings
    waiting = [_Waiting(place, mails[at], times[at]) for place, at in enumerate(order, 1)]
    importer = Importer(desk, "mail", report)

    def make(view: View) -> Intake:
        return Intake(view, settings, keys, desk.now(), desk.new_id, vouched=believe_agents)

    def decide(view: View, batch: Sequence[_Read]) -> Decided:
        intake = make(view)
        outcomes = [_take(intake, one) for one in batch]
        intake.finish(None)
        return Decided(intake.files, intake.tickets, outcomes)

    limits = desk.settings.limits
    lists = frozenset(desk.settings.mailbox.lists)
    done = 0
    with ExitStack() as stack:
        readers = stack.enter_context(Readers(len(mails), limits.attachment_mib * _MIB, lists))
        dry = make(stack.enter_context(newest(desk))) if report.dry_run else None
        for batch in batches(waiting, BATCH, BATCH):
            read = _read(batch, readers, desk, report)
            if dry is None:
                importer.write(read, decide, lambda one: (one.stored.name, ""))
            else:
                importer.note([_take(dry, one) for one in read])
                forget(dry.files)
            done += len(batch)
            watch(done, len(waiting))


def _time(one: Stored, now: datetime) -> datetime:
    """Return when a mail was written, as far as it can be believed: never after today."""
    times = (one.head.date, one.stored)
    return next((at for at in times if at is not None and at <= now), now)


def _with_own_address(settings: Settings) -> Settings:
    """Return settings in which the desk's own address is an agent's: archives are full of answers
    that everybody sent from it.
    """
    address = settings.mailbox.address
    if settings.agent_by_email(address):
        return settings
    own = Agent(name=settings.desk.name, emails=(address,))
    return replace(settings, agents={**settings.agents, _OWN: own})


def _read(
    batch: Sequence[_Waiting], readers: Readers, desk: Desk, report: ImportReport
) -> list[_Read]:
    """Read the mails of a batch; what is too large or can't be read is left."""
    limit = desk.settings.limits.message_mib
    kept = []
    for one in batch:
        if one.size > limit * _MIB:
            report.left.append(Left(one.stored.name, "", f"larger than {limit} MiB"))
        else:
            kept.append(one)
    raw = [one.stored.read() for one in kept]
    found = []
    for one, content, mail in zip(kept, raw, readers.read(raw), strict=True):
        if isinstance(mail, str):
            report.left.append(Left(one.stored.name, "", mail))
        elif not mail.sender.email and not mail.text and not mail.attachments:
            report.left.append(
                Left(one.stored.name, "", "is no mail: it has no sender and no words")
            )
        else:
            received = one.at.astimezone(desk.settings.desk.timezone).replace(microsecond=0)
            arrival = Arrival(
                0, one.place, received, len(content), mail.raw_hash, mail, silent=IMPORTED
            )
            found.append(_Read(one.stored, arrival))
    return found


def _take(intake: Intake, one: _Read) -> Outcome:
    outcome = intake.take(one.arrival)
    if outcome.what in ("opened", "commented"):
        return Outcome(outcome.what, outcome.detail)
    if outcome.what == "quarantined" or outcome.detail == "in quarantine already":
        return Outcome("known", "", left=(Left(one.stored.name, "", outcome.detail),))
    return Outcome("known", "")
