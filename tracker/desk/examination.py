"""What the looks of `tracker doctor` share: the desk, who is asked, and what was found already."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tracker.adapters.connections import MailServerError
from tracker.adapters.dns import Resolver
from tracker.adapters.environment import IMAP_PASSWORD, PURPOSES, SMTP_PASSWORD
from tracker.adapters.imap import Mailbox
from tracker.adapters.signing import Credential
from tracker.adapters.smtp import Sender
from tracker.adapters.survey import Survey, survey
from tracker.core.errors import TrackerError
from tracker.core.findings import Unchecked
from tracker.core.letters import ascii_address
from tracker.desk.credentials import credential
from tracker.desk.desk import Desk


@dataclass(slots=True)
class Examination:
    """One examination of a desk. Each server is asked once."""

    desk: Desk
    resolver: Resolver
    clock: Callable[[], float] = time.time
    _survey: Survey | TrackerError | None = None
    _sending_until: list[datetime | None] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The time here."""
        return datetime.fromtimestamp(self.clock(), UTC)

    @property
    def domain(self) -> str:
        """The domain of the desk's address."""
        try:
            return ascii_address(self.desk.settings.mailbox.address).rpartition("@")[2]
        except ValueError as error:
            raise TrackerError(str(error), "Set `mailbox.address` to a plain address.") from None

    def mailbox(self) -> Survey:
        """Look the mailbox over. Raises TrackerError; a second time only Unchecked."""
        settings = self.desk.settings.mailbox
        if settings.imap is None:
            raise Unchecked("no mailbox is read")
        if isinstance(self._survey, TrackerError):
            raise Unchecked("not checked: the mailbox could not be opened")
        if self._survey is None:
            try:
                shown = needed(self.desk, IMAP_PASSWORD)
                with Mailbox(settings.imap, shown, settings.folder) as box:
                    self._survey = survey(box, settings.folder)
            except TrackerError as error:
                self._survey = error
                raise
        return self._survey

    def sending(self) -> None:
        """Sign in to the server that sends. Raises TrackerError."""
        settings = self.desk.settings.mailbox
        if settings.smtp is None:
            raise TrackerError("No letters are sent", "Set `mailbox.smtp` in tracker.toml.")
        shown = needed(self.desk, SMTP_PASSWORD) if settings.smtp.user else ""
        with Sender(settings.smtp, shown, settings.address) as sender:
            sender.check()
            self._sending_until = [sender.certificate_until]

    def certificates(self) -> dict[str, datetime]:
        """Return until when the certificates are good of those servers that showed one."""
        found = {}
        if isinstance(self._survey, Survey) and self._survey.certificate:
            found["IMAP"] = self._survey.certificate
        if self._sending_until and self._sending_until[0]:
            found["SMTP"] = self._sending_until[0]
        return found


def needed(desk: Desk, name: str) -> Credential:
    """Return a password or access tokens; without a password, say so rather than let the server
    refuse.
    """
    value = credential(desk, name)
    if not value:
        raise MailServerError(
            f"{name} is not set ({PURPOSES[name]})", f"Set it: `export {name}=…`, then try again."
        )
    return value
