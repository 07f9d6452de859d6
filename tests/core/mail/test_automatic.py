"""Who wrote a mail, a person or a machine; and what a bounce says."""

import pytest

from tracker.core.mail import read_mail
from tracker.core.mail.automatic import classify, is_spam, list_id, own_list, suppresses


def headers(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in filter(None, text.split("\n")):
        name, _, value = line.partition(":")
        found.setdefault(name.lower(), []).append(value.strip())
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Auto-Submitted: no", ""),
        ("Auto-Submitted: auto-generated", "auto-reply"),
        ("Auto-Submitted: auto-replied; owner=x", "auto-reply"),
        ("Precedence: auto_reply", "auto-reply"),
        ("Precedence: bulk", "auto-reply"),
        ("Precedence: junk", "auto-reply"),
        ("Precedence: bulk\nList-Id: <a.b>", "list"),
        ("Precedence: list", "list"),
        ("List-Unsubscribe: <mailto:a@b>", "list"),
        ("X-Autoreply: yes", "auto-reply"),
        ("X-Autorespond: holiday", "auto-reply"),
        ("X-Auto-Response-Suppress: All", ""),
        ("X-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: a@b", "auto-reply"),
        ("X-Failed-Recipients: a@b", "bounce"),
        ("Return-Path: <>", ""),
        ("Auto-Submitted: auto-replied\nX-Failed-Recipients: a@b", "bounce"),
    ],
)
def test_headers(text: str, expected: str) -> None:
    """Each header on its own, and the pairs that matter."""
    assert classify(headers(text), "Subject") == expected


def test_null_sender_and_daemon() -> None:
    """A daemon with the null sender is a bounce, a person writing from postmaster@ is not."""
    assert classify(headers("Return-Path: <>"), "", sender="MAILER-DAEMON@x") == "bounce"
    assert classify(headers("Return-Path: <postmaster@x>"), "", sender="postmaster@x") == ""


def test_reports() -> None:
    """Delivery reports are bounces, read receipts automatic answers."""
    assert classify({}, "", report="delivery-status") == "bounce"
    assert classify({}, "", report="disposition-notification") == "auto-reply"


def test_subject_alone_is_no_proof() -> None:
    """A person may write about automatic replies."""
    assert classify({}, "Автоматический ответ: не работает") == ""
    assert classify(headers("Return-Path: <>"), "Автоматический ответ: x") == "auto-reply"


@pytest.mark.parametrize("name", ["<support.lists.example>", "support@lists.example"])
def test_own_lists(name: str) -> None:
    """The desk's own group by List-Id or address; another list stays a list."""
    found = headers("List-Id: Desk <support.lists.example>\nPrecedence: bulk")
    assert own_list(found, frozenset({name}))
    assert classify(found, "", lists=frozenset({name})) == ""
    assert classify(headers("List-Id: <news.example>"), "", lists=frozenset({name})) == "list"


def test_small_facts() -> None:
    """Spam flags, list ids, suppression."""
    assert is_spam(headers("X-Spam-Flag: YES"))
    assert is_spam(headers("X-Spam-Status: Yes, score=9"))
    assert not is_spam(headers("X-Spam-Status: No, score=1\nX-Spam-Flag: NO"))
    assert list_id(headers("List-Id: bare.example")) == "bare.example"
    assert not suppresses(headers("X-Auto-Response-Suppress: None"))


def report(groups: str) -> bytes:
    return (
        "From: mailer-daemon@x\r\nReturn-Path: <>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        + groups.replace("\n", "\r\n")
        + "\r\n--x--"
    ).encode()


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "hard"),
    [
        ("failed", "5.1.1", "smtp; 550 no", True),
        ("failed", "5.0.0", "smtp; 550 5.1.10 gone", True),
        ("failed", "5.2.2", "smtp; 552 full", False),
        ("failed", "5.3.4", "smtp; too big", False),
        ("failed", "5.7.1", "smtp; 550 looks like spam", False),
        ("failed", "5.7.1", "smtp; 550 user unknown", True),
        ("failed", "4.4.7", "smtp; expired", False),
        ("delayed", "4.4.1", "", False),
        ("delivered", "2.0.0", "", False),
    ],
)
def test_hard_bounces(action: str, status: str, diagnostic: str, hard: bool) -> None:
    """Wrong addresses are hard; full mailboxes, filters and delays are not."""
    groups = f"Final-Recipient: rfc822;a@b\nAction: {action}\nStatus: {status}\n"
    if diagnostic:
        groups += f"Diagnostic-Code: {diagnostic}\n"
    bounce = read_mail(report(groups)).bounce
    assert bounce is not None
    assert [failure.hard for failure in bounce.recipients] == [hard]


def test_many_recipients() -> None:
    """Every recipient of a report counts, to a limit."""
    group = "Final-Recipient: rfc822; <a{}@b>\nAction: failed\nStatus: 5.1.1\n\n"
    bounce = read_mail(report("".join(group.format(n) for n in range(300)))).bounce
    assert bounce is not None
    assert len(bounce.recipients) == 100
    assert bounce.recipients[7].recipient == "a7@b"


def test_empty_bounce() -> None:
    """A bounce that says nothing is a bounce of nobody."""
    bounce = read_mail(b"From: mailer-daemon@x\r\nReturn-Path: <>\r\n\r\nSorry").bounce
    assert bounce is not None
    assert (bounce.recipients, bounce.original_message_id, bounce.hard) == ((), "", False)
