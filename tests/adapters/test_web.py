"""Small requests, and whatever a server may answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.servers import Dovecot
from tracker.adapters.web import head, post_form
from tracker.core.errors import TrackerError


@pytest.fixture
def answers() -> Iterator[tuple[str, list[bytes]]]:
    """A server that says the given bytes, one to each request."""
    given: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(given.pop(0))

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", given
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"<html>", {}),
        (b"[1]", {}),
        (b"\xff\xfe", {}),
        (b"[" * 100_000, {}),
        (b"", {}),
    ],
)
def test_any_body(answers: tuple[str, list[bytes]], body: bytes, data: dict[str, int]) -> None:
    url, given = answers
    given.append(b"HTTP/1.0 200 OK\r\nDate: nonsense\r\n\r\n" + body)
    reply = post_form(url, {"secret": "canary"})
    assert (reply.status, reply.data, reply.date) == (200, data, None)


@pytest.mark.parametrize("said", [b"", b"220 smtp.test ESMTP\r\n", b"HTTP/1.0 x\r\n\r\n"])
def test_what_is_no_http(answers: tuple[str, list[bytes]], said: bytes) -> None:
    url, given = answers
    given.append(said)
    with pytest.raises(TrackerError) as caught:
        post_form(url, {"secret": "canary"})
    assert caught.value.hint
    assert "canary" not in caught.value.message


def test_the_time_of_a_server(answers: tuple[str, list[bytes]]) -> None:
    url, given = answers
    given.append(b"HTTP/1.0 404 No\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\n\r\n")
    reply = head(url)
    assert reply.status == 404
    assert reply.date is not None
    assert reply.date.isoformat() == "2026-11-23T10:00:00+00:00"


@pytest.mark.servers
def test_a_certificate_that_nobody_trusts(dovecot_tls: Dovecot) -> None:
    with pytest.raises(TrackerError, match="the certificate of localhost is not trusted") as caught:
        post_form(f"https://localhost:{dovecot_tls.tls_port}/token", {"secret": "canary"})
    assert "clock" in caught.value.hint
