"""The parent's side of the embedded mailbox: start it, fill it, hear what comes in, end it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient

from tracker.core.errors import TrackerError

USER = "support"
PASSWORD = "demo"


class EmbeddedMailbox:
    """One mailbox with its SMTP server, in a child process that cannot outlive this one."""

    def __init__(
        self, address: str, letters: Path, *, imap_port: int = 0, smtp_port: int = 0
    ) -> None:
        self.address = address
        self.letters = letters
        self.imap_port = imap_port
        self.smtp_port = smtp_port
        self.mail_came = threading.Event()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> EmbeddedMailbox:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def imap_url(self) -> str:
        """The address for ``--imap``."""
        return f"imap://{USER}@127.0.0.1:{self.imap_port}"

    @property
    def smtp_url(self) -> str:
        """The address for ``--smtp``."""
        return f"smtp://127.0.0.1:{self.smtp_port}"

    @property
    def pid(self) -> int:
        """The child's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> EmbeddedMailbox:
        """Start the child and wait until both ports listen."""
        self.letters.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-W", "ignore", "-m", "tracker.demo.mailserver"),
                *("--imap-port", str(self.imap_port), "--smtp-port", str(self.smtp_port)),
                *("--user", USER, "--password", PASSWORD),
                *("--address", self.address, "--letters", str(self.letters)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C is for the parent; the child follows it by the end of its standard input.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        first = self._process.stdout.readline()
        if not first:
            raise self._failure()
        ready = json.loads(first)
        self.imap_port, self.smtp_port = ready["imap"], ready["smtp"]
        for listen in (self._hear, self._drain):
            threading.Thread(target=listen, args=(self._process,), daemon=True).start()
        return self

    def stop(self) -> None:
        """End the child."""
        if self._process is None:
            return
        process, self._process = self._process, None
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Log in to the mailbox."""
        with IMAPClient("127.0.0.1", self.imap_port, ssl=False, timeout=30) as client:
            # Without this every APPEND waits for a delayed acknowledgement of the kernel.
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.login(USER, PASSWORD)
            yield client

    def append(self, mails: Iterable[tuple[bytes, datetime]]) -> Iterator[int]:
        """Append mails with their dates of arrival; yield how many are in after each."""
        with self.client() as client:
            for count, (raw, when) in enumerate(mails, 1):
                client.append("INBOX", raw, (), when)
                yield count

    def _failure(self) -> TrackerError:
        assert self._process is not None
        _, told = self._process.communicate(timeout=10)
        self._process = None
        if "address already in use" in told.lower():
            return TrackerError(
                "The embedded mailbox cannot listen: a port it was given is taken.",
                "Leave out --imap-port and --smtp-port and it takes free ones.",
            )
        last = told.strip().splitlines()[-1:] or ["it said nothing"]
        return TrackerError(
            f"The embedded mailbox does not start: {last[0]}",
            "It needs the packages pymap and aiosmtpd of this installation.",
        )

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                if json.loads(line).get("event") == "mail":
                    self.mail_came.set()

    def _drain(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr, (self.letters.parent / "mailbox.log").open("a") as log:
            for line in process.stderr:
                log.write(line)
                log.flush()
