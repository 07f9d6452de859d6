"""`tracker watch`: every mail once, whatever breaks, and a clean end."""

from __future__ import annotations

import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.watched import Watched
from tests.servers import Dovecot, Mailbox, Proxy, SmtpServer
from tracker.core.state import LEASE

pytestmark = pytest.mark.servers
RARELY = ("--every", "3600")
"""No round by the clock, so that none hides what the line did not tell."""


@pytest.fixture
def own_dovecot() -> Iterator[Dovecot]:
    """A Dovecot that may be restarted."""
    with Dovecot() as server:
        yield server


@pytest.fixture
def line(own_dovecot: Dovecot) -> Iterator[Proxy]:
    """The line to it."""
    with Proxy(own_dovecot.port) as proxy:
        yield proxy


@pytest.fixture
def mailbox(own_dovecot: Dovecot) -> Mailbox:
    """A mailbox on the Dovecot of this test, in place of that of the run."""
    return Mailbox(own_dovecot, own_dovecot.new_user())


@pytest.fixture
def desk_on_line(desk: RealDesk, line: Proxy) -> RealDesk:
    """A desk that reaches its mailbox by the line."""
    set_port(desk, line.port)
    return desk


def set_port(desk: RealDesk, port: int) -> None:
    file = desk.root / "tracker.toml"
    real = f":{desk.mailbox.server.port}"
    file.write_text(file.read_text().replace(real, f":{port}"))
    desk.git("commit", "-qam", "Go by the line")
    desk.git("push", "-q", "origin", "main")


def follow(desk: RealDesk, line: Proxy, count: int) -> list[str]:
    """Bring ``count`` mails in bursts of different sizes, with the server restarted after a third
    and the line cut in the middle of a FETCH after two thirds; return the events' names.
    """
    sizes = (1, 2, 5, 8) if count < 100 else (1, 4, 16, 32)
    sent = burst = 0
    restart, cut = count // 3, 2 * count // 3
    with Watched(desk, *RARELY, limit=60 + count / 2) as watched:
        watched.until_event("connected")
        while sent < count:
            for _ in range(min(sizes[burst % len(sizes)], count - sent)):
                desk.mailbox.append(letter(f"p{sent}", sent))
                sent += 1
                if sent == restart:
                    desk.mailbox.server.restart()
                elif sent == cut:
                    line.cut_in(b"BODY[]", 40)
            burst += 1
            watched.until_opened(sent)
        assert line.cuts == 1
        assert watched.stop() == 0
        return [one["event"] for one in watched.events]


def check_all(desk: RealDesk, count: int) -> None:
    """Every mail is in, none twice, everybody was answered once, and nobody holds the lease."""
    assert desk.entries() == Counter(f"<p{n}-{n}@example.org>" for n in range(count))
    assert len(desk.tickets()) == count
    told = Counter(one.recipients[0] for one in desk.smtp.letters())
    assert all(told[f"p{n}@example.org"] == 1 for n in range(count))
    assert LEASE not in desk.git("ls-tree", "-r", "--name-only", "origin/main")


def test_every_mail_once_with_a_restart_and_a_cut_line(desk_on_line: RealDesk, line: Proxy) -> None:
    events = follow(desk_on_line, line, 40)
    assert events.count("disconnected") >= 1  # the restart
    assert events.count("connected") >= 2
    assert events[-2:] == ["stopping", "stopped"]
    check_all(desk_on_line, 40)


@pytest.mark.soak
def test_every_one_of_a_thousand_mails_once(desk_on_line: RealDesk, line: Proxy) -> None:
    with (desk_on_line.root / "tracker.toml").open("a") as file:
        file.write("\n[limits]\nconfirmations_an_hour = 5000\n")
    desk_on_line.git("commit", "-qam", "No flood")
    assert follow(desk_on_line, line, 1000).count("connected") >= 2
    check_all(desk_on_line, 1000)


def test_what_came_while_the_line_was_down(desk_on_line: RealDesk, line: Proxy) -> None:
    with Watched(desk_on_line, *RARELY) as watched:
        watched.until_event("connected")
        desk_on_line.mailbox.server.kill()
        watched.until_event("disconnected")
        desk_on_line.mailbox.append_many([letter("ivan", n) for n in range(3)])
        watched.until(lambda event: event.get("pause", 0) >= 1)
        desk_on_line.mailbox.server.start()
        watched.until_opened(3)
        pauses = [one["pause"] for one in watched.named("disconnected")]
        assert pauses[0] <= 0.5
        assert watched.stop() == 0


def test_a_commit_of_an_agent_is_sent_at_once(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    with Watched(desk, *RARELY) as watched:
        watched.until_opened(1)
        (path,) = desk.root.glob("tickets/*/ACCREDO-1.md")
        path.write_text(path.read_text() + "\nГотово, проверьте.\n")
        anna = ("-c", "user.name=Анна", "-c", "user.email=anna@example.org")
        desk.git(*anna, "commit", "-qam", "Answer")
        watched.until(lambda event: event["event"] == "round" and event["stamped"] == 1)
        assert watched.stop(signal.SIGINT) == 0
    assert len(desk.smtp.letters_to("ivan@example.org")) == 2


def test_the_portal_is_built_when_something_changed(desk: RealDesk) -> None:
    with Watched(desk, *RARELY, "--build") as watched:
        assert watched.until_event("built")["status"] == 0
        desk.mailbox.append(letter("ivan"))
        watched.until_opened(1)
        assert watched.until_event("built")["status"] == 0
        assert watched.stop() == 0
    assert (desk.root / "site/tickets/ACCREDO-1/index.html").is_file()


def test_a_failed_rsync_is_no_page_held_back(desk: RealDesk) -> None:
    """Its status is 3 then, which of ours means that the rest went out."""
    web = desk.root.parent / "web"
    web.write_text("no folder\n")
    publish = f"rsync --archive {desk.root}/site/ {web}/ # to the web"
    with Watched(desk, *RARELY, "--publish", publish) as watched:
        assert watched.until_event("built")["status"] == 1
        web.unlink()
        desk.mailbox.append(letter("ivan"))
        assert watched.until_event("built")["status"] == 0
        assert watched.stop() == 0
    assert (web / "tickets/ACCREDO-1/index.html").is_file()


def test_a_round_at_work_is_finished_before_the_end(desk: RealDesk, smtp: SmtpServer) -> None:
    """The server answers the second letter late; the stop comes while it is in flight."""
    mark = desk.root.parent / "mark"
    smtp.touch_at(1, mark)
    smtp.slow(0.3)
    desk.mailbox.append_many([letter(f"p{n}", n) for n in range(6)])
    with Watched(desk, *RARELY) as watched:
        smtp.wait_for(1)
        assert watched.stop() == 0
        assert [one["event"] for one in watched.events[-3:]] == ["round", "stopping", "stopped"]
    check_all(desk, 6)


def test_a_backlog_that_is_read_in_processes_of_their_own(desk: RealDesk) -> None:
    """Python's way of starting them lets the signals through that a stop is taken by."""
    desk.mailbox.append_many([letter(f"p{n}", n, extra="Precedence: bulk\r\n") for n in range(220)])
    with Watched(desk, *RARELY) as watched:
        watched.until_opened(220)
        assert watched.stop() == 0
    assert len(desk.tickets()) == 220


def test_a_second_signal_ends_it_at_once_and_nothing_is_lost(
    desk: RealDesk, smtp: SmtpServer
) -> None:
    smtp.slow(0.5)
    desk.mailbox.append_many([letter(f"p{n}", n) for n in range(30)])
    with Watched(desk, *RARELY) as watched:
        smtp.wait_for(1)
        watched.process.send_signal(signal.SIGTERM)
        watched.until_two(signal.SIGTERM)
        assert watched.process.returncode == 128 + signal.SIGTERM
    smtp.reset(letters=False)
    desk.sync()
    assert len(desk.tickets()) == 30
    check_everybody_told(desk, 30)


def check_everybody_told(desk: RealDesk, count: int) -> None:
    """Everybody has a letter; a killed process repeats at most the one in flight."""
    told = Counter(one.recipients[0] for one in desk.smtp.letters())
    assert all(told[f"p{n}@example.org"] for n in range(count))
    assert sum(told[f"p{n}@example.org"] for n in range(count)) <= count + 1


def test_wrong_settings_and_secrets_end_it_at_the_start(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_IMAP_PASSWORD", "canary")
    done = desk.run("watch")
    assert done.returncode == 1
    assert "refuses user" in done.stderr
    assert "canary" not in done.stdout + done.stderr
    monkeypatch.delenv("TRACKER_SECRET")
    done = desk.run("watch")
    assert done.returncode == 1
    assert "TRACKER_SECRET is not set" in done.stderr


def test_another_run_in_the_folder_is_waited_for(desk: RealDesk) -> None:
    from tracker.adapters.lock import locked

    desk.mailbox.append(letter("ivan"))
    with Watched(desk, *RARELY) as watched:
        with locked(desk.root / ".tracker/sync.lock") as alone:
            assert alone
            watched.until_event("connected")
        watched.until_opened(1)
        assert watched.stop() == 0


def test_settings_that_come_with_a_commit_hold_at_once(desk: RealDesk) -> None:
    other = Mailbox(desk.mailbox.server, desk.mailbox.server.new_user())
    other.append(letter("olga"))
    with Watched(desk, *RARELY) as watched:
        watched.until_event("connected")
        file = desk.root / "tracker.toml"
        file.write_text(file.read_text().replace(f"{desk.mailbox.user}@", f"{other.user}@"))
        desk.git("commit", "-qam", "Another mailbox")
        watched.until_opened(1)
        watched.until_event("connected")
        assert watched.stop() == 0


def test_systemd_is_told(desk: RealDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "300000")
        told: list[bytes] = []

        def until(wanted: Callable[[bytes], bool]) -> None:
            while not (told and wanted(told[-1])):
                told.append(manager.recv(4096))

        with Watched(desk, *RARELY) as watched:
            until(lambda one: one == b"READY=1")
            until(lambda one: one.startswith(b"STATUS=waiting for mail at 127.0.0.1"))
            until(lambda one: one == b"WATCHDOG=1")
            watched.process.terminate()
            until(lambda one: one == b"STOPPING=1")
            assert watched.process.wait(60) == 0
