"""Telling systemd how a service does: sd_notify(3), one datagram a message."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping

_LONGEST = 200
_SECONDS = 1.0


class Notifier:
    """What the service manager is told; nothing where none listens.

    With a watchdog it is told at every third of its time that we live, from a thread beside, as
    long as the work has promised to go on: a run that hangs breaks its promise and is restarted.
    """

    def __init__(
        self,
        address: str = "",
        watchdog_seconds: float = 0.0,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        # A name that begins with @ is Linux's abstract one.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._steady = steady
        self._promised = steady()
        self._ended = threading.Event()
        self._status = ""
        if self._address and watchdog_seconds:
            beat = watchdog_seconds / 3
            self.promise(watchdog_seconds)
            threading.Thread(target=self._beat, args=(beat,), daemon=True).start()

    def ready(self) -> None:
        """The service has started."""
        self._send("READY=1")

    def status(self, sentence: str) -> None:
        """Show a sentence in ``systemctl status``."""
        line = " ".join(sentence.split())[:_LONGEST]
        if line != self._status:
            self._status = line
            self._send(f"STATUS={line}")

    def stopping(self) -> None:
        """The service ends."""
        self._send("STOPPING=1")

    def promise(self, seconds: float) -> None:
        """Say that the work shows itself again within so many seconds."""
        self._promised = self._steady() + seconds

    @property
    def promised(self) -> bool:
        """Whether the work still may be silent: no promise is broken."""
        return self._steady() < self._promised

    def close(self) -> None:
        """Tell nothing any more."""
        self._ended.set()

    def _beat(self, every: float) -> None:
        while not self._ended.is_set():
            if self.promised:
                self._send("WATCHDOG=1")
            self._ended.wait(every)

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),  # a manager that does not listen is no fault of ours
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.settimeout(_SECONDS)  # one that reads no more must not hold us up
            sender.sendto(message.encode(), self._address)


def from_environment(environment: Mapping[str, str] = os.environ) -> Notifier:
    """Return the notifier for the service manager that started this process, if one did."""
    address = environment.get("NOTIFY_SOCKET", "")
    for_us = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    try:
        seconds = int(environment.get("WATCHDOG_USEC", "0")) / 1e6 if for_us else 0.0
    except ValueError:
        seconds = 0.0
    return Notifier(address, seconds)
