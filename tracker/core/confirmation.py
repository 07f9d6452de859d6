"""The letter *your request is accepted, number N*, and when it may be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.letters import Letter, Words, compose
from tracker.core.options import Limits
from tracker.core.settings import Settings
from tracker.core.texts import texts
from tracker.core.tokens import Keys, letter_word


@dataclass(frozen=True, slots=True)
class Waiting:
    """A number somebody has to be told: the ticket and the entry that asked for it.

    ``title`` and ``message_id`` are the requester's own words; ``proven`` says that DMARC
    passed, so that they may be repeated.
    """

    ticket: str
    entry: str
    address: str
    title: str
    message_id: str
    proven: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The letters to send now, one per address, and what waits for its time."""

    now: Mapping[str, Sequence[Waiting]]
    later: Mapping[str, Sequence[Waiting]]


def plan(
    waiting: Iterable[Waiting],
    told: Mapping[str, Sequence[datetime]],
    limits: Limits,
    now: datetime,
) -> Plan:
    """Group what waits by address and hold back what the limits forbid.

    ``told`` has, per address, the times of the letters of the last day. Nothing held back is
    forgotten: the next letter to that address names every number.
    """
    grouped: dict[str, list[Waiting]] = {}
    for one in waiting:
        grouped.setdefault(one.address, []).append(one)
    ready: dict[str, list[Waiting]] = {}
    later: dict[str, list[Waiting]] = {}
    for address, numbers in grouped.items():
        proven = all(one.proven for one in numbers)
        allowed = _allowed(told.get(address, ()), limits, now, proven=proven)
        (ready if allowed else later)[address] = numbers
    return Plan(ready, later)


def _allowed(times: Sequence[datetime], limits: Limits, now: datetime, *, proven: bool) -> bool:
    a_day = limits.confirmations_a_day_proven if proven else limits.confirmations_a_day
    # Several numbers told by one letter carry the same time.
    sent = {at for at in times if now - at < timedelta(days=1)}
    pause = timedelta(minutes=limits.confirmation_minutes)
    return len(sent) < a_day and all(now - at >= pause for at in sent)


def confirmation(
    address: str, numbers: Sequence[Waiting], settings: Settings, keys: Keys, now: datetime
) -> Letter:
    """Compose the letter that tells ``address`` its ``numbers``.

    To an address that is not proven it repeats nothing the sender wrote, so that the desk
    can't be used to mail strangers (only the Message-ID, which threads it).
    """
    words = texts(settings.desk.language)
    ids = [one.ticket for one in numbers]
    first = numbers[0]
    if len(ids) == 1:
        subject = words._("Your request is accepted, number %(id)s", id=first.ticket)
        lines = [words._("Your request is accepted. Its number is %(id)s.", id=first.ticket)]
        if first.proven and first.title:
            lines.append(words._("You wrote: %(title)s", title=first.title))
    else:
        subject = words._("Your requests are accepted: %(ids)s", ids=", ".join(ids[:5]))
        lines = [words._("Your requests are accepted. Their numbers:")]
    lines.append(words._("To add something, just reply to this letter."))
    return compose(
        Words(f"[{first.ticket}] {subject}", tuple(lines), tuple(ids) if len(ids) > 1 else ()),
        recipient=address,
        message_id=_message_id(first.ticket, address, numbers, settings, keys),
        references=tuple(one.message_id for one in numbers if one.message_id),
        settings=settings,
        keys=keys,
        now=now,
    )


def _message_id(
    ticket: str, address: str, numbers: Sequence[Waiting], settings: Settings, keys: Keys
) -> str:
    word = letter_word([f"{one.entry}" for one in numbers])
    domain = settings.mailbox.address.rpartition("@")[2]
    return keys.message_id(ticket, word, address, domain)
