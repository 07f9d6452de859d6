"""The pages of a private portal in which people sign in and read their requests.

They load none of the theme's scripts, and their policy lets no script of a text run: whatever a
script could do here, it could do with somebody's key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from tracker.core.pages.front import foot
from tracker.core.pages.html import escape
from tracker.core.pages.site import ACCESS, CONTACTS, NEW, OPEN, Desk, mail_link
from tracker.core.pages.spoken import spoken

Page = Literal["requests", "access"]
_ROOT = "../"


@dataclass(frozen=True, slots=True)
class Looks:
    """What the pages take from the theme, all of it below the portal's root: style sheets in
    order, the icon, the attributes of the body, the logo as HTML with ``%ROOT%`` in its links.
    """

    styles: tuple[str, ...]
    icon: str
    body: tuple[tuple[str, str], ...]
    logo: str


class ViewerPages:
    """Writes the pages of one desk. ``folder`` is where the site has the viewer's scripts."""

    def __init__(self, desk: Desk, looks: Looks, folder: str, *, has_help: bool) -> None:
        self._desk, self._looks, self._folder = desk, looks, folder
        self._has_help = has_help

    def files(self) -> dict[str, str]:
        """Return the pages by their paths on the site."""
        return {
            f"{OPEN}index.html": self._page("requests"),
            f"{ACCESS}index.html": self._page("access"),
        }

    def _page(self, page: Page) -> str:
        desk, words = self._desk, self._desk.words
        title = words._("My requests") if page == "requests" else words._("Access to my requests")
        body = "".join(
            f' {escape(name)}="{escape(value)}"'
            for name, value in self._looks.body
            if name == "dir" or name.startswith("data-md-color")
        )
        return (
            f'<!doctype html>\n<html lang="{desk.language}">\n<meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy(desk)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">\n'
            f"<title>{escape(title)} - {escape(desk.name)}</title>\n{self._links()}"
            f'<body class="tk-private"{body}>\n<script src="{_ROOT}{self._folder}/palette.js">'
            f'</script>\n<a href="#tk" class="tk-skip">{escape(words._("To the content"))}</a>\n'
            f"{self._header(page)}"
            '<div class="md-container"><main class="md-main"><div class="md-main__inner md-grid">'
            '<div class="tk-room"><div id="tk-me" class="tk-me"></div>\n'
            '<p id="tk-said" class="tk-said" role="status"></p>\n'
            '<article class="md-content__inner md-typeset" id="tk">'
            f"{self._before(title)}</article>\n</div></div></main>{foot(desk, _ROOT)}</div>\n"
            f'<script type="application/json" id="tk-data">{self._data()}</script>\n'
            f'<script type="module" src="{_ROOT}{self._folder}/start.js"></script>\n'
        )

    def _links(self) -> str:
        sheets = (*self._looks.styles, f"{self._folder}/viewer.css")
        links = "".join(f'<link rel="stylesheet" href="{_ROOT}{one}">' for one in sheets)
        icon = f"{_ROOT}{self._looks.icon}" if self._looks.icon else "data:,"
        return f'<link rel="icon" href="{icon}">{links}\n'

    def _header(self, page: Page) -> str:
        desk, words = self._desk, self._desk.words
        logo = self._looks.logo.replace("%ROOT%", _ROOT)
        tabs = [(_ROOT, words._("Home"), False)]
        tabs.append((f"{_ROOT}{NEW}", words._("New request"), False))
        tabs.append((f"{_ROOT}{OPEN}", words._("My requests"), page == "requests"))
        if self._has_help:
            tabs.append((f"{_ROOT}help/", words._("Help"), False))
        tabs.append((f"{_ROOT}{CONTACTS}", words._("Contacts"), False))
        items = "".join(_tab(*one) for one in tabs)
        label = escape(words._("Light or dark"))
        return (
            '<header class="md-header md-header--lifted">'
            f'<div class="md-header__inner md-grid">{logo}<div class="md-header__title">'
            f'<div class="md-header__ellipsis"><div class="md-header__topic"><span class='
            f'"md-ellipsis">{escape(desk.name)}</span></div></div></div><button type="button" '
            f'class="tk-colours" aria-label="{label}" title="{label}" hidden></button></div>'
            f'<nav class="md-tabs" aria-label="{escape(words._("Portal"))}"><div class="md-grid">'
            f'<ul class="md-tabs__list">{items}</ul></div></nav></header>\n'
        )

    def _before(self, title: str) -> str:
        """What stands there until the scripts run, and stays where none does."""
        desk, words = self._desk, self._desk.words
        need = words._(
            "Your requests lie here encrypted, and this browser has to open them: it needs "
            "JavaScript, and must not be an old one."
        )
        write = words._("You can always write to us: every answer also comes by mail.")
        link = mail_link(desk.address, "")
        return (
            f"<h1>{escape(title)}</h1><div class=tk-wait><p>{escape(need)}<p>{escape(write)} "
            f'<a href="{link}">{escape(desk.address)}</a></div>'
        )

    def _data(self) -> str:
        desk = self._desk
        data = {
            "desk": {
                "name": desk.name,
                "prefix": desk.prefix,
                "address": desk.address,
                "url": desk.url,
                "submit": desk.submit_url,
            },
            "words": spoken(desk.words),
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")


def _tab(link: str, name: str, here: bool) -> str:
    current = ' aria-current="page"' if here else ""
    active = " md-tabs__item--active" if here else ""
    return (
        f'<li class="md-tabs__item{active}"><a class="md-tabs__link" href="{link}"{current}>'
        f"{escape(name)}</a></li>"
    )


def policy(desk: Desk) -> str:
    """Return the Content-Security-Policy of these pages.

    Scripts come from the portal alone, as files; HTML and workers only through the two policies
    of the viewer (Trusted Types). WebAssembly is for Argon2id. The one other address is the
    service that the desk names for sending.
    """
    parts = urlsplit(desk.submit_url)
    submit = f" {parts.scheme}://{parts.netloc}" if desk.submit_url else ""
    return (
        "default-src 'none';script-src 'self' 'wasm-unsafe-eval';style-src 'self';"
        f"img-src 'self' data: blob:;font-src 'self';connect-src 'self'{submit};"
        "worker-src 'self';base-uri 'none';form-action 'none';"
        "require-trusted-types-for 'script';trusted-types viewer worker"
    )
