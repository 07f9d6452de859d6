"""The order in which mails of an archive are taken in: by date, an answer never before its mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.core.mail.identity import mail_date, message_id, message_ids
from tracker.core.mail.structure import Reader


@dataclass(frozen=True, slots=True)
class Head:
    """What a mail's first bytes say: enough to put it in its place."""

    message_id: str
    answers: tuple[str, ...]
    date: datetime | None


def read_head(raw: bytes) -> Head:
    """Read the header block of a mail; ``raw`` may be cut behind it. Never fails."""
    root = Reader(raw).read()
    answers = (
        *message_ids(root.header("in-reply-to")),
        *reversed(message_ids(root.header("references"))),
    )
    return Head(message_id(root.headers.get("message-id", [])), answers, _date(root.header("date")))


def _date(value: str) -> datetime | None:
    try:
        return mail_date(value)
    except (ValueError, OverflowError):
        return None


def in_order(heads: Sequence[tuple[Head, datetime]]) -> list[int]:
    """Return the places of ``heads`` in the order to take them.

    Each has the time that counts for it. A mail comes behind those it answers, whatever their
    dates say; mails that answer each other in a circle come by date.
    """
    places: dict[str, int] = {}
    for at, (head, _) in enumerate(heads):
        if head.message_id:
            places.setdefault(head.message_id, at)
    done = [False] * len(heads)
    order: list[int] = []
    for at in sorted(range(len(heads)), key=lambda at: (heads[at][1], at)):
        for one in reversed(list(_waiting(at, heads, places, done))):
            done[one] = True
            order.append(one)
    return order


def _waiting(
    at: int, heads: Sequence[tuple[Head, datetime]], places: dict[str, int], done: list[bool]
) -> Iterator[int]:
    """Yield a mail and those before it in its thread that were not taken yet, the newest first."""
    passed: set[int] = set()
    following: int | None = at
    while following is not None and following not in passed and not done[following]:
        passed.add(following)
        yield following
        found = (places[one] for one in heads[following][0].answers if one in places)
        following = next((one for one in found if one != following), None)
