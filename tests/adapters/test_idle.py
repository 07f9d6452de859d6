"""The line that hears of new mail: a real Dovecot, cut, silent, restarted, without IDLE."""

from __future__ import annotations

import select
from collections.abc import Iterator

import pytest

from tests.servers import Dovecot, Mailbox, Proxy
from tracker.adapters import idle
from tracker.adapters.connections import MailServerError
from tracker.adapters.idle import Line
from tracker.core.endpoint import endpoint

pytestmark = pytest.mark.servers
MAIL = b"From: a@b.org\r\n\r\nx\r\n"
WITHOUT_IDLE = "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS\n"


@pytest.fixture
def proxy(mailbox: Mailbox) -> Iterator[Proxy]:
    with Proxy(mailbox.server.port) as one:
        yield one


def line_to(mailbox: Mailbox, port: int = 0, tls: bool = False) -> Line:
    server = mailbox.server
    url = f"imap://{mailbox.user}@127.0.0.1:{port or server.port}"
    return Line(endpoint(server.imaps_url(mailbox.user) if tls else url, "imap"), "secret", "INBOX")


def readable(line: Line) -> bool:
    """Wait until the server says something."""
    poller = select.poll()
    poller.register(line.fileno(), select.POLLIN)
    return bool(poller.poll(30_000))


def test_news_of_mail_and_of_nothing_else(mailbox: Mailbox) -> None:
    line = line_to(mailbox)
    line.open()
    assert line.idles
    uid = mailbox.append(MAIL)
    assert readable(line)
    assert line.news()
    with mailbox.client() as client:
        client.select_folder("INBOX")
        client.add_flags([uid], ["\\Flagged"])
    assert readable(line)
    assert not line.news()
    assert not line.renew()
    mailbox.append(MAIL)
    assert readable(line)
    assert line.renew()  # what came before DONE is heard as well
    line.close()


def test_news_by_tls(dovecot_tls: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dovecot_tls.certificates is not None
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot_tls.certificates.ca))
    mailbox = Mailbox(dovecot_tls, dovecot_tls.new_user())
    line = line_to(mailbox, tls=True)
    line.open()
    for _ in range(3):
        mailbox.append(MAIL)
        heard = False
        while not heard and readable(line):
            heard = line.news()
        assert heard
    line.close()


def test_a_line_that_is_cut(mailbox: Mailbox, proxy: Proxy) -> None:
    line = line_to(mailbox, proxy.port)
    line.open()
    proxy.cut()
    assert readable(line)
    with pytest.raises(MailServerError, match="IMAP: 127"):
        line.news()
    line.close()


def test_a_server_that_restarts() -> None:
    with Dovecot() as server:
        line = line_to(Mailbox(server, server.new_user()))
        line.open()
        server.kill()
        assert readable(line)
        with pytest.raises(MailServerError):
            line.news()
        line.close()
        line.close()  # twice does no harm
        with pytest.raises(MailServerError, match="refuses the connection"):
            line.open()


def test_a_line_that_is_silent_for_ever(
    mailbox: Mailbox, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks alive; only asking tells."""
    monkeypatch.setattr(idle, "_ANSWER_SECONDS", 0.3)
    line = line_to(mailbox, proxy.port)
    line.open()
    proxy.hold()
    with pytest.raises(MailServerError, match="does not answer"):
        line.renew()
    line.close()


def test_idle_is_begun_anew_in_time(mailbox: Mailbox) -> None:
    now = [1000.0]
    line = Line(endpoint(mailbox.url, "imap"), "secret", "INBOX", lambda: now[0])
    line.open()
    assert line.due == 1000.0 + 540
    now[0] += 541
    assert not line.renew()
    assert line.due == 1541.0 + 540
    assert line.due - 1541.0 < 29 * 60
    mailbox.append(MAIL)
    assert readable(line)
    assert line.news()
    line.close()


def test_a_server_without_idle_is_asked() -> None:
    with Dovecot(extra=WITHOUT_IDLE) as server:
        mailbox = Mailbox(server, server.new_user())
        line = line_to(mailbox)
        line.open()
        assert not line.idles
        assert not line.renew()
        mailbox.append(MAIL)
        assert line.renew()
        assert not line.renew()
        line.close()
