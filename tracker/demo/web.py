"""The portal on loopback: a small threaded web server for a folder of static pages."""

from __future__ import annotations

import errno
import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tracker.core.errors import TrackerError

TRIES = 50
PATIENCE = 60.0


class Loopback:
    """A web server on loopback, at ``port`` or the next free one; 0 takes any. It answers once it
    is started. ``what`` it serves stands in the error.
    """

    def __init__(self, port: int, handler: Any, what: str) -> None:
        self._server = _bind(port, handler, what)
        self._thread: threading.Thread | None = None
        self.port = int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address of the front page."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Answer from now on, in threads of its own."""
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer no more, and give the port back."""
        if self._thread is not None:
            self._server.shutdown()
        self._server.server_close()


class PortalServer(Loopback):
    """Serves ``folder``; a page asked for while the site is being rebuilt waits for the rebuild."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.ready = threading.Event()
        handler = partial(_Pages, directory=str(folder), ready=self.ready)
        super().__init__(port, handler, "the portal")


def _bind(port: int, handler: Any, what: str) -> ThreadingHTTPServer:
    for candidate in range(port, port + TRIES) if port else (0,):
        try:
            return _Server(("127.0.0.1", candidate), handler)
        except OSError as problem:
            if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise TrackerError(
        f"No port from {port} to {port + TRIES - 1} is free for {what}.",
        "Choose another with --port.",
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Two servers on one port would each get some of the requests.
    allow_reuse_port = False


class _Pages(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, ready: threading.Event, **options: Any) -> None:
        self._ready = ready
        super().__init__(*arguments, **options)

    def send_head(self) -> Any:
        self._ready.wait(PATIENCE)
        return super().send_head()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: the terminal belongs to the demo."""
