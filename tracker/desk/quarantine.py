"""Messages that could not be taken in: what they are, and taking them in again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tracker.adapters.commits import Change
from tracker.adapters.environment import IMAP_PASSWORD
from tracker.adapters.imap import Mailbox
from tracker.core import state
from tracker.core.arrival import Arrival
from tracker.core.errors import TrackerError
from tracker.core.intake import Outcome
from tracker.core.state import Quarantined
from tracker.core.tokens import Keys
from tracker.desk.credentials import credential
from tracker.desk.desk import Desk
from tracker.desk.intake import Reader, commit_message, decision
from tracker.desk.queries import newest
from tracker.desk.report import Report
from tracker.desk.view import View
from tracker.desk.write import PushRefusedError, write


def quarantined(desk: Desk) -> list[Quarantined]:
    """Return the records of what is in quarantine, the oldest first."""
    with newest(desk) as view:
        paths = [path for path in view.state_files() if path.startswith(f"{state.QUARANTINE}/")]
        records = [state.read_quarantined(view.read(path) or b"", path) for path in paths]
    return sorted(records, key=lambda one: (one.at, one.uid))


def retry(desk: Desk, uids: Collection[int]) -> Report:
    """Fetch quarantined messages again (all, or those of ``uids``) and take them in.

    What fails again stays in quarantine. Raises MailServerError and GitError.
    """
    report = Report()
    keys = desk.keys()
    endpoint = desk.settings.mailbox.imap
    if endpoint is None:
        raise TrackerError("No mailbox is set", "Set `mailbox.imap` in tracker.toml.")
    desk.repository.fetch()
    records = [one for one in quarantined(desk) if not uids or one.uid in uids]
    with Mailbox(endpoint, credential(desk, IMAP_PASSWORD), desk.settings.mailbox.folder) as box:
        since = _answers_since(desk)
        there = {one.uid: one for one in box.waiting(0)} if records else {}
        with Reader(desk, box, len(records), since) as reader:
            for record in records:
                if record.uidvalidity != box.uidvalidity or record.uid not in there:
                    report.notes.append(f"Message {record.uid} is no longer in the mailbox.")
                    continue
                arrivals = reader.read([there[record.uid]])
                report.add(_take_again(desk, keys, arrivals, record))
    desk.repository.follow()
    return report


def _take_again(
    desk: Desk, keys: Keys, arrivals: Sequence[Arrival], record: Quarantined
) -> list[Outcome]:
    outcomes: list[Outcome] = []

    def decide(view: View) -> Change | None:
        outcomes.clear()
        intake = decision(desk, view, keys)
        outcomes.extend(intake.take(one, again=True) for one in arrivals)
        if all(one.what == "quarantined" for one in outcomes):
            return None  # as it was
        # What was too large to be read had another hash than what is read now.
        intake.files.setdefault(record.path, None)
        intake.finish(None)
        return Change(intake.files, commit_message(outcomes)) if intake.files else None

    try:
        write(desk, decide)
    except PushRefusedError as refusal:
        return [Outcome(one.uid, "quarantined", refusal.message) for one in arrivals]
    return outcomes


def _answers_since(desk: Desk) -> str:
    with newest(desk) as view:
        position = state.read_position(view.read(state.MAILBOX))
    return position.answers_since if position else desk.now().isoformat()
