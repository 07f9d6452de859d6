"""Debian's real Dovecot as a test fixture: any user name, one password, own folder."""

from __future__ import annotations

import contextlib
import grp
import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from imapclient import IMAPClient

from .certificates import Certificates
from .dovecot_conf import settings
from .installed import program
from .ports import ServerFailedError, free_port, short_folder, wait_listening

PASSWORD = "secret"
_FLAG_LETTERS = {"\\Seen": "S", "\\Answered": "R", "\\Flagged": "F", "\\Deleted": "T"}


class Dovecot:
    """One Dovecot of one's own, on a free loopback port, until ``stop``.

    With ``tls`` it also speaks imaps on ``tls_port``; ``certificates.ca`` is the file with the
    authority that signed it, which no machine trusts by itself. With ``introspection``, the
    address of a token server, it takes access tokens (XOAUTH2, OAUTHBEARER) beside the password.
    ``extra`` are lines of its settings that come last.
    """

    def __init__(self, *, tls: bool = False, introspection: str = "", extra: str = "") -> None:
        self.program = program("dovecot")
        self.folder = short_folder("trk-imap-")
        self.port = 0
        self.tls_port = 0
        self.introspection = introspection
        self.extra = extra
        self.certificates = Certificates(self.folder / "tls") if tls else None
        self._account = _account()
        self._process: subprocess.Popen[bytes] | None = None
        self._users = itertools.count(1)
        self._serial = itertools.count(1)

    def __enter__(self) -> Dovecot:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Dovecot:
        """Start it; a restart keeps port and mail."""
        for attempt in itertools.count(1):
            self.port = self.port or free_port()
            self.tls_port = self.tls_port or (free_port() if self.certificates else 0)
            try:
                self._launch()
            except ServerFailedError as problem:
                self.kill()
                if attempt == 3:
                    log = self.folder / "log"
                    told = log.read_text(errors="replace") if log.exists() else ""
                    raise ServerFailedError(f"{problem}\n{told}") from problem
                self.port = self.tls_port = 0
            else:
                return self
        raise AssertionError("unreachable")

    def kill(self) -> None:
        """End it, keeping the mail; ``start`` brings it back on the same port."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._process = None

    def restart(self) -> None:
        """End it (connections break) and start it again on the same port with the same mail."""
        self.kill()
        self.start()

    def stop(self) -> None:
        """End it for good and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_user(self) -> str:
        """Return a user name nobody had before; its mailbox is empty."""
        return f"u{next(self._users)}"

    def imap_url(self, user: str) -> str:
        """Return the address for ``--imap`` (plain, loopback)."""
        return f"imap://{user}@127.0.0.1:{self.port}"

    def imaps_url(self, user: str, host: str = "localhost") -> str:
        """Return the address with TLS; the certificate is good for ``localhost`` only."""
        return f"imaps://{user}@{host}:{self.tls_port}"

    @contextlib.contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """Log in as ``user``."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=30) as client:
            client.login(user, PASSWORD)
            yield client

    def append(
        self, user: str, raw: bytes, when: datetime | None = None, flags: Sequence[str] = ()
    ) -> int:
        """Append one mail over IMAP and return its UID."""
        with self.client(user) as client:
            answer = client.append("INBOX", raw, flags, when)
        return int(re.findall(rb"APPENDUID \d+ (\d+)", answer)[0])

    def append_many(
        self, user: str, mails: Iterable[bytes | tuple[bytes, datetime]], flags: Sequence[str] = ()
    ) -> int:
        """Put mails straight into the Maildir, byte for byte and in order; return how many.

        Fast enough for thousands, and the way to store what APPEND refuses (NUL bytes, which
        Dovecot hands out as 0x80).
        """
        maildir = self._maildir(user)
        letters = "".join(sorted(_FLAG_LETTERS[flag] for flag in flags))
        target = maildir / ("cur" if letters else "new")
        count = 0
        for mail in mails:
            raw, when = mail if isinstance(mail, tuple) else (mail, datetime.now(UTC))
            number = next(self._serial)
            name = f"{int(time.time())}.M{number:06d}P{os.getpid()}.test"
            name += f":2,{letters}" if letters else ""
            path = maildir / "tmp" / name
            path.write_bytes(raw)
            os.utime(path, (when.timestamp(), when.timestamp()))
            self._own(path)
            path.rename(target / name)
            count += 1
        return count

    def reset_uidvalidity(self, user: str) -> None:
        """Make the INBOX a new one to IMAP: other UIDVALIDITY, UIDs from 1, the same mail."""
        with self.client(user) as client:
            before = int(client.select_folder("INBOX", readonly=True)[b"UIDVALIDITY"])
        maildir = self._maildir(user)
        for path in [*maildir.glob("dovecot.index*"), *maildir.glob("dovecot-uid*")]:
            path.unlink()
        listing = maildir / "dovecot-uidlist"
        listing.write_text(f"3 V{before + 1} N1\n")
        self._own(listing)

    def _maildir(self, user: str) -> Path:
        maildir = self.folder / "home" / user / "Maildir"
        for path in (maildir.parent, maildir, *(maildir / part for part in ("tmp", "new", "cur"))):
            if not path.exists():
                path.mkdir()
                self._own(path)
        return maildir

    def _own(self, path: Path) -> None:
        if os.getuid() == 0:
            os.chown(path, self._account.uid, self._account.gid)

    def _launch(self) -> None:
        for name in ("", "run", "state", "home"):
            path = self.folder / name
            path.mkdir(exist_ok=True)
            self._own(path)
        conf = self.folder / "conf"
        version = subprocess.run(
            [self.program, "--version"], capture_output=True, text=True, check=True
        ).stdout
        if self.certificates:
            self._own(self.certificates.key)
        conf.write_text(settings(version, self.folder, self))
        rights = self._account.rights() if os.getuid() == 0 else {}
        with (self.folder / "out").open("wb") as out:
            self._process = subprocess.Popen(
                [self.program, "-F", "-c", str(conf)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                **rights,  # type: ignore[call-overload]
            )
        wait_listening(self.port, self._process, greeting=b"* OK")

    @property
    def user_name(self) -> str:
        """The system user it runs as."""
        return self._account.name

    @property
    def group_name(self) -> str:
        """The system group it runs as."""
        return self._account.group


@dataclass(frozen=True)
class Mailbox:
    """A fresh, empty mailbox of one test."""

    server: Dovecot
    user: str
    password: str = PASSWORD

    @property
    def url(self) -> str:
        """The address for ``--imap``."""
        return self.server.imap_url(self.user)

    def append(self, raw: bytes, when: datetime | None = None, flags: Sequence[str] = ()) -> int:
        """Append one mail over IMAP and return its UID."""
        return self.server.append(self.user, raw, when, flags)

    def append_many(self, mails: Iterable[bytes | tuple[bytes, datetime]]) -> int:
        """Put mails straight into the mailbox, byte for byte; return how many."""
        return self.server.append_many(self.user, mails)

    def reset_uidvalidity(self) -> None:
        """Make it a new mailbox to IMAP with the same mail."""
        self.server.reset_uidvalidity(self.user)

    def client(self) -> contextlib.AbstractContextManager[IMAPClient]:
        """Log in with imapclient."""
        return self.server.client(self.user)


@dataclass(frozen=True)
class _Account:
    name: str
    group: str
    uid: int
    gid: int

    def rights(self) -> dict[str, object]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def _account() -> _Account:
    entry = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    return _Account(entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name, entry.pw_uid, entry.pw_gid)
