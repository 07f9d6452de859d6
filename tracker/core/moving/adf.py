"""The Atlassian Document Format to Markdown in which no text can become live markup.

Its nodes are documented by Atlassian: developer.atlassian.com/cloud/jira/platform/apis/document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tracker.core.mail.markdown import Writer, escape, safe_url

MOST_NESTED = 40
"""Nodes within each other that are shown as such; what lies deeper gives its words alone."""
_WIDEST = 40
_PARAGRAPHS = frozenset(("paragraph", "panel", "table", "expand", "nestedExpand", "mediaSingle"))
_LINES = frozenset(("tableRow", "caption", "taskItem", "decisionItem", "mediaGroup"))


def is_document(value: Any) -> bool:
    """Whether a value is a document of that format."""
    return isinstance(value, dict) and value.get("type") == "doc"


def adf_to_markdown(document: Mapping[str, Any]) -> str:
    """Return a document as Markdown. Never fails: an unknown node gives the words in it."""
    writer = Writer()
    _node(writer, document, 0)
    return writer.close()


def _children(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    content = node.get("content")
    if isinstance(content, list):
        yield from (one for one in content if isinstance(one, dict))


def _node(writer: Writer, node: Mapping[str, Any], depth: int) -> None:
    kind = str(node.get("type", ""))
    if depth >= MOST_NESTED:
        writer.text(_words(node))
    elif kind in _INLINE:
        _INLINE[kind](writer, node)
    elif kind in ("bulletList", "orderedList"):
        _list(writer, node, depth, ordered=kind == "orderedList")
    elif kind == "blockquote":
        writer.quote()
        _all(writer, node, depth)
        writer.leave()
    elif kind == "heading":
        _heading(writer, node, depth)
    elif kind == "codeBlock":
        _code(writer, node)
    else:
        _block(writer, node, kind, depth)


def _all(writer: Writer, node: Mapping[str, Any], depth: int) -> None:
    for one in _children(node):
        _node(writer, one, depth + 1)


def _block(writer: Writer, node: Mapping[str, Any], kind: str, depth: int) -> None:
    end = {True: writer.paragraph, False: writer.line}[kind in _PARAGRAPHS]
    if kind in _PARAGRAPHS or kind in _LINES:
        end()
    for n, one in enumerate(_children(node)):
        if n and kind == "tableRow":
            writer.cell()
        _node(writer, one, depth + 1)
    if kind in _PARAGRAPHS or kind in _LINES:
        end()


def _heading(writer: Writer, node: Mapping[str, Any], depth: int) -> None:
    level = _attribute(node, "level")
    writer.heading(min(6, 3 + (int(level) if level.isascii() and level.isdigit() else 1)))
    _all(writer, node, depth)
    writer.heading(0)


def _list(writer: Writer, node: Mapping[str, Any], depth: int, *, ordered: bool) -> None:
    for n, one in enumerate(_children(node), 1):
        writer.item(f"{n}." if ordered else "-")
        for part in _children(one):
            if part.get("type") == "paragraph":  # no blank line between the items
                writer.line()
                _all(writer, part, depth + 2)
            else:
                _node(writer, part, depth + 2)
        writer.leave(blank=False)
    writer.paragraph()


def _code(writer: Writer, node: Mapping[str, Any]) -> None:
    writer.paragraph()
    for line in _words(node).split("\n"):
        words = line.lstrip(" \t")
        if indent := len(line) - len(words):  # plain blanks would be folded
            writer.raw("&nbsp;" * min(indent, _WIDEST))
        writer.text(words)
        writer.hard_line()
    writer.paragraph()


def _words(node: Mapping[str, Any]) -> str:
    """Return all words of a node, however deep it is."""
    found, stack = [], [node]
    while stack:
        one = stack.pop()
        if isinstance(one.get("text"), str):
            found.append(one["text"])
        stack += reversed(list(_children(one)))
    return "".join(found)


def _attribute(node: Mapping[str, Any], *names: str) -> str:
    held = node.get("attrs")
    values = (held.get(name) for name in names) if isinstance(held, dict) else ()
    return next((str(one) for one in values if isinstance(one, str | int)), "")


def _text(writer: Writer, node: Mapping[str, Any]) -> None:
    text = str(node.get("text", ""))
    listed = node.get("marks")
    marks = {
        str(one.get("type")): one
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    }
    url = safe_url(_attribute(marks["link"], "href")) if "link" in marks else ""
    if url:
        writer.raw(f"[{escape(' '.join(text.split()))}]({url})")
        return
    writer.bold += "strong" in marks
    writer.italic += "em" in marks
    writer.text(text)
    writer.bold -= "strong" in marks
    writer.italic -= "em" in marks


def _card(writer: Writer, node: Mapping[str, Any]) -> None:
    url = safe_url(_attribute(node, "url"))
    if url:
        writer.raw(f"[{escape(_attribute(node, 'url'))}]({url})")


def _date(writer: Writer, node: Mapping[str, Any]) -> None:
    try:
        at = datetime.fromtimestamp(int(_attribute(node, "timestamp")) / 1000, UTC)
        writer.text(f"{at:%Y-%m-%d}")
    except (ValueError, OverflowError, OSError):
        return


_INLINE: dict[str, Callable[[Writer, Mapping[str, Any]], None]] = {
    "text": _text,
    "hardBreak": lambda writer, _: writer.hard_line(),
    "rule": lambda writer, _: writer.rule(),
    "inlineCard": _card,
    "blockCard": _card,
    "embedCard": _card,
    "date": _date,
    "mention": lambda writer, node: writer.text(_attribute(node, "text", "id")),
    "emoji": lambda writer, node: writer.text(_attribute(node, "text", "shortName")),
    "status": lambda writer, node: writer.text(_attribute(node, "text")),
    "media": lambda writer, node: writer.text(f"[{_attribute(node, 'alt', 'id')}]"),
    "mediaInline": lambda writer, node: writer.text(f"[{_attribute(node, 'alt', 'id')}]"),
}
