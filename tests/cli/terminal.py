"""A command at a terminal of its own, for the tests that type at it."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Takes the terminal as its own, so that Ctrl-C reaches it as a person's does; a run of the tests
# in the background would have it ignored.
_CHILD = """
import fcntl, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from tracker.cli.main import run
run(sys.argv[1:])
"""
_PATIENCE = 60.0
CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """What a command shows, and a keyboard."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.shown = ""
        self._process = process
        self._master = master
        self._bytes = b""
        self._read = 0

    def expect(self, words: str) -> str:
        """Wait until ``words`` are shown; return what was shown since the last time."""
        end = time.monotonic() + _PATIENCE
        while words not in self.shown[self._read :]:
            assert time.monotonic() < end, f"waited for {words!r}: {self.shown}"
            assert self._more(end - time.monotonic()), f"no {words!r}: {self.shown}"
        place = self.shown.index(words, self._read) + len(words)
        new, self._read = self.shown[self._read : place], place
        return new

    def type(self, *lines: str) -> None:
        """Type lines, each with Enter."""
        for line in lines:
            self.press(f"{line}\n")

    def press(self, keys: str) -> None:
        """Press keys without Enter."""
        os.write(self._master, keys.encode())

    def answer(self, *pairs: tuple[str, str]) -> None:
        """Wait for each question and type the answer."""
        for question, line in pairs:
            self.expect(question)
            self.type(line)

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and what was shown last."""
        while self._more(_PATIENCE):
            pass
        return self._process.wait(_PATIENCE), self.shown[self._read :]

    def drop(self, keys: str = CTRL_C) -> tuple[int, str]:
        """Press keys that end the command, and again as a person does while nothing comes of it;
        return as ``end``.

        Python notices a Ctrl-C of the very moment in which it begins to wait for a line only
        with the next key.
        """
        for _ in range(int(_PATIENCE)):
            self.press(keys)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
                break
        return self.end()

    def _more(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        assert ready, f"nothing more is shown: {self.shown}"
        try:
            block = os.read(self._master, 65536)
        except OSError:  # the other end is closed
            return False
        self._bytes += block
        self.shown = self._bytes.decode("utf-8", "ignore").replace("\r\n", "\n")
        return bool(block)


@contextmanager
def terminal(root: Path, *arguments: str, **environment: str) -> Iterator[Terminal]:
    """Run the command line in ``root`` at a terminal."""
    master, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD, "-C", str(root), *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**os.environ, "TERM": "dumb", **environment},
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        os.close(master)
