r"""Writing a body so that no line of it can pass for structure, and reading it back exactly.

A line that would be structure gets one backslash before its first visible character. A line
that already begins with backslashes before such a character gets one more, so that reading,
which takes exactly one away, is the exact inverse for every text. In Markdown ``\<`` shows as
``<``: on a Git host the line looks as it was written.
"""

from __future__ import annotations

import re

from tracker.core.ticket import Format

# Marks of this file format, and the four marks of an unsolved Git merge.
_ALWAYS = r"<!--|<{7}|={7}|>{7}|\|{7}"
# What a Git host would render as a heading (a forged "### Agent, date"; "-- " under a line of
# text is a heading too), as an unclosed fence or as HTML that swallows the rest of the file.
_IN_TEXT = r"<[!?/A-Za-z]|#|```|~~~|[-=]+[ \t]*$"
_GUARDED: dict[Format, re.Pattern[str]] = {
    "markdown": re.compile(rf"^([ \t]*)(?=\\*(?:{_ALWAYS}))", re.MULTILINE),
    "text": re.compile(rf"^([ \t]*)(?=\\*(?:{_ALWAYS}|{_IN_TEXT}))", re.MULTILINE),
}
_ESCAPED: dict[Format, re.Pattern[str]] = {
    "markdown": re.compile(rf"^([ \t]*)\\(?=\\*(?:{_ALWAYS}))", re.MULTILINE),
    "text": re.compile(rf"^([ \t]*)\\(?=\\*(?:{_ALWAYS}|{_IN_TEXT}))", re.MULTILINE),
}
_INLINE = re.compile(r"([\\`*_{}\[\]<>#&|~])")


def escape(text: str, form: Format) -> str:
    """Return ``text`` with every line guarded. ``form`` is the format of the entry."""
    return _GUARDED[form].sub(r"\1\\", text)


def unescape(text: str, form: Format) -> str:
    """Return exactly what ``escape`` was given."""
    return _ESCAPED[form].sub(r"\1", text) if "\\" in text else text


def escape_inline(text: str) -> str:
    """Return one line of plain words for a heading or a link text of the file."""
    return _INLINE.sub(r"\\\1", text)


def fold(text: str) -> str:
    """Return a quote as lines that begin with ``>``, guarded."""
    lines = escape(text, "text").split("\n")
    return "\n".join(f"> {line}" if line else ">" for line in lines)


def unfold(text: str) -> str:
    """Return exactly what ``fold`` was given; lines without ``>`` (edited by hand) stay."""
    lines = (
        line[2:] if line.startswith("> ") else line[line[:1] == ">" :] for line in text.split("\n")
    )
    return unescape("\n".join(lines), "text")
