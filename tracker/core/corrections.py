"""What people changed in a ticket file above the reply mark: front matter, and texts of entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from tracker.core.addresses import Address
from tracker.core.document import TicketFault, parse
from tracker.core.document.drafts import with_mark
from tracker.core.fields import NAMES, Fields, events_between, front_matter, said
from tracker.core.operations import EDITED, event
from tracker.core.option_checks import EMAIL
from tracker.core.origins import Origin, Past, actor, changers
from tracker.core.settings import Fault, Settings
from tracker.core.ticket import Entry, Ticket, checksum
from tracker.core.workspace import Workspace

_LISTS = ("labels", "participants", "muted")


@dataclass(frozen=True, slots=True)
class Changed:
    """A field, or the text of an entry, that differs from what the tracker wrote; and who
    changed it since, the newest first.
    """

    what: str
    by: tuple[Origin, ...]

    @property
    def trusted(self) -> bool:
        """Whether nobody unknown had a hand in it."""
        return all(one.trusted or one.own for one in self.by)

    @property
    def who(self) -> Origin:
        """Whose change it is: the unknown person's, else the latest agent's."""
        if not self.trusted:
            return next(one for one in self.by if not (one.trusted or one.own))
        return next((one for one in self.by if one.trusted), self.by[0])


def differing(ticket: Ticket, before: Fields | None = None) -> Iterator[str]:
    """Yield the names of the fields of which front matter and events say different things.

    ``before`` is what the events say, where that is known already.
    """
    before, after = before or said(ticket), Fields.of(ticket)
    yield from (name for name in NAMES if _differs(name, before, after))


def _differs(name: str, before: Fields, after: Fields) -> bool:
    if getattr(before, name) == getattr(after, name):  # as nearly always
        return False
    wanted = replace(before, **{name: getattr(after, name)})
    return next(events_between(before, wanted), None) is not None


def changed_fields(ticket: Ticket, path: str, past: Past) -> list[Changed]:
    """Return the fields that differ, each with who changed it."""
    before, after = said(ticket), Fields.of(ticket)
    found = []
    for name in differing(ticket):
        part = _part(name, before, after)
        who = changers(past, path, _of_file(part), part(before), all_of_them=name in _LISTS)
        found.append(Changed(name, tuple(who)))
    return found


def changed_entries(ticket: Ticket, path: str, past: Past) -> list[Changed]:
    """Return the entries whose text differs from its checksum, each with who changed it."""
    found = []
    for entry in ticket.entries:
        if entry.edited:
            who = changers(past, path, _text_of(entry.id), entry.sum, all_of_them=True)
            found.append(Changed(entry.id, tuple(who)))
    return found


def _part(name: str, before: Fields, after: Fields) -> Callable[[Fields], object]:
    """Return what reads a field; of a list only the items that differ, since others come and
    go without them.
    """
    if name not in _LISTS:
        return lambda one: (getattr(one, name),)
    items = {str(one) for one in getattr(before, name)} ^ {str(one) for one in getattr(after, name)}
    return lambda one: frozenset(map(str, getattr(one, name))) & items


def _of_file(part: Callable[[Fields], object]) -> Callable[[str], object | None]:
    return lambda text: _read(text, lambda ticket: part(Fields.of(ticket)))


def _text_of(entry_id: str) -> Callable[[str], object | None]:
    def text_in(ticket: Ticket) -> object | None:
        found = next((one for one in ticket.entries if one.id == entry_id), None)
        return None if found is None else checksum(found.text)

    return lambda text: _read(text, text_in)


def _read(text: str, value_of: Callable[[Ticket], object | None]) -> object | None:
    try:
        return value_of(parse(with_mark(text)))
    except TicketFault:
        return None


def field_fault(settings: Settings, name: str, fields: Fields) -> str:
    """Return what is wrong with a field that somebody wrote, or empty."""
    if name == "assignee" and fields.assignee and fields.assignee not in settings.agents:
        known = ", ".join(settings.agents) or "none"
        return f"there is no agent `{fields.assignee}`; known are {known}"
    if name == "participants":
        wrong = [one for one in fields.participants if not EMAIL.fullmatch(one.email)]
        return f"`participants`: `{wrong[0]}` has no mail address" if wrong else ""
    return ""


def settle_fields(
    work: Workspace, number: int, path: str, changed: Sequence[Changed]
) -> list[Fault]:
    """Note each changed field: an agent's as events by them; anybody else's is put back to what
    the events say, and proposed. Returns what can't be noted; those fields stay as they are.
    """
    ticket = work.need(number)
    written = back = Fields.of(ticket)
    events: list[Entry] = []
    faults = []
    for one in changed:
        who = actor(work.settings, one.who, work.now)
        now = said(ticket.with_entries(*events))
        if not one.trusted:
            said_before = getattr(now, one.what)
            back = replace(back, **{one.what: said_before})
            data = {"field": one.what, "to": _in_words(getattr(written, one.what))}
            if one.what in _LISTS:
                data["from"] = _in_words(said_before)
            events.append(event(work, who, "proposed", data, visibility="held"))
            continue
        wanted = replace(now, **{one.what: getattr(written, one.what)})
        new = [event(work, who, name, data) for name, data in events_between(now, wanted)]
        reason = field_fault(work.settings, one.what, written)
        if reason:
            faults.append(Fault(path, _line(work.text(number) or "", one.what), reason))
        else:
            events += new
    work.set_fields(ticket, front_matter(written, back))
    if events:
        work.add(ticket, events)
    return faults


def _in_words(value: str | Address | tuple[object, ...] | None) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")


def _line(text: str, key: str) -> int:
    lines = (n for n, line in enumerate(text.split("\n"), 1) if line.startswith(f"{key}:"))
    return next(lines, 1)


def settle_entries(work: Workspace, number: int, changed: Sequence[Changed]) -> None:
    """Note each changed text: an agent's with a new checksum, and an event where somebody was
    told the old one; an entry that anybody else changed is held for review.
    """
    ticket = work.need(number)
    entries = {one.id: one for one in ticket.entries}
    for one in changed:
        entry = entries[one.what]
        changes: dict[str, object] = {"sum": checksum(entry.text)}
        if not one.trusted:
            changes |= {"visibility": "held", "data": {"held": EDITED}}
        work.amend(ticket, entry.id, changes)
        if one.who.trusted and entry.told:
            who = actor(work.settings, one.who, work.now)
            work.add(ticket, [event(work, who, "corrected", {"entry": entry.id})])
