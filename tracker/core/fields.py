"""What the events of a ticket say its fields are, and the events that a change of them makes.

The front matter is for people to read and to change; the events say who changed what and when.
Where the two differ, somebody changed the front matter by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from tracker.core.addresses import Address
from tracker.core.document.frontmatter import Value
from tracker.core.ticket import Entry, Priority, Status, Ticket, Visibility

Happening = tuple[str, dict[str, str]]
"""The name of an event and its data."""

_STATUS: dict[str, Status] = {
    "closed": "closed",
    "waiting": "waiting",
    "reopened": "open",
    "resumed": "open",
}
PUBLIC_EVENTS = frozenset(
    ("opened", "closed", "reopened", "waiting", "resumed", "joined", "left", "merged", "unmerged")
)
"""Events that the requester may see; any other one is for agents."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a ticket that change. ``title`` and ``requester`` are None where no event
    tells them: then what the front matter says is believed.
    """

    status: Status = "open"
    assignee: str | None = None
    labels: tuple[str, ...] = ()
    priority: Priority = "normal"
    participants: tuple[Address, ...] = ()
    muted: tuple[str, ...] = ()
    requester: Address | None = None
    title: str | None = None

    @classmethod
    def of(cls, ticket: Ticket) -> Fields:
        """Return what the front matter of ``ticket`` says."""
        return cls(**{name: getattr(ticket, name) for name in NAMES})


NAMES = tuple(one.name for one in fields(Fields))
"""The names of the fields that change."""


def visibility_of(event: str) -> Visibility:
    """Who may see an event: everybody on the ticket, or agents alone."""
    return "public" if event in PUBLIC_EVENTS else "internal"


def said(ticket: Ticket) -> Fields:
    """Return what the events of ``ticket`` say. Held events say nothing yet."""
    steps = list(course(ticket))
    return steps[-1][1] if steps else Fields()


def course(ticket: Ticket) -> Iterator[tuple[Entry, Fields]]:
    """Yield each entry with what the events said by then, its own included."""
    first = ticket.entries[0] if ticket.entries else None
    said: dict[str, Any] = {}  # built up, since every ticket is read so: ``replace`` is slow
    if first is not None and first.role == "requester":
        said = {"requester": first.author, "title": first.data.get("title")}
    now = Fields(**said)
    for entry in ticket.entries:
        if entry.kind == "event" and entry.visibility != "held":
            change = _change(now, entry.event, entry.data)
            if change:
                said |= change
                now = Fields(**said)
        yield entry, now


def _change(now: Fields, name: str, data: Mapping[str, str]) -> dict[str, Any]:
    """Return which fields an event changes, and to what."""
    if name in _STATUS:
        return {"status": _STATUS[name]}
    if name == "assigned":
        return {"assignee": data.get("to") or None}
    if name == "priority":
        return {"priority": data.get("to", "normal")}
    if name == "renamed":
        return {"title": data.get("to", "")}
    if name == "requester":
        return {"requester": Address.parse(data.get("to", ""))}
    return _change_of_list(now, name, data.get("who", data.get("label", "")))


def _change_of_list(now: Fields, name: str, what: str) -> dict[str, Any]:
    if name in ("labelled", "unlabelled"):
        kept = tuple(one for one in now.labels if one != what)
        return {"labels": (*kept, what) if name == "labelled" else kept}
    if name in ("muted", "unmuted"):
        silent = tuple(one for one in now.muted if one != what)
        return {"muted": (*silent, what) if name == "muted" else silent}
    if name in ("joined", "left"):
        person = Address.parse(what)
        others = tuple(one for one in now.participants if _identity(one) != _identity(person))
        return {"participants": (*others, person) if name == "joined" else others}
    return {}


def _identity(person: Address) -> str:
    """What tells participants apart: the address, else the name of one who has none."""
    return person.key or person.name


def events_between(before: Fields, after: Fields) -> Iterator[Happening]:
    """Yield the events that lead from ``before`` to ``after``, in a fixed order."""
    if after.title is not None and before.title not in (None, after.title):
        yield "renamed", {"to": after.title}
    if after.requester is not None and before.requester not in (None, after.requester):
        yield "requester", {"to": str(after.requester)}
    if after.assignee != before.assignee:
        yield "assigned", {"to": after.assignee or ""}
    if after.priority != before.priority:
        yield "priority", {"to": after.priority}
    yield from _lists_between(before, after)
    if after.status != before.status:
        yield _status_event(before.status, after.status), {}


def _lists_between(before: Fields, after: Fields) -> Iterator[Happening]:
    yield from _list("labelled", "unlabelled", "label", before.labels, after.labels)
    yield from _list("joined", "left", "who", _people(before), _people(after))
    yield from _list("muted", "unmuted", "who", before.muted, after.muted)


def _people(fields: Fields) -> tuple[str, ...]:
    # Who stands twice in a front matter written by hand is one person: the later one counts, as
    # it does among the events. Else the two would never agree.
    return tuple(str(one) for one in {_identity(one): one for one in fields.participants}.values())


def _list(
    added: str, removed: str, key: str, before: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[Happening]:
    yield from ((removed, {key: one}) for one in before if one not in after)
    yield from ((added, {key: one}) for one in dict.fromkeys(after) if one not in before)


def _status_event(before: Status, after: Status) -> str:
    if after == "open":
        return "reopened" if before == "closed" else "resumed"
    return after


def front_matter(before: Fields, after: Fields) -> dict[str, Value | None]:
    """Return the front matter lines that change; None takes a line out."""
    written = {
        "status": after.status,
        "assignee": after.assignee or None,
        "labels": after.labels or None,
        "priority": after.priority if after.priority != "normal" else None,
        "participants": tuple(map(str, after.participants)) or None,
        "muted": after.muted or None,
        "requester": None if after.requester is None else str(after.requester),
        "title": after.title,
    }
    changed = (name for name in written if getattr(before, name) != getattr(after, name))
    kept = {name: written[name] for name in changed}
    unknown = ("requester", "title")
    return {name: kept[name] for name in kept if name not in unknown or kept[name] is not None}
