"""What may not stand in a repository that everybody reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.core.pages.make import answer, entry, ticket
from tests.core.samples import settings
from tracker.core import public
from tracker.core.addresses import Address
from tracker.core.document import render
from tracker.core.settings import Settings
from tracker.core.ticket import Ticket

SEALED = Address("Иван П.", f"u-{'1' * 32}@sealed")
PLAIN = "olga@mail.example"
TOLD = "2026-11-22T06:40:11Z"


def of(repository: str) -> Settings:
    found = settings()
    return replace(found, desk=replace(found.desk, repository=repository))


def sealed(*entries: Any, **more: Any) -> Ticket:
    mine = entry("Пишите на ivan@example.org", author=SEALED, told={SEALED.email: TOLD})
    return ticket(1, mine, *entries, requester=SEALED, **more)


def told(one: Ticket) -> list[str]:
    """Return what `check` finds: the begin of each sentence, and of the line it names."""
    text = render(one, "ru")
    lines = text.split("\n")
    found = [f"{where}: {what}" for where, what in public.faults(one, of("public"))]
    return found + [
        f"{lines[line - 1].partition(' ')[0]} {what}"
        for line, what in public.address_faults(text, of("public"))
    ]


def event(**more: Any) -> Any:
    return answer("", 2, kind="event", **more)


@pytest.mark.parametrize(
    ("one", "begin"),
    [
        (sealed(answer("Тайна.", kind="note")), "e00001: an internal note"),
        (sealed(entry("?", 1, author=SEALED, visibility="held")), "e00001: a message held"),
        (sealed(phone="+7 495 123-45-67"), "phone: a telephone number"),
        (sealed(title=f"Пишите на {PLAIN}"), "title: a mail address"),
        (sealed(extra={"contact": PLAIN}), "contact: a mail address"),
        (sealed(participants=(Address("Ольга", PLAIN),)), "participants: a mail address"),
        (sealed(muted=(PLAIN,)), "muted: a mail address"),
        (sealed(entry("?", 1, author=Address("Ольга", PLAIN))), "<!-- a mail address"),
        (sealed(entry("?", 1, author=SEALED, message_id="<a@mail.example>")), "<!-- a mail"),
        (sealed(answer("Да.", told={PLAIN: TOLD})), "<!-- a mail address"),
        (sealed(answer("Да.", bounced={PLAIN: "no"})), "<!-- a mail address"),
        (sealed(answer("Да.", delayed={SEALED.email: f"450 <{PLAIN}>"})), "<!-- a mail address"),
        (sealed(event(event="joined", data={"who": f"Ольга <{PLAIN}>"})), "<!-- a mail address"),
    ],
)
def test_each_is_named_once_with_its_place(one: Ticket, begin: str) -> None:
    (found,) = told(one)
    assert found.startswith(begin)
    assert found.endswith("stands here, and the repository is public")


def test_a_sealed_ticket_has_none_and_a_private_repository_may_hold_everything() -> None:
    assert told(sealed(answer("Да.", told={SEALED.email: TOLD, "@anna": TOLD}))) == []
    one = sealed(answer("Тайна.", kind="note"), title=PLAIN, phone="+7 495 123-45-67")
    private = of("private")
    assert not [*public.faults(one, private), *public.address_faults(render(one, "ru"), private)]
