"""The lean page around a card or a list: what every page repeats lies in one shared script.

The generator renders one page of the theme. Its header, search box, navigation and inline
scripts go into ``assets/tracker/shell.js``, which every lean page loads; the page itself keeps
the head and the content. The script also puts the theme's boxes around the content and the
desk's name into the title. So a card costs the reader its own text, and the portal fits a
hundred thousand of them.
"""

from __future__ import annotations

from tracker.core.pages.html import escape
from tracker.core.pages.opengraph import TITLE, URL, description_tag, lean_tags
from tracker.core.pages.site import Desk
from tracker.core.pages.slim import slim

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
        self._tags = (lean_tags(desk, "website"), lean_tags(desk, "article"))

    def fill(
        self, title: str, address: str, content: str, *, about: str = "", canonical: str = ""
    ) -> str:
        """Return a whole page. ``address`` is its own, below the portal's root, and ends in ``/``.

        ``content`` is finished HTML with links relative to the page. ``about`` is a sentence for
        those who see a link to it; a card has one. ``canonical`` is the address that search
        engines are to keep, where that is another one.
        """
        desk = self._desk
        before, middle, after = self._parts[address.count("/")]
        tags = self._tags[bool(about)]
        if about and desk.is_public:
            tags += description_tag(about)
        url = escape(desk.url + (canonical or address))
        return (
            f"{before}{tags}\n<title {TITLE}>{escape(title)}</title>\n"
            f'<link rel=canonical {URL} href="{url}">{middle}{slim(content)}{after}'
        )

    def _build(self, depth: int) -> tuple[str, str, str]:
        root = "../" * depth
        before = (
            f"<!doctype html>\n<html lang={self._desk.language}>\n"
            f'<meta charset=utf-8><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            '<meta name=viewport content="width=device-width">'
        )
        middle = (
            # An empty icon, else browsers without scripts ask the host's root for one.
            f"<link rel=icon href=data:,><link rel=stylesheet href={root}{STYLE}>\n"
            f"<body><script src={root}{SCRIPT}></script>\n"
            '<main id=tk class="md-content__inner md-typeset">\n'
        )
        return before, middle, "\n</main>\n"
