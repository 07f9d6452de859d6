"""Whether a desk's schedule on GitHub is alive: what its last runs tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

QUIET_DAYS = 60
"""Days without a commit after which GitHub disables schedules of a public repository.
https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
"""
WARN_DAYS = 50
QUIET = frozenset(("", "success", "cancelled", "skipped"))
"""Results of a run that tell of no fault: under way, good, or put aside for a newer one, as GitHub
does with a run that waits for its turn when another one comes.
"""
LATE = timedelta(hours=6)
"""How long no intake is still the host's usual lateness."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a workflow. ``result`` is empty while it is under way."""

    workflow: str
    result: str
    at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is known of the schedule: the inbox workflow's state (empty: there is none), its last
    run and its last good one, the newest commit, and whether the repository is private.
    """

    state: str
    last: Run | None
    good: Run | None
    committed: datetime
    private: bool


def troubles(pulse: Pulse, now: datetime, late: timedelta = LATE) -> Iterator[str]:
    """Yield in sentences what is wrong with the schedule, or soon will be."""
    if not pulse.state:
        yield "There is no workflow inbox: write it with `tracker hosting`, and push it."
        return
    if pulse.state != "active":
        yield (
            f"The workflow inbox is switched off ({pulse.state}), so no mail is taken in: "
            "`tracker github heartbeat --enable` switches it on again."
        )
    if pulse.good is None:
        yield "The workflow inbox has never ended well."
    elif now - pulse.good.at > late:
        quiet_for = span(now - pulse.good.at)
        yield f"No intake ended well for {quiet_for}: {pulse.good.url} was the last."
    if pulse.last and pulse.last.result not in QUIET:
        yield f"The last run ended with {pulse.last.result}: {pulse.last.url}"
    quiet = now - pulse.committed
    if not pulse.private and quiet > timedelta(days=WARN_DAYS):
        yield (
            f"No commit for {quiet.days} days. After {QUIET_DAYS} GitHub switches schedules of "
            "public repositories off; any commit starts the count anew."
        )


def span(length: timedelta) -> str:
    """Return a length of time in its largest unit: ``45 minutes``, ``3 hours``, ``2 days``."""
    minutes = int(length.total_seconds()) // 60
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= 2 * size or minutes == size:
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
