"""HTML mail to Markdown, in one pass over the parser's events: no tree, no recursion."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from tracker.core.mail.markdown import Writer, escape, safe_url

MAX_HTML = 2**20
"""Characters of HTML that are converted."""

_SKIPPED = frozenset(
    re.findall(
        r"\S+",
        """
    head script style title template noscript svg math object iframe select option
    textarea audio video canvas applet xml map
    """,
    )
)
_BLOCKS = frozenset(
    re.findall(
        r"\S+",
        """
    p table ul ol dl form fieldset figure article section header footer aside main
    nav center address pre
    """,
    )
)
_LINES = frozenset(
    re.findall(
        r"\S+",
        """
    div tr dt dd caption legend figcaption thead tbody tfoot
    """,
    )
)
_BOLD = frozenset({"b", "strong"})
_ITALIC = frozenset({"i", "em"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*0+(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|!|\Z)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"\b(?:gmail_signature|moz-signature)(?![\w-])")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<[^<>]*>")
_DROPPED = re.compile(r"<(script|style|head|title)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_HEADING = {"h1": 4, "h2": 5, "h3": 6, "h4": 6, "h5": 6, "h6": 6}


def html_to_markdown(html: str, images: Mapping[str, str] | None = None) -> str:
    """Return HTML as Markdown in which no text of the mail can become live markup.

    ``images`` maps a Content-ID or Content-Location to the name of the stored file; such an
    image becomes ``![alt](attachment:NAME)``, NAME percent-encoded. Headings begin at level 4.
    Scripts, styles, comments and hidden elements are dropped, remote images leave their
    alternative text. Input beyond ``MAX_HTML`` characters is not read.
    """
    # Imported here: most mails have a plain text, and lxml takes a while to load.
    from lxml import etree

    cleaned = _CONTROL.sub("", html[:MAX_HTML])
    target = Converter(images or {})
    parser = etree.HTMLParser(target=target, encoding="utf-8", recover=True, huge_tree=True)
    try:
        etree.fromstring(cleaned.encode("utf-8"), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        target.writer.paragraph()
    text = target.writer.close()
    return text if text.strip() else stripped(cleaned)


def stripped(html: str) -> str:
    """Return the words of HTML without any markup, escaped: the last resort."""
    from html import unescape

    text = unescape(_TAG.sub(" ", _DROPPED.sub(" ", html)))
    writer = Writer()
    for line in text.split("\n"):
        writer.text(line)
        writer.hard_line()
    return writer.close()


class Converter:
    """Receives the events of an HTML parser and writes Markdown."""

    def __init__(self, images: Mapping[str, str]) -> None:
        self.writer = Writer()
        self._images = images
        self._skip = 0
        self._links: list[tuple[str, int, int]] = []
        self._lists: list[int] = []
        self._rows: list[tuple[int, int]] = []
        self._pre = 0
        self._starts: dict[str, Callable[[Mapping[str, str]], None]] = {
            "br": self._break,
            "a": self._link,
            "img": self._image,
            "li": self._item,
            "td": self._cell,
            "th": self._cell,
            "tr": self._row,
            "hr": self._rule,
            "blockquote": self._quote,
            "ul": self._bullets,
            "ol": self._numbers,
            "table": self._table,
            "pre": self._preformatted,
        }
        self._ends: dict[str, Callable[[], None]] = {
            "a": self._end_link,
            "li": self._end_item,
            "tr": self._end_row,
            "blockquote": self.writer.leave,
            "ul": self._end_list,
            "ol": self._end_list,
            "pre": self._end_preformatted,
        }

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if self._skip:
            self._skip += 1
            return
        if tag in _SKIPPED or (attributes and _is_hidden(attributes)):
            self._skip = 1
            return
        if attributes and _SIGNATURE.search(attributes.get("class", "")):
            self._signature()
        if tag in _BLOCKS:
            self.writer.paragraph()
        elif tag in _LINES:
            self.writer.line()
        elif tag in _BOLD:
            self.writer.bold += 1
        elif tag in _ITALIC:
            self.writer.italic += 1
        elif tag in _HEADING:
            self.writer.heading(_HEADING[tag])
        special = self._starts.get(tag)
        if special:
            special(attributes)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._skip:
            self._skip -= 1
            return
        special = self._ends.get(tag)
        if special:
            special()
        if tag in _BLOCKS:
            self.writer.paragraph()
        elif tag in _LINES:
            self.writer.line()
        elif tag in _BOLD:
            self.writer.bold = max(self.writer.bold - 1, 0)
        elif tag in _ITALIC:
            self.writer.italic = max(self.writer.italic - 1, 0)
        elif tag in _HEADING:
            self.writer.heading(0)

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._skip:
            return
        if self._pre:
            self._pre_text(text)
        else:
            self.writer.text(text)

    def comment(self, text: str) -> None:
        """A comment: dropped, whatever Word hides in it."""

    def close(self) -> None:
        """The document ends."""

    def _pre_text(self, text: str) -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                self.writer.hard_line()
            self.writer.text(line)

    def _preformatted(self, _: Mapping[str, str]) -> None:
        self._pre += 1

    def _end_preformatted(self) -> None:
        self._pre = max(self._pre - 1, 0)

    def _break(self, _: Mapping[str, str]) -> None:
        self.writer.hard_line()

    def _rule(self, _: Mapping[str, str]) -> None:
        self.writer.rule()

    def _quote(self, _: Mapping[str, str]) -> None:
        self.writer.quote()

    def _signature(self) -> None:
        """Mark a signature that only a class name tells (Gmail without its ``-- `` line)."""
        self.writer.hard_line()
        if not self.writer.lines or self.writer.lines[-1].strip("\\> ") != "--":
            self.writer.text("--")
            self.writer.hard_line()

    def _bullets(self, _: Mapping[str, str]) -> None:
        self._lists.append(-1)

    def _numbers(self, _: Mapping[str, str]) -> None:
        self._lists.append(0)

    def _end_list(self) -> None:
        if self._lists:
            self._lists.pop()

    def _item(self, _: Mapping[str, str]) -> None:
        if self._lists and self._lists[-1] >= 0:
            self._lists[-1] += 1
            self.writer.item(f"{self._lists[-1] % 100}.")
        else:
            self.writer.item("-")

    def _end_item(self) -> None:
        self.writer.leave(blank=False)

    def _table(self, _: Mapping[str, str]) -> None:
        if self._rows:
            self._rows[-1] = (0, -1)

    def _row(self, _: Mapping[str, str]) -> None:
        self.writer.end_line()
        self._rows.append((0, self.writer.flushes))

    def _end_row(self) -> None:
        if self._rows:
            self._rows.pop()

    def _cell(self, _: Mapping[str, str]) -> None:
        """Join the cells of a row on one line; a row with longer cells stays blocks."""
        if not self._rows:
            return
        cells, flushes = self._rows[-1]
        if cells and self.writer.place and self.writer.flushes == flushes:
            self.writer.cell()
        else:
            self.writer.line()
        self._rows[-1] = (cells + 1, flushes)

    def _link(self, attributes: Mapping[str, str]) -> None:
        url = safe_url(attributes.get("href", ""))
        self._links.append((url, self.writer.place, self.writer.flushes))

    def _end_link(self) -> None:
        if not self._links:
            return
        url, place, flushes = self._links.pop()
        if not url or self._links:
            return
        if flushes != self.writer.flushes:
            # The link spanned blocks: show where it leads after them.
            self.writer.raw(f" [\u2197]({url})")
            return
        words = self.writer.since(place)
        label = words.strip()
        if not label:
            return
        if url[:7].lower() == "mailto:" and "@" in label:
            self.writer.raw(words)
            return
        before, after = words.split(label, 1)
        self.writer.raw(f"{before}[{label}]({url}){after}")

    def _image(self, attributes: Mapping[str, str]) -> None:
        source = attributes.get("src", "").strip()
        key = source[4:] if source[:4].lower() == "cid:" else source
        name = self._images.get(key.strip("<>"))
        alternative = " ".join(attributes.get("alt", "").split())[:200]
        if name:
            self.writer.raw(f"![{escape(alternative or name)}](attachment:{quote(name)})")
        elif alternative and source:
            self.writer.text(f"[{alternative}]")


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    style = attributes.get("style")
    return bool(style and _HIDDEN.search(style)) or "hidden" in attributes
