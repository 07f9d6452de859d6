"""Publishing after review: who is seen is what the rule says, whatever was built before."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.core.pages.make import ANNA, answer, entry, ticket
from tests.portal.desks import SETTINGS, DeskFolder, contents
from tests.portal.test_site import clean
from tracker.adapters import processes
from tracker.core.addresses import Address
from tracker.core.pages.view import looked_at
from tracker.core.ticket import Attachment, Entry, Ticket, ticket_path
from tracker.portal import render

OLGA = Address("Ольга", "Olga@example.org")


@pytest.fixture
def reviewed(desk: DeskFolder) -> DeskFolder:
    text = SETTINGS.format(language="ru", visibility="public")
    desk.settings(
        text.replace('visibility = "public"', 'visibility = "public"\npublish = "after-review"')
    )
    return desk


def of(who: Address, number: int, *entries: Entry, **more: object) -> Ticket:
    said = (entry(f"слово{number}", author=who), *entries)
    return ticket(number, *said, requester=who, **more)


def seen(desk: DeskFolder) -> set[int]:
    cards = (desk.site / "tickets").glob("*/index.html")
    return {int(path.parent.name.rpartition("-")[2]) for path in cards}


def test_a_strangers_ticket_appears_when_an_agent_has_looked(
    reviewed: DeskFolder, pages: Path
) -> None:
    desk = reviewed
    desk.put(of(OLGA, 1), of(OLGA, 2))
    desk.publish(pages)
    assert seen(desk) == set()
    assert "слово1" not in "".join(path.read_text("utf-8") for path in desk.site.rglob("*.html"))
    desk.put(of(OLGA, 1, answer("Здравствуйте", 1)))
    desk.publish(pages)
    assert seen(desk) == {1, 2}
    assert contents(desk.site) == clean(desk, pages)


def test_only_an_earlier_ticket_vouches_in_any_case_of_the_address(
    reviewed: DeskFolder, pages: Path
) -> None:
    desk = reviewed
    same = Address("O.", "olga@EXAMPLE.org")
    desk.put(of(OLGA, 1), of(same, 2, answer("да", 1)), of(OLGA, 3), of(ANNA, 4))
    desk.publish(pages)
    assert seen(desk) == {2, 3}


def test_what_vouched_can_go_and_come_back(reviewed: DeskFolder, pages: Path) -> None:
    """Spam, a deleted file, a broken one: those who were vouched for wait again."""
    desk = reviewed
    picture = Attachment("s.png", "tickets/000/ACCREDO-2/s.png", 3, "image/png")
    desk.file("tickets/000/ACCREDO-2/s.png", b"png")
    good = of(OLGA, 1, answer("да", 1))
    second = ticket(2, entry("b", author=OLGA, attachments=(picture,)), requester=OLGA)
    marked = answer("", 2, kind="event", event="spam", visibility="internal")
    spam = ticket(1, entry("купите", author=OLGA, visibility="held"), marked, requester=OLGA)
    for change in (good, spam, good, None, good):
        if change is None:
            (desk.root / ticket_path("ACCREDO", 1)).unlink()
        else:
            desk.put(change)
        desk.put(second)
        desk.publish(pages)
        assert seen(desk) == ({1, 2} if change is good else set())
        assert contents(desk.site) == clean(desk, pages)
    assert (desk.site / "tickets/ACCREDO-2/s.png").is_file()


def test_a_change_of_the_vouched_ticket_itself_keeps_it(reviewed: DeskFolder, pages: Path) -> None:
    desk = reviewed
    picture = Attachment("s.png", "tickets/000/ACCREDO-2/s.png", 3, "image/png")
    desk.file("tickets/000/ACCREDO-2/s.png", b"png")
    desk.put(of(OLGA, 1, answer("да", 1)), of(OLGA, 2))
    desk.publish(pages)
    more = entry("снимок", 3, author=OLGA, attachments=(picture,))
    for entries in ((more,), (more, entry("ещё", 4, author=OLGA))):
        desk.put(of(OLGA, 2, *entries))
        assert desk.publish(pages).rendered == 1
        assert (desk.site / "tickets/ACCREDO-2/s.png").is_file()
        assert contents(desk.site) == clean(desk, pages)


def test_callers_without_an_address_vouch_for_nobody(reviewed: DeskFolder, pages: Path) -> None:
    desk = reviewed
    caller = Address("Пётр", "")
    desk.put(of(caller, 1, answer("да", 1)), of(caller, 2))
    desk.publish(pages)
    assert seen(desk) == {1}


def test_at_once_shows_everything(desk: DeskFolder, pages: Path) -> None:
    desk.put(of(OLGA, 1))
    desk.publish(pages)
    assert seen(desk) == {1}


def test_random_histories_equal_a_clean_build_and_the_rule(
    reviewed: DeskFolder, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = reviewed
    monkeypatch.setattr(render, "_ALONE", 20)
    monkeypatch.setattr(processes, "processors", lambda: 2)
    rng = random.Random(4)
    people = [Address(f"P{n}", f"p{n}@example.org") for n in range(6)]
    now: dict[int, Ticket] = {}
    for step in range(10):
        for _ in range(40 if step == 0 else rng.randint(1, 5)):
            number = rng.randint(1, 45)
            who = rng.choice(people)
            more = [answer("да", 1)] if rng.random() < 0.25 else []
            first = entry("x", author=who, visibility="held" if rng.random() < 0.1 else "public")
            now[number] = ticket(number, first, *more, requester=who)
            desk.put(now[number])
        if step % 3 == 2:
            number = rng.choice(sorted(now))
            (desk.root / ticket_path("ACCREDO", number)).unlink()
            del now[number]
        desk.publish(pages)
        known: set[str] = set()
        wanted = set()
        for number, one in sorted(now.items()):
            if one.accepted and (looked_at(one) or one.requester.key in known):
                wanted.add(number)
            if looked_at(one):
                known.add(one.requester.key)
        assert seen(desk) == wanted
        assert contents(desk.site) == clean(desk, pages)
