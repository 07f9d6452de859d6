"""Looks of `tracker doctor` at the mailbox: sign-in, folders, rights, TLS, clock, loops."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.adapters.environment import IMAP_PASSWORD
from tracker.adapters.tokens import Tokens
from tracker.adapters.web import head
from tracker.core import state
from tracker.core.errors import TrackerError
from tracker.core.findings import Advice, Unchecked, Wrong
from tracker.core.oauth import provider_of
from tracker.desk.credentials import ROTATED, credential
from tracker.desk.examination import Examination
from tracker.desk.queries import newest

_SOON = timedelta(days=14)
_MOST_SECONDS = 120
_CLOCK_SECONDS = 5.0


def sign_in(about: Examination) -> str:
    """Whether the provider gives access tokens; of no concern with a password."""
    mailbox = about.desk.settings.mailbox
    if mailbox.auth == "password":
        return ""
    tokens = credential(about.desk, IMAP_PASSWORD)
    assert isinstance(tokens, Tokens)
    tokens.access()
    if tokens.rotated and mailbox.auth == "microsoft":
        return "microsoft gives access tokens; sign in anew within 90 days of the last login"
    if tokens.rotated:
        raise Advice(f"{mailbox.auth} gives access tokens, and new refresh tokens", ROTATED)
    return f"{mailbox.auth} gives access tokens"


def mailbox(about: Examination) -> str:
    """Whether the mailbox opens, and how many mails the next run takes in."""
    endpoint = about.desk.settings.mailbox.imap
    if endpoint is None:
        raise TrackerError("No mailbox is read", "Set `mailbox.imap` in tracker.toml.")
    found = about.mailbox()
    with newest(about.desk) as view:
        position = state.read_position(view.read(state.MAILBOX))
    waiting = found.waiting_above(position)
    told = "" if found.idle else "; it has no IDLE, so `watch` asks every 15 s"
    return f"{endpoint.host} lets us in; {waiting} mails wait{told}"


def folders(about: Examination) -> str:
    """Whether mail may lie where the desk does not look."""
    found = about.mailbox()
    read = about.desk.settings.mailbox.folder
    if found.spam and found.spam_folder != read:
        raise Advice(
            f"`{read}` is read; {found.spam} mails lie in `{found.spam_folder}`",
            "Look there now and then, or let a rule of the provider sort less into it.",
        )
    return f"`{read}` is read"


def rights(about: Examination) -> str:
    """Whether the mailbox's rights are enough (RFC 4314)."""
    found = about.mailbox().rights
    if found is None:
        raise Unchecked(
            "it can be read; the server does not tell more",
            "`tracker doctor --send-test` tries what else there is.",
        )
    if "r" not in found:
        raise Wrong("the folder can't be read", "Give the user the right to read it.")
    return "it can be read" + (", and letters be removed" if {"t", "e"} <= set(found) else "")


def sending(about: Examination) -> str:
    """Whether the server that sends lets us in."""
    about.sending()
    endpoint = about.desk.settings.mailbox.smtp
    assert endpoint is not None
    return f"{endpoint.host} takes letters"


def certificates(about: Examination) -> str:
    """Until when the mail servers' certificates are good. Their names and authorities were
    checked when they were connected to.
    """
    found = about.certificates()
    if not found:
        raise Unchecked("no mail server showed a certificate (loopback, or not connected)")
    name, until = min(found.items(), key=lambda one: one[1])
    if until - about.now < _SOON:
        days = max(0, (until - about.now).days)
        raise Advice(
            f"the certificate of the {name} server ends in {days} days, on {until:%Y-%m-%d}",
            "Whoever runs it should renew it; after that day no mail is read or sent.",
        )
    return f"good until {until:%Y-%m-%d}"


def clock(about: Examination) -> str:
    """Whether this machine's clock is right, by the servers that tell the time."""
    told = _time_told(about)
    if told is None:
        raise Unchecked("not checked: no server that tells the time answers")
    host, their = told
    ahead = (about.now - their).total_seconds()
    if abs(ahead) > _MOST_SECONDS:
        way = "ahead of" if ahead > 0 else "behind"
        raise Wrong(
            f"this machine's clock is {_span(abs(ahead))} {way} {host}",
            "Set it by the network: `timedatectl set-ntp true`.",
        )
    return f"right, says {host}"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def _time_told(about: Examination) -> tuple[str, datetime] | None:
    settings = about.desk.settings
    urls = [settings.desk.portal_url]
    if settings.mailbox.auth != "password":
        urls.insert(0, provider_of(settings.mailbox).token_url)
    for url in urls:
        try:
            reply = head(url, _CLOCK_SECONDS)
        except TrackerError:
            continue
        if reply.date is not None and reply.date.tzinfo is not None:
            return url.split("/")[2], reply.date
    try:
        arrived = about.mailbox().newest
    except TrackerError:
        return None
    # A mail of the future shows that we are late; one of the past shows nothing.
    late = arrived is not None and (arrived - about.now).total_seconds() > _MOST_SECONDS
    return ("the newest mail", arrived) if late and arrived is not None else None


def loops(about: Examination) -> str:
    """Whether the desk would write to itself."""
    settings = about.desk.settings
    own = _plain(settings.mailbox.address)
    for handle, agent in settings.agents.items():
        if any(_plain(one) == own for one in agent.emails):
            raise Wrong(
                f"agent {handle} has the desk's own address: each notice would come back",
                f"Take {settings.mailbox.address} out of `agents.{handle}.emails`.",
            )
    for name in ("forwarders", "lists"):
        if any(_plain(one) == own for one in getattr(settings.mailbox, name)):
            raise Wrong(
                f"`mailbox.{name}` holds the desk's own address",
                "Take it out: letters of the desk's own are known anyway.",
            )
    return "nobody is the desk itself"


def _plain(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
