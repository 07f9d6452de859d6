"""Snippets: canned answers in Markdown, with places such as ``{name}`` that are filled."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tracker.core.document import TicketFault, frontmatter
from tracker.core.errors import TrackerError
from tracker.core.settings import Fault

FOLDER = "snippets"
PLACES = {
    "number": "the ticket's number, ACCREDO-42",
    "title": "the ticket's title",
    "name": "the requester's name, or the address where there is none",
    "agent": "the name of the agent who answers",
    "desk": "the desk's name",
    "portal": "the address of the portal",
    "card": "the address of the ticket's card",
    "today": "today's date",
}
"""Every place that is filled, and with what."""

_FILE = re.compile(r"(?P<name>[^\W_][\w-]{0,60})(?:\.(?P<language>ru|en))?\.md")
_PLACE = re.compile(r"\{\{|\}\}|\{([a-z_]+)\}")
_LITERAL = {"{{": "{", "}}": "}"}
_FENCE = "---"


class SnippetError(TrackerError):
    """A snippet that is not there, or is not right."""


class BrokenSnippetError(SnippetError):
    """A snippet that can't be used: ``fault`` says where and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault), "Mend the file; `tracker check` names every fault.")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Snippet:
    """A canned answer. ``first`` is the line of the file on which ``text`` begins, from 1."""

    name: str
    language: str
    title: str
    path: str
    text: str
    first: int

    @property
    def opening(self) -> str:
        """The first line that says something."""
        return next((line.strip() for line in self.text.split("\n") if line.strip()), "")


def name_of(file: str) -> tuple[str, str] | None:
    """Return name and language of a file in the folder; None where it is no snippet.

    ``done.ru.md`` is *done* in Russian, ``done.md`` in whatever language; a README is none.
    """
    found = _FILE.fullmatch(file)
    if not found or found["name"].lower() == "readme":
        return None
    return found["name"], found["language"] or ""


def chosen(files: Iterable[str], language: str) -> dict[str, str]:
    """Return the file of each snippet by name, in order: the one in the desk's language, else
    the one in none, else any.
    """
    ranked: dict[str, list[tuple[int, str]]] = {}
    for file in files:
        if read := name_of(file):
            rank = {language: 0, "": 1}.get(read[1], 2)
            ranked.setdefault(read[0], []).append((rank, file))
    return {name: min(ranked[name])[1] for name in sorted(ranked)}


def read_snippet(content: bytes, path: str) -> Snippet:
    """Read a file: perhaps front matter with a ``title``, then the text.

    Raises BrokenSnippetError.
    """
    name, language = name_of(path.rpartition("/")[2]) or (path, "")
    try:
        lines = content.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _fault(path, line, "is not UTF-8 text") from None
    title, start = name, 0
    if lines[0].rstrip() == _FENCE:
        end = next((n for n, one in enumerate(lines[1:], 1) if one.rstrip() == _FENCE), 0)
        if not end:
            raise _fault(path, 1, f"the front matter has no second `{_FENCE}`")
        title, start = _title(lines[1:end], path) or name, end + 1
    while start < len(lines) - 1 and not lines[start].strip():
        start += 1
    text = "\n".join(lines[start:]).rstrip()
    if not text:
        raise _fault(path, start + 1, "holds no text")
    return Snippet(name, language, title, path, text, start + 1)


def _title(lines: list[str], path: str) -> str:
    try:
        found = frontmatter.read([line.rstrip() for line in lines], path)
    except TicketFault as fault:
        raise _fault(path, fault.line, fault.reason) from None
    for key, value in found.items():
        if key != "title" or not isinstance(value, str):
            line = 2 + next((n for n, one in enumerate(lines) if one.startswith(key)), 0)
            raise _fault(path, line, "front matter may hold one line only, `title: …`")
    return str(found.get("title", ""))


def faults(snippet: Snippet) -> Iterator[Fault]:
    """Yield the places of a snippet that nothing fills."""
    for n, line in enumerate(snippet.text.split("\n"), snippet.first):
        for found in _PLACE.finditer(line):
            if found[1] and found[1] not in PLACES:
                close = difflib.get_close_matches(found[1], PLACES, n=1)
                known = ", ".join(f"{{{one}}}" for one in PLACES)
                hint = f"did you mean `{{{close[0]}}}`?" if close else f"known are {known}"
                yield Fault(snippet.path, n, f"unknown place `{{{found[1]}}}`; {hint}")


def fill(snippet: Snippet, values: Mapping[str, str]) -> str:
    r"""Return the text with its places filled. ``values`` has one for each of ``PLACES``.

    A value that begins with a stroke is guarded (``\/close``): what a requester wrote must not
    become a command in an agent's answer. ``{{`` and ``}}`` stand for the braces themselves.
    Raises BrokenSnippetError for an unknown place.
    """
    for one in faults(snippet):
        raise BrokenSnippetError(one)

    def value(found: re.Match[str]) -> str:
        if not found[1]:
            return _LITERAL[found[0]]
        text = values[found[1]]
        return f"\\{text}" if text.startswith("/") else text

    return _PLACE.sub(value, snippet.text)


def missing(name: str, known: Iterable[str]) -> SnippetError:
    """Return the error for a snippet that is not there."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean `{close[0]}`?" if close else f"There are: {', '.join(names) or 'none'}."
    return SnippetError(
        f"There is no snippet `{name}`", f"{hint} A snippet is a saved file in {FOLDER}/."
    )


def _fault(path: str, line: int, message: str) -> BrokenSnippetError:
    return BrokenSnippetError(Fault(path, line, message))
