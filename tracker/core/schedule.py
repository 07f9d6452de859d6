"""Which letters go now and which wait, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tracker.core.breaker import Breaker, judge
from tracker.core.gathering import digested, gather, letter_address
from tracker.core.limits import plan
from tracker.core.planned import Owed, OwedPost, Planned
from tracker.core.settings import Settings

Why = Literal["delayed", "limits", "breaker"]


@dataclass(frozen=True, slots=True)
class Held:
    """A letter that waits, and why."""

    planned: Planned
    why: Why


@dataclass(frozen=True, slots=True)
class Past:
    """What went out before: per address the times of the last day's letters that a mail brought
    about (confirmations, who joined), and how many there were in the last hour to whomever, with
    the letters about accounts that anybody can bring about.
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
    about = [Planned("account", one.recipient, (), post=one) for one in posts]
    letters = [*gather(owed, settings), *about]
    later = [Held(one, "delayed") for one in letters if _waits(one, now)]
    ready = [one for one in letters if not _waits(one, now)]
    limited = [one for one in ready if one.is_limited and not one.post]
    asked = plan(limited, past.confirmed, settings.limits, now)
    held = [Held(one, "limits") for one in asked.later]
    about = [one for one in ready if one.post]
    wanted = [*asked.now, *(one for one in about if one.is_limited)]
    limit = settings.limits.confirmations_an_hour
    reached = {one: letter_address(agent) for one, agent in settings.agents.items()}
    agents = [one for one, address in reached.items() if address]
    judged = judge(past.breaker, past.last_hour, len(wanted), limit, agents, now)
    held += [Held(one, "breaker") for one in wanted[judged.allowed :]]
    answers = [one for one in ready if one.kind == "answer"]
    alarms = [Planned("alarm", reached[one], (), one) for one in judged.alarm]
    staff = digested([one for one in ready if one.kind in ("staff", "digest")])
    # Unasked letters go beside confirmations, and stand still with them.
    unasked = [one for one in about if one.post and one.post.kind == "activation"]
    if judged.breaker.tripped:
        held += [Held(one, "breaker") for one in unasked]
        unasked = []
    told = [one for one in about if one.post and one.post.kind == "registered"]
    sent_now = (*answers, *wanted[: judged.allowed], *unasked, *told, *alarms, *staff)
    return Schedule(sent_now, (*later, *held), judged.breaker)


def _waits(one: Planned, now: datetime) -> bool:
    return one.delay is not None and one.delay.until > now
