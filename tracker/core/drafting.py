"""A draft under the reply mark: its paragraphs and their authors, its commands and its faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from tracker.core.commands import Told, fenced, read_commands
from tracker.core.document.drafts import Draft
from tracker.core.document.marks import PREFIX
from tracker.core.document.reader import UNSOLVED, is_conflict_mark
from tracker.core.obeying import fault_of
from tracker.core.origins import Origin
from tracker.core.settings import Fault
from tracker.core.ticket import Attachment, attachment_folder
from tracker.core.workspace import Workspace

FileOf = Callable[[str], Attachment | None]
"""Looks up a file of the desk by its path."""

_LINK = re.compile(r"\]\(\s*(?:<([^<>\n]+)>|([^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*))")


@dataclass(frozen=True, slots=True)
class Group:
    """Paragraphs in a row by one author. ``first`` is their first line in the file, from 0."""

    first: int
    text: str
    origin: Origin


def paragraphs(lines: Sequence[str]) -> Iterator[range]:
    """Yield the lines of each paragraph: those between blank ones, a fenced block being one."""
    start = -1
    for at, (line, code) in enumerate(zip(lines, fenced(lines), strict=True)):
        full = code or bool(line.strip())
        if full and start < 0:
            start = at
        elif not full and start >= 0:
            yield range(start, at)
            start = -1
    if start >= 0:
        yield range(start, len(lines))


def groups(draft: Draft, origins: Sequence[Origin]) -> list[Group]:
    """Return the draft by authors; ``origins`` has one for each of its lines.

    One line by somebody who is no agent makes the whole paragraph theirs: an agent did not
    write it so. Otherwise the latest commit decides.
    """
    found: list[Group] = []
    reach = range(0)
    for one in paragraphs(draft.lines):
        origin = _origin_of([origins[at] for at in one])
        last = found[-1] if found else None
        if last and _same(last.origin, origin):
            reach = range(reach.start, one.stop)
            latest = max(last.origin, origin, key=lambda each: each.at)
            found[-1] = replace(last, text=_text(draft, reach), origin=latest)
        else:
            reach = one
            found.append(Group(draft.first + one.start, _text(draft, one), origin))
    return found


def _text(draft: Draft, lines: range) -> str:
    return "\n".join(draft.lines[lines.start : lines.stop])


def _origin_of(origins: Sequence[Origin]) -> Origin:
    doubtful = [one for one in origins if not one.trusted]
    return max(doubtful or origins, key=lambda one: one.at)


def _same(one: Origin, other: Origin) -> bool:
    if one.trusted or other.trusted:
        return one.handle == other.handle
    return one.author.key == other.author.key


def structure_faults(draft: Draft, path: str) -> list[Fault]:
    """Return what a merge by hand left in a draft that can't be anybody's words."""
    for at, line in enumerate(draft.lines, draft.first + 1):
        if is_conflict_mark(line):
            return [Fault(path, at, UNSOLVED)]
        if line.startswith(PREFIX):
            reason = "an entry stands under the reply mark: move it above, or delete its mark"
            return [Fault(path, at, reason)]
    return []


def faults_in(
    work: Workspace, number: int, path: str, group: Group, file_of: FileOf
) -> list[Fault]:
    """Return why an agent's words can't be taken yet, with path and line."""
    told = read_commands(group.text, leading=False)
    found = [(one.line, one.reason) for one in told.faults]
    found += [(one.line, fault_of(work, number, one)) for one in told.commands]
    if told.has("note") and not told.text.strip():
        at = next(one.line for one in told.commands if one.name == "note")
        found.append((at, "`/note` has no words by its author: write both in one paragraph"))
    for link in links(told, work.need(number).id):
        if file_of(link) is None:
            name = link.rpartition("/")[2]
            lines = group.text.split("\n")
            at = next((n for n, line in enumerate(lines) if name in unquote(line)), 0)
            found.append((at, f"the linked file {link} is missing: add it and commit"))
    ordered = sorted((line, reason) for line, reason in found if reason)
    return [Fault(path, group.first + line + 1, reason) for line, reason in ordered]


def links(told: Told, ticket_id: str) -> list[str]:
    """Return the paths of the files in the ticket's own folder that a text links to."""
    prefix, _, number = ticket_id.rpartition("-")
    folder = attachment_folder(prefix, int(number))
    inside = f"{folder.rpartition('/')[2]}/"
    found = []
    for one in _LINK.finditer(told.text):
        target = unquote(one[1] or one[2]).removeprefix("./")
        name = target.removeprefix(inside)
        if target.startswith(inside) and name and "/" not in name and name not in (".", ".."):
            found.append(f"{folder}/{name}")
    return list(dict.fromkeys(found))
