"""The demo's post office: a page where one reads the letters and writes new ones, on loopback.

It stands for the mail program that the demo's people do not have, and for a service that turns a
form into a mail (`submit_url`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from tracker.core.errors import TrackerError
from tracker.demo.letters import SentLetter, sent
from tracker.demo.web import Loopback

Send = Callable[[str, str, str], None]
"""Sends a mail to the desk: who writes, the subject, the text."""

_LARGEST = 200_000
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")
_STYLE = (Path(__file__).parent / "post.css").read_text("utf-8")
_POLICY = "default-src 'none'; img-src data:; style-src 'self'; form-action 'self'; base-uri 'none'"
_WORDS = {
    "title": ("Почта демонстрации", "The demo's post"),
    "about": (
        "Здесь приходят письма всем, кто пишет в службу, и отсюда можно написать самому.",
        "Here arrive the letters to everybody who writes to the desk, and here you write yourself.",
    ),
    "new": ("Написать письмо", "Write a letter"),
    "look": ("Новые письма", "New letters"),
    "portal": ("Портал", "Portal"),
    "letters": ("Письма", "Letters"),
    "none": ("Писем пока нет.", "There are no letters yet."),
    "from": ("От кого", "From"),
    "to": ("Кому", "To"),
    "subject": ("Тема", "Subject"),
    "text": ("Текст", "Text"),
    "send": ("Отправить", "Send"),
    "answer": ("Ответить", "Answer"),
    "sent": (
        "Отправлено. Служба читает почту каждые несколько секунд.",
        "Sent. The desk reads its mail every few seconds.",
    ),
    "you": ("Вы <you@mail.example>", "You <you@mail.example>"),
    "test": ("Проба", "A test"),
}


class PostServer(Loopback):
    """Serves the letters in ``folder``, the newest first, and sends what is written."""

    def __init__(self, folder: Path, send: Send, *, port: int, language: str, portal: str) -> None:
        pages = Pages(folder, language, portal)
        handler = partial(_Post, pages=pages, send=send, portal=portal.rstrip("/"))
        super().__init__(port, handler, "the post")


class Pages:
    """Writes the pages."""

    def __init__(self, folder: Path, language: str, portal: str) -> None:
        self._folder, self._language, self._portal = folder, language, portal

    def listing(self, *, was_sent: bool = False) -> str:
        """Return the list of letters."""
        rows = "".join(
            f'<tr><td><a href="/{one.number}">{escape(one.subject)}</a><td>{escape(one.to)}'
            for one in reversed(sent(self._folder))
        )
        heads = f"<tr><th>{self._say('subject')}<th>{self._say('to')}"
        table = f"<table>{heads}{rows}</table>" if rows else f"<p>{self._say('none')}"
        said = f'<p role="status">{self._say("sent")}' if was_sent else ""
        about = f"<p>{self._say('about')}" if not was_sent else ""
        return self._page(f"{said}{about}<h2>{self._say('letters')}</h2>{table}")

    def letter(self, number: int) -> str | None:
        """Return one letter with a form to answer it."""
        found = next((one for one in sent(self._folder) if one.number == number), None)
        if found is None:
            return None
        subject = found.subject if found.subject.startswith("Re:") else f"Re: {found.subject}"
        form = self._form(found.to, subject, "")
        return self._page(
            f"<h2>{escape(found.subject)}</h2><p>{self._say('to')}: {escape(found.to)}"
            f"<pre>{_linked(found)}</pre><h2>{self._say('answer')}</h2>{form}"
        )

    def writing(self) -> str:
        """Return a form for a new letter."""
        form = self._form(self._say("you", plain=True), self._say("test", plain=True), "")
        return self._page(f"<h2>{self._say('new')}</h2>{form}")

    def _form(self, sender: str, subject: str, text: str) -> str:
        def line(name: str, value: str) -> str:
            return (
                f'<label for="{name}">{self._say(name)}</label>'
                f'<input id="{name}" name="{name}" value="{escape(value)}" required>'
            )

        return (
            f'<form method="post" action="/send">{line("from", sender)}{line("subject", subject)}'
            f'<label for="text">{self._say("text")}</label>'
            f'<textarea id="text" name="text" rows="12">{escape(text)}</textarea>'
            f"<button>{self._say('send')}</button></form>"
        )

    def _page(self, content: str) -> str:
        title = self._say("title")
        return (
            f'<!doctype html><html lang="{self._language}"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}'
            '</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/post.css">'
            f'<header><h1><a href="/">{title}</a></h1><nav><a href="/">{self._say("look")}</a> '
            f'<a href="/new">{self._say("new")}</a> '
            f'<a href="{escape(self._portal)}">{self._say("portal")}</a></nav></header>'
            f"<main>{content}</main>"
        )

    def _say(self, name: str, *, plain: bool = False) -> str:
        said = _WORDS[name][self._language != "ru"]
        return said if plain else escape(said)


def _linked(letter: SentLetter) -> str:
    parts, end = [], 0
    for found in _LINK.finditer(letter.text):
        link = escape(found[0])
        parts += [escape(letter.text[end : found.start()]), f'<a href="{link}">{link}</a>']
        end = found.end()
    return "".join([*parts, escape(letter.text[end:])])


class _Post(BaseHTTPRequestHandler):
    def __init__(self, *arguments: Any, pages: Pages, send: Send, portal: str) -> None:
        self._pages, self._send, self._portal = pages, send, portal
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Show a page."""
        path = urlsplit(self.path).path
        if path == "/post.css":
            self._answer(_STYLE, "text/css")
            return
        page: str | None = None
        if path in ("/", "/sent"):
            page = self._pages.listing(was_sent=path == "/sent")
        elif path == "/new":
            page = self._pages.writing()
        elif path[1:].isascii() and path[1:].isdigit():
            page = self._pages.letter(int(path[1:]))
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._answer(page, "text/html")

    def do_OPTIONS(self) -> None:
        """Let the portal's pages send a form here, and nobody else's."""
        self.send_response(HTTPStatus.NO_CONTENT)
        self._allow()
        self.end_headers()

    def do_POST(self) -> None:
        """Send what was written: by this server's own form, or by the portal's."""
        origin = self.headers.get("Origin", "")
        names = {
            "/send": ("from", "subject", "text"),
            "/submit": ("email", "subject", "message"),
        }.get(self.path)
        own = (f"http://{self.headers.get('Host', '')}", self._portal, "")
        length = int(self.headers.get("Content-Length") or 0)
        if names is None or origin not in own or length > _LARGEST:
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        fields = parse_qs(self.rfile.read(length).decode("utf-8", "replace"))
        sender, subject, text = (" ".join(fields.get(name, [""])) for name in names)
        try:
            self._send(" ".join(sender.split()), " ".join(subject.split()), text)
        except (TrackerError, ValueError) as problem:
            self.send_error(HTTPStatus.BAD_REQUEST, quote(str(problem), safe=" "))
            return
        if self.path == "/submit":
            self._answer("{}", "application/json")
        else:
            self.send_response(HTTPStatus.SEE_OTHER)
            self.send_header("Location", "/sent")
            self.end_headers()

    def _allow(self) -> None:
        self.send_header("Access-Control-Allow-Origin", self._portal)
        self.send_header("Access-Control-Allow-Headers", "*")

    def _answer(self, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("Cache-Control", "no-store")
        self._allow()
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: the terminal belongs to the demo."""
