"""Commands in a text: ``/close``, ``/assign anna`` and the like, each on a line of its own."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_FEW_WORDS = 500
# Name, Russian twins, and what follows it: "" nothing, "?" perhaps a word, "!" a word, "…" the
# words that it is about.
_TABLE: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("close", ("закрыть",), ""),
    ("reopen", ("открыть",), ""),
    ("wait", ("ждать", "ждём", "ждем"), ""),
    ("note", ("внутр",), "…"),
    ("assign", ("взять",), "?"),
    ("label", ("метка",), "!"),
    ("unlabel", ("снять",), "!"),
    ("priority", ("важность",), "!"),
    ("cc", ("копия",), "!"),
    ("merge", ("объединить",), "!"),
    ("link", ("связать",), "!"),
    ("spam", ("спам",), ""),
    ("stop", ("стоп",), ""),
    ("resume", ("возобновить",), ""),
)
NAMES = {word: name for name, twins, _ in _TABLE for word in (name, *twins)}
"""Every word that is a command, with the command it means."""
TWINS = {name: twins for name, twins, _ in _TABLE}
"""Every command with its Russian twins."""
OF_REQUESTERS = frozenset(("stop", "resume", "cc"))
"""Commands that requesters and participants may give; agents may give all."""
_FOLLOWED = {name: followed for name, _, followed in _TABLE}
_LINE = re.compile(r"[ \t]*/([^\W\d_]{2,20})(?:[ \t]+(\S[^\n]*?))?[ \t]*\r?")
# Backticks further on make it a piece of code within the line (CommonMark, 4.5).
_FENCE = re.compile(r" {0,3}(`{3,}(?!.*`)|~{3,})")
_CLOSE_ENOUGH = 0.75


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``line`` counts from 0 in the text it stood in."""

    name: str
    argument: str
    line: int


@dataclass(frozen=True, slots=True)
class CommandFault:
    """A line that was meant to be a command and is none: ``line`` counts from 0."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """A text taken apart: its words without the commands, the commands, what is wrong."""

    text: str
    commands: tuple[Command, ...]
    faults: tuple[CommandFault, ...]

    def has(self, name: str) -> bool:
        """Whether a command of this name is given."""
        return any(one.name == name for one in self.commands)


def read_commands(text: str, *, leading: bool, allowed: Iterable[str] = _FOLLOWED) -> Told:
    r"""Take the commands out of ``text``.

    ``leading`` looks at the lines before the first word only, as in a mail; else every line
    outside fenced code counts. Other names than ``allowed`` are left as words. A word that is
    almost a command is a fault; ``\/close`` says *close* with its stroke and is no command.
    """
    names = frozenset(allowed)
    kept: list[str] = []
    commands: list[Command] = []
    faults: list[CommandFault] = []
    over = False
    for place, line, fenced in _lines(text):
        may = not fenced and not over
        found = _LINE.fullmatch(line) if may else None
        read = _read(found, place, names) if found else None
        if isinstance(read, Command):
            commands.append(read)
            if read.argument and _FOLLOWED[read.name] == "…":
                kept.append(read.argument)
            continue
        if read is not None:
            faults.append(read)
        elif line.strip() and not (found and found[1].lower() in NAMES):
            over = leading
        kept.append(_bare(line) if may else line)
    return Told("\n".join(kept).strip("\n"), tuple(commands), tuple(faults))


def fenced(lines: Iterable[str]) -> Iterator[bool]:
    """Yield for each line whether it belongs to a fenced code block, its fences included
    (CommonMark, 4.5).
    """
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        yield bool(fence or mark)
        if not fence:
            fence = mark[1] if mark else ""
        elif mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield place, line, and whether it belongs to fenced code."""
    lines = text.split("\n")
    yield from zip(range(len(lines)), lines, fenced(lines), strict=True)


def _read(found: re.Match[str], place: int, names: frozenset[str]) -> Command | CommandFault | None:
    word, argument = found[1].lower(), found[2] or ""
    name = NAMES.get(word)
    if name is None:
        known = [one for one in NAMES if NAMES[one] in names]
        close = difflib.get_close_matches(word, known, n=1, cutoff=_CLOSE_ENOUGH)
        if not close or "/" in argument:
            return None
        return CommandFault(place, f"`/{word}` is no command; did you mean `/{close[0]}`?")
    if name not in names:
        return None
    if argument and not _FOLLOWED[name]:
        return CommandFault(place, f"nothing may follow `/{word}` on its line")
    if _FOLLOWED[name] == "!" and not argument:
        return CommandFault(place, f"`/{word}` needs a word after it, such as `/{word} …`")
    return Command(name, argument, place)


def _bare(line: str) -> str:
    r"""Take the stroke off a line that was guarded against being a command: ``\/close``."""
    stripped = line.lstrip(" \t")
    if stripped.startswith("\\/") and _LINE.fullmatch(stripped[1:]):
        return line.replace("\\/", "/", 1)
    return line


def is_bare(text: str, attachments: Sequence[object]) -> bool:
    """Whether a mail whose subject asks to stop or resume letters says nothing else: no file, and
    few words, such as a signature.
    """
    return not attachments and len(text.strip()) <= _FEW_WORDS
