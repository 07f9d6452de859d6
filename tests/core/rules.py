"""The desk and the mails of ``tests/rules``: every row of the tables who may do what."""

from __future__ import annotations

import json
import re
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from tests.core.samples import (
    KEYS,
    NOW,
    OTHER_KEYS,
    SETTINGS,
    MemoryDesk,
    entry,
    event,
    later,
    ticket,
)
from tracker.core import state
from tracker.core.addresses import Address
from tracker.core.intake import Outcome
from tracker.core.mail import read_mail
from tracker.core.settings import read_settings
from tracker.core.suppression import Suppressed
from tracker.core.ticket import Entry, Ticket

RULES = Path(__file__).parents[1] / "rules"
CASES = sorted(path.parent.name for path in RULES.glob("*/in.eml"))
IVAN = Address("Иван Петров", "ivan@example.org")
OLGA = Address("Ольга Сидорова", "olga@example.org")
PETR = Address("Пётр Иванов", "petr@partner.example")
ANNA = Address("Анна", "anna@example.org")
PEOPLE = (
    *("ivan@example.org", "olga@example.org", "petr@partner.example", "anna@example.org"),
    *("boris@example.org", "mallory@elsewhere.example", "old@example.org"),
)
_PLACE = re.compile(r"\{(\w+)((?: [^{}\s]+)*)\}")


def told(days: float, *people: str) -> dict[str, str]:
    """Letters that went some days ago."""
    at = later(days=-days).astimezone(UTC)
    return dict.fromkeys(people, f"{at:%Y-%m-%dT%H:%M:%SZ}")


def asked(number: int, who: Address = IVAN, days: float = 40, **values: Any) -> Entry:
    """The first message of a ticket."""
    values = {"told": told(days, who.email), "digest": f"d{number}"} | values
    at, name = NOW - timedelta(days=days), f"<{number}@example.org>"
    return entry(f"e{number}", at=at, author=who, message_id=name, **values)


def answered(number: int, days: float, *people: str) -> Entry:
    """An agent's answer that ``people`` were told of."""
    return Entry(
        id=f"a{number}",
        at=later(days=-days),
        author=ANNA,
        role="agent",
        via="cli",
        text="Готово.",
        told=told(days, *people),
    )


def tickets() -> list[Ticket]:
    """7 is Olga's, who stopped its letters. 30 was closed 40 days ago, and Ivan's late answer to it
    opened 31. 40 was merged into 42, where Пётр takes part and which told the agent Anna a day ago.
    50 was closed 3 days ago, 51 was closed 30 days ago, 52 waits, and 53 told Anna three weeks ago.
    """
    return [
        ticket(
            7,
            asked(7, OLGA, text="Тайна Ольги."),
            event("muted", later(days=-1), visibility="internal", data={"who": OLGA.email}),
            requester=OLGA,
            title="Тайный вопрос",
            muted=(OLGA.email,),
        ),
        ticket(
            30,
            asked(30, days=60),
            event("joined", later(days=-50), data={"who": str(PETR)}),
            event("closed", later(days=-40), told=told(40, IVAN.email, PETR.email)),
            event("linked", later(days=-9), visibility="internal", data={"to": "ACCREDO-31"}),
            status="closed",
            participants=(PETR,),
        ),
        ticket(
            31,
            asked(31, days=9, data={"title": "Кабинет", "continues": "ACCREDO-30"}),
            event("linked", later(days=-9), visibility="internal", data={"to": "ACCREDO-30"}),
        ),
        ticket(
            40,
            asked(40, days=5),
            event("merged", later(days=-2), data={"into": "ACCREDO-42"}),
            event("closed", later(days=-2)),
            status="closed",
        ),
        ticket(
            42,
            asked(42, days=4, told=told(4, IVAN.email, "old@example.org")),
            event("joined", later(days=-3), data={"who": str(PETR)}),
            event("took", later(days=-2), data={"from": "ACCREDO-40"}),
            answered(42, 1, IVAN.email, PETR.email, ANNA.email),
            participants=(PETR,),
        ),
        ticket(
            50,
            asked(50),
            event("joined", later(days=-9), data={"who": str(PETR)}),
            answered(50, 3, IVAN.email, PETR.email),
            event("closed", later(days=-3)),
            status="closed",
            participants=(PETR,),
        ),
        ticket(
            51,
            asked(51, days=60),
            event("joined", later(days=-50), data={"who": str(PETR)}),
            answered(51, 30, IVAN.email, PETR.email),
            event("closed", later(days=-30)),
            status="closed",
            participants=(PETR,),
        ),
        ticket(
            52,
            asked(52),
            answered(52, 5, IVAN.email),
            event("waiting", later(days=-5)),
            status="waiting",
        ),
        ticket(53, asked(53, days=21, told=told(21, IVAN.email, ANNA.email))),
    ]


def desk_for(expected: dict[str, Any]) -> MemoryDesk:
    """The desk of a case: ``mailbox`` there changes settings, ``stopped`` lists addresses that
    no letter goes to.
    """
    mailbox = {
        "authserv_id": "mx.example.org",
        "plus_tags": True,
        "forwarders": ["form@web.example"],
        "lists": ["team@example.org"],
    } | expected.get("mailbox", {})
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in mailbox.items())
    text = SETTINGS.replace('authserv_id = "mx.example.org"\n', lines)
    more = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'
    desk = MemoryDesk(*tickets(), with_settings=read_settings(text + more))
    stopped = Suppressed(KEYS, {})
    for address in expected.get("stopped", ()):
        stopped.add(address, "5.1.1", "ACCREDO-7", NOW)
    desk.files[state.SUPPRESSED] = stopped.write()
    return desk


def filled(raw: bytes) -> bytes:
    """Fill the places of a mail that depend on the desk's keys.

    ``{letter 42 a@b.org a42}`` is the Message-ID of the letter with that word to that address,
    ``{alien …}`` the same by another desk, ``{tag 42 a@b.org}`` the desk's address with its
    tag, ``{loop}`` the value of the loop header.
    """
    return _PLACE.sub(lambda found: _value(found[1], found[2].split()), raw.decode()).encode()


def _value(kind: str, words: list[str]) -> str:
    if kind in ("letter", "alien"):
        number, address, word = words
        keys = KEYS if kind == "letter" else OTHER_KEYS
        return keys.message_id(f"ACCREDO-{number}", word, address, "example.org")
    if kind in ("tag", "TAG"):
        number, address = words
        tagged = KEYS.tagged("support@example.org", f"ACCREDO-{number}", address)
        return tagged.upper() if kind == "TAG" else tagged
    return {"loop": KEYS.loop}[kind]


def take(desk: MemoryDesk, raw: bytes) -> Outcome:
    """Take in one mail as the run of the desk would read it."""
    lists = frozenset(desk.settings.mailbox.lists)
    (outcome,) = desk.take(read_mail(filled(raw), lists=lists))
    return outcome


def result(desk: MemoryDesk, before: dict[int, Ticket], outcome: Outcome) -> dict[str, Any]:
    """What a mail did: the outcome, and every ticket that is not as it was before."""
    after = desk.tickets()
    changed = {
        one.id: _change(before.get(number), one)
        for number, one in after.items()
        if before.get(number) != one
    }
    stopped = Suppressed.read(desk.files[state.SUPPRESSED], KEYS)
    return {
        "outcome": [outcome.what, outcome.detail],
        "tickets": changed,
        "suppressed": [one for one in PEOPLE if stopped.reason(one)],
    }


def _change(before: Ticket | None, after: Ticket) -> dict[str, Any]:
    there = before.entries if before else ()
    told: dict[str, Any] = {}
    for name in ("status", "title", "requester", "participants", "muted", "assignee", "labels"):
        value = getattr(after, name)
        if before is None or value != getattr(before, name):
            told[name] = (
                [str(one) for one in value] if isinstance(value, tuple) else value and str(value)
            )
    ids = {one.id for one in there}
    changed = [one for one in there if one not in after.entries]
    if changed:
        same = {one.id: one for one in after.entries}
        told["bounced"] = {one.id: dict(same[one.id].bounced) for one in changed}
    told["added"] = [_entry(one) for one in after.entries if one.id not in ids]
    return told


def _entry(one: Entry) -> dict[str, Any]:
    shown = {
        "by": str(one.author),
        "role": one.role,
        "kind": one.event or one.kind,
        "visibility": one.visibility,
        "text": one.text,
        "quoted": bool(one.quoted),
        "automatic": one.automatic,
        "silent": one.silent,
        "data": dict(one.data),
        "message_id": one.message_id,
        "files": [file.name for file in one.attachments],
    }
    return {name: value for name, value in shown.items() if value}
