"""What is due as of one commit, as the schedule needs it: read from the index and the records."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tracker.adapters.git import GitError
from tracker.core import state
from tracker.core.breaker import SPAN, read_breaker
from tracker.core.document import TicketFault, parse
from tracker.core.notices import due
from tracker.core.planned import Owed
from tracker.core.schedule import Past, Schedule, schedule
from tracker.desk.desk import Desk
from tracker.desk.view import View, unsealed

_FOLDER = "tickets"


@dataclass(frozen=True, slots=True)
class Plan:
    """What went out before and which letters go now and which wait, planned as of ``commit``.
    ``left`` says that more is owed since.
    """

    past: Past
    schedule: Schedule
    commit: str
    left: bool = False


def look(desk: Desk, view: View, then: str = "", doubted: Collection[int] = ()) -> Plan:
    """Return what is due, but of the tickets ``doubted``. Where a lease stands, as of ``then``,
    what was planned under it goes first and by itself: a lost machine may have sent it, and a
    letter is known by what it tells.
    """
    owed = [one for one in view.owed() if one.number not in doubted]
    if not then:
        return Plan(*_scheduled(desk, view, owed), view.commit)
    old = _owed_then(desk, view, owed, then)
    if len(old) < len(owed):
        past, planned = _scheduled(desk, view, old)
        if any(one.items for one in planned.now):
            return Plan(past, planned, then, left=True)
        then = view.commit
    return Plan(*_scheduled(desk, view, owed), then)


def _scheduled(desk: Desk, view: View, owed: Sequence[Owed]) -> tuple[Past, Schedule]:
    posts = view.posts()
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


def _owed_then(desk: Desk, view: View, owed: Sequence[Owed], commit: str) -> Sequence[Owed]:
    """Return what of ``owed`` was owed as of an earlier commit: all, where that is gone."""
    try:
        changed = {path for path, _ in desk.git.changed_files(commit, view.commit, _FOLDER)}
    except GitError:
        return owed
    paths = {one.number: view.path_of(one.number) or "" for one in owed}
    then = {
        (number, *found)
        for number, path in paths.items()
        if path in changed
        for found in _owed_in(desk.git.read_file(commit, path), view)
    }
    return [
        one
        for one in owed
        if paths[one.number] not in changed or (one.number, one.entry, one.recipient) in then
    ]


def _owed_in(content: bytes | None, view: View) -> Iterator[tuple[str, str]]:
    """Yield (entry, recipient) of the letters that a ticket file owes."""
    if content is None:
        return
    try:
        ticket = parse(unsealed(content.decode("utf-8", "replace"), view.people), words=False)
    except TicketFault:
        return
    for one in due(ticket):
        yield one.entry, one.recipient
