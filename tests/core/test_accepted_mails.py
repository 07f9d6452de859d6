"""A held mail that is accepted does what it would have done, had it been believed when it came."""

from __future__ import annotations

import re

import pytest

from tests.core.rules import ANNA, CASES, IVAN, PETR, RULES, desk_for, filled
from tests.core.samples import NOW, MemoryDesk
from tracker.core import accepting, review
from tracker.core.mail import read_mail
from tracker.core.operations import Actor
from tracker.core.workspace import Workspace

WHO = Actor(ANNA, "agent", "cli", NOW, "anna")
SENDERS = (IVAN.key, PETR.key)
AUTHENTICATION = re.compile(rb"(?mi)^Authentication-Results:.*\n(?:[ \t].*\n)*")


def with_verdict(raw: bytes, verdict: str) -> bytes:
    domain = read_mail(raw).sender.key.rpartition("@")[2]
    header = f"Authentication-Results: mx.example.org; dmarc={verdict} header.from={domain}\n"
    return header.encode() + AUTHENTICATION.sub(b"", raw)


def raw_of(name: str) -> bytes:
    return filled((RULES / name / "in.eml").read_bytes())


def is_told(name: str) -> bool:
    """Whether a case is a person's mail to a request that is not over, by somebody on it. Whom a
    participant copies is let in by an agent alone, as one who accepts the mail.
    """
    mail = read_mail(raw_of(name))
    person = mail.sender.key in SENDERS and not mail.automatic and not mail.spam
    other = ("own-", "closed-long-ago", "cc-participant", "cc-command-participant")
    return person and mail.bounce is None and not name.startswith(other)


def taken(raw: bytes) -> MemoryDesk:
    """The desk that took in a mail, and accepted what was held for that."""
    desk = desk_for({})
    held = {number: review.held(one) for number, one in desk.tickets().items()}
    assert not any(held.values())
    desk.take(raw)
    work = Workspace(desk, desk.settings, NOW, desk.new_id)
    for number, one in desk.tickets().items():
        for _, entry in review.held(one):
            accepting.accept(work, number, entry.id, WHO)
    desk.files |= {path: text for path, text in work.files.items() if text is not None}
    return desk


def seen(desk: MemoryDesk) -> dict[int, object]:
    """What of each ticket matters to people outside."""
    return {
        number: (
            (one.title, one.status, one.requester, one.participants, one.muted),
            [
                (each.role, each.text, each.attachments)
                for each in one.entries
                if each.kind == "message" and each.visibility == "public"
            ],
            [
                (each.event, each.author, dict(each.data).get("who"))
                for each in one.entries
                if each.kind == "event" and each.event not in ("accepted", "linked")
            ],
        )
        for number, one in desk.tickets().items()
    }


TOLD = [name for name in CASES if is_told(name)]


@pytest.mark.parametrize("name", TOLD)
def test_as_if_it_had_been_believed(name: str) -> None:
    raw = raw_of(name)
    accepted, believed = (taken(with_verdict(raw, one)) for one in ("fail", "pass"))
    assert seen(accepted) == seen(believed)
