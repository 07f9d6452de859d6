"""How a letter looks: its parts as text and as HTML, and the ways to reach the desk under it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from tracker.core.pages.site import OPEN
from tracker.core.settings import Settings
from tracker.core.texts import Texts, texts
from tracker.core.ticket import Format

_PARAGRAPH = "margin:0 0 16px"
_SAID = "margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid #d0d7de"
_BUTTON = (
    "display:inline-block;padding:12px 24px;border-radius:6px;background:#0b57d0;color:#fff;"
    "text-decoration:none;font-weight:bold"
)
_PAGE = (
    "margin:0;padding:24px;font:16px/1.5 -apple-system,Segoe UI,Roboto,Arial,sans-serif;"
    "color:#222;background:#fff"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a letter, as text and as HTML."""

    plain: str
    html: str


Row = tuple[str, str, str]
"""A line of a table: its name, what is shown, and where that links to (or empty)."""


def paragraph(text: str, link: str = "", shown: str = "") -> Part:
    """Return a sentence and the ``link`` behind it, shown as ``shown``; as text only that of a
    web page.
    """
    plain, html = text, escape(text)
    if link:
        plain = f"{text} {link}" if link.startswith("http") else text
        html = f'{html} <a href="{escape(link)}">{escape(shown or link)}</a>'
    return Part(plain, f'<p style="{_PARAGRAPH}">{html}</p>')


def button(text: str, link: str) -> Part:
    """Return a link that looks like a button; as text its words and the link, a line each."""
    html = (
        f'<p style="{_PARAGRAPH}"><a href="{escape(link)}" style="{_BUTTON}">{escape(text)}</a></p>'
    )
    return Part(f"{text}:\n{link}", html)


def heading(text: str) -> Part:
    """Return the line above what somebody said."""
    return Part(text, f'<p style="margin:0 0 8px"><b>{escape(text)}</b></p>')


def said(text: str, form: Format, links: Mapping[str, str], *, marked: bool) -> Part:
    """Return what somebody wrote. ``links`` are those that keep a target (see ``render_body``);
    ``marked`` sets it off from the words of the letter.
    """
    # Few runs of the job have a letter with a body, and the renderer takes a while to load.
    from tracker.core.pages.bodies import render_body

    style = f' style="{_SAID}"' if marked else ""
    return Part(text, f"<div{style}>{render_body(text, form, links)}</div>")


def table(rows: Iterable[Row]) -> Part:
    """Return names with their values."""
    kept = [row for row in rows if row[1]]
    plain = "\n".join(f"  {name}: {shown}" for name, shown, _ in kept)
    cells = "".join(
        f'<tr><td style="padding:2px 16px 2px 0;color:#555;vertical-align:top">{escape(name)}</td>'
        f'<td style="padding:2px 0">{_linked(shown, link)}</td></tr>'
        for name, shown, link in kept
    )
    return Part(plain, f'<table style="border-collapse:collapse;{_PARAGRAPH}">{cells}</table>')


def listing(rows: Iterable[tuple[str, str, str]]) -> Part:
    """Return a list: what is linked, the words behind it, and the link (or empty)."""
    kept = list(rows)
    plain = "\n".join("  " + "  ".join(filter(None, row)) for row in kept)
    items = "".join(
        f"<li>{_linked(shown, link)} {escape(words)}</li>".replace(" </li>", "</li>")
        for shown, words, link in kept
    )
    return Part(plain, f'<ul style="{_PARAGRAPH};padding-left:20px">{items}</ul>')


def _linked(shown: str, link: str) -> str:
    return f'<a href="{escape(link)}">{escape(shown)}</a>' if link else escape(shown)


def page(
    parts: Sequence[Part], small: Sequence[Part], settings: Settings, *, automatic: bool
) -> tuple[str, str]:
    """Return text and HTML of a letter: its parts, then the small print under a line.

    The text's part begins with a signature's mark, so that mail programs leave it out of an
    answer's quotation.
    """
    words = texts(settings.desk.language)
    closing = [words._("This letter was sent automatically.")] if automatic else []
    plain = [f"{one.plain}\n" for one in parts]
    plain += ["-- ", settings.desk.name, *closing]
    plain += ["", *(one.plain for one in small), ""]
    foot = "<br>".join(map(escape, (settings.desk.name, *closing)))
    html = (
        f'<!doctype html><html lang="{settings.desk.language}"><body style="{_PAGE}">'
        f'<div style="max-width:640px">{"".join(one.html for one in parts)}'
        '<div style="margin:24px 0 0;padding:12px 0 0;border-top:1px solid #d0d7de;'
        f'color:#595959;font-size:13px"><p style="{_PARAGRAPH}">{foot}</p>'
        f"{''.join(one.html for one in small)}</div></div></body></html>\n"
    )
    return "\n".join(plain), html


def replies(settings: Settings, tickets: Sequence[str], words: Texts) -> list[Part]:
    """Say what a reply can do besides adding words; nothing in it is by who wrote the request."""
    colleagues = words._("To add colleagues, put them in copy (Cc) of your reply.")
    if len(tickets) > 1:
        stop = words._(
            "To get no more letters about one of these requests, send a mail with the subject "
            "[%(id)s] (its number) and the line /stop. The line /resume brings the letters back.",
            id=tickets[0],
        )
        return [paragraph(colleagues), paragraph(stop)]
    stop = words._(
        "To get no more letters about this request, reply with the line /stop. The line /resume "
        "brings them back."
    )
    subject = quote(f"[{tickets[0]}] stop")
    link = f"mailto:{settings.mailbox.address}?subject={subject}&body=/stop"
    return [paragraph(colleagues), paragraph(stop, link, words._("stop the letters"))]


def ways(settings: Settings) -> list[Part]:
    """Return the three ways to reach the desk, the portal first."""
    words = texts(settings.desk.language)
    address, phone = settings.mailbox.address, settings.desk.phone
    portal = settings.desk.portal_url
    rows = [
        (words._("On the portal"), portal, portal),
        (words._("By mail"), address, f"mailto:{address}"),
    ]
    if phone:
        hours = f" ({settings.desk.hours})" if settings.desk.hours else ""
        digits = re.sub(r"[^0-9+]", "", phone)
        rows.append((words._("By phone"), phone + hours, f"tel:{digits}"))
    return [heading(f"{words._('How to reach us')}:"), table(rows)]


def card_url(settings: Settings, ticket: str) -> str:
    """Where a public desk publishes the card of a ticket; empty on a private one."""
    if settings.desk.visibility != "public":
        return ""
    return f"{settings.desk.portal_url}tickets/{ticket}/"


def request_url(settings: Settings, ticket: str) -> str:
    """Where its people read a ticket: the card, or the place of *My requests* that shows it once
    they are signed in.
    """
    mine = f"{settings.desk.portal_url}{OPEN}#{ticket}"
    return card_url(settings, ticket) or mine


def place_of(settings: Settings, ticket: str, words: Texts) -> Part:
    """Say where the whole conversation is read."""
    return paragraph(words._("The whole conversation:"), request_url(settings, ticket))
