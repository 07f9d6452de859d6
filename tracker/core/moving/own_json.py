"""A ticket as JSON that leaves the desk, and back: what `tracker show --json` has, and more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tracker.core.addresses import Address
from tracker.core.arrival import IMPORTED
from tracker.core.document import marks
from tracker.core.fields import Fields, events_between, said, visibility_of
from tracker.core.mail.names import safe_name
from tracker.core.notices import due, withheld
from tracker.core.ticket import PRIORITIES, STATUSES, Attachment, Entry, Ticket, attachment_folder

FORMAT = "tracker-desk"
VERSION = 1
_ID = re.compile(r"([A-Z][A-Z0-9]{1,9})-([1-9][0-9]{0,9})")
_REFERRING = ("into", "to", "from", "continues")
_TEXTS = {"message_id": "message"}
_SAME = (
    *("id", "role", "via", "kind", "format", "visibility", "digest", "automatic", "silent"),
    *("event", "data", "told", "bounced", "delayed"),
)


def more_of_ticket(ticket: Ticket) -> dict[str, Any]:
    """Return the members of an exported ticket beside those that ``show --json`` prints."""
    return {"extra": {key: _listed(value) for key, value in ticket.extra.items()}}


def more_of_entry(entry: Entry) -> dict[str, Any]:
    """Return the members of an exported entry beside those that ``show --json`` prints."""
    return {"digest": entry.digest, "silent": entry.silent}


def _listed(value: str | tuple[str, ...]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


@dataclass(frozen=True, slots=True)
class Read:
    """A ticket from JSON, and where its files lie in the export: by the path they get here."""

    ticket: Ticket
    files: Mapping[str, str]


def read_ticket(data: Any) -> Read:
    """Return the ticket that exported JSON holds, under its own number and prefix.

    Nothing of it is believed: paths and names of files are made anew where they are not the
    tracker's own. Raises ValueError with a sentence.
    """
    if not isinstance(data, dict):
        raise ValueError("is no ticket")
    found = _ID.fullmatch(str(data.get("id", "")))
    if found is None:
        raise ValueError(f"`id`: {str(data.get('id', ''))[:60]!r} is no number such as ACCREDO-42")
    folder = attachment_folder(found[1], int(found[2]))
    files: dict[str, str] = {}
    listed = data.get("entries")
    if not isinstance(listed, list) or not listed:
        raise ValueError("`entries` must be a list that is not empty")
    entries = tuple(_entry(one, n, folder, files) for n, one in enumerate(listed, 1))
    if len({one.id for one in entries}) < len(entries):
        raise ValueError("two entries have the same `id`")
    ticket = Ticket(
        id=found[0],
        title=_text(data, "title"),
        status=_one_of(data, "status", STATUSES),
        requester=_person(data.get("requester"), "requester"),
        created=_moment(data, "created"),
        channel=_text(data, "channel") or "email",
        assignee=_optional(data, "assignee"),
        labels=_words(data, "labels"),
        participants=tuple(_person(one, "participants") for one in _list(data, "participants")),
        muted=tuple(one.lower() for one in _words(data, "muted")),
        priority=_one_of(data, "priority", PRIORITIES),
        taken=_taken(data.get("taken")),
        phone=_text(data, "phone"),
        entries=entries,
        extra=_extra(data.get("extra", {})),
    )
    return Read(ticket, files)


def _taken(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, dict):
        raise ValueError("`taken` must be null or have `agent` and `since`")
    return f"{_text(value, 'agent')} {_text(value, 'since')}"


def _extra(value: Any) -> dict[str, str | tuple[str, ...]]:
    if not isinstance(value, dict):
        raise ValueError("`extra` must map names to texts")
    found: dict[str, str | tuple[str, ...]] = {}
    for key, one in value.items():
        if not re.fullmatch(r"[a-z_]{1,40}", key):
            raise ValueError(f"`extra`: {key[:60]!r} is no name of a field")
        texts = isinstance(one, list) and all(isinstance(part, str) for part in one)
        if not texts and not isinstance(one, str):
            raise ValueError(f"`extra`: `{key}` must be a text or a list of texts")
        found[key] = tuple(one) if isinstance(one, list) else one
    return found


def _entry(data: Any, n: int, folder: str, files: dict[str, str]) -> Entry:
    if not isinstance(data, dict):
        raise ValueError(f"entry {n} is no entry")
    mark: dict[str, Any] = {key: data[key] for key in _SAME if key in data}
    mark |= {written: data.get(name, "") for name, written in _TEXTS.items()}
    mark["at"] = data.get("at")
    mark["by"] = str(_person(data.get("author"), f"entry {n}: author"))
    mark["files"] = [_file(one, n, folder, files) for one in _list(data, "attachments")]
    try:
        return marks.entry_of(mark, _text(data, "text"), _text(data, "quoted"))
    except marks.MarkFault as error:
        reason = str(error).replace("the entry mark", "it").replace(" of it", "")
        raise ValueError(f"entry {n}: {reason}") from None


def _file(one: Any, n: int, folder: str, files: dict[str, str]) -> dict[str, Any]:
    """Return an attachment as a mark has it, with a path in the ticket's own folder."""
    if not isinstance(one, dict):
        raise ValueError(f"entry {n}: an attachment must have `name` and `path`")
    path = _text(one, "path")
    stored = safe_name(path.rpartition("/")[2])
    place = f"{folder}/{stored}"
    if path != place:
        raise ValueError(f"entry {n}: the attachment `{path[:100]}` lies outside {folder}")
    files[place] = path
    size = one.get("size", 0)
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ValueError(f"entry {n}: `size` must be a number of bytes")
    return {"name": _text(one, "name"), "path": place, "size": size, "type": _text(one, "type")}


def _person(value: Any, what: str) -> Address:
    if not isinstance(value, dict):
        raise ValueError(f"`{what}` must have `name` and `email`")
    return Address(_text(value, "name"), _text(value, "email"))


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"`{key}` must be a text")
    return value


def _optional(data: Mapping[str, Any], key: str) -> str | None:
    return None if data.get(key) is None else _text(data, key) or None


def _one_of(data: Mapping[str, Any], key: str, allowed: tuple[Any, ...]) -> Any:
    value = data.get(key, "normal" if key == "priority" else None)
    if value not in allowed:
        raise ValueError(f"`{key}` must be one of {', '.join(allowed)}")
    return value


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise ValueError(f"`{key}` must be a list")
    return value


def _words(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = _list(data, key)
    if not all(isinstance(one, str) for one in found):
        raise ValueError(f"`{key}` must be a list of texts")
    return tuple(found)


def _moment(data: Mapping[str, Any], key: str) -> Any:
    try:
        return marks.moment(_text(data, key))
    except marks.MarkFault as error:
        raise ValueError(f"`{key}`: {error}") from None


def settled(ticket: Ticket, new_id: Any) -> Ticket:
    """Return ``ticket`` such that it owes nobody a letter, and its events tell its fields.

    An entry that everybody was told of stays as it is, so that a whole export comes back equal.
    """
    owed = {one.entry for one in (*due(ticket), *due(_accepted(ticket)), *withheld(ticket))}
    entries = [
        replace(one, silent=one.silent or IMPORTED, delayed={}) if one.id in owed else one
        for one in ticket.entries
    ]
    last = entries[-1]
    for name, data in events_between(said(ticket), Fields.of(ticket)):
        entries.append(
            Entry(
                id=new_id(),
                at=last.at,
                author=last.author,
                role="system",
                via="import",
                kind="event",
                visibility=visibility_of(name),
                event=name,
                data=data,
                silent=IMPORTED,
            )
        )
    return replace(ticket, entries=tuple(entries))


def _accepted(ticket: Ticket) -> Ticket:
    """Return it as if an agent had accepted everything: what would it owe then?"""
    shown = (
        replace(one, visibility="public") if one.visibility == "held" else one
        for one in ticket.entries
    )
    return replace(ticket, entries=tuple(shown))


def moved(ticket: Ticket, name: str, prefix: str) -> Ticket:
    """Return ``ticket`` under another id, and with the desk's prefix wherever it names tickets."""
    old, number = ticket.id.rpartition("-")[0], int(name.rpartition("-")[2])
    if ticket.id == name:
        return ticket
    mentions = re.compile(rf"{old}-([1-9][0-9]*)")
    before, after = attachment_folder(old, ticket.number), attachment_folder(prefix, number)

    def data_of(entry: Entry) -> dict[str, str]:
        return {
            key: mentions.sub(rf"{prefix}-\1", value) if key in _REFERRING else value
            for key, value in entry.data.items()
        }

    def files_of(entry: Entry) -> tuple[Attachment, ...]:
        return tuple(
            replace(one, path=f"{after}/{one.path.removeprefix(f'{before}/')}")
            for one in entry.attachments
        )

    entries = tuple(
        replace(one, data=data_of(one), attachments=files_of(one)) for one in ticket.entries
    )
    return replace(ticket, id=name, entries=entries)
