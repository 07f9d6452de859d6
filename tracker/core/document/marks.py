"""The mark of an entry: one HTML comment that holds the entry's data as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from tracker.core.addresses import Address
from tracker.core.ticket import Attachment, Entry, Format, Kind, Role, Visibility

PREFIX = "<!-- entry "
SUFFIX = " -->"
QUOTED = "<!-- quoted -->"
FILES = "<!-- files -->"
REPLY_PREFIX = "<!-- reply"
REPLY = "<!-- reply: write below, commit, done; /close closes, /note keeps it internal -->"

_UTC = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}Z"
)
_CHOICES: dict[str, tuple[str, ...]] = {
    "role": get_args(Role),
    "kind": get_args(Kind),
    "format": get_args(Format),
    "visibility": get_args(Visibility),
}
_TEXTS = frozenset(("via", "message", "digest", "sum", "automatic", "silent", "event"))
_MAPS = frozenset(("data", "told", "bounced", "delayed"))
_JSON = json.JSONDecoder()


class MarkFault(ValueError):
    """What is wrong with the data of a mark, in one sentence."""


def write_data(data: Mapping[str, Any]) -> str:
    """Return the mark's line. ``--`` is escaped: it could end the comment (HTML, 13.6)."""
    written = json.dumps(data, ensure_ascii=False).replace("--", "-\\u002d")
    return f"{PREFIX}{written}{SUFFIX}"


def read_data(line: str) -> dict[str, Any]:
    """Return the data of a mark's line. Raises MarkFault."""
    line = line.rstrip()
    if not line.endswith(SUFFIX):
        raise MarkFault(f"an entry mark must end with `{SUFFIX.strip()}` on the same line")
    try:
        data = _JSON.decode(line[len(PREFIX) : -len(SUFFIX)])
    except ValueError as error:
        raise MarkFault(f"the entry mark is not valid JSON: {error}") from None
    if not isinstance(data, dict):
        raise MarkFault('an entry mark must hold {"id": …}')
    return data


def data_of(entry: Entry, n: int) -> dict[str, Any]:
    """Return what the mark of ``entry``, the ``n``-th of its ticket, holds, defaults left out."""
    data: dict[str, Any] = {
        "id": entry.id,
        "n": n,
        "at": entry.at.isoformat(),
        "by": str(entry.author),
        "role": entry.role,
        "via": entry.via,
    }
    if entry.kind != "message":
        data["kind"] = entry.kind
    if entry.format != "text":
        data["format"] = entry.format
    if entry.visibility != ("internal" if entry.kind == "note" else "public"):
        data["visibility"] = entry.visibility
    optional: dict[str, Any] = {
        "message": entry.message_id,
        "digest": entry.digest,
        "sum": entry.sum,
        "automatic": entry.automatic,
        "silent": entry.silent,
        "event": entry.event,
        "data": dict(entry.data),
        "told": dict(entry.told),
        "bounced": dict(entry.bounced),
        "delayed": dict(entry.delayed),
        "files": [
            {"name": one.name, "path": one.path, "size": one.size, "type": one.type}
            for one in entry.attachments
        ],
    }
    data.update({key: value for key, value in optional.items() if value})
    return data


_ORDER = (
    *("id", "n", "at", "by", "role", "via", "kind", "format", "visibility", "message", "digest"),
    *("sum", "automatic", "silent", "event", "data", "told", "bounced", "delayed", "files"),
)


def in_order(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data in the order it is written; unknown keys (a newer version's) come last."""
    known = {key: data[key] for key in _ORDER if key in data}
    return known | dict(data)


def entry_of(data: Mapping[str, Any], text: str, quoted: str) -> Entry:
    """Return the entry that a mark's data and the two texts make. Raises MarkFault."""
    _check(data)
    kind: Kind = data.get("kind", "message")
    return Entry(
        id=data["id"],
        at=moment(data["at"]),
        author=Address.parse(data["by"]),
        role=data["role"],
        via=data.get("via", ""),
        text=text,
        kind=kind,
        format=data.get("format", "text"),
        visibility=data.get("visibility", "internal" if kind == "note" else "public"),
        quoted=quoted,
        message_id=data.get("message", ""),
        digest=data.get("digest", ""),
        automatic=data.get("automatic", ""),
        silent=data.get("silent", ""),
        event=data.get("event", ""),
        sum=data.get("sum", ""),
        data=data.get("data", {}),
        told=data.get("told", {}),
        bounced=data.get("bounced", {}),
        delayed=data.get("delayed", {}),
        attachments=_files(data["files"]) if "files" in data else (),
    )


def _check(data: Mapping[str, Any]) -> None:
    """Raise MarkFault for the first thing that is wrong with a mark's data."""
    for key in ("id", "at", "by", "role"):
        # A mail may name no sender at all: `by` may be empty.
        if not isinstance(data.get(key), str) or not (data[key] or key == "by"):
            raise MarkFault(f"the entry mark lacks `{key}`")
    for key, value in data.items():
        if key in _TEXTS:
            if not isinstance(value, str):
                raise MarkFault(f"`{key}` of the entry mark must be a text")
        elif key in _CHOICES:
            if value not in _CHOICES[key]:
                allowed = ", ".join(_CHOICES[key])
                raise MarkFault(f"`{key}` of the entry mark must be one of {allowed}")
        elif key in _MAPS:
            _check_map(key, value)


def moment(written: str) -> datetime:
    """Read a time with its zone (RFC 3339). Raises MarkFault."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise MarkFault(f"`{written}` is not a time such as 2026-11-22T09:14:03+03:00") from None
    if at.tzinfo is None:
        raise MarkFault(f"`{written}` lacks its time zone, such as +03:00")
    return at


def _check_map(key: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise MarkFault(f"`{key}` of the entry mark must map texts to texts")
    for one in value.values():
        if not isinstance(one, str):
            raise MarkFault(f"`{key}` of the entry mark must map texts to texts")
        if key == "told" and not _UTC.fullmatch(one):
            raise MarkFault(f"`told`: `{one}` is not a time such as 2026-11-22T06:40:11Z")


def _files(listed: Any) -> tuple[Attachment, ...]:
    try:
        return tuple(
            Attachment(str(one["name"]), str(one["path"]), int(one["size"]), str(one["type"]))
            for one in listed
        )
    except (TypeError, KeyError, ValueError):
        raise MarkFault("`files` of the entry mark must list name, path, size and type") from None
