"""IMAP and SMTP against real servers, and what is said when they can't be used."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.servers import Dovecot, SmtpServer
from tests.servers import Mailbox as RealMailbox
from tracker.adapters.connections import MailServerError
from tracker.adapters.imap import Mailbox
from tracker.adapters.smtp import Sender
from tracker.core.endpoint import Endpoint, endpoint
from tracker.core.letters import Letter

pytestmark = pytest.mark.servers
MAIL = b"From: a@b.org\r\nSubject: x\r\n\r\n\xd0\x9f\xff 8 bit\r\n"


def imap(url: str) -> Endpoint:
    return endpoint(url, "imap")


def fault(end: Endpoint, password: str = "secret", folder: str = "INBOX") -> MailServerError:
    with pytest.raises(MailServerError) as caught, Mailbox(end, password, folder):
        raise AssertionError
    assert caught.value.hint
    return caught.value


# IMAP


def test_reading_changes_nothing_and_gives_every_byte(mailbox: RealMailbox) -> None:
    at = datetime(2020, 5, 1, 12, 0, tzinfo=UTC)
    uids = [mailbox.append(MAIL, at), mailbox.append(MAIL + b"more\r\n")]
    with Mailbox(imap(mailbox.url), mailbox.password, "INBOX") as box:
        waiting = box.waiting(0)
        assert [one.uid for one in waiting] == uids
        assert waiting[0].size == len(MAIL)
        assert waiting[0].received == at
        assert box.fetch(uids) == {uids[0]: MAIL, uids[1]: MAIL + b"more\r\n"}
        assert [one.uid for one in box.waiting(uids[0])] == uids[1:]
        assert box.waiting(uids[1]) == []
        assert box.fetch([]) == {}
        assert box.fetch([9999]) == {}
        assert box.uidvalidity > 0
    with mailbox.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert all(b"\\Seen" not in one for one in client.get_flags(uids).values())


def test_an_empty_mailbox(mailbox: RealMailbox) -> None:
    with Mailbox(imap(mailbox.url), mailbox.password, "INBOX") as box:
        assert box.waiting(0) == []


def test_a_wrong_password(mailbox: RealMailbox) -> None:
    said = fault(imap(mailbox.url), "canary")
    assert f"refuses user {mailbox.user} or the password" in said.message
    assert "canary" not in said.message + said.hint
    assert "TRACKER_IMAP_PASSWORD" in fault(imap(mailbox.url), "пароль").message


def test_servers_that_are_not_there(dovecot: Dovecot) -> None:
    assert "is not known" in fault(imap("imap://u@no-such-host.invalid")).message
    assert "refuses the connection" in fault(imap("imap://u@127.0.0.1:1")).message


def test_a_missing_folder_lists_those_there_are(mailbox: RealMailbox) -> None:
    said = fault(imap(mailbox.url), folder="Nope")
    assert said.message == "IMAP: there is no folder `Nope`"
    assert "INBOX" in said.hint


def test_a_folder_with_a_cyrillic_name(mailbox: RealMailbox) -> None:
    with mailbox.client() as client:
        client.create_folder("Заявки")
        client.append("Заявки", MAIL)
    with Mailbox(imap(mailbox.url), mailbox.password, "Заявки") as box:
        assert len(box.waiting(0)) == 1


def test_a_certificate_nobody_trusts(dovecot_tls: Dovecot) -> None:
    said = fault(imap(dovecot_tls.imaps_url(dovecot_tls.new_user())))
    assert "is not trusted" in said.message
    assert "SSL_CERT_FILE" in said.hint


def test_a_trusted_certificate_for_another_name(
    dovecot_tls: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dovecot_tls.certificates is not None
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot_tls.certificates.ca))
    user = dovecot_tls.new_user()
    with Mailbox(imap(dovecot_tls.imaps_url(user)), "secret", "INBOX") as box:
        assert box.waiting(0) == []
    assert "is not trusted" in fault(imap(dovecot_tls.imaps_url(user, "127.0.0.1"))).message


def test_a_mailbox_that_breaks_off(dovecot: Dovecot, mailbox: RealMailbox) -> None:
    uid = mailbox.append(MAIL)
    own = Dovecot()
    with own:
        user = own.new_user()
        own.append(user, MAIL)
        with Mailbox(imap(own.imap_url(user)), "secret", "INBOX") as box:
            own.kill()
            with pytest.raises(MailServerError, match="IMAP: 127"):
                box.fetch([uid])


# SMTP


@pytest.fixture
def sender(smtp: SmtpServer) -> Iterator[Sender]:
    with Sender(endpoint(smtp.url, "smtp"), "", "support@example.org") as one:
        yield one


def letter(to: str = "ivan@example.org") -> Letter:
    return Letter(to, "<x@y.org>", b"To: %s\r\n\r\n.hello\r\n..\r\n" % to.encode())


def test_a_letter_arrives_byte_for_byte_from_nobody(smtp: SmtpServer, sender: Sender) -> None:
    for name in ("ivan@example.org", "d..d.@docomo.example"):
        assert sender.send(letter(name)).outcome == "accepted"
    first, second = smtp.letters()
    assert (first.sender, first.raw) == ("", letter().content)
    assert second.recipients == ("d..d.@docomo.example",)


def test_the_null_sender_falls_back_to_the_desk_s_once(smtp: SmtpServer, sender: Sender) -> None:
    smtp.refuse_null_sender()
    assert [sender.send(letter()).outcome for _ in range(3)] == ["accepted"] * 3
    assert {one.sender for one in smtp.letters()} == {"support@example.org"}
    assert len(smtp.refusals()) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"), [("550 5.1.1 No such user", "forever"), ("450 4.2.1 Later", "now")]
)
def test_a_refused_recipient(smtp: SmtpServer, sender: Sender, answer: str, outcome: str) -> None:
    smtp.refuse_recipient("olga@example.org", answer)
    got = sender.send(letter("olga@example.org"))
    assert (got.outcome, got.reason) == (outcome, answer)
    assert sender.send(letter()).outcome == "accepted"


def test_refused_after_the_last_byte(smtp: SmtpServer, sender: Sender) -> None:
    smtp.fail_temporarily()
    assert sender.send(letter()).outcome == "now"
    smtp.refuse_all()
    assert sender.send(letter()).outcome == "forever"
    smtp.reset()
    assert sender.send(letter()).outcome == "accepted"


def test_a_connection_cut_after_acceptance_is_not_known_and_the_next_goes_on(
    smtp: SmtpServer, sender: Sender
) -> None:
    smtp.cut_after_data()
    assert sender.send(letter()).outcome == "now"
    assert sender.send(letter()).outcome == "accepted"


def test_a_server_that_goes_away_and_comes_back(smtp: SmtpServer, sender: Sender) -> None:
    assert sender.send(letter()).outcome == "accepted"
    smtp.kill()
    with pytest.raises(MailServerError, match="refuses the connection"):
        for _ in range(2):
            sender.send(letter())
    smtp.start()
    assert sender.send(letter()).outcome == "accepted"


def test_a_server_that_never_says_a_word() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"smtp://127.0.0.1:{mute.getsockname()[1]}"
        one = Sender(endpoint(url, "smtp"), "", "support@example.org", patience=0.1)
        for ask in (one.check, lambda: one.send(letter())):
            with pytest.raises(MailServerError, match=r"SMTP: 127\.0\.0\.1"):
                ask()


def test_signing_in(smtp: SmtpServer) -> None:
    smtp.demand_auth("support", "right")
    end = endpoint(smtp.url_for("support"), "smtp")
    with Sender(end, "right", "support@example.org") as one:
        assert one.send(letter()).outcome == "accepted"
    assert smtp.letters()[0].user == "support"
    for password, words in (("canary", "refuses user support"), ("пароль", "TRACKER_SMTP_PASS")):
        with pytest.raises(MailServerError, match=words) as caught:
            Sender(end, password, "support@example.org").check()
        assert password not in caught.value.message + caught.value.hint
    with (
        pytest.raises(MailServerError, match=r"does not let support@example\.org send"),
        Sender(end, "", "support@example.org") as nobody,
    ):
        nobody.send(letter())


def test_no_sending_server(dovecot_tls: Dovecot) -> None:
    for url, words in (
        ("smtp://no-such-host.invalid", "is not known"),
        ("smtp://127.0.0.1:1", "refuses the connection"),
        (f"smtps://localhost:{dovecot_tls.tls_port}", "is not trusted"),
        (f"smtps://127.0.0.1:{dovecot_tls.port}", "no TLS with"),
    ):
        with pytest.raises(MailServerError, match=words):
            Sender(endpoint(url, "smtp"), "", "a@b.org").check()
