"""The demo's post: letters are shown as text, forms taken from its own page and the portal's."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tracker.core.errors import TrackerError
from tracker.demo.post import PostServer

PORTAL = "http://127.0.0.1:8000/"
Mail = tuple[str, str, str]


@pytest.fixture
def mails() -> list[Mail]:
    """What was sent."""
    return []


@pytest.fixture
def post(tmp_path: Path, mails: list[Mail]) -> Iterator[PostServer]:
    def send(*mail: str) -> None:
        if mail[1] == "refuse":
            raise TrackerError("The demo's mailbox did not take the mail")
        mails.append(mail)  # type: ignore[arg-type]

    server = PostServer(tmp_path, send, port=0, language="ru", portal=PORTAL)
    server.start()
    yield server
    server.close()


def put(folder: Path, number: int, subject: str, text: str, to: str = "you@mail.example") -> None:
    message = EmailMessage()
    message["Delivered-To"] = to
    message["Subject"] = subject
    message.set_content(text)
    (folder / f"{number:05d}.eml").write_bytes(message.as_bytes())


def ask(
    post: PostServer,
    path: str,
    fields: dict[str, str] | None = None,
    method: str = "",
    **headers: str,
) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", post.port, timeout=30)
    body = urlencode(fields) if fields is not None else None
    connection.request(method or ("POST" if body is not None else "GET"), path, body, headers)
    response = connection.getresponse()
    text = response.read().decode("utf-8")
    connection.close()
    return response, text


def test_letters_are_listed_the_newest_first_and_their_links_work(
    post: PostServer, tmp_path: Path
) -> None:
    assert "Писем пока нет" in ask(post, "/")[1]
    link = f"{PORTAL}access/#a=AAA-_b"
    put(tmp_path, 1, "Первое", f"Нажмите: {link}\n")
    put(tmp_path, 2, "Второе", "x")
    listed = ask(post, "/")[1]
    assert listed.index("Второе") < listed.index("Первое")
    shown = ask(post, "/1")[1]
    assert f'<a href="{link}">{link}</a>' in shown
    assert 'value="Re: Первое"' in shown and 'value="you@mail.example"' in shown
    assert ask(post, "/3")[0].status == ask(post, "/x")[0].status == 404


def test_a_letter_is_text_and_nothing_else(post: PostServer, tmp_path: Path) -> None:
    hostile = '</pre><script>alert(1)</script> https://x.example/"onclick=alert(1)'
    put(tmp_path, 1, f"<b>{hostile}", hostile, to='"><script>@x.example')
    for path in ("/", "/1"):
        response, text = ask(post, path)
        assert "<script>" not in text and 'onclick="' not in text and '"onclick' not in text
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_what_is_written_is_sent(post: PostServer, mails: list[Mail]) -> None:
    fields = {"from": "Вы <you@mail.example>", "subject": "Проба\r\nBcc: x", "text": "а\nб"}
    own = f"http://127.0.0.1:{post.port}"
    response, _ = ask(post, "/send", fields, Origin=own)
    assert (response.status, response.headers["Location"]) == (303, "/sent")
    assert mails == [("Вы <you@mail.example>", "Проба Bcc: x", "а\nб")]
    assert "Отправлено" in ask(post, "/sent")[1]


def test_the_portal_sends_with_one_press_and_nobody_else(
    post: PostServer, mails: list[Mail]
) -> None:
    fields = {"email": "you@mail.example", "subject": "Пароль", "message": "-----BEGIN"}
    portal = PORTAL.rstrip("/")
    response, text = ask(post, "/submit", fields, Origin=portal)
    assert (response.status, text) == (200, "{}")
    assert response.headers["Access-Control-Allow-Origin"] == portal
    assert ask(post, "/submit", method="OPTIONS", Origin=portal)[0].status == 204
    for origin in ("https://evil.example", "null"):
        assert ask(post, "/submit", fields, Origin=origin)[0].status == 403
    assert ask(post, "/other", fields, Origin=portal)[0].status == 403
    assert len(mails) == 1


def test_what_the_mailbox_refuses_is_told(post: PostServer, mails: list[Mail]) -> None:
    response, text = ask(post, "/send", {"from": "a@b.example", "subject": "refuse", "text": "x"})
    assert response.status == 400 and "did not take the mail" in text
    assert ask(post, "/send", {"text": "x" * 300_000})[0].status == 403
    assert mails == []
