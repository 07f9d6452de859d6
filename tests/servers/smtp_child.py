"""The process of the scriptable SMTP server: aiosmtpd that looks up how to behave each time."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
import urllib.request
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Handler:
    """Answers the commands of one connection as the behaviour file says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.accepted = 0
        self.doomed = False

    def behaviour(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "behaviour").read_text())
        return found

    def refuse(self, command: str, address: str, answer: str) -> str:
        with (self.folder / "refusals").open("a") as log:
            log.write(json.dumps({"command": command, "address": address, "answer": answer}) + "\n")
        return answer

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self.strike()
        how = self.behaviour()
        if address == "<>" and "null_sender" in how:
            return self.refuse("MAIL", "", how["null_sender"])
        if "only_sender" in how and address.lower() != how["only_sender"]:
            return self.refuse("MAIL", address, how["only_sender_answer"])
        if self.accepted >= how.get("letters_per_connection", float("inf")):
            return self.refuse("MAIL", address, how["letters_answer"])
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = self.behaviour().get("recipients", {}).get(address.lower())
        if refused:
            return self.refuse("RCPT", address, refused)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        how = self.behaviour()
        if "slow" in how:
            await asyncio.sleep(how["slow"])
        if "data" in how:
            return self.refuse("DATA", ",".join(envelope.rcpt_tos), how["data"])
        number = self.store(session, envelope)
        self.accepted += 1
        if how.get("touch", [0])[0] == number:
            Path(how["touch"][1]).touch()
        if how.get("kill") == number:
            self.doomed = True
            if not how["kill_answered"]:
                await self.strike()
        if number <= how.get("cut", 0):
            assert server.transport is not None
            server.transport.abort()
        return f"250 2.0.0 Letter {number} accepted"

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self.strike()
        return "250 2.0.0 Ok"

    async def handle_NOOP(
        self, server: SMTP, session: Session, envelope: Envelope, arg: str
    ) -> str:
        await self.strike()
        return "250 2.0.0 Ok"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self.strike()
        return "221 2.0.0 Bye"

    def store(self, session: Session, envelope: Envelope) -> int:
        letters = self.folder / "letters"
        number = len(list(letters.glob("*.json"))) + 1
        content = envelope.original_content or b""
        (letters / f"{number:06d}.eml").write_bytes(content)
        about = {
            "sender": "" if envelope.mail_from == "<>" else envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "user": session.auth_data,
            "peer": list(session.peer or ()),
        }
        fresh = letters / f"{number:06d}.new"
        fresh.write_text(json.dumps(about))
        fresh.rename(letters / f"{number:06d}.json")
        return number

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """Show the access token to the token server, and whose it is to the settings."""
        user, introspection = self.behaviour()["bearer"]
        words = base64.b64decode(args[1] if len(args) > 1 else b"").decode()
        shown = dict(part.split("=", 1) for part in words.split("\x01") if "=" in part)
        headers = {"Authorization": shown.get("auth", "")}
        asked = urllib.request.Request(introspection, headers=headers)
        answer = await asyncio.to_thread(lambda: urllib.request.urlopen(asked, timeout=10).read())
        known = json.loads(answer)
        if known["active"] and known["email"] == user == shown.get("user"):
            return AuthResult(success=True, auth_data=user)
        # The reason as a challenge; the client answers it with an empty line, then 535.
        await server.challenge_auth(b'{"status":"401"}')
        self.refuse("AUTH", shown.get("user", ""), "535 5.7.8 Bad token")
        return AuthResult(success=False, handled=False)

    async def strike(self) -> None:
        """Kill the victim if this connection is doomed, as soon as its name is known."""
        if not self.doomed:
            return
        self.doomed = False
        name = self.folder / "victim"
        while not name.exists():
            await asyncio.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(name.read_text()), signal.SIGKILL)


def connection(folder: Path) -> SMTP:
    """Make the protocol of one connection."""
    handler = Handler(folder)
    how = handler.behaviour()

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        user, password = data.login.decode(), data.password.decode()
        known = [user, password] == how["auth"]
        if not known:
            handler.refuse("AUTH", user, "535 5.7.8 Authentication credentials invalid")
        return AuthResult(success=known, handled=False, auth_data=user)

    return SMTP(
        handler,
        hostname="smtp.test",
        ident="Test",
        enable_SMTPUTF8=True,
        loop=asyncio.get_running_loop(),
        data_size_limit=how.get("size"),
        auth_required="auth" in how or "bearer" in how,
        auth_require_tls=False,
        authenticator=authenticate if "auth" in how else None,
        auth_exclude_mechanism=["LOGIN", "PLAIN"] if "bearer" in how else ["XOAUTH2"],
    )


async def serve(folder: Path, port: int) -> None:
    """Serve until the parent closes our standard input (or is gone)."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: connection(folder), "127.0.0.1", port)
    orphaned = asyncio.Event()
    loop.add_reader(0, orphaned.set)
    async with server:
        await orphaned.wait()
        os._exit(0)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
