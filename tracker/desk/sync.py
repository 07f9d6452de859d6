"""One run of the job: stamp, take in mail, commit, push, send."""

from __future__ import annotations

from tracker.adapters.connections import MailServerError
from tracker.adapters.history import ShallowError
from tracker.adapters.lock import locked
from tracker.core.errors import Busy, TrackerError
from tracker.desk.credentials import rotation
from tracker.desk.desk import Desk
from tracker.desk.intake import Watch, take_in
from tracker.desk.lease import new_lease
from tracker.desk.outbox import Outbox
from tracker.desk.report import Report
from tracker.desk.stamping import stamp_all


def sync(
    desk: Desk,
    watch: Watch | None = None,
    report: Report | None = None,
    *,
    mailbox: bool = True,
    tidy: bool = True,
) -> Report:
    """Do one run; without ``mailbox`` no mail is taken in. Another run in the same folder raises
    Busy; elsewhere it is a race that nobody loses. Raises MailServerError and GitError; what was
    done until then stays done, and stands in ``report`` if one is given. Without ``tidy`` Git is
    left to pack its objects later.
    """
    report = report if report is not None else Report()
    keys = desk.keys()
    with locked(desk.own / "sync.lock", wait=False) as alone:
        if not alone:
            raise Busy(
                "Another `tracker sync` is at work in this folder", "It will do; or wait for it."
            )
        desk.repository.fetch()
        started = desk.repository.newest()
        sending = desk.settings.mailbox.smtp is not None
        if mailbox and desk.settings.mailbox.imap is None:
            report.notes.append("No mailbox is read: set `mailbox.imap` in tracker.toml.")
        lease = new_lease(desk)
        fault: TrackerError | None = None
        try:
            try:
                settled: str | None = stamp_all(desk, report)
            except ShallowError as error:
                # Without its history a clone can still take in mail, but not tell what is forged.
                fault, settled = error, None
            try:
                if mailbox:
                    take_in(desk, keys, lease if sending else None, report, watch or _unwatched)
            except MailServerError as error:
                fault = error  # a mailbox that is down keeps no letter from going out
            if settled is not None:
                Outbox(desk, keys, lease, report, settled).send_due()
        finally:
            report.notes += filter(None, (desk.repository.follow(), rotation(desk)))
        newest = desk.repository.newest()
        if newest != started:
            if tidy:
                desk.repository.tidy()
            report.pushed = _commits(desk, started, newest) if desk.repository.remote else 0
        if fault:
            raise fault
    return report


def _commits(desk: Desk, older: str, newer: str) -> int:
    span = f"{older}..{newer}" if older else newer
    return int(desk.git.run("rev-list", "--count", span))


def _unwatched(_done: int, _total: int) -> None:
    """Nobody looks on."""
