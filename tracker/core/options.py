"""The one table of options: every setting of ``tracker.toml`` with type, default and check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tracker.core import option_checks as checks
from tracker.core.endpoint import Endpoint, authority, scope, tenant
from tracker.core.questions import Question, read_questions
from tracker.core.texts import Language
from tracker.core.working_time import (
    Duration,
    Hours,
    Workday,
    read_duration,
    read_hours,
)

MISSING = object()
"""The default of an option that must be given."""


def option(
    sentence: str,
    default: Any = MISSING,
    check: Callable[[Any], Any] | None = None,
    choices: tuple[str, ...] = (),
    written: type = str,
) -> Any:
    """Declare one option.

    ``sentence`` documents it, ``default`` is the value as written in TOML, ``check`` turns
    the written value into the used one or raises ValueError with what it must be,
    ``choices`` are the only values allowed, ``written`` is the TOML type: ``list`` is one of
    texts, ``date`` one of dates, in quotes or bare.
    """
    return field(
        metadata={
            "sentence": sentence,
            "default": default,
            "check": check,
            "choices": choices,
            "written": written,
        }
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk is and how it is reached."""

    name: str = option(
        "The desk's name, as it stands on the portal and in letters.", check=checks.line
    )
    prefix: str = option(
        "What ticket numbers begin with: `ACCREDO` gives ACCREDO-42.", check=checks.prefix
    )
    language: Language = option(
        "The language of letters, tickets and portal: `en`, `ru`, or another one whose sentences "
        "the desk brings along in `overrides/<language>.po`.",
        "en",
        checks.language,
    )
    timezone: ZoneInfo = option("The time zone of every time shown.", "UTC", checks.zone)
    portal_url: str = option(
        "Where the portal is published; letters link to it.", "http://127.0.0.1:8000/", checks.web
    )
    visibility: Literal["private", "public"] = option(
        "Who may read tickets on the portal: `private`, each requester only their own; "
        "`public`, everybody everything but internal notes.",
        "private",
        choices=("private", "public"),
    )
    publish: Literal["at-once", "after-review"] = option(
        "When a new ticket appears on a public portal: `at-once`; or `after-review`, where those "
        "of addresses never seen before wait until an agent has looked at them.",
        "at-once",
        choices=("at-once", "after-review"),
    )
    phone: str = option("The telephone number, told on every page and in every letter.", "")
    hours: str = option("When the telephone is answered, such as `Mon-Fri 9:00-18:00`.", "")
    repository: Literal["private", "public"] = option(
        "Who may read the Git repository. In a `public` one mail addresses are sealed under "
        "pseudonyms, and what only agents may read is refused.",
        "private",
        choices=("private", "public"),
    )
    addresses: Literal["plain", "sealed"] = option(
        "How tickets hold mail addresses: `plain`, or `sealed` under pseudonyms that only "
        "TRACKER_SECRET opens. A public repository seals them always.",
        "plain",
        choices=("plain", "sealed"),
    )
    branch: str = option("The Git branch that holds the tickets.", "main")
    edit_url: str = option(
        "Where a file of the desk is edited on its Git host, without the file's path: "
        "`https://github.com/org/desk/edit/main/`. Cards then link there, for agents.",
        "",
        checks.web,
    )
    submit_url: str = option(
        "The address of a service that turns a form into a mail to the desk. Letters of the portal "
        "are then sent with one click, beside the ways by mail.",
        "",
        checks.form,
    )


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The one mailbox: where requests come in and letters go out."""

    address: str = option("The address requesters write to.", check=checks.email)
    imap: Endpoint | None = option(
        "The server that is read: `imaps://user@host[:port]` is TLS from the start, `imap://` "
        "demands STARTTLS except on this machine.",
        "",
        checks.imap,
    )
    smtp: Endpoint | None = option(
        "The server that sends: `smtps://user@host[:port]` or `smtp://…`, likewise.",
        "",
        checks.smtp,
    )
    auth: Literal["password", "google", "microsoft"] = option(
        "How reading and sending sign in: with `password`, or by OAuth 2.0 at Google or Microsoft "
        "365, whose secrets `tracker login` makes.",
        "password",
        choices=("password", "google", "microsoft"),
    )
    oauth_grant: Literal["refresh-token", "client-credentials"] = option(
        "As whom OAuth signs in: as a person, by the `refresh-token` of `tracker login`; or as an "
        "application, by `client-credentials` (Microsoft) or a service account (Google).",
        "refresh-token",
        choices=("refresh-token", "client-credentials"),
    )
    oauth_tenant: str | None = option(
        "Microsoft's tenant: its ID or domain. Client credentials need it.", "", tenant
    )
    oauth_url: str | None = option(
        "Another authority for tokens, such as that of a national cloud: "
        "`https://login.microsoftonline.us`.",
        "",
        authority,
    )
    oauth_scope: str | None = option(
        "Another scope to ask for, as there are in some clouds.", "", scope
    )
    folder: str = option("The IMAP folder that is read.", "INBOX")
    backlog: Literal["silent", "leave"] = option(
        "What the first run does with mail older than `limits.backlog_days`: `silent` takes it "
        "in and answers nobody, `leave` lets it lie.",
        "silent",
        choices=("silent", "leave"),
    )
    authserv_id: str = option(
        "The name your provider puts first in `Authentication-Results`; only its verdict is "
        "believed. Empty: no sender counts as proven.",
        "",
    )
    plus_tags: bool = option(
        "Whether letters ask for answers at an address with a tag, such as "
        "`support+ACCREDO-42.…@example.org`, which threads answers of mail programs that keep no "
        "References. Only where the provider delivers such addresses to the mailbox.",
        False,
        written=bool,
    )
    forwarders: tuple[str, ...] = option(
        "Addresses of forms and forwarding services: in a mail from one of them the Reply-To "
        "is taken for the sender, who is not proven by that.",
        (),
        checks.emails,
        written=list,
    )
    lists: tuple[str, ...] = option(
        "The desk's own mailing groups: their list headers do not make a mail a newsletter.",
        (),
        tuple,
        written=list,
    )


@dataclass(frozen=True, slots=True)
class Agent:
    """One who answers. The handle stands in `assignee` and in `--as`."""

    name: str = option("The name requesters see.")
    emails: tuple[str, ...] = option(
        "Every address this agent mails and commits from, a Git host's no-reply ones too.",
        (),
        checks.emails,
        written=list,
    )


@dataclass(frozen=True, slots=True)
class RequestType:
    """A type of request on the *New request* page. The key is the label that its tickets get."""

    title: str = option(
        "What the type is called, such as `Access to the portal`.", check=checks.title
    )
    text: str = option("A sentence below the title: when to choose it.", "", checks.line)
    questions: tuple[Question, ...] = option(
        "What is asked, one text a question: `Login`, `Login*` where an answer is needed, "
        "`Login*: as on your card` with a hint. Answers to choose from stand in the hint's place, "
        "with a bar between them.",
        (),
        read_questions,
        written=list,
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep the desk safe from floods and giants."""

    message_mib: int = option(
        "The largest mail taken in, in MiB; a larger one is quarantined unread.",
        50,
        checks.positive,
        written=int,
    )
    attachment_mib: int = option(
        "The largest attachment stored, in MiB; a larger one stays in the mailbox and the "
        "ticket says so.",
        10,
        checks.positive,
        written=int,
    )
    backlog_days: int = option(
        "How many days old mail may be for the first run to answer it.",
        2,
        checks.positive,
        written=int,
    )
    confirmation_minutes: int = option(
        "At most one confirmation per sender in this many minutes; the next one names every "
        "number held back. Here and below, letters that tell whom a mail added count as well.",
        10,
        checks.positive,
        written=int,
    )
    confirmations_a_day: int = option(
        "At most this many confirmations a day to one address.", 5, checks.positive, written=int
    )
    confirmations_a_day_proven: int = option(
        "The same for a sender whose mail passed DMARC.", 20, checks.positive, written=int
    )
    confirmations_an_hour: int = option(
        "More confirmations than this in one hour, to whomever, stop them all: agents are told, "
        "and they go on when the flood is over.",
        200,
        checks.positive,
        written=int,
    )
    letter_mib: int = option(
        "How much of attachments goes along with a letter, in MiB; what is more is only linked.",
        8,
        checks.positive,
        written=int,
    )


@dataclass(frozen=True, slots=True)
class Sla:
    """How soon requests are to be answered and closed, counted in working time."""

    first_answer: Duration | None = option(
        "How long a request may wait for its first answer: `30m`, `8h` or `3d` of working time, "
        "where `d` is as long as the day that stands first in `hours`.",
        "",
        read_duration,
    )
    close: Duration | None = option(
        "How long a request may stay open, likewise; while it waits for the requester its clock "
        "stands still.",
        "",
        read_duration,
    )
    hours: Hours = option(
        "When the desk works: days and hours, several with commas between, such as "
        "`Mon-Thu 09:00-18:00, Fri 09:00-16:45`; `Mon-Sun 00:00-24:00` is round the clock.",
        "Mon-Fri 09:00-18:00",
        read_hours,
    )
    holidays: tuple[date, ...] = option(
        "Days off, as dates or ranges: `2026-12-31`, `2026-01-01..2026-01-08`; a "
        "single date may stand without quotes.",
        (),
        checks.dates,
        written=date,
    )
    workdays: tuple[Workday, ...] = option(
        "Days on which the desk works though they are off otherwise, or at hours of their own: "
        "`2026-11-28`, `2026-12-30 09:00-17:00`. They count before `holidays`.",
        (),
        checks.workdays,
        written=date,
    )


TABLES: dict[str, type] = {
    "desk": Desk,
    "mailbox": Mailbox,
    "agents": Agent,
    "requests": RequestType,
    "limits": Limits,
    "sla": Sla,
}
"""Every table of the file."""

KEYED = {"agents": "handle", "requests": "key"}
"""Tables that hold one table a name, with what the name is called."""


def options_of(table: type) -> dict[str, dict[str, Any]]:
    """Return the options of a table: name to sentence, default, check, choices, written."""
    return {one.name: dict(one.metadata) for one in fields(table)}
