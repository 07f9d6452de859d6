"""The process of the embedded mailbox: IMAP and SMTP on loopback, in memory, for one address.

Run as ``python -m tracker.demo.mailserver``. It tells its ports, and later every mail that comes
in, as JSON lines on standard output, and ends when standard input does: with its parent, however
that one dies. What goes to the desk's address lands in the INBOX, everything else becomes an
``.eml`` file; nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, DictBackend, Login
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata

LOOPBACK = "127.0.0.1"


class Post:
    """Takes mail over SMTP and puts each copy where its recipient looks."""

    def __init__(self, backend: DictBackend, user: str, address: str, letters: Path) -> None:
        self.backend = backend
        self.user = user
        self.address = address.lower()
        self.letters = letters
        self.count = len(list(letters.glob("*.eml")))

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Store one letter and accept it."""
        sender = "<>" if envelope.mail_from in (None, "<>") else f"<{envelope.mail_from}>"
        content = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            head = f"Return-Path: {sender}\r\nDelivered-To: {recipient}\r\n"
            head += f"Received: from demo by demo; {format_datetime(datetime.now(UTC))}\r\n"
            raw = head.encode("utf-8") + content
            if self._is_desk(recipient):
                await self._to_inbox(raw)
                say(event="mail")
            else:
                self._to_folder(raw)
                say(event="letter", to=recipient)
        return "250 2.0.0 Accepted"

    def _is_desk(self, recipient: str) -> bool:
        local, _, domain = recipient.lower().partition("@")
        return f"{local.partition('+')[0]}@{domain}" == self.address

    async def _to_inbox(self, raw: bytes) -> None:
        async with self.backend.login.demo_user_identity.new_session() as session:
            inbox = await session.mailbox_set.get_mailbox("INBOX")
            await inbox.append(AppendMessage(raw, datetime.now(UTC)), recent=True)

    def _to_folder(self, raw: bytes) -> None:
        self.count += 1
        path = self.letters / f"{self.count:04d}.eml"
        fresh = path.with_suffix(".new")
        fresh.write_bytes(raw)
        fresh.replace(path)


def say(**words: Any) -> None:
    """Tell the parent one thing."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


async def make_backend(user: str, password: str) -> DictBackend:
    """Make the mailbox in memory, empty, for one user."""
    arguments = argparse.Namespace(passlib_cfg=None, proxy_protocol="noop")
    config = Config(
        arguments,
        host=LOOPBACK,
        port=0,
        tls_enabled=False,
        demo_data=False,
        demo_user=user,
        demo_password=password,
        invalid_user_sleep=0.0,
    )
    config.apply_context()
    login = Login(config)
    hashed = await Passwords(config).hash_password(password)
    await login.demo_user_identity.set(UserMetadata(config, user, password=hashed))
    return DictBackend(login, config)


async def serve(options: argparse.Namespace) -> None:
    """Listen on both ports until standard input ends."""
    loop = asyncio.get_running_loop()
    # pymap greets with the host's name; looking it up may take seconds on a machine without DNS.
    os.environ["FQDN"] = "localhost"
    backend = await make_backend(options.user, options.password)
    answer = IMAPServer(backend.login, backend.config)
    post = Post(backend, options.user, options.address, options.letters)

    async def talk_imap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, EOFError):
            await answer(reader, writer, SocketInfo.get(writer, None))

    def talk_smtp() -> SMTP:
        return SMTP(post, hostname="localhost", ident="Demo", enable_SMTPUTF8=True, loop=loop)

    async with AsyncExitStack() as stack:
        await backend.start(stack)
        imap = await asyncio.start_server(talk_imap, LOOPBACK, options.imap_port)
        submission = await loop.create_server(talk_smtp, LOOPBACK, options.smtp_port)
        ports = [server.sockets[0].getsockname()[1] for server in (imap, submission)]
        say(event="ready", imap=ports[0], smtp=ports[1])
        orphaned = asyncio.Event()
        loop.add_reader(sys.stdin.fileno(), orphaned.set)
        await orphaned.wait()
    os._exit(0)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--imap-port", type=int, default=0)
    parser.add_argument("--smtp-port", type=int, default=0)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--letters", type=Path, required=True)
    options = parser.parse_args()
    options.letters.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
