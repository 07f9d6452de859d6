"""Traces of a ticket in a text: addresses, and eight words in a row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

RUN = 8
"""So many words of a ticket in a row are no accident."""

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"[\w.+'=~!#$%&*/?^`{|}-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_COMMENT = re.compile(r"<!--|-->")
_TAG = re.compile(r"</?(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>[^<>]*)>")
_VALUE = re.compile(r"=\s*(?:\"([^\"]*)\"|'([^']*)')")
_INLINE = frozenset(
    "a abbr b br cite code del em i ins kbd mark q s small span strong sub sup u var wbr".split()
)
_LINK = re.compile(r"\]\([^()\s]*(?:\s+\"[^\"]*\")?\)(?:\{[^}]*\})?")
_BREAK = "\0"
_FILE = re.compile(r"[^\s\"'<>/\\=?#&:;,|()]{7,}\.[A-Za-z0-9]{2,5}(?![A-Za-z0-9])")
_SHORTEST_NAME = 12


def runs(text: str) -> set[str]:
    """Return every run of eight words in a text, in small letters.

    In HTML a run does not go from one block to the next, nor from a text into an attribute:
    what a page only happens to put side by side is nobody's sentence.
    """
    found: set[str] = set()
    for block in blocks(text):
        words = _WORD.findall(block.lower())
        found.update(" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
    return found


def source_runs(text: str) -> set[str]:
    """Return the runs of a page's source (Markdown), with and without the targets of links."""
    return runs(text) | runs(without_links(text))


def without_links(text: str) -> str:
    """Return a page's source without the targets of its links."""
    return _LINK.sub("", text)


def blocks(text: str) -> Iterator[str]:
    """Yield the parts of a text between which no sentence goes on: strings of JSON, HTML blocks."""
    strings = _strings(text)
    if strings is not None:
        for one in strings:
            yield from _html_blocks(one)
        return
    yield from _html_blocks(text)


def _strings(text: str) -> list[str] | None:
    """Return the texts in a JSON file; None where it is something else."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found: list[str] = []
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
    return found


def _html_blocks(text: str) -> list[str]:
    if "<" not in text:
        return [text]
    values: list[str] = []

    def tag(found: re.Match[str]) -> str:
        values.extend(one or other for one, other in _VALUE.findall(found["rest"]))
        return "" if found["name"].lower() in _INLINE else _BREAK

    return [*_TAG.sub(tag, _COMMENT.sub(_BREAK, text)).split(_BREAK), *values]


def addresses(text: str) -> set[str]:
    """Return every stretch of a text that looks like a mail address, in small letters."""
    return {found[0] for found in _ADDRESS.finditer(text.lower())} if "@" in text else set()


def beyond(stretches: Iterable[str], known: Iterable[str]) -> set[str]:
    """Return ``stretches`` without the ``known`` addresses in them; what has no address left is
    dropped. Else somebody who writes from ``t@example.org`` would be found in a link to
    ``support@example.org``.
    """
    parts = "|".join(re.escape(one) for one in sorted(known, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w.+-])(?:{parts})(?![\w.-])") if parts else None
    left = (pattern.sub("", one) if pattern else one for one in stretches)
    return {one for one in left if "@" in one}


def holds_address(stretches: Iterable[str], people: Iterable[str]) -> bool:
    """Whether one of ``stretches`` is or holds an address of ``people``."""
    whole = "\n".join(stretches)
    return bool(whole) and any(one in whole for one in people)


def file_names(text: str) -> set[str]:
    """Return what looks like names of files, in small letters; short names say nothing."""
    return {one for one in _FILE.findall(text.lower()) if len(one) >= _SHORTEST_NAME}


def file_name(name: str) -> str:
    """Return how ``file_names`` would see an attachment's name, or empty if it is too short."""
    last = (name.lower().split() or [""])[-1]
    return last if last in file_names(last) else ""
