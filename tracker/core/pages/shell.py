"""The lean page around a card or a list: what every page repeats lies in one shared script.

The generator renders one page of the theme. Its header, search box, navigation and inline
scripts go into ``assets/tracker/shell.js``, which every lean page loads; the page itself keeps
the head, the content and a plain header for browsers without scripts. So a card costs the
reader its own text, and the portal fits a hundred thousand of them.
"""

from __future__ import annotations

from tracker.core.pages.html import escape
from tracker.core.pages.site import Desk

POLICY = (
    "default-src 'self';img-src 'self' data:;object-src 'none';frame-src 'none';base-uri 'none';"
    "form-action 'none'"
)
"""Content-Security-Policy of lean pages: no inline script, no inline style, no other host."""
STYLE, SCRIPT = "assets/tracker/lean.css", "assets/tracker/shell.js"
"""The one style sheet and the one script of lean pages, below the portal's root."""


class Shell:
    """Fills the lean page of one desk; ``depth`` is how many folders below the root it lies."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._parts = {depth: self._build(depth) for depth in (1, 2, 3)}

    def fill(self, title: str, address: str, content: str, canonical: str = "") -> str:
        """Return a whole page. ``address`` is its own, below the portal's root, and ends in ``/``.

        ``content`` is finished HTML with links relative to the page. ``canonical`` is the
        address that search engines are to keep, where that is another one.
        """
        before, middle, after = self._parts[address.count("/")]
        url = escape(self._desk.url + (canonical or address))
        return (
            f"{before}{escape(title)} - {escape(self._desk.name)}</title>\n"
            f'<link rel=canonical href="{url}">{middle}{content}{after}'
        )

    def _build(self, depth: int) -> tuple[str, str, str]:
        root = "../" * depth
        before = (
            f'<!doctype html>\n<html lang="{self._desk.language}">\n'
            f'<meta charset=utf-8><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            '<meta name="viewport" content="width=device-width">\n<title>'
        )
        middle = (
            # An empty icon, else browsers without scripts ask the host's root for one.
            f"<link rel=icon href=data:,><link rel=stylesheet href={root}{STYLE}>\n"
            f"<body><script src={root}{SCRIPT}></script>\n"
            '<div class=md-container><main class=md-main><div class="md-main__inner md-grid">'
            '<article class="md-content__inner md-typeset" id=tk>\n'
        )
        return before, middle, "\n</article></div></main></div>\n"
