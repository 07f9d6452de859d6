"""What waits in the outbox and why, and writing again to an address that was given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tracker.adapters.commits import Change
from tracker.adapters.environment import SECRET, optional_secret
from tracker.core import state
from tracker.core.options import Limits
from tracker.core.planned import Owed, Planned
from tracker.core.schedule import Held
from tracker.core.suppression import Suppressed
from tracker.core.tokens import Keys
from tracker.desk.desk import Desk
from tracker.desk.due import look
from tracker.desk.queries import newest
from tracker.desk.view import View
from tracker.desk.write import write

State = Literal["due", "no-server", "delayed", "limits", "breaker", "review", "suppressed"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was not sent yet: ``until`` is a UTC time or empty, ``tries`` how often a
    server would not take it.
    """

    recipient: str
    kind: str
    tickets: tuple[str, ...]
    state: State
    reason: str = ""
    until: str = ""
    tries: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return what ``outbox --json`` prints of it."""
        return asdict(self)


def waiting(desk: Desk) -> list[Letter]:
    """Return the letters that wait as of the newest commit, those that go next first.

    Which addresses are suppressed is known only where the desk's secret is set.
    """
    secret = optional_secret(SECRET)
    with newest(desk) as view:
        schedule = look(desk, view).schedule
        held = [one for one in view.owed() if one.what == "held"]
        found = Suppressed.read(view.read(state.SUPPRESSED), Keys(secret)) if secret else None
    letters = [_now(desk, one) for one in schedule.now]
    letters += [_later(desk.settings.limits, one) for one in schedule.later]
    return [*_suppressed(letters, found), *map(_in_review, held)]


def _now(desk: Desk, one: Planned) -> Letter:
    if desk.settings.mailbox.smtp is None:
        return _letter(one, "no-server", "`mailbox.smtp` is not set in tracker.toml")
    return _letter(one, "due", "the next `tracker sync` sends it")


def _later(limits: Limits, one: Held) -> Letter:
    delay = one.planned.delay
    if one.why == "delayed" and delay:
        return _letter(one.planned, "delayed", delay.reason)
    if one.why == "breaker":
        an_hour = limits.confirmations_an_hour
        return _letter(
            one.planned, "breaker", f"more than {an_hour} confirmations in an hour stopped them all"
        )
    proven = one.planned.proven
    a_day = limits.confirmations_a_day_proven if proven else limits.confirmations_a_day
    pause = limits.confirmation_minutes
    reason = f"one address gets a confirmation in {pause} minutes and {a_day} a day"
    return _letter(one.planned, "limits", reason)


def _letter(one: Planned, name: State, reason: str) -> Letter:
    delay = one.delay if name == "delayed" else None
    until = str(delay).partition(" ")[0] if delay else ""
    return Letter(one.address, one.kind, tuple(one.tickets), name, reason, until, one.tries)


def _suppressed(letters: list[Letter], found: Suppressed | None) -> Iterator[Letter]:
    for one in letters:
        reason = found.reason(one.recipient) if found else ""
        if reason:
            yield Letter(one.recipient, one.kind, one.tickets, "suppressed", reason)
        else:
            yield one


def _in_review(one: Owed) -> Letter:
    reason = "the request is held for review"
    return Letter(one.recipient, "confirmation", (one.ticket,), "review", reason)


def allow(desk: Desk, address: str) -> bool:
    """Write to an address again that does not exist, as a server said; whether it was given up.

    What was refused meanwhile is not sent again. Raises TrackerError without the secret.
    """
    keys = desk.keys()
    allowed = False

    def decide(view: View) -> Change | None:
        nonlocal allowed
        found = Suppressed.read(view.read(state.SUPPRESSED), keys)
        allowed = found.allow(address)
        if not allowed:
            return None
        return Change({state.SUPPRESSED: found.write()}, "Write to an address again")

    write(desk, decide)
    desk.repository.follow()
    return allowed
