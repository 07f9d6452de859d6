"""Replies as common mail programs write them: new words, and the letter they answer quoted."""

from __future__ import annotations

import base64
import quopri
from email.message import EmailMessage

PROGRAMS = ("thunderbird", "gmail", "outlook", "mailru")


def words_of(letter: EmailMessage) -> str:
    """Return the plain text of a letter of the desk."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def whole(letter: EmailMessage) -> str:
    """Return everything that a letter says: its headers, its text and its HTML, decoded."""
    parts = [f"{name}: {value}" for name, value in letter.items()]
    for part in letter.walk():
        if part.get_content_maintype() == "text":
            parts.append(str(part.get_content()))
    return "\n".join(parts)


def reply(
    program: str, letter: EmailMessage, sender: str, text: str, *, n: int = 1, extra: str = ""
) -> bytes:
    """Return a mail by ``sender`` that answers ``letter``; ``extra`` are further headers."""
    number, name = n, sender.partition("@")[0]
    answered = str(letter["Message-ID"])
    before = " ".join(str(letter.get("References", "")).split())
    head = (
        f"From: {name} <{sender}>\r\nTo: {letter['From'].addresses[0].addr_spec}\r\n"
        f"Subject: =?utf-8?b?{_b64('Re: ' + str(letter['Subject']))}?=\r\n"
        f"Message-ID: <{program}-{number}-{name}@mail.example>\r\n"
        f"In-Reply-To: {answered}\r\nReferences: {f'{before} {answered}'.strip()}\r\n"
        f"MIME-Version: 1.0\r\n{extra}"
    )
    return (head + _BODIES[program](text, words_of(letter))).encode()


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _quoted(old: str) -> str:
    return "\r\n".join(f"> {line}".rstrip() for line in old.strip().split("\n"))


def _thunderbird(text: str, old: str) -> str:
    return (
        "User-Agent: Mozilla Thunderbird\r\n"
        "Content-Type: text/plain; charset=UTF-8; format=flowed\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
        f"{text}\r\n\r\n23.11.2026 11:40, Служба поддержки пишет:\r\n{_quoted(old)}\r\n"
    )


def _gmail(text: str, old: str) -> str:
    cited = "<br>".join(old.strip().split("\n"))
    plain = (
        f"{text}\r\n\r\n"
        "пн, 23 нояб. 2026 г. в 11:40, Служба поддержки <support@example.org>:\r\n\r\n"
        f"{_quoted(old)}\r\n"
    )
    html = (
        f'<div dir="ltr">{text}</div><br><div class="gmail_quote">'
        '<div dir="ltr" class="gmail_attr">'
        "пн, 23 нояб. 2026 г. в 11:40, Служба поддержки &lt;<a "
        'href="mailto:support@example.org">support@example.org</a>&gt;:<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 0.8ex">{cited}</blockquote></div>'
    )
    return (
        'Content-Type: multipart/alternative; boundary="b1"\r\n\r\n'
        "--b1\r\nContent-Type: text/plain; charset=UTF-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{_b64(plain)}\r\n"
        "--b1\r\nContent-Type: text/html; charset=UTF-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{_b64(html)}\r\n--b1--\r\n"
    )


def _outlook(text: str, old: str) -> str:
    cited = "".join(f'<p class="MsoNormal">{line}</p>' for line in old.strip().split("\n"))
    html = (
        f'<html><body><div class="WordSection1"><p class="MsoNormal">{text}</p>'
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        '<p class="MsoNormal"><b>From:</b> Служба поддержки &lt;support@example.org&gt; <br>'
        "<b>Sent:</b> Monday, November 23, 2026 11:40 AM<br><b>To:</b> Ivan<br>"
        f"<b>Subject:</b> Заявка</p></div>{cited}</div></body></html>"
    )
    coded = quopri.encodestring(html.encode()).decode()
    return (
        "X-Mailer: Microsoft Outlook 16.0\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{coded}"
    )


def _mailru(text: str, old: str) -> str:
    plain = (
        f"\r\n{text}\r\n\r\n\r\n--\r\nИван\r\n\r\n"
        "Понедельник, 23 ноября 2026, 11:40 +03:00 от Служба поддержки <support@example.org>:\r\n"
        f"\r\n{_quoted(old)}\r\n"
    )
    return (
        "X-Mailer: Mail.Ru Mailer 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{_b64(plain)}\r\n"
    )


_BODIES = {
    "thunderbird": _thunderbird,
    "gmail": _gmail,
    "outlook": _outlook,
    "mailru": _mailru,
}
