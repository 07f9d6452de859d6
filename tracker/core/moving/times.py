"""Times as other systems write them, in English and Russian."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

FIRST_YEAR, LAST_YEAR = 1970, 2100
_LONGEST = 60

_MONTHS = {
    prefix: number
    for number, prefixes in enumerate(
        (
            *("jan янв", "feb фев", "mar мар", "apr апр", "may май мая", "jun июн"),
            *("jul июл", "aug авг", "sep сен", "oct окт", "nov ноя", "dec дек"),
        ),
        1,
    )
    for prefix in prefixes.split()
}
_CLOCK = (
    r"(?:[ ,T]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?"
    r"[ ]*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
)
_NAMED = re.compile(
    rf"(?P<d>\d{{1,2}})[/ .-](?P<month>[^\W\d_]{{3,10}})\.?[/ .-](?P<y>\d{{4}}|\d{{2}}){_CLOCK}"
)
_DOTTED = re.compile(rf"(?P<d>\d{{1,2}})\.(?P<n>\d{{1,2}})\.(?P<y>\d{{4}}|\d{{2}}){_CLOCK}")
_SLASHED = re.compile(rf"(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/(?P<y>\d{{4}}|\d{{2}}){_CLOCK}")


def read_time(text: str, zone: tzinfo, form: str = "") -> datetime:
    """Return the time that ``text`` says, in ``zone`` where it names none.

    Known are ISO 8601, ``19/Sep/13 1:33 PM`` (Jira's own), ``30/сен/18 23:33``,
    ``22.11.2026 09:14``, and ``11/22/2026 9:14`` where only one order is possible. ``form`` is
    for any other (see ``datetime.strptime``). Raises ValueError with a sentence.
    """
    words = " ".join(text[:_LONGEST].split())
    try:
        at = datetime.strptime(words, form) if form else _read(words)
    except ValueError as error:
        raise ValueError(_fault(words, form, str(error))) from None
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"`{words}` lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return at.replace(microsecond=0)


def _fault(words: str, form: str, reason: str) -> str:
    if reason == "order":
        return f"`{words}` may be day/month or month/day: say which with --date-format"
    wanted = f" as `{form}` says it" if form else ""
    return f"`{words}` is not a time{wanted}"


def _read(words: str) -> datetime:
    if found := _NAMED.fullmatch(words):
        month = _MONTHS.get(found["month"][:3].lower(), 0)
        return _made(found, int(found["d"]), month)
    if found := _DOTTED.fullmatch(words):
        return _made(found, int(found["d"]), int(found["n"]))
    if found := _SLASHED.fullmatch(words):
        one, two = int(found["a"]), int(found["b"])
        if one <= 12 and two <= 12 and one != two:
            raise ValueError("order")
        return _made(found, max(one, two), min(one, two)) if one != two else _made(found, one, two)
    return datetime.fromisoformat(words)


def _made(found: re.Match[str], day: int, month: int) -> datetime:
    year, hour = int(found["y"]), int(found["h"] or 0)
    if len(found["y"]) == 2:
        year += 2000 if year < 70 else 1900
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"][0] in "Pp")
    return datetime(year, month, day, hour, int(found["m"] or 0), int(found["s"] or 0))
