"""The search page: a form that a link can fill in, and the words that its script says."""

from __future__ import annotations

import json

from tracker.core.pages.html import STATUS_NAMES, escape
from tracker.core.pages.site import CLOSED, NEW, OPEN, Desk
from tracker.core.pages.words import stems
from tracker.core.texts import Texts

SCRIPT = "assets/tracker/search.js"


def status_names(words: Texts) -> dict[str, str]:
    """Return what each status is called, ``repair`` too."""
    names = {status: words._(name) for status, name in STATUS_NAMES.items()}
    return {**names, "repair": words._("being repaired")}


def status_stems(words: Texts) -> dict[str, str]:
    """Return the stems that name a status when they are searched for."""
    said = {
        "open": words._("open unsolved"),
        "waiting": words._("waiting pending"),
        "closed": words._("closed solved"),
    }
    return {stem: status for status, text in said.items() for stem in sorted(stems(text))}


def search_page(desk: Desk, root: str) -> str:
    """Return the search page's content. ``root`` is the relative way to the portal's root.

    Without scripts the form stays hidden and the page says what there is instead.
    """
    words = desk.words
    choices = {"": words._("Any"), "open": words._("Open"), "closed": words._("Closed")}
    radios = "".join(
        f'<label><input type="radio" name="status" value="{value}"><span>{escape(name)}</span>'
        "</label>"
        for value, name in choices.items()
    )
    said = {
        "names": json.dumps(status_names(words), ensure_ascii=False, sort_keys=True),
        "found": words._("Found: %(n)s", n="%"),
        "about": words._("Found: %(n)s or more", n="%"),
        "failed": words._("The search files could not be read. Try again later."),
    }
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in said.items())
    look = escape(words._("Search requests and pages"))
    label = escape(words._("Words or a number"))
    return (
        f'<form class="tk-search" role="search" aria-label="{look}" hidden{data}>'
        f'<p class="tk-ask"><input type="search" name="q" aria-label="{label}"'
        f' placeholder="{label}" autocomplete="off" spellcheck="false">'
        f'<button class="md-button md-button--primary">{escape(words._("Search"))}</button>'
        f'<fieldset class="tk-choice"><legend>{escape(words._("Requests by status"))}</legend>'
        f"{radios}</fieldset>"
        f'<p class="tk-labelled" hidden>{escape(words._("Label"))} <b></b> '
        f'<button type="button">{escape(words._("All labels"))}</button></form>'
        f"{_answers(desk, root)}"
        f'<script src="{root}{SCRIPT}"></script>'
    )


def _answers(desk: Desk, root: str) -> str:
    words = desk.words
    hint = words._(
        "Any form of a word will do: printer finds printers. A number finds its request."
    )
    nothing = words._(
        "Nothing was found. Try fewer words or other ones, or look through the lists."
    )
    without = words._("The search needs scripts. Without them, look through the lists.")
    lists = (
        f'<a href="{root}{OPEN}">{escape(words._("Open requests"))}</a>'
        f' <a href="{root}{CLOSED}">{escape(words._("Closed requests"))}</a>'
    )
    new = f'<a href="{root}{NEW}">{escape(words._("New request"))}</a>'
    return (
        f'<p class="tk-hint" hidden>{escape(hint)}<p class="tk-said" role="status"></p>'
        f'<ol class="tk-hits"></ol>'
        f'<div class="tk-nothing" hidden><p>{escape(nothing)}<p class="tk-ways">{lists} {new}</div>'
        f'<button type="button" class="md-button tk-more" hidden>'
        f"{escape(words._('Show more'))}</button>"
        f'<div class="tk-without"><p>{escape(without)}<p class="tk-ways">{lists}</div>'
    )
