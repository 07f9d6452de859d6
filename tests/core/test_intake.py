"""The decision of the intake, on a desk in memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.core.samples import (
    FAIL,
    KEYS,
    NOW,
    PASS,
    MemoryDesk,
    arrival,
    entry,
    event,
    later,
    mail,
    our_letter,
    raw_mail,
    settings,
    ticket,
    too_large,
)
from tracker.core import state
from tracker.core.document import parse
from tracker.core.intake import Outcome
from tracker.core.mail import LOOP_HEADER
from tracker.core.ticket import Entry

MAILS = Path(__file__).parent.parent / "mails"
TAG = "Re: [ACCREDO-42] Кабинет"
TOLD = {"ivan@example.org": "2026-11-23T07:00:00Z"}
LOOP = LOOP_HEADER.replace("-", "_")


def new_mail(n: int = 2, **values: str) -> bytes:
    """A mail of Ivan's with a Message-ID of its own."""
    return raw_mail(message_id=f"<m{n}@example.org>", **values)


def what(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(one.what, one.detail) for one in outcomes]


def last(desk: MemoryDesk, number: int = 42) -> Entry:
    return desk.tickets()[number].entries[-1]


# New requests


def test_a_new_request_opens_a_ticket() -> None:
    desk = MemoryDesk()
    assert desk.take(raw_mail()) == [Outcome(1, "opened", "ACCREDO-1")]
    opened = desk.tickets()[1]
    assert opened.title == "Не открывается кабинет"
    assert str(opened.requester) == "Иван Петров <ivan@example.org>"
    assert opened.created == NOW
    (only,) = opened.entries
    assert only.text == "Здравствуйте! Кабинет не открывается."
    assert (only.role, only.via, only.visibility) == ("requester", "email", "public")
    assert only.message_id == "<m1@example.org>"
    assert only.id == "n1"
    assert json.loads(desk.files[state.NUMBERS]) == {"last": 1}


@pytest.mark.parametrize(
    ("subject", "text", "title"),
    [
        ("Re: Fwd: Кабинет", "x", "Кабинет"),
        ("", "\nПервая строка письма\nВторая", "Первая строка письма"),
        ("", "слово " * 40, ("слово " * 10) + "…"),
        ("", "", "(без темы)"),
        ("а" * 300, "x", "а" * 199 + "…"),
    ],
)
def test_the_title_of_a_new_ticket(subject: str, text: str, title: str) -> None:
    desk = MemoryDesk()
    desk.take(raw_mail(subject=subject, text=text))
    assert desk.tickets()[1].title == title


def test_the_deleted_ticket_s_number_is_never_given_again() -> None:
    desk = MemoryDesk()
    desk.take(new_mail(1), new_mail(2), new_mail(3))
    del desk.files["tickets/000/ACCREDO-3.md"]
    assert what(desk.take(new_mail(4))) == [("opened", "ACCREDO-4")]


def test_numbers_go_on_above_a_ticket_that_somebody_wrote_by_hand() -> None:
    desk = MemoryDesk(ticket(99))
    assert what(desk.take(new_mail())) == [("opened", "ACCREDO-100")]


def test_a_broken_ticket_file_is_never_overwritten() -> None:
    desk = MemoryDesk(ticket(42))
    path = "tickets/000/ACCREDO-42.md"
    desk.files[path] = desk.files[path].replace(b"status: open", b"status: ???")
    broken = desk.files[path]
    outcomes = desk.take(new_mail(2, subject=TAG), new_mail(3, In_Reply_To=our_letter()))
    assert what(outcomes) == [("opened", "ACCREDO-43"), ("opened", "ACCREDO-44")]
    assert desk.files[path] == broken


# Replies


@pytest.mark.parametrize(
    "headers",
    [{"In_Reply_To": our_letter()}, {"References": "<first@example.org>"}, {"subject": TAG}],
)
def test_a_reply_becomes_an_entry_of_its_ticket(headers: dict[str, str]) -> None:
    desk = MemoryDesk(ticket(42))
    before = desk.tickets()[42].entries
    assert what(desk.take(new_mail(**headers))) == [("commented", "ACCREDO-42")]
    assert desk.tickets()[42].entries[:-1] == before
    assert (last(desk).role, last(desk).visibility) == ("requester", "public")


def test_a_stranger_with_a_token_is_held_and_one_with_the_number_alone_is_new() -> None:
    desk = MemoryDesk(ticket(42))
    stranger = "Mallory <mallory@elsewhere.example>"
    desk.take(raw_mail(stranger, message_id="<s1@x>", In_Reply_To=our_letter()))
    assert (last(desk).role, last(desk).visibility) == ("stranger", "held")
    outcome = desk.take(raw_mail(stranger, TAG, message_id="<s2@x>"))
    assert what(outcome) == [("opened", "ACCREDO-43")]


def test_an_agent_is_believed_only_when_dmarc_passed() -> None:
    desk = MemoryDesk(ticket(42))
    desk.take(raw_mail("anna@example.org", TAG, message_id="<a1@x>", Authentication_Results=PASS))
    assert (last(desk).role, last(desk).visibility) == ("agent", "public")
    desk.take(raw_mail("anna@example.org", TAG, message_id="<a2@x>"))
    assert (last(desk).role, last(desk).visibility) == ("stranger", "held")


def test_a_reply_under_the_old_prefix_stays_in_its_file() -> None:
    desk = MemoryDesk(ticket(42, id="OLD-42"))
    desk.take(new_mail(In_Reply_To="<first@example.org>"))
    assert [path for path in desk.files if path.endswith(".md")] == ["tickets/000/OLD-42.md"]
    assert len(desk.tickets()[42].entries) == 2


def test_what_somebody_writes_under_the_reply_mark_survives_a_mail() -> None:
    desk = MemoryDesk(ticket(42))
    path = "tickets/000/ACCREDO-42.md"
    desk.files[path] += "Отвечаю\n".encode()
    desk.take(new_mail(subject=TAG))
    assert desk.files[path].decode().endswith("-->\nОтвечаю\n")


def closed(days: float) -> MemoryDesk:
    """Ticket 42, closed some days before the mail comes."""
    return MemoryDesk(
        ticket(42, entry(), event("closed", later(days=-days)), status="closed", created=NOW)
    )


@pytest.mark.parametrize("days", [0, 13.9, 14])
def test_a_reply_within_two_weeks_reopens(days: float) -> None:
    desk = closed(days)
    assert what(desk.take(new_mail(subject=TAG))) == [("commented", "ACCREDO-42")]
    assert desk.tickets()[42].status == "open"
    assert [one.event for one in desk.tickets()[42].entries] == ["", "closed", "", "reopened"]


def test_a_later_reply_opens_a_new_ticket() -> None:
    desk = closed(14.1)
    assert what(desk.take(new_mail(subject=TAG))) == [("opened", "ACCREDO-43")]
    assert desk.tickets()[42].status == "closed"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Spam_Flag": "YES"},
        {"sender": "m@elsewhere.example", "In_Reply_To": our_letter()},
    ],
)
def test_nothing_automatic_or_held_reopens(headers: dict[str, str]) -> None:
    desk = closed(1)
    assert what(desk.take(new_mail(subject=TAG, **headers))) == [("commented", "ACCREDO-42")]
    assert desk.tickets()[42].status == "closed"


def test_a_reply_while_waiting_opens() -> None:
    desk = MemoryDesk(ticket(42, status="waiting"))
    desk.take(new_mail(subject=TAG))
    assert desk.tickets()[42].status == "open"
    assert [one.event for one in desk.tickets()[42].entries] == ["", "", "resumed"]


# The same mail again


def test_the_same_mail_again_is_a_duplicate() -> None:
    desk = MemoryDesk()
    assert what(desk.take(raw_mail(), raw_mail())) == [
        ("opened", "ACCREDO-1"),
        ("ignored", "duplicate"),
    ]
    assert what(desk.take(raw_mail(), at=later(days=90))) == [("ignored", "duplicate")]


def test_a_twin_of_the_same_day_is_ignored_and_one_of_another_day_is_not() -> None:
    desk = MemoryDesk()
    twin = raw_mail(text="То же самое, с подписью списка рассылки.")
    assert what(desk.take(raw_mail(), twin)) == [("opened", "ACCREDO-1"), ("ignored", "twin")]
    assert what(desk.take(twin, at=later(days=1))) == [("opened", "ACCREDO-2")]


def test_the_same_message_id_from_another_sender_is_another_mail() -> None:
    desk = MemoryDesk()
    outcomes = desk.take(raw_mail(), raw_mail("olga@example.org"))
    assert what(outcomes) == [("opened", "ACCREDO-1"), ("opened", "ACCREDO-2")]


def test_without_message_id_the_raw_bytes_tell() -> None:
    desk = MemoryDesk()
    nameless = raw_mail(message_id="")
    other = raw_mail(message_id="", text="Другое письмо")
    assert what(desk.take(nameless, nameless, other)) == [
        ("opened", "ACCREDO-1"),
        ("ignored", "duplicate"),
        ("opened", "ACCREDO-2"),
    ]
    assert what(desk.take(nameless)) == [("ignored", "duplicate")]


def test_a_reply_to_a_mail_of_the_same_batch_finds_its_ticket() -> None:
    desk = MemoryDesk()
    reply = new_mail(2, In_Reply_To="<m1@example.org>")
    third = new_mail(3, subject="Re: [ACCREDO-1] Кабинет")
    assert what(desk.take(raw_mail(), reply, third)) == [
        ("opened", "ACCREDO-1"),
        ("commented", "ACCREDO-1"),
        ("commented", "ACCREDO-1"),
    ]
    assert len(desk.tickets()[1].entries) == 3


def test_taking_everything_again_changes_nothing() -> None:
    desk = MemoryDesk()
    mails = [path.read_bytes() for path in sorted(MAILS.glob("*/in.eml"))]
    desk.take(*mails)
    before = dict(desk.files)
    again = desk.take(*mails)
    assert {one.what for one in again} == {"ignored"}
    assert desk.files == before


# Mail that is not a person's


def test_our_own_letters_are_ignored_and_remembered() -> None:
    desk = MemoryDesk(ticket(42))
    own = [
        new_mail(2, **{LOOP: KEYS.loop}),
        raw_mail(message_id=our_letter(), To="ivan@example.org"),
    ]
    assert what(desk.take(*own)) == [("ignored", "our own letter")] * 2
    assert what(desk.take(*own)) == [("ignored", "duplicate")] * 2
    assert len(desk.tickets()) == 1


def test_the_loop_header_of_another_desk_is_a_mail() -> None:
    desk = MemoryDesk()
    assert what(desk.take(new_mail(**{LOOP: "another-desk"}))) == [("opened", "ACCREDO-1")]


def bounce(
    original: str,
    address: str = "ivan@example.org",
    status: str = "5.1.1",
    action: str = "failed",
    message_id: str = "<b1@mx>",
) -> bytes:
    """A delivery report as Postfix writes it."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org\r\nTo: support@example.org\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: {message_id}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; "
        'boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\n'
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\n"
        f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\n--b--\r\n"
    ).encode()


def test_a_bounce_becomes_an_event_and_is_noted_on_the_entry() -> None:
    desk = MemoryDesk(ticket(42, entry(told=TOLD)))
    assert what(desk.take(bounce(our_letter()))) == [("commented", "ACCREDO-42")]
    first, came_back = desk.tickets()[42].entries
    assert list(first.bounced) == ["ivan@example.org"]
    assert first.bounced["ivan@example.org"].startswith("5.1.1")
    assert (came_back.event, came_back.visibility) == ("bounced", "internal")
    assert came_back.data["address"] == "ivan@example.org"
    assert what(desk.take(bounce(our_letter()))) == [("ignored", "duplicate")]


def test_a_soft_bounce_is_an_event_that_stops_nothing() -> None:
    desk = MemoryDesk(ticket(42, entry(told=TOLD)))
    desk.take(bounce(our_letter(), status="4.2.2"))
    assert desk.tickets()[42].entries[0].bounced == {}
    assert last(desk).event == "bounced"


@pytest.mark.parametrize(
    "report",
    [
        bounce("<unknown@example.org>"),
        bounce(our_letter("ACCREDO-99")),
        bounce(our_letter(), address="mallory@elsewhere.example"),
        bounce(our_letter(), action="delayed", status="4.0.0"),
    ],
    ids=["unknown letter", "unknown ticket", "forged recipient", "delayed"],
)
def test_a_bounce_that_tells_nothing_is_ignored_and_remembered(report: bytes) -> None:
    desk = MemoryDesk(ticket(42, entry(told=TOLD)))
    before = desk.files["tickets/000/ACCREDO-42.md"]
    assert [one.what for one in desk.take(report)] == ["ignored"]
    assert desk.files["tickets/000/ACCREDO-42.md"] == before
    assert what(desk.take(report)) == [("ignored", "duplicate")]


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto-reply"),
        ({"Precedence": "bulk"}, "auto-reply"),
        ({"List_Id": "<news.example.org>"}, "list"),
    ],
)
def test_automatic_mail_is_stored_and_told_nobody(headers: dict[str, str], kind: str) -> None:
    desk = MemoryDesk()
    desk.take(new_mail(**headers))
    assert (last(desk, 1).automatic, bool(last(desk, 1).silent)) == (kind, True)


def test_a_person_s_mail_that_asks_for_no_answer_is_taken_in_full() -> None:
    desk = MemoryDesk()
    desk.take(new_mail(X_Auto_Response_Suppress="All"))
    assert last(desk, 1).automatic == ""
    assert last(desk, 1).silent == "asked for no answer"


def test_a_mail_from_the_desk_s_own_address_is_answered_by_nobody() -> None:
    desk = MemoryDesk()
    desk.take(new_mail(sender="support@example.org"))
    assert last(desk, 1).silent == "own address"


@pytest.mark.parametrize("headers", [{"Authentication_Results": FAIL}, {"X_Spam_Flag": "YES"}])
def test_a_failed_dmarc_and_spam_are_held(headers: dict[str, str]) -> None:
    desk = MemoryDesk(ticket(42))
    outcomes = desk.take(new_mail(2, **headers))
    assert what(outcomes) == [("opened", "ACCREDO-43")]
    assert last(desk, 43).visibility == "held"


def test_with_a_failed_dmarc_a_token_brings_the_mail_to_its_ticket_and_no_further() -> None:
    desk = MemoryDesk(ticket(42))
    forged = new_mail(2, In_Reply_To=our_letter(), Authentication_Results=FAIL)
    assert what(desk.take(forged)) == [("commented", "ACCREDO-42")]
    assert (last(desk).role, last(desk).visibility) == ("stranger", "held")


def test_the_verdict_of_another_server_is_not_believed() -> None:
    desk = MemoryDesk()
    desk.take(new_mail(Authentication_Results=PASS.replace("mx.", "evil.")))
    assert "dmarc" not in last(desk, 1).data


# Quarantine


def test_what_is_too_large_is_quarantined_and_the_rest_goes_on() -> None:
    desk = MemoryDesk()
    batch = desk.intake()
    outcomes = [batch.take(too_large(1)), batch.take(arrival(raw_mail(), 2))]
    desk.commit(batch, state.Position(7, 2, "2026-11-21T10:00:00+03:00"))
    assert [one.what for one in outcomes] == ["quarantined", "opened"]
    (path,) = [path for path in desk.files if path.startswith(state.QUARANTINE)]
    record = state.read_quarantined(desk.files[path], path)
    assert (record.uid, record.size, record.reason) == (1, 10**9, "larger than 50 MiB")
    assert state.read_position(desk.files[state.MAILBOX]) == state.Position(
        7, 2, "2026-11-21T10:00:00+03:00"
    )
    assert what([desk.intake().take(too_large(1))]) == [("ignored", "in quarantine already")]


def test_out_of_quarantine() -> None:
    desk = MemoryDesk()
    batch = desk.intake()
    batch.quarantine(arrival(raw_mail()), "the host said no")
    desk.commit(batch)
    assert what(desk.take(raw_mail())) == [("ignored", "in quarantine already")]
    batch = desk.intake()
    assert batch.take(arrival(raw_mail()), again=True).what == "opened"
    desk.commit(batch)
    assert not [path for path in desk.files if path.startswith(state.QUARANTINE)]


def test_a_batch_that_changes_nothing_writes_nothing() -> None:
    desk = MemoryDesk()
    desk.take(raw_mail())
    batch = desk.intake()
    batch.take(arrival(raw_mail()))
    batch.finish(None)
    assert batch.files == {}


# Attachments and texts

PICTURE = "iVBORw0KGgoAAQIDBAUGBwgJCgsMDQ4PEBESExQV"


def with_files(n: int, *names: str) -> bytes:
    """A mail with an attachment for each name."""
    parts = "".join(
        f'--b\r\nContent-Type: image/png; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n{PICTURE}\r\n'
        for name in names
    )
    return (
        f"From: ivan@example.org\r\nTo: support@example.org\r\nSubject: {TAG}\r\n"
        f"Message-ID: <f{n}@example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        f"Content-Type: text/plain\r\n\r\nfiles\r\n{parts}--b--\r\n"
    ).encode()


def test_no_attachment_is_ever_overwritten() -> None:
    desk = MemoryDesk(ticket(42))
    folder = "tickets/000/ACCREDO-42"
    desk.files[f"{folder}/a.png"] = b"old"
    desk.take(with_files(1, "a.png", "A.PNG"), with_files(2, "a.png"))
    desk.take(with_files(3, "a.png"))
    assert desk.files[f"{folder}/a.png"] == b"old"
    stored = [one.path for each in desk.tickets()[42].entries for one in each.attachments]
    assert len(stored) == 4
    assert len({path.casefold() for path in stored} - {f"{folder}/a.png"}) == 4
    assert all(desk.files[path] != b"old" for path in stored)


def test_a_picture_in_the_text_points_to_the_stored_file() -> None:
    desk = MemoryDesk()
    desk.take((MAILS / "related-inline-images" / "in.eml").read_bytes())
    only = last(desk, 1)
    assert "attachment:" not in only.text
    assert "ACCREDO-1/%D1%81%D0%BD%D0%B8%D0%BC%D0%BE%D0%BA" in only.text
    assert only.attachments[0].path == "tickets/000/ACCREDO-1/снимок экрана.png"


def test_tokens_are_taken_out_of_what_is_stored() -> None:
    desk = MemoryDesk()
    letter = our_letter()
    text = f"Вот что мне пришло: {letter}\n\n> Message-ID: {letter}"
    desk.take(raw_mail(subject=f"Fwd: {letter}", text=text))
    token = letter.split(".")[2].partition("@")[0]
    assert token not in desk.files["tickets/000/ACCREDO-1.md"].decode()


@pytest.mark.parametrize("path", sorted(MAILS.glob("*/in.eml")), ids=lambda path: path.parent.name)
def test_every_odd_mail_makes_a_file_that_reads_back(path: Path) -> None:
    desk = MemoryDesk(ticket(42, entry(told=TOLD)))
    (outcome,) = desk.take(path.read_bytes())
    assert outcome.what in ("opened", "commented", "ignored")
    for name, content in desk.files.items():
        if name.endswith(".md") and name.count("/") == 2:
            parse(content.decode(), name)
    if outcome.what == "opened":
        assert 43 in desk.tickets()


def test_a_mail_taken_in_silently_says_why() -> None:
    desk = MemoryDesk(with_settings=settings())
    desk.take(mail(), silent="older than the desk")
    assert last(desk, 1).silent == "older than the desk"
