"""Mails for measuring: a median of about 6 KB, half Cyrillic, 15 % HTML only; always the same."""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Iterator

RUSSIAN = (
    "здравствуйте прошу помочь личный кабинет заявка документ ошибка страница пароль "
    "письмо аккредитация организация срок ответ сертификат печать подпись приказ "
    "министерство отдел специалист телефон сегодня вчера снова никак загрузить открыть "
    "отправить проверить"
).split()
ENGLISH = (
    "hello please help account request document error page password letter accreditation "
    "organisation deadline answer certificate stamp signature order ministry department "
    "officer phone today yesterday again never upload open send check"
).split()
_CHARSETS = ("utf-8", "utf-8", "koi8-r", "windows-1251")


def mails(count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield ``count`` raw mails."""
    rng = random.Random(seed)
    for number in range(count):
        yield _mail(rng, number)


def _mail(rng: random.Random, number: int) -> bytes:
    russian = rng.random() < 0.5
    words = RUSSIAN if russian else ENGLISH
    charset = rng.choice(_CHARSETS) if russian else "utf-8"
    size = int(min(60_000, max(400, rng.lognormvariate(7.9, 0.7))))
    text = _text(rng, words, size if russian else size * 2)
    subject = " ".join(rng.choices(words, k=5))
    head = [
        *(
            f"Received: from relay{n}.example.org by mx{n}.example.org; {'x' * 60}"
            for n in range(4)
        ),
        f"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; {'b' * 300}",
        f"From: {_header(rng.choice(words).title(), charset)} <user{number % 997}@example.org>",
        "To: support@example.org",
        f"Subject: {_header(subject, charset)}",
        f"Message-ID: <{number}.{rng.getrandbits(64):x}@mail.example.org>",
        "Date: Mon, 23 Nov 2026 10:00:00 +0300",
        "MIME-Version: 1.0",
    ]
    kind = rng.random()
    if kind < 0.15:
        body = _part(_html(text), "text/html", charset, rng)
    elif kind < 0.55:
        body = _part(text, "text/plain", charset, rng)
    else:
        parts = [_part(text, "text/plain", charset, rng)]
        if kind < 0.85:
            parts.append(_part(_html(text[: size // 2]), "text/html", charset, rng))
            body = _multipart("alternative", parts)
        else:
            content = base64.encodebytes(rng.randbytes(rng.randint(500, 8_000))).decode()
            name = _header("скан.png" if russian else "scan.png", charset)
            parts.append(
                f'Content-Type: image/png; name="{name}"\r\n'
                f'Content-Disposition: attachment; filename="{name}"\r\n'
                f"Content-Transfer-Encoding: base64\r\n\r\n{content}"
            )
            body = _multipart("mixed", parts)
    return ("\r\n".join(head) + "\r\n" + body).replace("\r\n", "\n").replace("\n", "\r\n").encode()


def _text(rng: random.Random, words: list[str], size: int) -> str:
    lines, length = [], 0
    while length < size // 2:
        line = " ".join(rng.choices(words, k=9)).capitalize() + "."
        lines.append(line)
        length += len(line) + 1
        if rng.random() < 0.2:
            lines.append("")
    return "\n".join(lines)


def _html(text: str) -> str:
    paragraphs = "".join(
        f'<p class="MsoNormal" style="margin:0"><span style="font-size:11pt">{line}</span></p>\n'
        for line in text.split("\n")
    )
    style = "<style>p.MsoNormal {margin:0; font-family:Calibri}</style>"
    return f"<html><head>{style}</head><body><div>{paragraphs}</div></body></html>"


def _header(text: str, charset: str) -> str:
    if text.isascii():
        return text
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def _part(text: str, kind: str, charset: str, rng: random.Random) -> str:
    raw = text.encode(charset, "xmlcharrefreplace")
    if rng.random() < 0.5:
        encoding, body = "base64", base64.encodebytes(raw).decode()
    else:
        encoding, body = "quoted-printable", quopri.encodestring(raw).decode()
    return (
        f"Content-Type: {kind}; charset={charset}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n{body}"
    )


def _multipart(kind: str, parts: list[str]) -> str:
    edge = "=_edge_0"
    middle = "".join(f"--{edge}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{edge}"\r\n\r\n{middle}--{edge}--\r\n'
