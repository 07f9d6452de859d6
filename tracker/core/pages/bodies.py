"""Rendering what strangers wrote: nothing of it can run, load or pretend to be the portal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from xml.etree import ElementTree

import markdown
import nh3
from markdown.inlinepatterns import InlineProcessor

from tracker.core.pages.costs import Meter, TooCostly, is_costly
from tracker.core.pages.html import escape, escape_text, visible
from tracker.core.ticket import Format

_REL = "nofollow noreferrer"
_URL = r"https?://[^\s<>\"'`\\^{|}\u00ab\u00bb]+"
_LINK = re.compile(_URL)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_TAIL = ".,;:!?)]}*_"
# Markdown of plain lines, lists of one level and bold words: most answers are no more than that.
# The short way through it must give what the converter gives; a property test holds them equal.
_LINE = r"(?![ \t=+:-])(?!\d+[.)])[\w ,.;:?()\"'/%!№«»—–…+=@•$-]*+(?:\n|\Z)"
# Atomic groups, since possessive repeats of groups go wrong in Python 3.11.2.
_SIMPLE = re.compile(rf"(?>(?:{_LINE})*)")
_ITEMS = re.compile(rf"(?>(?:- (?=[^\s\d])(?:{_LINE}))+)")
_BOLD = re.compile(r"(?<![^\s(])\*\*(?=[^\W_])([^*\n]*?)(?<=[^\W_])\*\*(?![^\s.,;:?)])")
_TAGS = frozenset(
    [
        "p",
        "br",
        "em",
        "strong",
        "del",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "sub",
        "sup",
    ]
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),
    "a": {"href"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
}
# A card has one heading of the first level, its title: any other is of the second.
_HEADING = re.compile(r"<(/?)h[1-6]>")
# What may be wider than the page scrolls, and the keyboard must get there.
_WIDE = re.compile(r"<(?:pre><code|table)(?=>)")
# Neither puts a quote in: a link's value may hold what looks like such a tag.


def render_body(text: str, form: Format, links: Mapping[str, str] | None = None) -> str:
    """Return ``text`` as HTML that is safe to publish.

    ``links`` maps the relative links an agent may write (names of attachments) to published
    ones; any other relative link loses its target.
    """
    if form == "text" or is_costly(text):
        return _render_text(text)
    blocks = _simple_blocks(text)
    if blocks is not None:
        return "".join(_render_block(one) for one in blocks)
    try:
        return _render_markdown(text, links or {})
    except (TooCostly, RecursionError):  # ten thousand ">" in a row
        return _render_text(text)


def _render_text(text: str) -> str:
    """Escape ``text``, make paragraphs of blank lines, and links of web addresses."""
    paragraphs = (one.strip("\n") for one in _BLANK_LINES.split(text) if one.strip())
    return "".join(f"<p>{_linked(one)}</p>" for one in paragraphs)


def _simple_blocks(text: str) -> list[str] | None:
    """Return the paragraphs and lists of simple Markdown, None where the converter must look."""
    if "_" in text:
        return None
    blocks = [one.strip("\n") for one in _BLANK_LINES.split(text) if one.strip()]
    is_list = False
    for block in blocks:
        bare = _BOLD.sub("x", block)
        was_list, is_list = is_list, _ITEMS.fullmatch(bare) is not None
        if not (_SIMPLE.fullmatch(bare) or (is_list and not was_list)):
            return None
    return blocks


def _render_block(block: str) -> str:
    if not block.startswith("- "):
        return f"<p>{_with_bold(block)}</p>"
    items = "".join(f"<li>{_with_bold(line[2:])}</li>" for line in block.split("\n"))
    return f"<ul>{items}</ul>"


def _with_bold(text: str) -> str:
    plain, *rest = _BOLD.split(text)
    found = _linked(plain)
    for bold, after in zip(rest[::2], rest[1::2], strict=True):
        found += f"<strong>{_linked(bold)}</strong>{_linked(after)}"
    return found


def _linked(paragraph: str) -> str:
    parts: list[str] = []
    end = 0
    for found in _LINK.finditer(paragraph):
        url = _trim(found[0])
        parts.append(escape_text(paragraph[end : found.start()]))
        parts.append(f'<a href="{escape(url)}" rel="{_REL}">{escape_text(url)}</a>')
        end = found.start() + len(url)
    parts.append(escape_text(paragraph[end:]))
    return "".join(parts).replace("\n", "<br>")


def _trim(url: str) -> str:
    """Leave out the punctuation that belongs to the sentence, not to the address."""
    while url[-1] in _TAIL and not (url[-1] == ")" and url.count("(") >= url.count(")")):
        url = url[:-1]
    return url


class _BareLink(InlineProcessor):
    """A web address that stands in the text by itself becomes a link."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the library's name and form
        self,
        m: re.Match[str],
        _data: str,
    ) -> tuple[ElementTree.Element, int, int]:
        """Return the link and where it stands."""
        url = _trim(m[0])
        link = ElementTree.Element("a", {"href": url})
        link.text = markdown.util.AtomicString(url)
        return link, m.start(), m.start() + len(url)


@cache
def _converter() -> tuple[markdown.Markdown, Meter]:
    made = markdown.Markdown(
        extensions=["fenced_code", "tables", "sane_lists", "nl2br"],
        extension_configs={"tables": {"use_align_attribute": True}},
        output_format="html",
    )
    # Raw HTML is shown as it was typed instead of being passed through. The sanitiser after it
    # stays the real guard.
    made.preprocessors.deregister("html_block")
    made.inlinePatterns.deregister("html")
    made.inlinePatterns.register(_BareLink(_URL, made), "bare_link", 85)
    return made, Meter(made)


class _Targets:
    """Decides for each link of a body whether it keeps its target."""

    def __init__(self, links: Mapping[str, str]) -> None:
        self._links = links

    def __call__(self, _tag: str, attribute: str, value: str) -> str | None:
        if attribute != "href" or _WEB.match(value):
            return value
        return self._links.get(value)


def _render_markdown(text: str, links: Mapping[str, str]) -> str:
    converter, meter = _converter()
    meter.start()
    clean = nh3.clean(
        converter.reset().convert(text),
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_Targets(links),
        url_schemes={"http", "https"},
        link_rel=_REL,
        strip_comments=True,
    )
    return visible(_HEADING.sub(r"<\1h2>", _WIDE.sub(r"\g<0> tabindex=0", clean)))
