"""Floods: many notices are one letter, many requests stop confirmations, machines get none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.core.test_intake import bounce
from tests.desk import helpers
from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import ANNA, act, answer, everybody, outside, run
from tests.desk.replies import PROGRAMS, reply
from tests.desk.test_letters import words

pytestmark = pytest.mark.servers
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _runs_begin_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command `outbox` looks at the real clock: five minutes into the tests it would differ."""
    monkeypatch.setattr(helpers, "NOW", datetime.now(UTC).replace(microsecond=0))


def waits(desk: RealDesk) -> list[dict[str, object]]:
    done = desk.run("outbox", "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_many_new_requests_are_one_letter_to_an_agent(desk: RealDesk) -> None:
    desk.mailbox.append_many(letter(f"m{n}") for n in range(6))
    run(desk)
    (digest,) = desk.smtp.letters_to(ANNA)
    assert "6 обращений с новостями" in digest.message["Subject"]
    for n in range(1, 7):
        assert f"ACCREDO-{n}  Вопрос 0 (m" in words(digest)
    assert all("@anna" in one.entries[0].told for one in desk.tickets().values())
    desk.smtp.reset()
    assert run(desk, HOUR).sent == []
    desk.mailbox.append_many(letter(f"m{n}", 1) for n in range(5))
    run(desk, 2 * HOUR)
    assert len(desk.smtp.letters_to(ANNA)) == 5


def test_a_refused_digest_is_noted_and_makes_no_noise(desk: RealDesk) -> None:
    desk.mailbox.append_many(letter(f"m{n}") for n in range(6))
    desk.smtp.refuse_recipient(ANNA)
    run(desk)
    for one in desk.tickets().values():
        (entry,) = one.entries
        assert set(entry.bounced) == {ANNA, "@anna"}
    desk.smtp.reset(letters=False)
    assert run(desk).failed == []


def test_a_flood_stops_confirmations_and_they_go_on_after_it(
    desk_of: Callable[..., RealDesk],
) -> None:
    desk = desk_of(settings="\n[limits]\nconfirmations_an_hour = 4\n")
    desk.mailbox.append_many(letter(f"m{n}") for n in range(7))
    report = run(desk)
    assert len(outside(desk)) == 4
    assert len(report.waiting) == 3
    assert any("stand still" in note for note in report.notes)
    alarm, digest = desk.smtp.letters_to(ANNA)
    assert "Подтверждения остановлены" in alarm.message["Subject"]
    assert "7 обращений" in digest.message["Subject"]
    assert "anna" in json.loads(desk.git("show", "HEAD:tickets/.desk/breaker.json"))["told"]

    desk.mailbox.append(letter("late"))
    act(desk, answer)
    run(desk, 10 * MINUTE)
    assert len(outside(desk)) == 5  # the answer alone: confirmations stand still
    assert [one["state"] for one in waits(desk)] == ["breaker"] * 4

    run(desk, 61 * MINUTE)
    names = [f"m{n}" for n in range(7)]
    asked = Counter(f"{name}@example.org" for name in (*names, "late"))
    assert everybody(desk) == asked + Counter(["m0@example.org"])
    alarms = [one for one in desk.smtp.letters_to(ANNA) if "остановлены" in one.message["Subject"]]
    assert len(alarms) == 1


def test_strangers_in_copy_are_told_under_the_limits_of_confirmations(
    desk_of: Callable[..., RealDesk],
) -> None:
    desk = desk_of(settings="\n[limits]\nconfirmations_an_hour = 4\n")
    desk.mailbox.append(letter("ivan"))
    run(desk)
    (told,) = outside(desk)
    copies = ", ".join(f"s{n}@example.org" for n in range(6))
    mail = reply(PROGRAMS[0], told.message, "ivan@example.org", "Ещё.", extra=f"Cc: {copies}\r\n")
    desk.mailbox.append(mail)
    run(desk, MINUTE)
    assert len(outside(desk)) == 4  # with the confirmation
    assert {one["state"] for one in waits(desk)} == {"breaker", "limits"}
    act(desk, answer, MINUTE)
    run(desk, MINUTE)
    told_of = everybody(desk)
    assert all(told_of[f"s{n}@example.org"] in (1, 2) for n in range(6))
    assert told_of.total() == 4 + 7  # the answer tells those who waited that they were added
    assert waits(desk) == []
    assert run(desk, 61 * MINUTE).sent == []


def test_what_was_held_goes_out_under_the_limits_of_each_address(
    desk_of: Callable[..., RealDesk],
) -> None:
    desk = desk_of(settings="\n[limits]\nconfirmations_an_hour = 2\n")
    desk.mailbox.append_many([*(letter(f"m{n}") for n in range(2)), letter("ivan")])
    run(desk)
    assert "ivan@example.org" not in everybody(desk)
    desk.mailbox.append(letter("ivan", 1))
    run(desk, MINUTE)
    run(desk, 62 * MINUTE)
    (both,) = desk.smtp.letters_to("ivan@example.org")
    assert "ACCREDO-3" in words(both)
    assert "ACCREDO-4" in words(both)


def test_a_killed_run_alarms_nobody_twice(desk_of: Callable[..., RealDesk]) -> None:
    desk = desk_of(settings="\n[limits]\nconfirmations_an_hour = 1\n")
    desk.mailbox.append_many(letter(f"m{n}") for n in range(3))
    desk.crash("after:send:2", "sync")
    desk.sync()
    alarms = [one for one in desk.smtp.letters_to(ANNA) if "остановлены" in one.message["Subject"]]
    assert len({one.message["Message-ID"] for one in alarms}) == 1
    assert len(alarms) == 2  # the one in flight, under its old Message-ID
    desk.sync()
    assert len(desk.smtp.letters_to(ANNA)) == len(alarms) + 3


def test_a_hundred_bounces_and_a_hundred_automatic_replies_cause_no_letter(
    desk: RealDesk,
) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    (confirmation,) = outside(desk)
    sent = len(desk.smtp.letters())
    message_id = str(confirmation.message["Message-ID"])
    away = f"Auto-Submitted: auto-replied\r\nIn-Reply-To: {message_id}\r\n"
    desk.mailbox.append_many(letter("ivan", n, extra=away) for n in range(1, 101))
    bounces = [bounce(message_id) for _ in range(100)]
    desk.mailbox.append_many(
        raw.replace(b"Message-ID: <", b"Message-ID: <%d" % n, 1) for n, raw in enumerate(bounces)
    )
    report = run(desk, HOUR)
    assert report.fetched == 200
    assert report.opened == []
    assert (len(desk.smtp.letters()), report.sent) == (sent, [])
    assert set(desk.tickets()) == {"ACCREDO-1"}
    assert run(desk, 2 * HOUR).sent == []


# What `tracker outbox` shows


def test_the_outbox_shows_what_waits_and_why(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.mailbox.append(letter("spam", extra="X-Spam-Flag: YES\r\n"))
    desk.smtp.refuse_recipient("ivan@example.org", "450 4.2.1 greylisted")
    run(desk)
    first, second = waits(desk)
    assert (first["recipient"], first["state"], first["tries"]) == (
        "ivan@example.org",
        "delayed",
        1,
    )
    assert first["reason"] == "450 4.2.1 greylisted"
    assert str(first["until"]).endswith("Z")
    assert (second["recipient"], second["state"]) == ("spam@example.org", "review")
    act(desk, answer)
    shown = desk.run("outbox").stdout
    assert "ACCREDO-1\tivan@example.org\tconfirmation\tdelayed until" in shown
    assert "ACCREDO-1\tivan@example.org\tanswer\tdue" in shown


def test_the_outbox_of_a_desk_that_can_not_send(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.smtp.kill()
    run(desk)
    assert [one["state"] for one in waits(desk)] == ["due", "due"]
    toml = desk.root / "tracker.toml"
    kept = toml.read_text()
    toml.write_text("\n".join(one for one in kept.split("\n") if not one.startswith("smtp")))
    assert {one["state"] for one in waits(desk)} == {"no-server"}


def test_the_outbox_names_suppressed_addresses(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.smtp.refuse_recipient("ivan@example.org")
    run(desk)
    act(desk, answer)
    (one,) = waits(desk)
    assert (one["state"], one["recipient"]) == ("suppressed", "ivan@example.org")
    assert "550 5.1.1" in str(one["reason"])
    assert desk.run("outbox", "allow", "Ivan@example.org").returncode == 0
    again = desk.run("outbox", "allow", "ivan@example.org")
    assert (again.returncode, again.stderr.split("\n")[0]) == (
        1,
        "tracker: Letters to ivan@example.org were not stopped",
    )
    assert [one["state"] for one in waits(desk)] == ["due"]
    run(desk)
    assert desk.run("outbox").stderr == "No letter waits.\n"
