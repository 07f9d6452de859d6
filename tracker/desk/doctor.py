"""What a desk still needs: every look of `tracker doctor`, in order, each with its mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tracker.adapters.dns import Resolver
from tracker.adapters.environment import IMAP_PASSWORD
from tracker.adapters.imap import Mailbox
from tracker.core import state
from tracker.core.errors import TrackerError
from tracker.core.findings import Finding, finding
from tracker.desk import (
    doctor_github,
    doctor_host,
    doctor_mail,
    doctor_names,
    doctor_portal,
    doctor_repository,
)
from tracker.desk.desk import Desk
from tracker.desk.examination import Examination, needed
from tracker.desk.queries import newest

_STEPS: tuple[tuple[str, Callable[[Examination], str]], ...] = (
    ("tickets", doctor_repository.tickets),
    ("git", doctor_repository.git),
    ("remote", doctor_repository.remote),
    ("readers", doctor_host.readers),
    ("files", doctor_repository.files),
    ("secret", doctor_repository.secret_is_good),
    ("secrets-in-git", doctor_repository.secrets_in_git),
    ("sign-in", doctor_mail.sign_in),
    ("mailbox", doctor_mail.mailbox),
    ("folders", doctor_mail.folders),
    ("rights", doctor_mail.rights),
    ("sending", doctor_mail.sending),
    ("certificates", doctor_mail.certificates),
    ("clock", doctor_mail.clock),
    ("loops", doctor_mail.loops),
    ("mx", doctor_names.mx),
    ("spf", doctor_names.spf),
    ("dkim", doctor_names.dkim),
    ("dmarc", doctor_names.dmarc),
    ("schedule", doctor_repository.schedule),
    ("github", doctor_github.workflows),
    ("portal", doctor_portal.portal),
    ("accounts", doctor_portal.accounts),
)


def examine(folder: Path, resolver: Resolver | None = None) -> list[Finding]:
    """Look at everything an owner can get wrong; nothing is changed anywhere."""
    try:
        desk = Desk.open(folder)
    except TrackerError as error:
        return [Finding("desk", "wrong", error.message, error.hint)]
    return list(_findings(Examination(desk, resolver or Resolver())))


def _findings(about: Examination) -> Iterator[Finding]:
    for subject, step in _STEPS:
        try:
            message = step(about)
        except TrackerError as error:
            yield finding(subject, error)
        else:
            if message:  # else it is of no concern to this desk
                yield Finding(subject, "ok", message)


def waiting_mails(desk: Desk) -> int:
    """Count the mails that the next run would take in. Raises MailServerError."""
    endpoint = desk.settings.mailbox.imap
    if endpoint is None:
        return 0
    with newest(desk) as view:
        position = state.read_position(view.read(state.MAILBOX))
    with Mailbox(endpoint, needed(desk, IMAP_PASSWORD), desk.settings.mailbox.folder) as box:
        known = position is not None and position.uidvalidity == box.uidvalidity
        return len(box.waiting(position.uid if position and known else 0))
