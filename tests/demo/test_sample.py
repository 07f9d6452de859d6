"""The sample mails are what they claim to be."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import compat32, default
from email.utils import parsedate_to_datetime

import pytest

from tracker.demo.sample import FOLDER, SampleMail, answers, load

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MAILS = load(NOW)


def named(part: str) -> SampleMail:
    return next(mail for mail in MAILS if part in mail.name)


def test_every_file_is_listed_and_the_whole_is_small() -> None:
    files = {path.name for path in FOLDER.glob("*.eml")}
    assert {mail.name for mail in MAILS} == files
    assert len(files) >= 40
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 300_000


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.name)
def test_a_mail_can_be_read_and_is_of_today(mail: SampleMail) -> None:
    message = message_from_bytes(mail.raw, policy=compat32)
    assert mail.sender
    assert mail.raw.count(b"\r\n") == mail.raw.count(b"\n")
    assert parsedate_to_datetime(message["Date"]) == mail.arrived.replace(microsecond=0)
    assert b"@demo.example" in mail.raw


def test_they_arrive_in_order_and_a_few_are_older_than_two_days() -> None:
    ages = [NOW - mail.arrived for mail in MAILS]
    assert ages == sorted(ages, reverse=True)
    assert sum(age > timedelta(days=2) for age in ages) == 3
    assert min(ages) < timedelta(hours=1)


def test_one_mail_comes_twice_and_every_other_id_is_its_own() -> None:
    ids = Counter(message_from_bytes(mail.raw)["Message-ID"] for mail in MAILS)
    assert [count for count in ids.values() if count > 1] == [2]
    assert ids[None] == 1


def test_answers_go_to_different_people() -> None:
    planned = answers(MAILS)
    assert len(planned) == sum(bool(mail.answer) for mail in MAILS) >= 8
    assert 0 < sum(mail.close for mail in planned.values()) < len(planned)


@pytest.mark.parametrize(
    ("name", "charset", "words"),
    [
        ("04-koi8", "koi8-r", "Регистрирую учебный центр"),
        ("06-wrong", "cp1251", "Заявление подано"),
        ("08-raw-cp1251", "cp1251", "При загрузке устава"),
    ],
)
def test_charsets_are_as_told_here_not_as_declared(name: str, charset: str, words: str) -> None:
    raw = named(name).raw
    assert words in raw.decode(charset)
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_the_files_of_the_kit_are_all_there() -> None:
    message = message_from_bytes(named("fifteen").raw, policy=default)
    assert len(list(message.iter_attachments())) == 15  # type: ignore[attr-defined]


def test_the_folded_name_of_the_pdf_is_readable() -> None:
    message = message_from_bytes(named("rfc2231").raw, policy=default)
    (attached,) = message.iter_attachments()  # type: ignore[attr-defined]
    assert attached.get_filename() == "Приказ № 17 о назначении.pdf"
    assert attached.get_content().startswith(b"%PDF-")


def test_what_pretends_and_what_attacks_is_in_it() -> None:
    assert b"<!-- reply:" in named("ticket-markup").raw
    assert b"onerror=alert(1)" in named("hostile").raw
