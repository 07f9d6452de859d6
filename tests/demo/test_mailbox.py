"""The embedded mailbox takes mail over SMTP, keeps what goes out, and never outlives its parent."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.demo.conftest import ADDRESS
from tracker.core.errors import TrackerError
from tracker.demo import letters
from tracker.demo.mailbox import EmbeddedMailbox
from tracker.demo.state import State

MAIL = "Subject: Проба\r\n\r\nТекст\r\n".encode()


def state_of(mailbox: EmbeddedMailbox) -> State:
    return State(ADDRESS, "http://127.0.0.1:1/", mailbox.imap_port, mailbox.smtp_port, "ru")


@pytest.mark.parametrize("recipient", [ADDRESS, "Support+token@Demo.Example"])
def test_mail_for_the_desk_lands_in_the_inbox(embedded: EmbeddedMailbox, recipient: str) -> None:
    with smtplib.SMTP("127.0.0.1", embedded.smtp_port, "localhost") as client:
        client.sendmail("ivan@mail.example", [recipient], MAIL)
    assert embedded.mail_came.wait(30)
    with embedded.client() as imap:
        imap.select_folder("INBOX")
        (found,) = imap.fetch(imap.search(), ["BODY.PEEK[]"]).values()
    assert found[b"BODY[]"].endswith(MAIL)
    head = message_from_bytes(found[b"BODY[]"])
    assert head["Return-Path"] == "<ivan@mail.example>"
    assert head["Delivered-To"] == recipient


def test_a_mail_over_smtp_wakes_idle(embedded: EmbeddedMailbox) -> None:
    with embedded.client() as imap:
        imap.select_folder("INBOX")
        imap.idle()
        raw = letters.compose("Иван <ivan@mail.example>", ADDRESS, "Вопрос", "Как быть?")
        letters.send(state_of(embedded), "Иван <ivan@mail.example>", raw)
        assert (1, b"EXISTS") in imap.idle_check(timeout=30)
        imap.idle_done()


def test_every_other_letter_is_a_file(embedded: EmbeddedMailbox) -> None:
    raw = letters.compose(ADDRESS, "ivan@mail.example", "Принято", "Ваше обращение принято.")
    with smtplib.SMTP("127.0.0.1", embedded.smtp_port, "localhost") as client:
        client.sendmail("", ["ivan@mail.example", "olga@mail.example"], raw)
    first, second = letters.sent(embedded.letters)
    assert (first.number, first.to, first.subject) == (1, "ivan@mail.example", "Принято")
    assert second.to == "olga@mail.example"
    assert first.text.strip() == "Ваше обращение принято."
    assert message_from_bytes(first.path.read_bytes())["Return-Path"] == "<>"


def test_flags_and_dates_of_what_is_appended(embedded: EmbeddedMailbox) -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    assert list(embedded.append([(MAIL, when), (MAIL, when)])) == [1, 2]
    with embedded.client() as imap:
        assert imap.select_folder("INBOX")[b"EXISTS"] == 2


def test_a_taken_port_is_named(embedded: EmbeddedMailbox) -> None:
    second = EmbeddedMailbox(ADDRESS, embedded.letters, imap_port=embedded.imap_port)
    with pytest.raises(TrackerError) as problem:
        second.start()
    assert "taken" in problem.value.message


def test_nobody_listens_after_the_end(tmp_path: Path) -> None:
    with EmbeddedMailbox(ADDRESS, tmp_path / "letters") as mailbox:
        state = state_of(mailbox)
    with pytest.raises(TrackerError):
        letters.send(state, "a@x.org", MAIL)


PARENT = """
import pathlib, signal, sys
from tracker.demo.mailbox import EmbeddedMailbox
mailbox = EmbeddedMailbox("a@x.org", pathlib.Path(sys.argv[1])).start()
print(mailbox.imap_port, flush=True)
signal.pause()
"""


def test_the_servers_die_with_their_parent_even_by_kill_9(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "letters")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            assert connection.recv(1000).startswith(b"* OK")
            os.kill(parent.pid, signal.SIGKILL)
            assert connection.recv(1000) == b""
