"""What systemd is told, and when it is told no more."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tracker.adapters.notify import Notifier, from_environment


def test_a_broken_promise_is_a_life_no_longer_told_of() -> None:
    now = [100.0]
    notifier = Notifier(steady=lambda: now[0])
    notifier.promise(60)
    now[0] += 59
    assert notifier.promised
    now[0] += 2
    assert not notifier.promised


def test_one_datagram_a_message(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "n"))
        manager.settimeout(30)
        notifier = Notifier(str(tmp_path / "n"))
        notifier.ready()
        notifier.status("two\nlines")
        notifier.status("two lines")  # no news
        notifier.stopping()
        told = [manager.recv(999) for _ in range(3)]
    assert told == [b"READY=1", b"STATUS=two lines", b"STOPPING=1"]


def test_an_abstract_name_and_nobody_who_listens(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        name = f"tracker-test-{os.getpid()}"
        manager.bind(f"\0{name}")
        manager.settimeout(30)
        from_environment({"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "no number"}).ready()
        assert manager.recv(999) == b"READY=1"
    Notifier(str(tmp_path / "gone")).ready()
    from_environment({}).ready()


def test_a_manager_that_reads_no_more_holds_nobody_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "n"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.setblocking(False)
            with pytest.raises(BlockingIOError):
                while True:
                    other.sendto(b"x", str(tmp_path / "n"))
        Notifier(str(tmp_path / "n")).stopping()
