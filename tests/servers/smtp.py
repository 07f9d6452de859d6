"""A real SMTP server for the tests whose behaviour can be switched while it runs."""

from __future__ import annotations

import contextlib
import json
import shutil
import smtplib
import subprocess
import sys
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from .ports import free_port, short_folder, wait_listening


@dataclass(frozen=True)
class Letter:
    """One letter the server accepted: its envelope and its bytes."""

    number: int
    sender: str
    recipients: tuple[str, ...]
    user: str | None
    raw: bytes
    path: Path

    @property
    def message(self) -> EmailMessage:
        """The letter as the standard library reads it."""
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class SmtpServer:
    """An SMTP server in a process of its own; every accepted letter is a file.

    The methods that set a behaviour take effect with the client's next command and add up;
    ``reset`` forgets them all (and, unless told otherwise, the letters).
    """

    def __init__(self) -> None:
        self.folder = short_folder("trk-smtp-")
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._behaviour: dict[str, Any] = {}

    def __enter__(self) -> SmtpServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address for ``--smtp``, without a user."""
        return f"smtp://127.0.0.1:{self.port}"

    def url_for(self, user: str) -> str:
        """Return the address for ``--smtp`` with a user who has to log in."""
        return f"smtp://{user}@127.0.0.1:{self.port}"

    def start(self) -> SmtpServer:
        """Start it unless it runs; a restart keeps the port, the letters and the behaviours."""
        if self._process is not None and self._process.poll() is None:
            return self
        (self.folder / "letters").mkdir(exist_ok=True)
        self._write()
        self.port = self.port or free_port()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-W", "ignore", str(Path(__file__).with_name("smtp_child.py"))),
                *(str(self.folder), str(self.port)),
            ],
            stdin=subprocess.PIPE,
        )
        wait_listening(self.port, self._process, greeting=b"220")
        return self

    def kill(self) -> None:
        """End it, keeping the letters: to clients the server is down."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait(10)
        if self._process.stdin:
            self._process.stdin.close()
        self._process = None

    def stop(self) -> None:
        """End it for good and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What it accepted.

    def letters(self) -> list[Letter]:
        """Return the accepted letters in order of acceptance."""
        return [self._letter(path) for path in sorted((self.folder / "letters").glob("*.json"))]

    def letters_to(self, address: str) -> list[Letter]:
        """Return the accepted letters that went to ``address``."""
        return [letter for letter in self.letters() if address in letter.recipients]

    def refusals(self) -> list[dict[str, Any]]:
        """Return what was refused by a behaviour: command, address and answer."""
        log = self.folder / "refusals"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    # How it behaves.

    def refuse_recipient(self, address: str, answer: str = "550 5.1.1 No such user") -> None:
        """Refuse this one recipient with ``answer`` (4xx makes it temporary)."""
        self._behaviour.setdefault("recipients", {})[address.lower()] = answer
        self._write()

    def refuse_all(self, answer: str = "554 5.7.1 Refused") -> None:
        """Refuse every letter after its last byte."""
        self._set(data=answer)

    def fail_temporarily(self, answer: str = "451 4.3.0 Try again later") -> None:
        """Refuse every letter for now."""
        self._set(data=answer)

    def refuse_null_sender(self, answer: str = "550 5.7.1 Sender required") -> None:
        """Refuse ``MAIL FROM:<>``."""
        self._set(null_sender=answer)

    def refuse_senders_but(self, address: str, answer: str = "553 5.7.1 Not yours") -> None:
        """Refuse every envelope sender but this one."""
        self._set(only_sender=address.lower(), only_sender_answer=answer)

    def demand_auth(self, user: str, password: str) -> None:
        """Take mail only from who logs in with these (from the next connection on)."""
        self._set(auth=[user, password])

    def demand_token(self, user: str, introspection: str) -> None:
        """Take mail only from who shows an access token that is good for ``user`` there."""
        self._set(bearer=[user, introspection])

    def limit_size(self, size: int) -> None:
        """Announce and keep a limit for one letter (from the next connection on)."""
        self._set(size=size)

    def limit_letters(self, count: int, answer: str = "452 4.5.3 Too many letters") -> None:
        """Refuse for now whatever comes after ``count`` letters on one connection."""
        self._set(letters_per_connection=count, letters_answer=answer)

    def slow(self, seconds: float) -> None:
        """Wait before answering a letter."""
        self._set(slow=seconds)

    def cut_after_data(self, count: int = 1) -> None:
        """Accept the next ``count`` letters and cut the connection in place of the 250."""
        self._set(cut=len(self.letters()) + count)

    def kill_at(self, letter: int, *, answered: bool = False) -> None:
        """Kill -9 the victim when it has handed over its ``letter``-th letter (from 1, all told).

        The letter is stored first. Without ``answered`` the client dies before the 250 reaches
        it; with it, when its next command shows that it has seen the 250. The server waits until
        ``victim`` has named the process.
        """
        (self.folder / "victim").unlink(missing_ok=True)
        self._set(kill=letter, kill_answered=answered)

    def victim(self, pid: int) -> None:
        """Name the process that ``kill_at`` kills."""
        self._publish("victim", str(pid))

    def touch_at(self, letter: int, path: Path) -> None:
        """Create ``path`` when the ``letter``-th letter is stored, before it is answered."""
        self._set(touch=[letter, str(path)])

    def reset(self, *, letters: bool = True) -> None:
        """Back to a server that takes everything; forget the letters."""
        self._behaviour = {}
        self._write()
        (self.folder / "victim").unlink(missing_ok=True)
        (self.folder / "refusals").unlink(missing_ok=True)
        if letters:
            for path in (self.folder / "letters").iterdir():
                path.unlink()

    def wait_for(self, count: int, limit: float = 30.0) -> list[Letter]:
        """Return the letters as soon as there are ``count``; for senders that run beside."""
        deadline = time.monotonic() + limit
        while len(found := self.letters()) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(found)} letters came, {count} were expected")
            self._round_trip()
        return found

    def _round_trip(self) -> None:
        with (
            contextlib.suppress(OSError),
            smtplib.SMTP("127.0.0.1", self.port, "localhost", timeout=10) as client,
        ):
            client.noop()

    def _set(self, **values: Any) -> None:
        self._behaviour.update(values)
        self._write()

    def _write(self) -> None:
        self._publish("behaviour", json.dumps(self._behaviour))

    def _publish(self, name: str, text: str) -> None:
        fresh = self.folder / f"{name}.new"
        fresh.write_text(text)
        fresh.replace(self.folder / name)

    def _letter(self, path: Path) -> Letter:
        envelope = json.loads(path.read_text())
        body = path.with_suffix(".eml")
        return Letter(
            number=int(path.stem),
            sender=envelope["sender"],
            recipients=tuple(envelope["recipients"]),
            user=envelope["user"],
            raw=body.read_bytes(),
            path=body,
        )
