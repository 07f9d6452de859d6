"""The letter *accepted, your number is N*: when it goes, and what it never repeats."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import KEYS, NOW, settings
from tracker.core.confirmation import Waiting, confirmation
from tracker.core.letters import Letter
from tracker.core.limits import plan
from tracker.core.planned import Owed
from tracker.core.schedule import Past, schedule
from tracker.core.tokens import read_message_id

IVAN = "ivan@example.org"
CANARY = "КАНАРЕЙКА"
LIMITS = settings().limits


def waiting(
    number: int = 1, *, proven: bool = False, address: str = IVAN, continues: str = ""
) -> Waiting:
    message = f"<m{number}@example.org>"
    ticket = f"ACCREDO-{number}"
    return Waiting(ticket, f"e{number}", address, CANARY, message, proven, NOW, continues)


def owed(number: int, *, proven: bool = False) -> Owed:
    ticket = f"ACCREDO-{number}"
    return Owed(number, ticket, "oid", f"e{number}", IVAN, "confirmation", proven)


def allowed(*ago: float, proven: bool = False) -> bool:
    """Whether a letter may go now, after letters so many minutes ago."""
    told = {IVAN: [NOW - timedelta(minutes=minutes) for minutes in ago]}
    planned = plan([waiting(proven=proven)], told, LIMITS, NOW)
    assert bool(planned.now) != bool(planned.later)
    return bool(planned.now)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        ([], True),
        ([9.9], False),
        ([10], True),
        ([0], False),
        ([11, 12, 13, 14], True),
        ([60, 120, 180, 240, 300], False),
        ([60, 120, 180, 240, 24 * 60], True),
        ([60, 60, 60, 60, 60, 60], True),
    ],
)
def test_one_in_ten_minutes_and_five_a_day(ago: list[float], expected: bool) -> None:
    assert allowed(*ago) is expected


def test_a_proven_sender_gets_twenty_a_day() -> None:
    assert allowed(*(20 * n for n in range(1, 20)), proven=True)
    assert not allowed(*(20 * n for n in range(1, 21)), proven=True)
    assert not allowed(5, proven=True)


def test_one_unproven_mail_among_many_makes_the_address_unproven() -> None:
    told = {IVAN: [NOW - timedelta(hours=n) for n in range(1, 7)]}
    rows = [owed(1, proven=True), owed(2)]
    (held,) = schedule(rows, Past(told), settings(), NOW).later
    assert held.why == "limits"
    assert held.planned.tickets == ["ACCREDO-1", "ACCREDO-2"]
    assert schedule(rows[:1], Past(told), settings(), NOW).later == ()


@given(st.lists(st.tuples(st.integers(1, 50), st.sampled_from([IVAN, "o@x.org", "p@x.org"]))))
def test_nobody_and_no_number_is_forgotten(asked: list[tuple[int, str]]) -> None:
    told = {IVAN: [NOW]}
    every = [waiting(number, address=address) for number, address in asked]
    planned = plan(every, told, LIMITS, NOW)
    assert sorted(map(repr, every)) == sorted(map(repr, (*planned.now, *planned.later)))
    now = [one.address for one in planned.now]
    assert len(now) == len(set(now))
    assert IVAN not in now


# What the letter says


def compose(*numbers: Waiting, now: datetime = NOW, language: str = "ru") -> Letter:
    return confirmation(IVAN, numbers, settings(language=language), KEYS, now)


def read(letter: Letter) -> tuple[EmailMessage, str, str]:
    """The letter, its text and its HTML."""
    message = message_from_bytes(letter.content, policy=default)
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return message, plain.get_content(), html.get_content()


def test_one_number() -> None:
    message, plain, html = read(compose(waiting(42, proven=True)))
    assert message["Subject"] == "[ACCREDO-42] Ваше обращение принято, номер ACCREDO-42"
    assert f"Вы написали: {CANARY}" in plain
    for text in (plain, html):
        for words in ("ACCREDO-42", "https://help.example.org/", "support@example.org", "+7 495"):
            assert words in text


def test_several_numbers_are_all_named_and_linked() -> None:
    message, plain, html = read(compose(*(waiting(n) for n in range(1, 9))))
    for n in range(1, 9):
        assert f"ACCREDO-{n}" in plain
        assert f'href="https://help.example.org/tickets/ACCREDO-{n}/"' in html
    assert "ACCREDO-5" in message["Subject"]


@pytest.mark.parametrize("proven", [True, False])
def test_the_first_letter_says_what_a_reply_does(proven: bool) -> None:
    _, plain, html = read(compose(waiting(42, proven=proven)))
    for text in (plain, html):
        for words in ("просто ответьте", "поставьте их в копию", "/стоп", "/возобновить"):
            assert words in text
    assert "mailto:support@example.org?subject=%5BACCREDO-42%5D%20stop&amp;body=/stop" in html
    assert "reply with the line /stop" in read(compose(waiting(42), language="en"))[1]


def test_of_several_numbers_a_letter_says_how_to_name_one() -> None:
    numbers = [waiting(7), waiting(8)]
    _, plain, html = read(compose(*numbers))
    assert "с темой [ACCREDO-7]" in plain
    assert "/стоп" in plain
    assert "body=/stop" not in html  # a click would stop one of them, whichever was meant
    assert "the subject [ACCREDO-7]" in read(compose(*numbers, language="en"))[1]


def test_an_unproven_sender_gets_nothing_of_what_was_written() -> None:
    for letter in (compose(waiting(1)), compose(waiting(1), waiting(2, proven=True))):
        message, plain, html = read(letter)
        assert CANARY not in plain + html + str(message["Subject"])
        assert CANARY.encode() not in letter.content


def test_it_can_be_told_from_a_person_s_letter_and_threads() -> None:
    message, _, _ = read(compose(waiting(42)))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Tracker-Desk"] == KEYS.loop
    assert message["In-Reply-To"] == "<m42@example.org>"
    root, own = message["References"].split()
    assert own == "<m42@example.org>"
    assert root == KEYS.message_id("ACCREDO-42", "root", IVAN, "example.org")
    assert str(message["To"]) == IVAN
    letter = read_message_id(message["Message-ID"])
    assert letter is not None
    assert (letter.ticket, letter.letter) == ("ACCREDO-42", "e42")
    assert KEYS.proves(letter, IVAN)


def test_the_same_letter_again_is_the_same_to_the_byte() -> None:
    numbers = [waiting(1), waiting(2)]
    assert compose(*numbers) == compose(*numbers)
    assert compose(*numbers, now=NOW + timedelta(hours=1)) == compose(*numbers)
    later = compose(*numbers, now=NOW + timedelta(days=1))
    assert later.message_id == compose(*numbers).message_id


def test_one_number_links_its_card() -> None:
    _, plain, html = read(compose(waiting(42)))
    assert "https://help.example.org/tickets/ACCREDO-42/" in plain
    assert 'href="https://help.example.org/tickets/ACCREDO-42/"' in html


def test_a_late_reply_s_new_ticket_names_both_numbers() -> None:
    _, plain, html = read(compose(waiting(42, continues="ACCREDO-7")))
    for text in (plain, html):
        assert "ACCREDO-42" in text
        assert "ACCREDO-7" in text


def test_english() -> None:
    message, plain, _ = read(compose(waiting(42), language="en"))
    assert message["Subject"] == "[ACCREDO-42] Your request is accepted, number ACCREDO-42"
    assert "This letter was sent automatically." in plain


def test_a_private_desk_links_no_card() -> None:
    for numbers in ([waiting(1), waiting(2)], [waiting(1, continues="ACCREDO-2")]):
        letter = confirmation(IVAN, numbers, settings(visibility="private"), KEYS, NOW)
        _, plain, html = read(letter)
        assert "tickets/" not in plain + html
