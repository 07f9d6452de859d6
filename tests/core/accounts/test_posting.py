"""The letters about accounts: the same each time, in both languages, and no word of a stranger."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from tests.core.samples import KEYS, NOW, RING, later, settings
from tracker.core.accounts.activation import activation_link, invite, new_record
from tracker.core.accounts.logins import Cost
from tracker.core.accounts.posting import post_letter
from tracker.core.accounts.posts import is_new, lacks_link, may_ask, noted, owe
from tracker.core.accounts.records import POSTS, Record, read_record, stamp, write_record
from tracker.core.letters import Letter
from tracker.core.mail import read_mail
from tracker.core.tokens import read_account_message_id

SITE = "https://help.example.org/"
SMALL = Cost(memory=64, passes=1)


def record(kind: str = "activation", **more: object) -> Record:
    one = new_record(RING, "ab" * 16, ["ivan@example.org"], "BUY PILLS", "requester", NOW)
    one = invite(one, RING, SITE, NOW, cost=SMALL)
    one = owe(one, kind, "ivan@example.org", NOW, lambda: "p1")  # type: ignore[arg-type]
    return replace(one, posts=(replace(one.posts[-1], invitation=1, **more),))


def letter(kind: str, language: str = "en") -> Letter:
    one = record(kind)
    desk = settings(visibility="private", language=language)
    return post_letter(one, one.posts[0], RING, desk, KEYS, NOW)


def message(found: Letter) -> EmailMessage:
    parsed = message_from_bytes(found.content, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def texts(found: Letter) -> list[str]:
    bodies = (message(found).get_body((kind,)) for kind in ("plain", "html"))
    return [body.get_content() for body in bodies if body is not None]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", POSTS)
def test_a_letter_is_the_same_each_time_and_names_nobody(kind: str, language: str) -> None:
    found = letter(kind, language)
    assert found == letter(kind, language)
    assert found.machine
    assert found.recipient == "ivan@example.org"
    whole = "".join([str(message(found)["Subject"]), *texts(found)])
    assert "PILLS" not in whole
    assert ("Здравствуйте" if language == "ru" else "Hello") in texts(found)[0]
    link = activation_link(record(), RING, SITE)
    assert all((link in text) == (kind in ("activation", "access")) for text in texts(found))
    assert read_mail(found.content).loop == KEYS.loop


def test_its_message_id_proves_its_recipient_and_no_other() -> None:
    found = read_account_message_id(letter("activation").message_id)
    assert found is not None
    assert (found.ticket, found.letter) == ("ab" * 16, "p1")
    assert KEYS.proves_account(found, "Ivan@Example.org")
    assert not KEYS.proves_account(found, "olga@example.org")
    assert not KEYS.proves_account(replace(found, letter="p2"), "ivan@example.org")
    assert read_account_message_id("<m1@example.org>") is None


def test_a_link_goes_with_the_invitation_it_was_made_for() -> None:
    one = record()
    assert not lacks_link(one, one.posts[0], NOW)
    assert lacks_link(one, replace(one.posts[0], invitation=0), NOW)
    assert lacks_link(one, one.posts[0], later(days=8)), "expired before it went"
    again = invite(one, RING, SITE, NOW, cost=SMALL)
    assert lacks_link(again, again.posts[0], NOW), "somebody invited by hand meanwhile"
    assert not lacks_link(replace(one, revoked=stamp(NOW)), one.posts[0], later(days=8))
    assert not lacks_link(replace(one, addresses=("x@example.org",)), one.posts[0], NOW)


def test_who_is_new() -> None:
    assert is_new(None, NOW)
    one = replace(record(), posts=())
    assert not is_new(one, NOW), "the link still works"
    assert is_new(one, later(days=8))
    assert not is_new(record(), later(days=8)), "a letter is on its way"
    assert not is_new(replace(one, revoked=stamp(NOW)), later(days=8))
    chosen = replace(one.logins[0], kind="chosen")
    assert not is_new(replace(one, logins=(chosen,)), later(days=8))


def test_what_became_of_a_letter_is_noted_once() -> None:
    one = record("access")
    waits = noted(one, "p1", later="2026-11-23T08:00:00Z 1 451 later")
    assert waits.posts[0].is_due and waits.posts[0].delayed
    told = noted(waits, "p1", told=stamp(NOW))
    assert not told.posts[0].is_due and not told.posts[0].delayed
    assert noted(told, "p1", bounced="no") == told
    assert noted(told, "other", told=stamp(NOW)) == told
    assert read_record(write_record(told), told.path) == told


def test_old_letters_are_forgotten_and_limits_with_them() -> None:
    one = replace(record(), posts=())
    for hour in range(5):
        one = owe(one, "refused", "ivan@example.org", later(hours=hour), f"p{hour}".format)
        one = noted(one, f"p{hour}", told=stamp(later(hours=hour)))
    assert not may_ask(one, later(hours=10))
    assert may_ask(one, later(hours=25))
    later_on = owe(one, "registered", "ivan@example.org", later(days=9), lambda: "p9")
    assert [post.id for post in later_on.posts] == ["p9"]
