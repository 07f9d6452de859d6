"""Letters: each one once, later where the server says no, never to whom it refuses for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import run
from tracker.core import state
from tracker.core.suppression import Suppressed

pytestmark = pytest.mark.servers
NAMES = ("ivan", "olga", "petr")
DAY = timedelta(days=1)


def everybody(desk: RealDesk) -> Counter[str]:
    return Counter(one.recipients[0] for one in desk.smtp.letters())


def once(*names: str) -> Counter[str]:
    return Counter(f"{name}@example.org" for name in names)


@pytest.fixture
def three(desk: RealDesk) -> RealDesk:
    """Three requests that wait."""
    desk.mailbox.append_many(letter(name) for name in NAMES)
    return desk


def test_each_requester_is_told_once(three: RealDesk) -> None:
    assert sorted(run(three).sent) == ["ACCREDO-1", "ACCREDO-2", "ACCREDO-3"]
    assert everybody(three) == once(*NAMES)
    for one in three.smtp.letters():
        assert one.sender == ""
        assert one.message["Auto-Submitted"] == "auto-replied"
    told = [list(one.entries[0].told) for one in three.tickets().values()]
    assert told == [[f"{name}@example.org"] for name in NAMES]
    assert run(three, DAY).sent == []


def test_a_server_that_is_down(three: RealDesk) -> None:
    three.smtp.kill()
    report = run(three)
    assert (len(report.opened), len(report.failed), report.exit_code) == (3, 3, 3)
    assert "refuses the connection" in report.failed[0]
    three.smtp.start()
    assert len(run(three).sent) == 3
    assert everybody(three) == once(*NAMES)


def test_a_server_that_demands_a_login(three: RealDesk) -> None:
    three.smtp.demand_auth("support", "x")
    report = run(three)
    assert (len(report.opened), len(report.failed)) == (3, 3)
    assert "does not let support@example.org send" in report.failed[0]
    three.smtp.reset()
    assert len(run(three).sent) == 3
    assert everybody(three) == once(*NAMES)


def test_one_recipient_refused_for_good(three: RealDesk) -> None:
    three.smtp.refuse_recipient("olga@example.org")
    report = run(three)
    assert (len(report.sent), len(report.failed)) == (2, 1)
    assert "550" in report.failed[0]
    (entry,) = three.tickets()["ACCREDO-2"].entries
    assert entry.told == {}
    assert "550" in entry.bounced["olga@example.org"]
    three.smtp.reset(letters=False)
    assert run(three, DAY).failed == []
    assert everybody(three) == once("ivan", "petr")


def test_one_recipient_refused_for_now(three: RealDesk) -> None:
    three.smtp.refuse_recipient("olga@example.org", "450 4.2.1 greylisted")
    report = run(three)
    assert (len(report.sent), len(report.failed)) == (2, 1)
    three.smtp.reset(letters=False)
    assert run(three).sent == ["ACCREDO-2"]
    assert everybody(three) == once(*NAMES)


def test_everything_refused_for_now(three: RealDesk) -> None:
    three.smtp.fail_temporarily()
    report = run(three)
    assert (report.sent, len(report.failed)) == ([], 3)
    assert all(one.entries[0].told == {} for one in three.tickets().values())
    three.smtp.reset()
    assert len(run(three).sent) == 3
    assert everybody(three) == once(*NAMES)


def test_a_server_that_takes_two_letters_a_connection(three: RealDesk) -> None:
    three.smtp.limit_letters(2)
    run(three)
    run(three)
    assert everybody(three) == once(*NAMES)


def test_a_connection_cut_after_acceptance_repeats_that_letter_alone(three: RealDesk) -> None:
    three.smtp.cut_after_data()
    first = run(three)
    assert (len(first.sent), len(first.failed)) == (2, 1)
    run(three)
    counts = everybody(three)
    assert sorted(counts.values()) == [1, 1, 2]
    ids = {one.message["Message-ID"] for one in three.smtp.letters()}
    assert len(ids) == 3


def test_a_service_that_refuses_the_null_sender(three: RealDesk) -> None:
    three.smtp.refuse_null_sender()
    assert len(run(three).sent) == 3
    assert {one.sender for one in three.smtp.letters()} == {"support@example.org"}
    assert len(three.smtp.refusals()) == 1


def test_a_service_that_refuses_the_desk_altogether(three: RealDesk) -> None:
    three.smtp.refuse_senders_but("somebody@else.example")
    report = run(three)
    assert len(report.failed) == 3
    assert all(one.entries[0].bounced == {} for one in three.tickets().values())
    three.smtp.reset()
    assert len(run(three).sent) == 3


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
    assert (held.sent, held.waiting) == ([], ["ACCREDO-2", "ACCREDO-3", "ACCREDO-4"])
    assert held.exit_code == 0
    told = run(desk, timedelta(minutes=11))
    assert told.sent == ["ACCREDO-2", "ACCREDO-3", "ACCREDO-4"]
    first, second = desk.smtp.letters()
    for number in (2, 3, 4):
        assert f"ACCREDO-{number}" in str(second.message["Subject"])
    assert first.message["Message-ID"] != second.message["Message-ID"]


def test_five_letters_a_day_and_the_sixth_tomorrow(desk: RealDesk) -> None:
    for n in range(6):
        desk.mailbox.append(letter("ivan", n))
        run(desk, timedelta(hours=n))
    assert len(desk.smtp.letters()) == 5
    report = run(desk, timedelta(hours=25))
    assert report.sent == ["ACCREDO-6"]
    assert len(desk.smtp.letters()) == 6


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
    assert desk.smtp.letters() == []


def test_a_hard_bounce_of_our_letter_is_noted(desk: RealDesk) -> None:
    from tests.core.test_intake import bounce

    desk.mailbox.append(letter("ivan"))
    run(desk)
    (sent,) = desk.smtp.letters()
    desk.mailbox.append(bounce(str(sent.message["Message-ID"])))
    assert run(desk).commented == ["ACCREDO-1"]
    assert list(desk.tickets()["ACCREDO-1"].entries[0].bounced) == ["ivan@example.org"]
    stopped = Suppressed.read((desk.root / state.SUPPRESSED).read_bytes(), desk.open().keys())
    assert stopped.reason("ivan@example.org").startswith("5.1.1")


def test_our_own_letter_come_back_is_ignored(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    desk.mailbox.append(desk.smtp.letters()[0].raw)
    report = run(desk)
    assert (report.opened, len(report.ignored)) == ([], 1)


def test_an_agent_s_answer_is_not_mailed_yet_and_nothing_is_lost(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    desk.run("reply", "1", "--as", "anna", "--text", "Готово")
    assert run(desk).sent == []
    assert len(desk.smtp.letters()) == 1
    assert desk.tickets()["ACCREDO-1"].entries[-1].told == {}


def test_without_smtp_letters_wait(desk_of: Callable[..., RealDesk]) -> None:
    desk = desk_of()
    toml = desk.root / "tracker.toml"
    kept = toml.read_text()
    toml.write_text("\n".join(one for one in kept.split("\n") if not one.startswith("smtp")))
    desk.mailbox.append(letter("ivan"))
    assert run(desk).sent == []
    toml.write_text(kept)
    assert run(desk).sent == ["ACCREDO-1"]
