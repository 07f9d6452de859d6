"""What stands before the bucket: it lets so many uploads through, then refuses or cuts the line."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from .s3 import S3

CUT = 0
"""In place of a status: the connection is reset once the file was sent, and nothing is stored."""
_CODES = {403: "AccessDenied", 500: "InternalError"}
_CHANGES = ("PUT", "POST", "DELETE")
_OWN = ("connection", "content-length", "transfer-encoding")
"""Headers of an answer that are about one line, and are said anew on the next."""


class Gate:
    """Passes on what is asked of ``store``, on a port of its own, until uploads are shut out.

    Lists and deletions pass even then, so that only who asks can spare the old files.
    """

    def __init__(self, store: S3) -> None:
        self.store = store
        self.answer = CUT
        self._left = -1  # uploads that may pass; -1: all
        self._asked: list[tuple[str, str, bool]] = []
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"gate": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Gate:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def shut(self, after: int, answer: int) -> None:
        """Let ``after`` uploads through; answer all others with a status, or ``CUT``."""
        self._left, self.answer = after, answer

    def open(self) -> None:
        """Let everything through again."""
        self._left = -1

    def asked(self) -> list[tuple[str, str, bool]]:
        """Return changes that were asked for since the last call: (PUT, its name, let through)."""
        with self._lock:
            asked, self._asked = self._asked, []
        return asked

    def passes(self, method: str, path: str) -> bool:
        """Whether a request is let through."""
        if method not in _CHANGES:
            return True
        with self._lock:
            let = method != "PUT" or self._left != 0
            if method == "PUT" and self._left > 0:
                self._left -= 1
            name = unquote(urlsplit(path).path).removeprefix(f"/{self.store.bucket}/")
            self._asked.append((method, name, let))
        return let


class _Handler(BaseHTTPRequestHandler):
    gate: Gate
    protocol_version = "HTTP/1.1"

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.gate.passes(self.command, self.path):
            self._pass_on(body)
        elif self.gate.answer == CUT:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            code = _CODES[self.gate.answer]
            text = f"<Error><Code>{code}</Code><Message>The gate is shut</Message></Error>"
            self._say(self.gate.answer, [("Content-Type", "application/xml")], text.encode())

    def _pass_on(self, body: bytes) -> None:
        store = http.client.HTTPConnection("127.0.0.1", self.gate.store.port)
        store.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():  # the host as it was: the key has signed it
            if name.lower() not in ("expect", "connection"):
                store.putheader(name, value)
        store.endheaders(body)
        answer = store.getresponse()
        said = answer.read()
        store.close()
        self._say(answer.status, answer.getheaders(), said)

    def _say(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _OWN:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: what was asked is kept."""


for _verb in ("GET", *_CHANGES):  # sync asks for no HEAD
    setattr(_Handler, f"do_{_verb}", _Handler._take)
