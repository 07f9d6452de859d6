"""When and where: one line about a calendar invitation (RFC 5545)."""

from __future__ import annotations

import re

_UNFOLD = re.compile(r"\r?\n[ \t]")
_EVENT = re.compile(r"BEGIN:VEVENT\b(.*?)(?:END:VEVENT|\Z)", re.DOTALL | re.IGNORECASE)
_PROPERTY = re.compile(
    r"^(DTSTART|DTEND|LOCATION|SUMMARY)((?:;[^:\r\n]*)?):([^\r\n]*)", re.MULTILINE | re.I
)
_ZONE = re.compile(r"TZID=\"?([^;:\"]+)", re.IGNORECASE)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_MAX = 200_000


def invitation_line(calendar: str) -> str:
    """Return ``2024-04-05 12:00–13:00 (Europe/Moscow), Room 5: Title`` for the first event.

    Times are as written, with their zone's name or UTC. '' if there is no event.
    """
    event = _EVENT.search(_UNFOLD.sub("", calendar[:_MAX]))
    if not event:
        return ""
    values: dict[str, str] = {}
    zone = ""
    for found in _PROPERTY.finditer(event[1]):
        name = found[1].upper()
        values.setdefault(name, _ESCAPED.sub(_plain, found[3]).strip())
        if name == "DTSTART":
            zone = (_ZONE.search(found[2]) or ["", ""])[1]
    when = _when(values.get("DTSTART", ""), values.get("DTEND", ""), zone)
    where = " ".join(values.get("LOCATION", "").split())
    title = " ".join(values.get("SUMMARY", "").split())
    place = ", ".join(part for part in (when, where) if part)
    return f"{place}: {title}" if place and title else place or title


def _plain(found: re.Match[str]) -> str:
    return " " if found[1] in "nN" else found[1]


def _when(start: str, end: str, zone: str) -> str:
    first, last = _STAMP.match(start), _STAMP.match(end)
    if not first:
        return ""
    text = _day(first)
    if not first[4]:
        return text
    text += f" {first[4]}:{first[5]}"
    if last and last[4]:
        day = "" if _day(last) == _day(first) else _day(last) + " "
        text += f"–{day}{last[4]}:{last[5]}"
    zone = "UTC" if first[6] else zone
    return f"{text} ({zone})" if zone else text


def _day(stamp: re.Match[str]) -> str:
    return f"{stamp[1]}-{stamp[2]}-{stamp[3]}"
