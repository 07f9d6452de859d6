"""Letters about an account: asked for, limited, due, and noted in its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tracker.core.accounts.records import (
    Post,
    PostKind,
    Record,
    moment,
    normal_address,
    stamp,
)

AN_HOUR = 3
A_DAY = 5
"""How many letters that anybody can ask for go to one account."""
LIMITED: tuple[PostKind, ...] = ("access", "refused")
"""The kinds that a mail brings about which anybody can forge."""
_DAY = timedelta(days=1)


def is_new(record: Record | None, now: datetime) -> bool:
    """Whether somebody who writes is to be sent *Activate my account* unasked: there is no account
    yet, or its link expired and nobody ever chose a password there.
    """
    if record is None:
        return True
    pending = any(one.is_due and one.has_link for one in record.posts)
    chosen = any(one.kind == "chosen" for one in record.logins)
    return not (record.revoked or pending or chosen or record.invited_at(now))


def may_ask(record: Record, now: datetime) -> bool:
    """Whether the limits let one more letter of the kinds ``LIMITED`` go to an account."""
    asked = [now - moment(one.asked) for one in record.posts if one.kind in LIMITED]
    hour = sum(ago < timedelta(hours=1) for ago in asked)
    return hour < AN_HOUR and sum(ago < _DAY for ago in asked) < A_DAY


def owe(
    record: Record, kind: PostKind, to: str, now: datetime, new_id: Callable[[], str]
) -> Record:
    """Return the record with one more letter that is due, to its address ``to``.

    A letter with a link takes the place of one that is still due. What was settled more than a day
    ago is forgotten.
    """
    post = Post(new_id(), kind, normal_address(to), stamp(now))
    return replace(record, posts=(*_kept(record, post, now), post))


def _kept(record: Record, added: Post, now: datetime) -> list[Post]:
    settled = [one for one in record.posts if not (one.is_due and one.has_link and added.has_link)]
    return [one for one in settled if one.is_due or now - moment(one.asked) < _DAY]


def lacks_link(record: Record, post: Post, now: datetime) -> bool:
    """Whether a letter that is due must be given a link first: it has none, or that of an
    invitation which no longer holds.
    """
    if not (post.is_due and post.has_link) or record.revoked or post.to not in record.addresses:
        return False
    present = post.invitation == record.invitation and post.to == record.to
    return not (post.invitation and present and record.invited_at(now))


def noted(
    record: Record, post: str, *, told: str = "", bounced: str = "", later: str = ""
) -> Record:
    """Return the record that notes what became of a letter; one that is gone is passed over."""
    found = find(record, post)
    if found is None or not found.is_due:
        return record
    return with_post(record, replace(found, told=told, bounced=bounced, delayed=later))


def find(record: Record, post: str) -> Post | None:
    """Return the letter with an id, or None."""
    return next((one for one in record.posts if one.id == post), None)


def with_post(record: Record, changed: Post) -> Record:
    """Return the record with a letter of the same id changed."""
    posts = tuple(changed if one.id == changed.id else one for one in record.posts)
    return replace(record, posts=posts)
