"""Mails about accounts: registrations in every form, asking for access, letters that come back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st

from tests.core.registrations import (
    ADDRESSES,
    BEFORE,
    CASES,
    FOLDER,
    FOUND,
    IVAN,
    LINES,
    MAILS,
    OLGA,
    TEXT,
    block,
    desk,
    letter,
    result,
    take,
)
from tests.core.samples import FAIL, KEYS, NOW, PASS, MemoryDesk, later, raw_mail, ticket
from tests.core.samples import entry as message
from tests.core.samples import settings as desk_settings
from tracker.core import state
from tracker.core.accounts.blocks import write_block
from tracker.core.accounts.posts import AN_HOUR, noted, owe
from tracker.core.accounts.reception import asks_access, is_only_asking
from tracker.core.accounts.records import Record, stamp, write_record
from tracker.core.mail import read_mail
from tracker.core.suppression import Suppressed

SECRETS = [line.encode() for line in LINES[1:-1]] + [FOUND.locator.encode(), FOUND.wrapping]


@pytest.mark.parametrize("name", CASES)
def test_every_mail(name: str) -> None:
    expected = json.loads((FOLDER / name / "expected.json").read_text("utf-8"))
    assert (FOLDER / name / "in.eml").read_bytes() == MAILS[name][1]()
    there = desk()
    for one in expected["before"]:
        take(one, there)
    assert {"before": BEFORE.get(name, []), **result(there, take(name, there))} == expected
    assert not there.tickets()


@pytest.mark.parametrize("name", CASES)
def test_nothing_of_a_registration_is_kept(name: str) -> None:
    """No byte of the block, and no word of the mail; also where nothing came of it."""
    there = desk()
    before = set(there.files)
    take(name, there)
    text = (FOLDER / name / "in.eml").read_bytes()
    assert set(there.files) - before <= {state.seen_path(NOW)}
    kept = b"".join(
        re.sub(rb'"(locator|wrap)": "[^"]*"', b"", content) for content in there.files.values()
    )
    lines = {line.strip() for line in re.findall(rb"[A-Za-z0-9_-]{20,}", text)}
    assert not [one for one in {*SECRETS, *lines} if one in kept]


@pytest.mark.parametrize("name", CASES)
def test_the_same_mail_again_changes_nothing(name: str) -> None:
    there = desk()
    take(name, there)
    files = dict(there.files)
    assert take(name, there).what == "ignored"
    assert there.files == files


def test_the_list_is_complete() -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert listed == list(MAILS)
    assert sorted(listed) == CASES


def test_a_public_desk_keeps_nothing_either() -> None:
    there = MemoryDesk(with_settings=desk_settings())
    assert take("plain", there).detail == "registration: this desk has no accounts"
    assert not [path for path in there.files if "seen" not in path]


def test_a_revoked_account_takes_none_and_is_told_nothing() -> None:
    there = desk(revoked=stamp(NOW))
    outcome = take("plain", there)
    assert outcome.detail == "registration: its account is revoked"
    assert result(there, outcome)["letters"] == []


def test_refusals_are_told_three_times_an_hour() -> None:
    there = desk()
    for n in range(10):
        there.take(letter(TEXT.replace(LINES[2], LINES[1]), name=f"m{n}"))
    assert len(record(there).posts) == AN_HOUR


@given(st.binary(max_size=300), st.integers(0, 400))
@options(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_of_a_block_sets_a_password(noise: bytes, at: int) -> None:
    one = block()
    sealed = one.sealed[:at] + noise + one.sealed[at + len(noise) :]
    there = desk()
    before = there.files[record(there).path]
    there.take(letter(write_block(replace(one, sealed=sealed))))
    assert sealed == one.sealed or record(there).epoch == 3
    assert sealed == one.sealed or not record(there).logins
    assert sealed != one.sealed or there.files[record(there).path] != before


# Asking for access


def record(there: MemoryDesk, account: str = IVAN) -> Record:
    found = there.account(account)
    assert found is not None
    return found


def ask(
    there: MemoryDesk, sender: str = ADDRESSES[IVAN], at: object = NOW, **values: str
) -> list[str]:
    """Ask for access; return outcome and detail."""
    given = {"subject": "/access", "text": "", "message_id": f"<{at}{values}@m.example>"} | values
    (outcome,) = there.take(raw_mail(sender, **given), at=at)  # type: ignore[arg-type]
    return [outcome.what, outcome.detail]


def ask_and_send(there: MemoryDesk, at: datetime) -> str:
    """Ask for access, and let the letter go; return the detail."""
    done = ask(there, at=at)[1]
    one = record(there)
    for post in one.posts:
        one = noted(one, post.id, told=stamp(at))
    there.files[one.path] = write_record(one)
    return done


def posts(one: Record) -> list[tuple[str, str]]:
    return [(post.kind, post.to) for post in one.posts if post.is_due]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("/access", ""),
        ("Re: /Access", "> You wrote\n"),
        ("/доступ", "-- \nИван"),
        ("", "/access"),
        ("Вход", "\n/ДОСТУП \n"),
        ("Вход", "/доступ.\n\n-- \nИван"),
    ],
)
def test_access_is_asked_by_subject_or_first_line(subject: str, text: str) -> None:
    there = desk()
    assert ask(there, subject=subject, text=text) == ["account", "00000000: access asked"]
    assert posts(record(there)) == [("access", "ivan@example.org")]
    assert not there.tickets()
    assert record(there).epoch == 3
    assert record(there, OLGA).posts == ()


@pytest.mark.parametrize(
    ("subject", "text"),
    [("access", ""), ("Нет /access", "Привет"), ("Вход", "Дайте /access"), ("/accessories", "")],
)
def test_other_words_ask_for_nothing(subject: str, text: str) -> None:
    there = desk()
    assert ask(there, subject=subject, text=text)[0] == "opened"
    assert record(there).posts == ()


def test_what_else_such_a_mail_says_becomes_a_request() -> None:
    there = desk()
    what, _ = ask(there, text="/access\n\nИ не открывается принтер.")
    assert what == "opened"
    assert "принтер" in there.tickets()[1].entries[0].text
    assert posts(record(there)) == [("access", "ivan@example.org")]


def test_access_is_asked_three_times_an_hour_and_five_a_day() -> None:
    there = desk()
    done = [ask_and_send(there, later(minutes=n)) for n in range(5)]
    assert done == ["00000000: access asked"] * 3 + ["access: asked too often"] * 2
    done = [ask_and_send(there, later(hours=2 + n)) for n in range(4)]
    assert done == ["00000000: access asked"] * 2 + ["access: asked too often"] * 2
    assert ask_and_send(there, later(days=2)) == "00000000: access asked"
    assert len(record(there).posts) == 1


def test_asked_twice_before_it_is_sent_is_one_letter() -> None:
    there = desk()
    for n in range(8):
        assert ask(there, at=later(minutes=n))[0] == "account"
    assert len(record(there).posts) == 1


def test_only_the_own_address_is_written_to() -> None:
    there = desk()
    assert ask(there, sender="mallory@elsewhere.example")[0] == "opened"
    assert ask(there, Reply_To="mallory@elsewhere.example") == ["account", "00000000: access asked"]
    assert posts(record(there)) == [("access", "ivan@example.org")]


def test_forged_and_automatic_mails_ask_for_nothing() -> None:
    there = desk()
    assert ask(there, Authentication_Results=FAIL) == ["ignored", "access: DMARC fails"]
    assert ask(there, Auto_Submitted="auto-replied")[0] == "opened"
    assert ask(there, List_Id="<list.example.org>")[0] == "opened"
    assert ask(there, X_Spam_Flag="YES")[0] == "opened"
    assert record(there).posts == ()


def test_a_revoked_account_gets_no_link() -> None:
    there = desk(revoked=stamp(NOW))
    assert ask(there) == ["ignored", "access: the account is revoked"]
    assert record(there).posts == ()


def test_an_alias_asks_from_its_own_address() -> None:
    there = desk(addresses=("ivan@example.org", "ivan@work.example"))
    ask(there, sender="ivan@work.example")
    assert posts(record(there)) == [("access", "ivan@work.example")]


def test_who_has_requests_but_no_account_gets_one() -> None:
    there = desk()
    told = ticket(7, message(told={"petr@example.org": "2026-11-01T10:00:00Z"}))
    there.files["tickets/000/ACCREDO-7.md"] = MemoryDesk(told).files["tickets/000/ACCREDO-7.md"]
    assert ask(there, sender="Петр <petr@example.org>")[0] == "account"
    (made,) = there.accounts_with("petr@example.org")
    assert posts(made) == [("access", "petr@example.org")]
    assert made.name == ""


def test_nobody_gets_a_link_on_a_public_desk() -> None:
    there = desk()
    there.settings = desk_settings()
    assert ask(there)[0] == "opened"
    assert record(there).posts == ()


def test_what_asks() -> None:
    assert asks_access(read_mail(raw_mail(subject="/access")))
    assert is_only_asking(read_mail(raw_mail(subject="/access", text="\n-- \nИван")))
    assert not is_only_asking(read_mail(raw_mail(subject="/access", text="Помогите")))


# Letters that come back


def returned(
    there: MemoryDesk, post: str, address: str, of: str = "", original: str = ""
) -> list[str]:
    passed_on = f"Original-Recipient: rfc822; {original}\r\n" if original else ""
    identity = KEYS.account_message_id(IVAN, post, of or address, "example.org")
    raw = (
        "From: MAILER-DAEMON@mx.example.org\r\nTo: support@example.org\r\nReturn-Path: <>\r\n"
        f"Subject: failed\r\nMessage-ID: <b{address}@mx.example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--x\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"{passed_on}Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {identity}\r\n\r\n--x--\r\n"
    )
    (outcome,) = there.take(raw.encode())
    return [outcome.what, outcome.detail]


def with_letter(there: MemoryDesk) -> str:
    owed = owe(record(there), "access", ADDRESSES[IVAN], NOW, lambda: "p1")
    there.files[owed.path] = write_record(owed)
    return "p1"


def test_a_letter_that_comes_back_stops_the_address() -> None:
    there = desk()
    post = with_letter(there)
    assert returned(there, post, "ivan@example.org") == ["account", "00000000: letter came back"]
    assert record(there).posts[0].bounced.startswith("5.1.1")
    stopped = Suppressed.read(there.files[state.SUPPRESSED], KEYS)
    assert stopped.reason("ivan@example.org")
    assert not there.tickets()


def test_a_letter_that_was_passed_on_and_came_back_stops_the_address_it_went_to() -> None:
    there = desk()
    post, ours = with_letter(there), "ivan@example.org"
    done = returned(there, post, "gone@forwarded.example", of=ours, original="Ivan@Example.org")
    assert done == ["account", "00000000: letter came back"]
    stopped = Suppressed.read(there.files[state.SUPPRESSED], KEYS)
    assert stopped.reason(ours) and not stopped.reason("gone@forwarded.example")


def test_nobody_stops_another_ones_letters() -> None:
    there = desk()
    post = with_letter(there)
    done = returned(there, post, "olga@example.org", of="ivan@example.org")
    assert done == ["ignored", "bounce without a failed address of ours"]
    assert state.SUPPRESSED not in there.files


def test_a_proven_registrant_is_written_to_again() -> None:
    """Asking for access with DMARC's pass takes the address off the list."""
    there = desk()
    returned(there, with_letter(there), "ivan@example.org")
    ask(there, at=NOW + timedelta(minutes=1), Authentication_Results=PASS)
    assert not Suppressed.read(there.files[state.SUPPRESSED], KEYS).reason("ivan@example.org")
