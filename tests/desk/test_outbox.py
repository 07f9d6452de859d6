"""Letters: each one once, later where the server says no, never to whom it refuses for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import ANNA, NOW, act, answer, everybody, outside, run
from tests.desk.replies import words_of
from tracker.adapters.smtp import Sender
from tracker.core import state
from tracker.core.retries import LONGEST_PAUSE
from tracker.core.suppression import Suppressed
from tracker.core.told import letters_to

pytestmark = pytest.mark.servers
NAMES = ("ivan", "olga", "petr")
DAY = timedelta(days=1)
PAUSE = timedelta(minutes=5)


def once(*names: str) -> Counter[str]:
    return Counter(f"{name}@example.org" for name in names)


@pytest.fixture
def three(desk: RealDesk) -> RealDesk:
    """Three requests that wait."""
    desk.mailbox.append_many(letter(name) for name in NAMES)
    return desk


def test_each_requester_is_told_once(three: RealDesk) -> None:
    assert Counter(run(three).sent) == {f"ACCREDO-{n}": 2 for n in (1, 2, 3)}
    assert everybody(three) == once(*NAMES)
    for one in outside(three):
        assert one.sender == ""
        assert one.message["Auto-Submitted"] == "auto-replied"
    told = [list(one.entries[0].told) for one in three.tickets().values()]
    assert told == [[f"{name}@example.org", ANNA, "@anna"] for name in NAMES]
    assert run(three, DAY).sent == []


def test_a_server_that_is_down(three: RealDesk) -> None:
    three.smtp.kill()
    report = run(three)
    assert (len(report.opened), len(report.failed), report.exit_code) == (3, 3, 3)
    assert "refuses the connection" in report.failed[0]
    assert all(one.entries[0].delayed == {} for one in three.tickets().values())
    three.smtp.start()
    assert len(run(three).sent) == 6
    assert everybody(three) == once(*NAMES)


def test_a_server_that_is_slow(three: RealDesk) -> None:
    three.smtp.slow(0.1)
    assert len(run(three).sent) == 6
    assert everybody(three) == once(*NAMES)
    assert run(three, DAY).sent == []


def test_a_server_that_takes_a_letter_and_says_no_more(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.desk.outbox.Sender", partial(Sender, patience=2.0))
    desk.mailbox.append(letter("ivan"))
    desk.smtp.slow(3600)
    report = run(desk)
    assert (report.sent, len(report.failed), report.exit_code) == ([], 2, 3)
    assert "the connection broke" in report.failed[0]
    (entry,) = desk.tickets()["ACCREDO-1"].entries
    assert (entry.told, set(entry.delayed)) == ({}, {"ivan@example.org", ANNA, "@anna"})
    desk.smtp.reset()
    assert len(run(desk, PAUSE).sent) == 2
    assert everybody(desk) == once("ivan")


def test_a_server_that_demands_a_login(three: RealDesk) -> None:
    three.smtp.demand_auth("support", "x")
    report = run(three)
    assert (len(report.opened), len(report.failed)) == (3, 3)
    assert "does not let support@example.org send" in report.failed[0]
    three.smtp.reset()
    assert len(run(three).sent) == 6
    assert everybody(three) == once(*NAMES)


def test_one_recipient_refused_for_good(three: RealDesk) -> None:
    three.smtp.refuse_recipient("olga@example.org")
    report = run(three)
    assert (len(report.sent), len(report.failed)) == (5, 1)
    assert "550" in report.failed[0]
    entry, event = three.tickets()["ACCREDO-2"].entries
    assert "olga@example.org" not in entry.told
    assert "550" in entry.bounced["olga@example.org"]
    assert (event.event, event.visibility, event.role) == ("undelivered", "internal", "system")
    assert event.data == {
        "address": "olga@example.org",
        "reason": entry.bounced["olga@example.org"],
    }
    three.smtp.reset(letters=False)
    assert run(three, DAY).failed == []
    assert everybody(three) == once("ivan", "petr")


def test_one_recipient_refused_for_now(three: RealDesk) -> None:
    three.smtp.refuse_recipient("olga@example.org", "450 4.2.1 greylisted")
    report = run(three)
    assert (len(report.sent), len(report.failed)) == (5, 1)
    delayed = three.tickets()["ACCREDO-2"].entries[0].delayed["olga@example.org"]
    assert delayed.endswith("Z 1 450 4.2.1 greylisted")
    three.smtp.reset(letters=False)
    early = run(three, PAUSE - timedelta(seconds=1))
    assert (early.sent, early.failed, early.waiting) == ([], [], ["ACCREDO-2"])
    assert run(three, PAUSE).sent == ["ACCREDO-2"]
    assert everybody(three) == once(*NAMES)
    assert three.tickets()["ACCREDO-2"].entries[0].delayed == {}


def test_the_pauses_grow_and_after_days_it_is_given_up(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.smtp.refuse_recipient("ivan@example.org", "450 4.2.2 full")
    now, pauses = timedelta(), []
    while True:
        assert len(run(desk, now).failed) == 1
        delayed = desk.tickets()["ACCREDO-1"].entries[0].delayed
        if not delayed:
            break
        until = datetime.fromisoformat(delayed["ivan@example.org"].partition(" ")[0]) - NOW
        pauses.append((until - now).total_seconds() / 60)
        now = until
    assert pauses == [5, 10, 20, 40, 80, 160, 320, *[480] * 12]
    entry, event = desk.tickets()["ACCREDO-1"].entries
    assert "given up after 20 tries: 450" in entry.bounced["ivan@example.org"]
    assert event.event == "undelivered"
    assert state.SUPPRESSED not in desk.git("ls-tree", "-r", "--name-only", "HEAD")
    assert run(desk, now + DAY).failed == []


def _answers(desk: RealDesk) -> list[tuple[str, str]]:
    """Message-ID and words of the letters with an answer, in their order."""
    letters = [one.message for one in outside(desk) if not one.message["Auto-Submitted"]]
    return [(str(one["Message-ID"]), words_of(one)) for one in letters]


def test_an_answer_does_not_wait_for_the_one_before(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    act(desk, lambda work, who: [answer(work, who, text=text) for text in ("Первый.", "Второй.")])
    desk.smtp.refuse_recipient("ivan@example.org", "450 4.2.2 full")
    run(desk)
    run(desk, PAUSE)
    desk.smtp.reset(letters=False)
    act(desk, lambda work, who: answer(work, who, text="Третий."), PAUSE)
    assert run(desk, PAUSE).sent == ["ACCREDO-1"]
    ((_, third),) = _answers(desk)
    assert "Третий." in third
    assert "Первый." not in third
    run(desk, 3 * PAUSE)
    _, (again, both) = _answers(desk)
    assert "Первый." in both
    assert "Второй." in both
    assert "Третий." not in both
    # A bounce of either finds its own entries, though they went to one address.
    ticket = desk.tickets()["ACCREDO-1"]
    words = [one.word for one in letters_to(ticket, "ivan@example.org")]
    assert [f"ACCREDO-1.{word}." in again for word in words] == [False, False, True]


def test_an_answer_is_given_up_with_its_own_letter_alone(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    act(desk, lambda work, who: answer(work, who, text="Первый."))
    desk.smtp.refuse_recipient("ivan@example.org", "450 4.2.2 full")
    now = timedelta()
    for _ in range(19):
        run(desk, now)
        now += LONGEST_PAUSE
    act(desk, lambda work, who: answer(work, who, text="Второй."), now)
    run(desk, now)
    first, second, event = desk.tickets()["ACCREDO-1"].entries[1:]
    assert "given up after 20 tries" in first.bounced["ivan@example.org"]
    assert (second.bounced, event.event) == ({}, "undelivered")
    desk.smtp.reset(letters=False)
    run(desk, now + PAUSE)
    ((_, words),) = _answers(desk)
    assert "Второй." in words
    assert "Первый." not in words


def test_letters_of_one_second_are_recorded_as_two(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    act(desk, lambda work, who: answer(work, who, text="Первый."))
    desk.smtp.cut_after_data()
    run(desk)
    desk.smtp.reset(letters=False)
    act(desk, lambda work, who: answer(work, who, text="Второй."), PAUSE)
    run(desk, PAUSE)
    ids = [one for one, _ in _answers(desk)]
    assert ids[0] == ids[1] != ids[2]
    assert "Второй." not in _answers(desk)[1][1]
    sent = letters_to(desk.tickets()["ACCREDO-1"], "ivan@example.org")
    assert [one.word in both for one, both in zip(sent[1:], ids[1:], strict=True)] == [True, True]


def test_everything_refused_for_now(three: RealDesk) -> None:
    three.smtp.fail_temporarily()
    report = run(three)
    assert (report.sent, len(report.failed)) == ([], 6)
    assert all(one.entries[0].told == {} for one in three.tickets().values())
    three.smtp.reset()
    assert len(run(three, PAUSE).sent) == 6
    assert everybody(three) == once(*NAMES)


def test_everything_refused_for_good(three: RealDesk) -> None:
    three.smtp.refuse_all()
    assert len(run(three).failed) == 6
    for one in three.tickets().values():
        assert len(one.entries[0].bounced) == 3
        assert [each.event for each in one.entries[1:]] == ["undelivered", "undelivered"]
    three.smtp.reset()
    assert run(three, DAY).sent == []


def test_a_server_that_takes_two_letters_a_connection(three: RealDesk) -> None:
    three.smtp.limit_letters(2)
    run(three)
    run(three)
    assert everybody(three) == once(*NAMES)
    assert len(three.smtp.letters()) == 6


def test_a_connection_cut_after_acceptance_repeats_that_letter_alone(three: RealDesk) -> None:
    three.smtp.cut_after_data()
    first = run(three)
    assert (len(first.sent), len(first.failed)) == (5, 1)
    run(three, PAUSE)
    counts = everybody(three)
    assert sorted(counts.values()) == [1, 1, 2]
    letters = {one.message["Message-ID"]: one.raw for one in three.smtp.letters()}
    assert len(letters) == 6
    assert all(one.raw == letters[one.message["Message-ID"]] for one in three.smtp.letters())


def test_a_service_that_refuses_the_null_sender(three: RealDesk) -> None:
    three.smtp.refuse_null_sender()
    assert len(run(three).sent) == 6
    assert {one.sender for one in three.smtp.letters()} == {"support@example.org"}
    assert len(three.smtp.refusals()) == 1


def test_a_service_that_refuses_the_desk_altogether(three: RealDesk) -> None:
    three.smtp.refuse_senders_but("somebody@else.example")
    report = run(three)
    assert len(report.failed) == 3
    assert all(one.entries[0].bounced == {} for one in three.tickets().values())
    three.smtp.reset()
    assert len(run(three).sent) == 6


def test_an_address_that_no_letter_can_carry_stops_nobody_else(desk: RealDesk) -> None:
    odd = [
        letter("a").replace(b"<a@example.org>", b"<a@>", 1),
        letter("b").replace(b"<b@example.org>", "<иван@example.org>".encode(), 1),
        letter("c").replace(b"From: c <c@example.org>", b"From: nobody", 1),
        letter("d").replace(b"<d@example.org>", b"<d..d.@docomo.example>", 1),
        letter("e").replace(b"<e@example.org>", "<e@пример.рф>".encode(), 1),
    ]
    desk.mailbox.append_many([*odd, letter("ivan")])
    run(desk)
    told = everybody(desk)
    assert told["ivan@example.org"] == 1
    assert told["d..d.@docomo.example"] == 1
    assert told["e@xn--e1afmkfd.xn--p1ai"] == 1
    assert len(told) == 3
    assert run(desk).failed == []
    assert len(desk.tickets()) == 6


def test_the_limits_hold_back_and_the_next_letter_names_every_number(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan", 0))
    run(desk)
    desk.mailbox.append_many(letter("ivan", n) for n in range(1, 4))
    held = run(desk, timedelta(minutes=9))
    numbers = ["ACCREDO-2", "ACCREDO-3", "ACCREDO-4"]
    assert (held.sent, held.waiting) == (numbers, numbers)  # agents are told at once
    assert held.exit_code == 0
    told = run(desk, timedelta(minutes=11))
    assert told.sent == ["ACCREDO-2", "ACCREDO-3", "ACCREDO-4"]
    assert (told.letters, told.as_json()["sent"], held.letters) == (1, 1, 3)
    first, second = outside(desk)
    for number in (2, 3, 4):
        assert f"ACCREDO-{number}" in str(second.message["Subject"])
    assert first.message["Message-ID"] != second.message["Message-ID"]


def test_five_letters_a_day_and_the_sixth_tomorrow(desk: RealDesk) -> None:
    for n in range(6):
        desk.mailbox.append(letter("ivan", n))
        run(desk, timedelta(hours=n))
    assert len(outside(desk)) == 5
    report = run(desk, timedelta(hours=25))
    assert report.sent == ["ACCREDO-6"]
    assert len(outside(desk)) == 6


def test_nobody_is_told_of_automatic_mail(desk: RealDesk) -> None:
    desk.mailbox.append_many(
        [
            letter("auto", extra="Auto-Submitted: auto-replied\r\n"),
            letter("list", extra="List-Id: <news.example.org>\r\n"),
            letter("quiet", extra="X-Auto-Response-Suppress: All\r\n"),
            letter("spam", extra="X-Spam-Flag: YES\r\n"),
        ]
    )
    assert len(run(desk).opened) == 4
    assert outside(desk) == []
    (notice,) = desk.smtp.letters()  # of the mail that asked for no answer, for agents
    assert "ACCREDO-3" in notice.message["Subject"]


def test_a_hard_bounce_of_our_letter_is_noted(desk: RealDesk) -> None:
    from tests.core.test_intake import bounce

    desk.mailbox.append(letter("ivan"))
    run(desk)
    (sent,) = outside(desk)
    desk.mailbox.append(bounce(str(sent.message["Message-ID"])))
    assert run(desk).commented == ["ACCREDO-1"]
    assert list(desk.tickets()["ACCREDO-1"].entries[0].bounced) == ["ivan@example.org"]
    stopped = Suppressed.read((desk.root / state.SUPPRESSED).read_bytes(), desk.open().keys())
    assert stopped.reason("ivan@example.org").startswith("5.1.1")


def test_our_own_letter_come_back_is_ignored(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    desk.mailbox.append_many(one.raw for one in desk.smtp.letters())
    report = run(desk)
    assert (report.opened, len(report.ignored)) == ([], 2)


def test_without_smtp_letters_wait(desk_of: Callable[..., RealDesk]) -> None:
    desk = desk_of()
    toml = desk.root / "tracker.toml"
    kept = toml.read_text()
    toml.write_text("\n".join(one for one in kept.split("\n") if not one.startswith("smtp")))
    desk.mailbox.append(letter("ivan"))
    assert run(desk).sent == []
    toml.write_text(kept)
    assert run(desk).sent == ["ACCREDO-1", "ACCREDO-1"]
