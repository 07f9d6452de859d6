"""The embedded mailbox behaves like the real Dovecot in all that the tracker relies on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.demo.conftest import Inbox

pytestmark = pytest.mark.servers
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MAIL = "Subject: Привет\r\n\r\nТекст\r\n".encode() + b"\xd0\xcf\xfe\x80 raw\r\n"


def test_bytes_and_date_come_back_and_reading_marks_nothing(inbox: Inbox) -> None:
    inbox.put(MAIL, WHEN)
    with inbox.client() as client:
        client.normalise_times = False
        client.select_folder("INBOX")
        (uid,) = client.search()
        found = client.fetch([uid], ["BODY.PEEK[]", "INTERNALDATE", "RFC822.SIZE"])[uid]
        flags = client.get_flags([uid])[uid]
    assert found[b"BODY[]"] == MAIL
    assert found[b"INTERNALDATE"] == WHEN
    assert found[b"RFC822.SIZE"] == len(MAIL)
    assert b"\\Seen" not in flags


def test_uids_grow_and_the_newer_ones_can_be_asked_for(inbox: Inbox) -> None:
    for number in range(5):
        inbox.put(b"X-N: %d\r\n\r\n" % number, WHEN)
    with inbox.client() as client:
        chosen = client.select_folder("INBOX")
        uids = client.search()
        newer = client.search(["UID", f"{uids[2] + 1}:*"])
        bodies = [
            found[b"BODY[]"] for _, found in sorted(client.fetch(uids, "BODY.PEEK[]").items())
        ]
    assert uids == sorted(uids)
    assert chosen[b"UIDNEXT"] == uids[-1] + 1
    assert newer == uids[3:]
    assert bodies == [b"X-N: %d\r\n\r\n" % number for number in range(5)]


def test_uidvalidity_stays_between_connections(inbox: Inbox) -> None:
    seen = []
    for _ in range(2):
        with inbox.client() as client:
            seen.append(client.select_folder("INBOX")[b"UIDVALIDITY"])
    assert seen[0] == seen[1]


def test_idle_is_woken_by_a_new_mail(inbox: Inbox) -> None:
    with inbox.client() as client:
        client.select_folder("INBOX")
        client.idle()
        inbox.put(MAIL, WHEN)
        told = client.idle_check(timeout=30)
        client.idle_done()
    assert (1, b"EXISTS") in told


def test_a_mail_can_be_moved_to_a_new_folder(inbox: Inbox) -> None:
    inbox.put(MAIL, WHEN)
    with inbox.client() as client:
        client.create_folder("Done")
        client.select_folder("INBOX")
        client.move(client.search(), "Done")
        assert client.search() == []
        assert client.select_folder("Done")[b"EXISTS"] == 1


def test_a_large_mail_comes_back_whole(inbox: Inbox) -> None:
    large = b"Subject: large\r\n\r\n" + b"0123456789\r\n" * 400_000
    inbox.put(large, WHEN)
    with inbox.client() as client:
        client.select_folder("INBOX")
        (found,) = client.fetch(client.search(), ["BODY.PEEK[]"]).values()
    assert found[b"BODY[]"] == large


def test_a_wrong_password_is_refused(inbox: Inbox) -> None:
    with inbox.client() as client:
        host, port = client.host, client.port
    refused = type(client)(host, port, ssl=False)
    with pytest.raises(refused.Error):
        refused.login("support", "wrong")
    refused.shutdown()
