"""What became of letters, as files to commit: tickets, suppressed addresses, circuit breaker."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core import sent as letters
from tracker.core import state
from tracker.core.accounts.posts import noted
from tracker.core.accounts.records import Record, write_record
from tracker.core.breaker import read_breaker
from tracker.core.sent import Sent
from tracker.core.suppression import Suppressed
from tracker.core.tokens import Keys
from tracker.core.workspace import Workspace
from tracker.desk.desk import Desk
from tracker.desk.view import View


def recorded(desk: Desk, view: View, keys: Keys, sent: Sequence[Sent]) -> dict[str, bytes | None]:
    """Return the files that note ``sent``, on the desk as it is in ``view``."""
    view.keep({number for one in sent for number in one.numbers})
    work = Workspace(view, desk.settings, desk.now(), desk.new_id)
    letters.note(work, sent)
    return {
        **work.files,
        **_accounts(view, sent),
        **_suppressed(desk, view, keys, sent),
        **_breaker(view, sent),
    }


def _accounts(view: View, sent: Sequence[Sent]) -> dict[str, bytes | None]:
    """Note letters about accounts in their records; those of one that is gone are passed over."""
    found: dict[str, Record] = {}
    for one in sent:
        record = (found.get(one.account) or view.account(one.account)) if one.account else None
        if record is not None:
            told = "" if one.refusal or one.later else one.at
            found[one.account] = noted(
                record, one.post, told=told, bounced=one.refusal, later=one.later
            )
    return {one.path: write_record(one) for one in found.values()}


def _suppressed(
    desk: Desk, view: View, keys: Keys, sent: Sequence[Sent]
) -> dict[str, bytes | None]:
    """Put the addresses that do not exist on the list."""
    hard = [one for one in sent if one.hard]
    if not hard:
        return {}
    found = Suppressed.read(view.read(state.SUPPRESSED), keys)
    prefix = desk.settings.desk.prefix
    for one in hard:
        ticket = f"{prefix}-{one.numbers[0]}" if one.numbers else ""
        found.add(one.address, one.refusal, ticket, desk.now())
    return {state.SUPPRESSED: found.write()}


def _breaker(view: View, sent: Sequence[Sent]) -> dict[str, bytes | None]:
    """Note which agents know that confirmations stand still."""
    alarms = [one for one in sent if one.kind == "alarm" and not one.later]
    if not alarms:
        return {}
    found = read_breaker(view.read(state.BREAKER))
    for one in alarms:
        found = found.with_told(one.handle, one.at)
    return {state.BREAKER: found.write()}
