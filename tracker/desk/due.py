"""What is due as of one commit, as the schedule needs it: read from the index and the records."""

from __future__ import annotations

from datetime import timedelta

from tracker.core import state
from tracker.core.breaker import SPAN, read_breaker
from tracker.core.schedule import Past, Schedule, schedule
from tracker.desk.desk import Desk
from tracker.desk.view import View


def look(desk: Desk, view: View) -> tuple[Past, Schedule]:
    """Return what went out before, and which letters go now and which wait."""
    owed, posts = list(view.owed()), view.posts()
    if not owed and not posts:
        past = Past(breaker=read_breaker(view.read(state.BREAKER)))
        return past, Schedule((), (), past.breaker)
    now = desk.clock()
    since = now - timedelta(days=1)
    asked = {one.recipient for one in owed if one.what in ("confirmation", "joined")}
    past = Past(
        {address: view.confirmed_since(address, since) for address in asked},
        view.confirmations_since(now - SPAN) + view.posts_since(now - SPAN),
        read_breaker(view.read(state.BREAKER)),
    )
    return past, schedule(owed, past, desk.settings, now, posts)
