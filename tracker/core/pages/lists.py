"""The lists of requests: one row a ticket, pages of a fixed size, plain tables without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracker.core.pages.html import STATUS_NAMES, escape
from tracker.core.pages.site import ANY, CLOSED, OPEN, SEARCH, Desk, ticket_url
from tracker.core.pages.view import PublicTicket
from tracker.core.texts import Texts

PAGE = 100
"""Rows of one page."""
ROOT = "\0"
"""Stands in a row for the way to the portal's root, which differs from page to page."""

Counts = dict[str, int]
"""How many tickets each list has, by the list's address."""

TITLES_OF = {OPEN: "Open requests", CLOSED: "Closed requests", ANY: "All requests"}
"""The headings of the three lists, by their addresses; keys for the catalogue."""

_NAMES = {OPEN: "Open", CLOSED: "Closed", ANY: "Any"}


_SORTED = {"Number": "number", "Subject": "title", "Updated": "changed"}
"""Columns that a script sorts by, and as what."""
_STATUS_OF = {OPEN: "?status=open", CLOSED: "?status=closed", ANY: ""}


def row(ticket: PublicTicket, words: Texts) -> str:
    """Return a ticket's row, the same in every list."""
    number = escape(ticket.id)
    labels = "".join(f" <b>{escape(one)}</b>" for one in ticket.labels)
    return (
        f'<tr class=tk-{ticket.status}><td><a href="{ROOT}{ticket_url(number)}">{number}</a>'
        f"<td>{escape(ticket.title)}{labels}"
        f"<td><i>{escape(words._(STATUS_NAMES[ticket.status]))}</i>"
        f"<td>{escape(ticket.requester)}<td>{ticket.updated.strftime(words._('%Y-%m-%d'))}\n"
    )


def repair_row(ticket_id: str, words: Texts) -> str:
    """Return the row of a ticket whose file can't be read: its number alone."""
    number = escape(ticket_id)
    return (
        f'<tr class=tk-repair><td><a href="{ROOT}{ticket_url(number)}">{number}</a>'
        f"<td>{escape(words._('This card is being repaired'))}"
        f"<td><i>{escape(words._('being repaired'))}</i><td><td>\n"
    )


class ListWriter:
    """Writes the list pages of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._words = desk.words

    def page(
        self, which: str, rows: Iterable[str], root: str, counts: Counts | None, pager: str
    ) -> str:
        """Return one page of the list ``which``.

        ``root`` is the relative way to the portal's root. ``counts`` is None on archive pages,
        which must not change when a ticket is added elsewhere.
        """
        words = self._words
        table = "".join(rows).replace(ROOT, root)
        if not table:
            body = f'<p class="tk-none">{escape(words._("There are no requests here."))}</p>'
        else:
            body = self._tools(which, root) + self._table(table)
        return f'<div class="tk-list">{self.tabs(which, root, counts)}{body}{pager}</div>'

    def _table(self, rows: str) -> str:
        heads = ("Number", "Subject", "Status", "From", "Updated")
        cells = "".join(
            f'<th scope="col"{self._sortable(name)}>{escape(self._words._(name))}' for name in heads
        )
        return (
            f'<div class="tk-scroll"><table class="tk-table"><thead><tr>{cells}</thead><tbody>'
            f"{rows}</tbody></table></div>"
        )

    def _sortable(self, name: str) -> str:
        return f" data-sort={_SORTED[name]}" if name in _SORTED else ""

    def _tools(self, which: str, root: str) -> str:
        """Return what a script fills with life: the filter, and the way to the whole list."""
        words = self._words
        find = escape(words._("Filter this page"))
        shown = escape(words._("Shown: %(n)s of %(all)s", n="%n", all="%all"))
        search = escape(words._("Search the whole list"))
        return (
            f'<div class="tk-filter" hidden><input type="search" aria-label="{find}"'
            f' placeholder="{find}"><select aria-label="{escape(words._("Label"))}" hidden>'
            f'<option value="">{escape(words._("All labels"))}</select>'
            f'<a href="{root}{SEARCH}{_STATUS_OF[which]}">{search}</a>'
            f'<span role="status" data-text="{shown}"></span></div>'
        )

    def tabs(self, which: str, root: str, counts: Counts | None) -> str:
        """Return the three lists as links, the one shown marked."""
        items = []
        for address, name in _NAMES.items():
            here = ' aria-current="page"' if address == which else ""
            count = f" <span>{counts[address]}</span>" if counts else ""
            label = escape(self._words._(name))
            items.append(f'<a href="{root}{address}"{here}>{label}{count}</a>')
        label = escape(self._words._("Requests by status"))
        return f'<nav class="tk-tabs" aria-label="{label}">{"".join(items)}</nav>'

    def pager(self, links: Sequence[tuple[str, str]], label: str = "") -> str:
        """Return links to neighbouring pages; ``links`` are (text, address) pairs."""
        if not links:
            return ""
        items = "".join(f'<a href="{escape(to)}">{escape(text)}</a>' for text, to in links)
        name = escape(self._words._("Pages"))
        here = f"<span>{escape(label)}</span>" if label else ""
        return f'<nav class="tk-pager" aria-label="{name}">{here}{items}</nav>'
