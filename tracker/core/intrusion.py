"""Entry marks that commits wrote which are not believed: held, or put back to what they were.

A mark says who wrote an entry, and of events that they happened. The tracker writes it, so that
nothing but the history tells a forged one: who brought its line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.document import TicketFault, marks_of
from tracker.core.operations import FORGED
from tracker.core.origins import Origin, Past, actor
from tracker.core.workspace import Workspace

_KEPT = ("id", "n", "format", "message", "digest", "sum", "automatic", "files")
"""What a held message keeps of a forged mark: what says neither who wrote it nor who was told."""


@dataclass(frozen=True, slots=True)
class Intrusion:
    """An entry whose mark is not believed, and what the mark is to hold instead."""

    entry: str
    data: Mapping[str, Any]


def intrusions(
    work: Workspace, text: str, path: str, past: Past, suspects: Collection[str]
) -> list[Intrusion]:
    """Return the entries of a ticket's file whose marks came by commits of ``suspects``, which
    nobody believes. What a believed commit wrote since, such as a review, is settled.
    """
    marks = marks_of(text, path)
    brought = past.commits(path, [line for line, _ in marks])
    found = []
    for (_, data), commit in zip(marks, brought, strict=True):
        if commit in suspects:
            mark = _before(data, path, past) or _held(data, past.origin(commit), work)
            found.append(Intrusion(data["id"], mark))
    return found


def _before(data: Mapping[str, Any], path: str, past: Past) -> dict[str, Any] | None:
    """Return the mark of the same entry as somebody believed wrote it last, or None."""
    for commit, _ in past.versions(path):
        origin = past.origin(commit)
        if origin.trusted or origin.own:
            written = _mark(past.text(commit, path), data["id"])
            if written != data:  # else it only stood there already
                return written
    return None


def _mark(text: str | None, entry: str) -> dict[str, Any] | None:
    try:
        marks = marks_of(text or "", "")
    except TicketFault:
        return None
    return next((data for _, data in marks if data.get("id") == entry), None)


def _held(data: Mapping[str, Any], origin: Origin, work: Workspace) -> dict[str, Any]:
    """Return the mark of a forged entry as its author's commit gives it: a message waits for
    review, an event says only that somebody wrote it.
    """
    who = actor(work.settings, origin, work.now)
    said = {"at": who.at.isoformat(), "by": str(who.author), "role": who.role, "via": who.via}
    kept = {key: data[key] for key in _KEPT if key in data}
    if data.get("kind") == "event":
        event = {"event": FORGED, "data": {"event": data.get("event", "")}}
        return kept | said | {"kind": "event", "visibility": "internal"} | event
    kind = {"kind": data["kind"]} if "kind" in data else {}
    return kept | said | kind | {"visibility": "held"}


def settle_marks(work: Workspace, number: int, found: Sequence[Intrusion]) -> None:
    """Write the marks as they are to be, and bring headings up to date."""
    for one in found:
        work.remark(work.need(number), one.entry, one.data)
        entries = work.need(number).entries
        work.retitle(work.need(number), next(at for at in entries if at.id == one.entry))
