"""The front page's cards, the contacts, and the foot of every page: three ways to the desk."""

from __future__ import annotations

from tracker.core.pages.html import escape
from tracker.core.pages.lists import Counts
from tracker.core.pages.site import (
    ACCESS,
    ANY,
    CLOSED,
    CONTACTS,
    NEW,
    OPEN,
    Desk,
    mail_link,
    phone_link,
)

SCRIPT = "assets/tracker/front.js"
"""The front page's own script, below the portal's root."""


def front(desk: Desk, counts: Counts | None, root: str) -> str:
    """Return the front page's cards. ``root`` is the relative way to the portal's root; a
    private desk has no ``counts``, since it has no lists.
    """
    words = desk.words
    ways = [_portal(desk, counts, root), _mailbox(desk)]
    if desk.phone:
        ways.append(_phone(desk))
    # The search of a private portal's pages knows no request.
    asked = words._("Search help") if counts is None else words._("Search requests and help")
    find = escape(asked)
    return (
        f'<button class="tk-find" type="button" hidden>{find}</button>'
        f'<div class="tk-front">{"".join(ways)}</div>'
        f'<script type="module" src="{root}{SCRIPT}"></script>'
    )


def contacts(desk: Desk, root: str) -> str:
    """Return the ways to reach the desk, without the lists of the front page."""
    words = desk.words
    new = escape(words._("New request"))
    portal = _way(
        "tk-first",
        words._("On this portal"),
        words._("The form asks what we need to know, and composes the letter for you."),
        f'<p class="tk-actions"><a class="md-button md-button--primary" href="{root}{NEW}">{new}'
        "</a>",
    )
    ways = [portal, _mailbox(desk), *([_phone(desk)] if desk.phone else [])]
    return f'<div class="tk-front">{"".join(ways)}</div>'


def _portal(desk: Desk, counts: Counts | None, root: str) -> str:
    words = desk.words
    new, mine = escape(words._("New request")), escape(words._("My requests"))
    ask = f'<a class="md-button md-button--primary" href="{root}{NEW}">{new}</a>'
    if counts is None:
        access = escape(words._("First time here, or the password is forgotten"))
        return _way(
            "tk-first",
            words._("On this portal"),
            words._("Write a new request, or read yours and what we answered."),
            f'<p class="tk-actions">{ask} <a class="md-button" href="{root}{OPEN}">{mine}</a>'
            f'<p class="tk-hours"><a href="{root}{ACCESS}">{access}</a>',
        )
    names = {OPEN: "Open", CLOSED: "Closed", ANY: "Any"}
    lists = "".join(
        f'<a href="{root}{address}">{escape(words._(name))} <span>{counts[address]}</span></a>'
        for address, name in names.items()
    )
    label = escape(words._("Requests by status"))
    all_ = escape(
        words._("The lists show everybody's requests: find yours by its number or your name.")
    )
    return _way(
        "tk-first",
        words._("On this portal"),
        words._("Look for an answer among the requests, or write a new one."),
        f'<p class="tk-actions">{ask} <a class="md-button" href="{root}{OPEN}">{mine}</a>'
        f'<p class="tk-hours">{all_}<nav class="tk-tabs" aria-label="{label}">{lists}</nav>',
    )


def _mailbox(desk: Desk) -> str:
    words = desk.words
    return _way(
        "",
        words._("By mail"),
        words._("Write to us in your own words. The number of your request comes back by mail."),
        f'<p class="tk-big"><a href="{mail_link(desk.address, "")}">{escape(desk.address)}</a>',
    )


def _phone(desk: Desk) -> str:
    words = desk.words
    hours = f'<p class="tk-hours">{escape(desk.hours)}' if desk.hours else ""
    return _way(
        "",
        words._("By phone"),
        words._("Call us: we register the request while you wait and tell you its number."),
        f'<p class="tk-big"><a href="{phone_link(desk.phone)}">{escape(desk.phone)}</a>{hours}',
    )


def _way(kind: str, title: str, text: str, rest: str) -> str:
    return (
        f'<section class="tk-way {kind}"><h2>{escape(title)}</h2><p>{escape(text)}{rest}</section>'
    )


def foot(desk: Desk, root: str) -> str:
    """Return the three ways in one line, for the foot of every page."""
    words = desk.words
    ways = [
        f'<a href="{root or "./"}">{escape(words._("Portal"))}</a>',
        f'<a href="{mail_link(desk.address, "")}">{escape(desk.address)}</a>',
    ]
    if desk.phone:
        hours = f"<small>{escape(desk.hours)}</small>" if desk.hours else ""
        ways.append(f'<a href="{phone_link(desk.phone)}">{escape(desk.phone)}</a>{hours}')
    ways.append(f'<a href="{root}{CONTACTS}">{escape(words._("Contacts"))}</a>')
    return f'<footer class="tk-foot">{" · ".join(ways)}</footer>'
