"""Being asked to stop: the first signal lets the work end, the second ends it at once."""

from __future__ import annotations

import os
import signal
import threading

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether the work shall end. It can be waited on: readable as soon as that is so."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        self.asked = False

    def ask(self) -> None:
        """Ask for the end. From any thread."""
        if not self.asked:
            self.asked = True
            os.write(self._writer, b"x")

    def fileno(self) -> int:
        """Return what becomes readable."""
        return self._reader

    def close(self) -> None:
        """Let go of the pipe."""
        os.close(self._reader)
        os.close(self._writer)


def by_signals() -> Stop:
    """Return a Stop that SIGINT and SIGTERM ask for; a second one ends the process at once.

    Both are blocked, in this process and in those it starts, and taken by a thread. A terminal's
    Ctrl-C and systemd's stop reach git as well: it must not die in the middle of our run.
    """
    stop = Stop()

    def take(number: int) -> None:
        if stop.asked:
            os._exit(128 + number)  # a crash at any instant loses nothing
        stop.ask()

    def wait() -> None:
        while True:
            take(signal.sigwait(_SIGNALS))

    for one in _SIGNALS:  # should a library let one through for a moment
        signal.signal(one, lambda number, _: take(number))
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    threading.Thread(target=wait, daemon=True).start()
    return stop
