"""The test servers keep what they promise, so that other tests may lean on them."""

from __future__ import annotations

import smtplib
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.servers import Dovecot, Mailbox, SmtpServer
from tests.servers.dovecot import PASSWORD

pytestmark = pytest.mark.servers
MAIL = "Subject: Привет\r\nMessage-ID: <1@test>\r\n\r\nТекст\r\n".encode()
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_append_gives_bytes_date_and_flags_back(mailbox: Mailbox) -> None:
    uid = mailbox.append(MAIL, WHEN, ["\\Seen"])
    with mailbox.client() as client:
        client.normalise_times = False
        client.select_folder("INBOX", readonly=True)
        found = client.fetch([uid], ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])[uid]
    assert found[b"BODY[]"] == MAIL
    assert found[b"INTERNALDATE"] == WHEN
    assert b"\\Seen" in found[b"FLAGS"]


def test_append_many_keeps_order_bytes_and_dates(mailbox: Mailbox) -> None:
    mails = [(b"X-N: %d\r\n\r\n\x80\xff" % n, WHEN + timedelta(minutes=n)) for n in range(300)]
    assert mailbox.append_many(mails) == 300
    with mailbox.client() as client:
        client.normalise_times = False
        client.select_folder("INBOX", readonly=True)
        found = client.fetch(client.search(), ["BODY.PEEK[]", "INTERNALDATE"])
    got = [(found[uid][b"BODY[]"], found[uid][b"INTERNALDATE"]) for uid in sorted(found)]
    assert got == mails


def test_a_nul_byte_arrives_as_0x80_as_imap_has_no_other_way(mailbox: Mailbox) -> None:
    mailbox.append_many([b"X: 1\r\n\r\n\x00"])
    with mailbox.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert client.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"].endswith(b"\x80")


def test_users_have_mailboxes_of_their_own(dovecot: Dovecot) -> None:
    first, second = Mailbox(dovecot, dovecot.new_user()), Mailbox(dovecot, dovecot.new_user())
    first.append(MAIL)
    with second.client() as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 0


def test_uidvalidity_changes_and_mail_stays(mailbox: Mailbox) -> None:
    mailbox.append_many([b"X: 1\r\n\r\n", b"X: 2\r\n\r\n"])
    with mailbox.client() as client:
        before = client.select_folder("INBOX")[b"UIDVALIDITY"]
        client.delete_messages([1])
        client.expunge()
    mailbox.reset_uidvalidity()
    with mailbox.client() as client:
        after = client.select_folder("INBOX")
        assert client.search() == [1]
    assert after[b"UIDVALIDITY"] != before


def test_idle_is_woken_by_a_mail_put_into_the_folder(mailbox: Mailbox) -> None:
    with mailbox.client() as client:
        client.select_folder("INBOX")
        client.idle()
        mailbox.append_many([MAIL])
        assert (1, b"EXISTS") in client.idle_check(timeout=30)
        client.idle_done()


def test_restart_breaks_connections_and_keeps_mail() -> None:
    with Dovecot() as server:
        box = Mailbox(server, server.new_user())
        box.append(MAIL)
        with box.client() as client:
            server.restart()
            with pytest.raises((OSError, client.AbortError)):
                client.noop()
        with box.client() as client:
            assert client.select_folder("INBOX")[b"EXISTS"] == 1


def test_tls_is_verifiable_and_verified(dovecot_tls: Dovecot) -> None:
    user = dovecot_tls.new_user()
    assert dovecot_tls.certificates is not None
    trusting = ssl.create_default_context(cafile=str(dovecot_tls.certificates.ca))
    port = dovecot_tls.tls_port
    with IMAPClient("localhost", port, ssl_context=trusting) as client:
        client.login(user, PASSWORD)
    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient("localhost", port, ssl_context=ssl.create_default_context())
    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient("127.0.0.1", port, ssl_context=trusting)


def send(smtp: SmtpServer, sender: str = "a@x.org", to: tuple[str, ...] = ("b@x.org",)) -> object:
    with smtplib.SMTP("127.0.0.1", smtp.port, "localhost") as client:
        return client.sendmail(sender, to, MAIL)


def test_letters_keep_envelope_and_bytes(smtp: SmtpServer) -> None:
    send(smtp, "", ("b@x.org", "c@x.org"))
    (letter,) = smtp.letters()
    assert (letter.sender, letter.recipients) == ("", ("b@x.org", "c@x.org"))
    assert letter.raw == MAIL
    assert letter.message["Message-ID"] == "<1@test>"


def test_refusing_one_recipient_lets_the_other_have_it(smtp: SmtpServer) -> None:
    smtp.refuse_recipient("b@x.org")
    assert send(smtp, to=("b@x.org", "c@x.org")) == {"b@x.org": (550, b"5.1.1 No such user")}
    assert smtp.letters()[0].recipients == ("c@x.org",)
    assert smtp.refusals()[0]["address"] == "b@x.org"


@pytest.mark.parametrize("code", [554, 451])
def test_refusing_all(smtp: SmtpServer, code: int) -> None:
    if code == 554:
        smtp.refuse_all()
    else:
        smtp.fail_temporarily()
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(smtp)
    assert refusal.value.smtp_code == code
    assert smtp.letters() == []


def test_refusing_the_null_sender(smtp: SmtpServer) -> None:
    smtp.refuse_null_sender()
    with pytest.raises(smtplib.SMTPSenderRefused):
        send(smtp, sender="")
    send(smtp)
    assert len(smtp.letters()) == 1


def test_demanding_a_login(smtp: SmtpServer) -> None:
    smtp.demand_auth("anna", "пароль")
    with pytest.raises(smtplib.SMTPSenderRefused):
        send(smtp)
    with smtplib.SMTP("127.0.0.1", smtp.port, "localhost") as client:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("anna", "wrong")
        client.user, client.password = "anna", "пароль"
        client.ehlo()
        client.docmd("AUTH", "PLAIN AGFubmEA0L/QsNGA0L7Qu9GM")
        client.sendmail("a@x.org", "b@x.org", MAIL)
    assert smtp.letters()[0].user == "anna"


def test_limits_of_size_and_of_letters_on_a_connection(smtp: SmtpServer) -> None:
    smtp.limit_size(1000)
    smtp.limit_letters(1)
    with smtplib.SMTP("127.0.0.1", smtp.port, "localhost") as client:
        client.sendmail("a@x.org", "b@x.org", MAIL)
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("a@x.org", "b@x.org", MAIL)
        assert client.esmtp_features["size"] == "1000"


def test_cutting_the_connection_after_acceptance(smtp: SmtpServer) -> None:
    smtp.cut_after_data()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp)
    assert len(smtp.letters()) == 1
    send(smtp)
    assert len(smtp.letters()) == 2


SENDER = """
import pathlib, smtplib, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "localhost") as client:
    for n in range(3):
        client.sendmail("a@x.org", "b@x.org", b"X: %d\\r\\n\\r\\n" % n)
        pathlib.Path(sys.argv[2], str(n)).touch()
"""


@pytest.mark.parametrize("answered", [False, True])
def test_the_client_dies_at_the_moment_of_acceptance(
    smtp: SmtpServer, tmp_path: Path, answered: bool
) -> None:
    smtp.kill_at(2, answered=answered)
    smtp.touch_at(2, tmp_path / "stored")
    client = subprocess.Popen([sys.executable, "-c", SENDER, str(smtp.port), str(tmp_path)])
    smtp.victim(client.pid)
    assert client.wait(60) == -9
    assert len(smtp.letters()) == 2
    seen = {"0", "1"} if answered else {"0"}
    assert {path.name for path in tmp_path.iterdir()} == {"stored", *seen}


def test_a_restarted_server_keeps_port_and_letters(smtp: SmtpServer) -> None:
    send(smtp)
    smtp.kill()
    with pytest.raises(ConnectionRefusedError):
        send(smtp)
    smtp.start()
    send(smtp)
    assert len(smtp.wait_for(2)) == 2
