"""What a desk still needs: settings, Git, secrets, mailbox, sending, each with its mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tracker.adapters.connections import MailServerError
from tracker.adapters.environment import (
    IMAP_PASSWORD,
    PURPOSES,
    SECRET,
    SMTP_PASSWORD,
    optional_secret,
    secret,
)
from tracker.adapters.imap import Mailbox
from tracker.adapters.smtp import Sender
from tracker.core import state
from tracker.core.accounts.book import all_records
from tracker.core.errors import TrackerError
from tracker.desk.check import check
from tracker.desk.desk import Desk
from tracker.desk.queries import newest
from tracker.desk.visibility import need_asked

_OLDEST_GIT = (2, 30)
_SHARED = (".github.io", ".gitlab.io", ".codeberg.page", ".gitee.io")
"""Hosts that give every project of one owner the same origin."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: fine, or what is wrong and how to mend it."""

    subject: str
    ok: bool
    message: str
    hint: str = ""


def examine(folder: Path) -> list[Finding]:
    """Look at everything an owner can get wrong; nothing is changed anywhere."""
    try:
        desk = Desk.open(folder)
    except TrackerError as error:
        return [Finding("desk", False, error.message, error.hint)]
    steps: tuple[tuple[str, Callable[[Desk], str]], ...] = (
        ("tickets", _tickets),
        ("git", _git),
        ("remote", _remote),
        ("secret", _secret),
        ("mailbox", _mailbox),
        ("sending", _sending),
        ("portal", _portal),
        ("accounts", _accounts),
    )
    return list(_findings(desk, steps))


def _findings(
    desk: Desk, steps: tuple[tuple[str, Callable[[Desk], str]], ...]
) -> Iterator[Finding]:
    for subject, step in steps:
        try:
            yield Finding(subject, True, step(desk))
        except TrackerError as error:
            yield Finding(subject, False, error.message, error.hint)


def _tickets(desk: Desk) -> str:
    tickets, faults = check(desk.root)
    if faults:
        raise TrackerError(f"{len(faults)} faults in {tickets} tickets", "See `tracker check`.")
    return f"{tickets} tickets, no fault; settings are right"


def _git(desk: Desk) -> str:
    version = desk.git.run("version").split()[2]
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST_GIT:
        raise TrackerError(f"Git {version} is too old", "Install Git 2.30 or newer.")
    if not desk.git.commit_of(f"refs/heads/{desk.settings.desk.branch}"):
        branch = desk.settings.desk.branch
        raise TrackerError(f"There is no branch {branch}", "Make the first commit on it.")
    return f"Git {version}, branch {desk.settings.desk.branch}"


def _remote(desk: Desk) -> str:
    repository = desk.repository
    if not repository.remote:
        return "no remote: the desk lives in this folder alone (back it up)"
    repository.fetch()
    head = f"refs/heads/{desk.settings.desk.branch}"
    commit = repository.newest()
    arguments = ("push", "--dry-run", "--porcelain", repository.remote, f"{commit}:{head}")
    code, _, err = desk.git.attempt(*arguments)
    if code:
        said = err.strip().splitlines()[-1] if err.strip() else "the push was refused"
        raise TrackerError(f"{repository.remote}: {said}", "Check your rights there.")
    return f"{repository.remote} answers and takes pushes"


def _secret(_: Desk) -> str:
    secret(SECRET)
    return f"{SECRET} is set"


def _mailbox(desk: Desk) -> str:
    if desk.settings.mailbox.imap is None:
        raise TrackerError("No mailbox is read", "Set `mailbox.imap` in tracker.toml.")
    waiting = waiting_mails(desk)
    return f"{desk.settings.mailbox.imap.host} lets us in; {waiting} mails wait"


def waiting_mails(desk: Desk) -> int:
    """Count the mails that the next run would take in. Raises MailServerError."""
    endpoint = desk.settings.mailbox.imap
    if endpoint is None:
        return 0
    with newest(desk) as view:
        position = state.read_position(view.read(state.MAILBOX))
    with Mailbox(endpoint, _password(IMAP_PASSWORD), desk.settings.mailbox.folder) as box:
        known = position is not None and position.uidvalidity == box.uidvalidity
        return len(box.waiting(position.uid if position and known else 0))


def _sending(desk: Desk) -> str:
    endpoint = desk.settings.mailbox.smtp
    if endpoint is None:
        raise TrackerError("No letters are sent", "Set `mailbox.smtp` in tracker.toml.")
    password = _password(SMTP_PASSWORD) if endpoint.user else ""
    with Sender(endpoint, password, desk.settings.mailbox.address) as sender:
        sender.check()
    return f"{endpoint.host} takes letters"


def _portal(desk: Desk) -> str:
    url = desk.settings.desk.portal_url
    if desk.settings.desk.visibility != "private":
        need_asked(desk.git, desk.repository.newest())
        return f"public, at {url}"
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in ("localhost", "::1") and host[:4] != "127.":
        raise TrackerError(
            f"{url}: browsers open accounts over https only", "Publish the portal with TLS."
        )
    if host.endswith(_SHARED):
        raise TrackerError(
            f"{url} shares its origin with every other project there: a page of any of them could "
            "use a remembered key",
            "Serve a private portal from a domain of its own.",
        )
    return f"private, at {url}: each requester sees their own requests"


def _accounts(desk: Desk) -> str:
    if desk.settings.desk.visibility != "private":
        return "none: the desk is public"
    ring = desk.ring()
    with newest(desk) as view:
        found = list(all_records(view))
    for one in found:
        ring.of(one.key, one.path)
    agents = {address for one in found if one.role == "agent" for address in one.addresses}
    lacking = [
        handle
        for handle, agent in desk.settings.agents.items()
        if agent.emails and not agents & {one.lower() for one in agent.emails}
    ]
    told = f"{len(found)} accounts, all under this secret"
    if lacking:
        told += f"; agents are invited by hand (`tracker account invite`): {', '.join(lacking)}"
    return told


def _password(name: str) -> str:
    """Return a password; without one, say so rather than let the server refuse."""
    value = optional_secret(name)
    if not value:
        raise MailServerError(
            f"{name} is not set ({PURPOSES[name]})", f"Set it: `export {name}=…`, then try again."
        )
    return value
