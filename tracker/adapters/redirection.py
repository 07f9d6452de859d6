"""The address on this machine that a browser comes back to after a sign-in (RFC 8252)."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any

_DONE = "The desk has been answered. You may close this page.\n"


class Redirection:
    """A port on loopback until the browser has come with what it was given."""

    def __init__(self) -> None:
        arrived: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if "state=" in self.path:  # a browser also asks for its icon
                    arrived.append(self.path)
                body = _DONE.encode()
                self.send_response(200 if "state=" in self.path else 404)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """The path holds the code: it is written down nowhere."""

        self._arrived = arrived
        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Redirection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.server_close()

    def wait(self) -> str:
        """Return the path that the browser came with."""
        while not self._arrived:
            self._server.handle_request()
        return self._arrived[0]
