"""Bounding what a body costs: past a number of steps the Markdown converter gives up.

The converter looks for the end of every bracket and backtick from its beginning, and searches the
rest of a block again for each heading in it: its time grows with the square where the end never
comes. Steps are counted instead of seconds, so that the same body always gives the same page.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.inlinepatterns import InlineProcessor

LONGEST = 60_000
"""Characters of Markdown past which a body is shown as plain text."""
STEPS = 3_000_000
"""Characters the converter may look through again; about half a second."""
_RUN = re.compile(r"([\[\](){}*_`!<>~\\])\1{99}")
"""A hundred of one mark in a row mean nothing."""
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_A_BLOCKS_SHARE = 8
"""A block is searched by regular expressions, so many times as quick as what is looped over."""
_SEARCHING = ("backtick", "image_link", "image_reference", "link", "reference", "short_reference")
"""Inline patterns that look for an end."""


class TooCostly(Exception):
    """The converter has taken more steps than a body may cost."""


def is_costly(text: str) -> bool:
    """Say whether ``text`` is not even to be tried."""
    if len(text) > LONGEST or _RUN.search(text):
        return True
    fences = sum(1 for _ in _FENCE.finditer(text))  # each unclosed one is sought to the end
    return fences * len(text) > _A_BLOCKS_SHARE * STEPS


class Meter:
    """Counts the steps of one conversion."""

    def __init__(self, converter: Markdown) -> None:
        self._steps = 0
        parser = _Parser(converter, self)
        parser.blockprocessors = converter.parser.blockprocessors
        for processor in parser.blockprocessors:
            processor.parser = parser
        converter.parser = parser
        for name in _SEARCHING:
            if name in converter.inlinePatterns:
                inner: Any = converter.inlinePatterns[name]
                inner.handleMatch = _Counting(inner, self)

    def start(self) -> None:
        """Begin another conversion."""
        self._steps = 0

    def charge(self, steps: int) -> None:
        """Count steps. Raises TooCostly where they are too many."""
        self._steps += steps
        if self._steps > STEPS:
            raise TooCostly


class _Parser(BlockParser):
    """The block parser, paying for every look at a block."""

    def __init__(self, converter: Markdown, meter: Meter) -> None:
        super().__init__(converter)
        self._meter = meter

    def parseBlocks(self, parent: ElementTree.Element, blocks: list[str]) -> None:  # noqa: N802
        """Do as the library does, one block after the other."""
        while blocks:
            self._meter.charge(len(blocks[0]) // _A_BLOCKS_SHARE + 10)
            for processor in self.blockprocessors:
                if processor.test(parent, blocks[0]) and processor.run(parent, blocks) is not False:
                    break


class _Counting:
    """An inline pattern's handler that pays for how far it looked."""

    def __init__(self, inner: InlineProcessor, meter: Meter) -> None:
        self._handle: Any = inner.handleMatch
        self._backticks = "`" in inner.pattern
        self._meter = meter

    def __call__(self, match: re.Match[str], data: str) -> Any:
        """Handle a match; without one the text was looked through to its end."""
        begun = match.start()
        if self._backticks:
            self._meter.charge((len(data) - begun) // 2)
            return self._handle(match, data)
        found = self._handle(match, data)
        self._meter.charge((len(data) if found[0] is None else found[2]) - begun)
        return found
