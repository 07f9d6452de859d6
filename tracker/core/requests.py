"""The letter that the portal's form composes, and reading it back into the same fields.

People read it, mail programs bend it: they wrap lines, quote them with ``>``, change blanks into
no-break ones, double the line ends, or turn all of it into HTML. What holds is the first line
with the key in brackets, and the labels that the settings know:

    Type: Access to the portal [access]
    Login: ivan
    Since when: yesterday

    Description:
    I can't sign in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from html import unescape

from tracker.core.options import RequestType
from tracker.core.questions import text_word, text_words, type_word, type_words
from tracker.core.ticket import Entry

NO_BREAK = "\xa0"
_KEY = r": ?[^\[\]]{1,80}\[ ?(?P<key>[^\W_][\w-]{0,29}) ?\]"
_MARK_LINES = 3
_MARK_LENGTH = 300
_QUOTE = re.compile(r"(?:[ \t]*>)+[ \t]?")
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]")
_NOTHING = re.compile("[\u200b\u2060\ufeff\u00ad]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Request:
    """What the form asks: the key of the type, answers by label, and the description."""

    type: str
    answers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


def compose(request: Request, types: Mapping[str, RequestType], language: str) -> str:
    """Return the text of the letter, lines ending in LF. A request of no type is its words alone.

    The portal's script composes the same text (``assets/request.js``).
    """
    kind = types.get(request.type)
    if kind is None:
        return request.text.strip()
    guard = _guard(kind, language)
    lines = [_first(request.type, kind, language)]
    for question in kind.questions:
        answer = " ".join(request.answers.get(question.label, "").split())
        if answer:
            lines.append(question.label + guard.sub(NO_BREAK, f": {answer}"))
    return "\n".join([*lines, "", f"{text_word(language)}:", request.text.strip()]).rstrip()


def template(key: str, kind: RequestType, language: str) -> str:
    """Return the letter of a type with its questions unanswered, to fill in by hand."""
    lines = [_first(key, kind, language), *(f"{one.label}: " for one in kind.questions)]
    return "\n".join([*lines, "", f"{text_word(language)}:", ""])


def parse(
    text: str, types: Mapping[str, RequestType], language: str = "en", *, markdown: bool = False
) -> Request | None:
    """Read a letter that ``compose`` made; None where it is none, or of a type unknown here.

    Letters in the tracker's languages are read beside those in the desk's own ``language``: a
    desk may have changed it. ``markdown`` says that ``text`` is what HTML was converted to. Words
    above the first line are passed over. A line end inside an answer becomes a blank.
    """
    lines = [_plain(line, markdown=markdown) for line in text.split("\n")]
    for place, line in enumerate(lines):
        if "[" in line or ":" in line:
            found = _mark(lines[place : place + _MARK_LINES], _first_line(type_words(language)))
            if found and found[0] in types:
                key, used = found
                depth = _depth(line)
                rest = [_unquoted(one, depth) for one in lines[place + used :]]
                return _Reading(types[key], language).read(key, rest)
    return None


def with_type(
    entry: Entry, types: Mapping[str, RequestType], language: str
) -> tuple[Entry, tuple[str, ...]]:
    """Return the entry of a new ticket with its type in ``data``, and the labels of the ticket:
    the key of the type that its text was composed for, if one.
    """
    if not types:
        return entry, ()
    found = parse(entry.text, types, language, markdown=entry.format == "markdown")
    if found is None:
        return entry, ()
    return replace(entry, data={**entry.data, "type": found.type}), (found.type,)


def _first(key: str, kind: RequestType, language: str) -> str:
    return f"{type_word(language)}: {kind.title} [{key}]"


def _guard(kind: RequestType, language: str) -> re.Pattern[str]:
    """Match the blank before a label inside an answer: no line may be broken there, or the
    label would be taken for a question's.
    """
    return re.compile(rf" (?=(?:{_labels(kind, language)}):)", re.IGNORECASE)


def _labels(kind: RequestType, language: str) -> str:
    labels = [*(one.label for one in kind.questions), *text_words(language)]
    return "|".join(re.escape(one) for one in sorted(labels, key=len, reverse=True))


def _plain(line: str, *, markdown: bool) -> str:
    """Return a line with ordinary blanks and without Markdown's escapes."""
    if markdown:
        line = unescape(_ESCAPED.sub(r"\1", line))
    return _NOTHING.sub("", _BLANKS.sub(" ", line)).rstrip()


def _depth(line: str) -> int:
    quote = _QUOTE.match(line)
    return quote[0].count(">") if quote else 0


def _unquoted(line: str, depth: int) -> str:
    """Take at most ``depth`` marks of quotation off the beginning of a line."""
    for _ in range(depth):
        stripped = line.lstrip()
        if not stripped.startswith(">"):
            break
        line = stripped[1:].removeprefix(" ")
    return line


@cache
def _first_line(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(map(re.escape, words))}){_KEY}", re.IGNORECASE)


def _mark(lines: list[str], pattern: re.Pattern[str]) -> tuple[str, int] | None:
    """Return the key of a first line, and over how many lines it was wrapped."""
    whole = ""
    for used, line in enumerate(lines, 1):
        whole = f"{whole} {_QUOTE.sub('', line, count=1).strip()}".strip()[:_MARK_LENGTH]
        if found := pattern.fullmatch(whole):
            return found["key"].lower(), used
        if not whole or "]" in whole:
            break
    return None


class _Reading:
    """One reading of the lines below the first."""

    def __init__(self, kind: RequestType, language: str) -> None:
        self._label = re.compile(
            rf" *(?P<label>{_labels(kind, language)}):(?P<rest>.*)", re.IGNORECASE
        )
        self._names = {one.label.casefold(): one.label for one in kind.questions}
        self._answers: dict[str, str] = {}
        self._current = ""
        self._parted = False

    def read(self, key: str, lines: list[str]) -> Request:
        for place, line in enumerate(lines):
            rest = self._line(line)
            if rest is not None:
                text = "\n".join([rest.strip(), *lines[place + 1 :]]).strip("\n")
                return Request(key, self._given(), text)
        return Request(key, self._given())

    def _given(self) -> dict[str, str]:
        return {label: answer for label, answer in self._answers.items() if answer}

    def _line(self, line: str) -> str | None:
        """Take in a line; once the description begins, return what stands of it on this line."""
        found = self._label.match(line)
        name = self._names.get(found["label"].casefold()) if found else None
        if found and name is None:
            return found["rest"]
        if found and name not in self._answers:
            assert name is not None
            self._current, self._parted = name, False
            self._answers[name] = found["rest"].strip()
        elif not line.strip():
            self._parted = True
        elif self._parted and (not self._current or self._answers[self._current]):
            return line
        elif self._current:
            so_far = self._answers[self._current]
            self._answers[self._current] = f"{so_far} {' '.join(line.split())}".strip()
        return None
