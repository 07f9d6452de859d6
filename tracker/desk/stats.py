"""The desk in figures, from the index: every ticket counts, whether the portal shows it or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tracker.core.statistics import AGES, RECENT, Facts, Figures, Period, Pile, Times, figures
from tracker.desk.desk import Desk
from tracker.desk.queries import newest

_SQL = (
    "SELECT status, facts.created, answered, closed, labels, assignee "
    "FROM tickets JOIN facts USING (number)"
)


def count(desk: Desk) -> Figures:
    """Return the figures as of the newest commit known here and of today."""
    with newest(desk):
        return figures(_facts(desk), desk.now().date())


def _facts(desk: Desk) -> Iterator[Facts]:
    zone = desk.settings.desk.timezone

    def local(at: int | None) -> datetime | None:
        return None if at is None else datetime.fromtimestamp(at, zone)

    for status, created, answered, closed, labels, assignee in desk.index.query(_SQL):
        yield Facts.of(
            status,
            datetime.fromtimestamp(created, zone),
            local(answered),
            local(closed),
            tuple(labels.split("\n")) if labels else (),
            assignee,
        )


def as_json(found: Figures, weeks: int) -> dict[str, Any]:
    """Return what ``stats --json`` prints, with the last ``weeks`` weeks. Times are seconds."""
    ages = zip(AGES, found.ages, strict=True)
    return {
        "as_of": found.day.isoformat(),
        "tickets": dict(found.statuses),
        "recent": {"days": RECENT, **_period(found.recent)},
        "weeks": [_period(one) for one in found.weeks[-weeks:]],
        "backlog": {
            "ages": [
                {"from_days": first, "to_days": last, **_pile(one)} for (first, last), one in ages
            ],
            "labels": [{"label": one.name, **_pile(one)} for one in found.labels],
            "assignees": [{"assignee": one.name, **_pile(one)} for one in found.assignees],
        },
    }


def _period(one: Period) -> dict[str, Any]:
    return {
        "from": one.start.isoformat(),
        "opened": one.opened,
        "closed": one.closed,
        "first_answer": _times(one.answer),
        "closing": _times(one.closing),
    }


def _times(one: Times | None) -> dict[str, int] | None:
    return {"count": one.count, "median": one.median, "p90": one.p90} if one else None


def _pile(one: Pile) -> dict[str, int]:
    return {"open": one.open, "waiting": one.waiting}
