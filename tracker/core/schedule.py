"""Which letters go now and which wait, and why: what is due, sorted into letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from tracker.core.accounts.posts import LIMITED
from tracker.core.accounts.records import PostKind
from tracker.core.breaker import Breaker, judge
from tracker.core.limits import plan
from tracker.core.notices import What
from tracker.core.options import Agent
from tracker.core.retries import Delay, read_delay
from tracker.core.settings import Settings

Kind = Literal["answer", "confirmation", "staff", "digest", "alarm", "account"]
Why = Literal["delayed", "limits", "breaker"]
MOST_NOTICES = 5
"""More tickets than this for one agent in one run make one letter that lists them."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One entry that one recipient is owed a letter of, as the index has it.

    ``recipient`` is an address or ``@handle``, ``address`` where the letter goes. ``oid`` is
    the ticket file's object id.
    """

    number: int
    ticket: str
    oid: str
    entry: str
    recipient: str
    what: What
    proven: bool = False
    delayed: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class OwedPost:
    """A letter about an account that is due, as the index has it; see ``accounts.records``."""

    account: str
    post: str
    kind: PostKind
    recipient: str
    delayed: str = ""

    @property
    def limited(self) -> bool:
        """Whether a flood of mails can bring such letters about."""
        return self.kind in LIMITED


@dataclass(frozen=True, slots=True)
class Planned:
    """One letter: what it will tell, to which address, and which agent that is (else empty).

    One about an account has ``post`` and no items.
    """

    kind: Kind
    address: str
    items: tuple[Owed, ...]
    handle: str = ""
    post: OwedPost | None = None

    @property
    def delay(self) -> Delay | None:
        """What it waits for: the longest delay of all it tells."""
        return max(self._delays, key=lambda one: one.until, default=None)

    @property
    def tries(self) -> int:
        """How often it was tried already."""
        return max((one.count for one in self._delays), default=0)

    @property
    def _delays(self) -> list[Delay]:
        owed = (*self.items, *([self.post] if self.post else ()))
        return [one for one in (read_delay(item.delayed) for item in owed) if one]

    @property
    def tickets(self) -> list[str]:
        """The ids of its tickets, each once."""
        return list(dict.fromkeys(one.ticket for one in self.items))


@dataclass(frozen=True, slots=True)
class Held:
    """A letter that waits, and why."""

    planned: Planned
    why: Why


@dataclass(frozen=True, slots=True)
class Past:
    """What went out before: per address the times of confirmations of the last day, and how
    many there were in the last hour to whomever, with the letters about accounts that anybody can
    bring about.
    """

    confirmed: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    last_hour: int = 0
    breaker: Breaker = field(default_factory=Breaker)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The letters to send now, those that wait, and the circuit breaker from now on."""

    now: tuple[Planned, ...]
    later: tuple[Held, ...]
    breaker: Breaker


def letter_address(agent: Agent) -> str:
    """Return where an agent's letters go: the first address that takes mail, or empty.

    Commits may come from an address of a Git host that reads nothing.
    """
    read = [one for one in agent.emails if "noreply" not in one.lower().replace("-", "")]
    return next(iter((*read, *agent.emails)), "").lower()


def schedule(
    owed: Iterable[Owed],
    past: Past,
    settings: Settings,
    now: datetime,
    posts: Iterable[OwedPost] = (),
) -> Schedule:
    """Sort what is owed into letters, one per ticket and recipient, and hold back what must
    wait: delayed by a server, by the limits of confirmations, by the circuit breaker.
    """
    rows = _in_answers(_addressed(owed, settings))
    letters = _letters(rows, settings)
    ready = [one for one in letters if not _waits(one, now)]
    later = [Held(one, "delayed") for one in letters if _waits(one, now)]
    wanted, held = _confirmations(rows, past, settings, now)
    about = [Planned("account", one.recipient, (), post=one) for one in posts]
    later += [Held(one, "delayed") for one in about if _waits(one, now)]
    about = [one for one in about if not _waits(one, now)]
    wanted += [one for one in about if one.post and one.post.limited]
    limit = settings.limits.confirmations_an_hour
    reached = {one: letter_address(agent) for one, agent in settings.agents.items()}
    agents = [one for one, address in reached.items() if address]
    judged = judge(past.breaker, past.last_hour, len(wanted), limit, agents, now)
    held += [Held(one, "breaker") for one in wanted[judged.allowed :]]
    answers = [one for one in ready if one.kind == "answer"]
    alarms = [Planned("alarm", reached[one], (), one) for one in judged.alarm]
    staff = _digested([one for one in ready if one.kind == "staff"])
    # Unasked letters go beside confirmations, and stand still with them.
    unasked = [one for one in about if one.post and one.post.kind == "activation"]
    if judged.breaker.tripped:
        held += [Held(one, "breaker") for one in unasked]
        unasked = []
    told = [one for one in about if one.post and one.post.kind == "registered"]
    sent_now = (*answers, *wanted[: judged.allowed], *unasked, *told, *alarms, *staff)
    return Schedule(sent_now, (*later, *held), judged.breaker)


def _confirmations(
    rows: list[Owed], past: Past, settings: Settings, now: datetime
) -> tuple[list[Planned], list[Held]]:
    """Return the confirmations that the limits of each address allow, and the others."""
    asked = [one for one in rows if one.what == "confirmation"]
    late = [one for one in asked if _is_delayed(one, now)]
    ready = [one for one in asked if not _is_delayed(one, now)]
    planned = plan(ready, past.confirmed, settings.limits, now)
    held = [Held(_confirmation([one], settings), "delayed") for one in late]
    held += [Held(_confirmation(one, settings), "limits") for one in planned.later.values()]
    return [_confirmation(one, settings) for one in planned.now.values()], held


def _addressed(owed: Iterable[Owed], settings: Settings) -> list[Owed]:
    """Find where each letter goes; what is for an agent who is gone is for nobody."""
    found = []
    for one in owed:
        address = one.recipient
        if address.startswith("@"):
            agent = settings.agents.get(address[1:])
            address = letter_address(agent) if agent else ""
        if address and one.what != "held":
            found.append(replace(one, address=address))
    return found


def _in_answers(rows: list[Owed]) -> list[Owed]:
    """A letter with an answer tells the number as well; what somebody is told as a requester
    is not told them again as an agent.
    """
    answered = {(one.number, one.address) for one in rows if one.what == "answer"}
    outside = (one for one in rows if _is_outside(one))
    known = {(one.number, one.entry, one.address) for one in outside}
    found = []
    for one in rows:
        if one.what == "confirmation" and (one.number, one.address) in answered:
            found.append(replace(one, what="answer"))
        elif _is_outside(one) or (one.number, one.entry, one.address) not in known:
            found.append(one)
    return found


def _is_outside(one: Owed) -> bool:
    return one.what in ("answer", "confirmation")


def _letters(rows: list[Owed], settings: Settings) -> list[Planned]:
    """Group all but confirmations: one letter per ticket, address and side."""
    grouped: dict[tuple[int, str, Kind], list[Owed]] = {}
    for one in rows:
        if one.what != "confirmation":
            side: Kind = "answer" if one.what == "answer" else "staff"
            grouped.setdefault((one.number, one.address, side), []).append(one)
    return [
        Planned(kind, address, tuple(items), settings.agent_by_email(address) or "")
        for (_, address, kind), items in grouped.items()
    ]


def _confirmation(numbers: Sequence[Owed], settings: Settings) -> Planned:
    address = numbers[0].address
    handle = settings.agent_by_email(address) or ""
    return Planned("confirmation", address, tuple(numbers), handle)


def _digested(letters: list[Planned]) -> list[Planned]:
    """Put the notices of many tickets for one agent into one letter."""
    many: dict[str, list[Planned]] = {}
    for one in letters:
        if all(item.what == "notice" for item in one.items):
            many.setdefault(one.address, []).append(one)
    crowded = {address: found for address, found in many.items() if len(found) > MOST_NOTICES}
    kept = [
        one
        for one in letters
        if one.address not in crowded or any(item.what != "notice" for item in one.items)
    ]
    return kept + [
        Planned(
            "digest", address, tuple(item for one in found for item in one.items), found[0].handle
        )
        for address, found in crowded.items()
    ]


def _waits(one: Planned, now: datetime) -> bool:
    return one.delay is not None and one.delay.until > now


def _is_delayed(one: Owed, now: datetime) -> bool:
    delay = read_delay(one.delayed)
    return delay is not None and delay.until > now
