"""The words of an answer: given, piped in, or written in an editor, and never lost there."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from tracker.cli.common import clean
from tracker.core.errors import TrackerError
from tracker.desk.desk import Desk

_ASIDE = "%%"


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and whether it was written in an editor just now."""

    text: str
    edited: bool = False


def written(text: str | None, task: str, aside: Iterable[str] = (), begin: str = "") -> Written:
    r"""Return the text given, or standard input, or what is written in $EDITOR.

    The editor begins with ``begin``; under it stand ``task`` and the lines ``aside`` as lines
    that begin with ``%%`` and are left out afterwards.
    """
    if text is not None:
        return Written(text)
    if not sys.stdin.isatty():
        return Written(sys.stdin.read())
    return in_editor(task, aside, begin)


def in_editor(task: str, aside: Iterable[str] = (), begin: str = "") -> Written:
    """Return what is written in $EDITOR, as ``written`` does where nothing was given."""
    lines = (task, f"Lines that begin with {_ASIDE} are left out.", *aside)
    shown = "\n".join(f"{_ASIDE} {clean(line)}".rstrip() for line in lines)
    edited = click.edit(f"{begin}\n\n{shown}\n", extension=".md")
    if edited is None:
        raise TrackerError("Nothing was written", "Save the text in the editor, or use --text.")
    return Written(_without_asides(edited.splitlines()), edited=True)


def _without_asides(lines: Iterable[str]) -> str:
    """Return what was written, without our lines and the blank one that stood above them."""
    kept: list[str] = []
    begun = False
    for line in lines:
        if not line.startswith(_ASIDE):
            kept.append(line)
        elif not begun:
            begun = True
            if kept and not kept[-1].strip():
                kept.pop()
    return "\n".join(kept).strip("\n")


@contextmanager
def kept(desk: Desk, name: str, words: Written) -> Iterator[None]:
    """Keep what was written in an editor where the block fails: nobody writes it twice."""
    try:
        yield
    except TrackerError as error:
        if words.edited and words.text.strip():
            path = desk.own / "drafts" / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(words.text + "\n", "utf-8")
            error.hint = f"{error.hint} Your text is kept in {path}.".strip()
        raise
