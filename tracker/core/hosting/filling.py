"""Filling a template: ``@name@`` is a value, ``#: if name`` to ``#: end`` a part of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tracker.core.errors import TrackerError

_PLACE = re.compile(r"@(?P<name>[a-zA-Z_]+)@")
_IF = re.compile(r"\s*#: if (?P<negated>not )?(?P<name>\w+)\s*")
_END = re.compile(r"\s*#: end\s*")


def fill(template: str, values: Mapping[str, str], flags: Mapping[str, bool]) -> str:
    """Return the template with its values; parts whose flag is off are left out.

    A flag or value that nobody gave is a fault of the template: raises TrackerError.
    """
    kept: list[str] = []
    shown: list[bool] = []
    for line in template.splitlines(keepends=True):
        if found := _IF.fullmatch(line):
            shown.append(_known(flags, found["name"]) != bool(found["negated"]))
        elif _END.fullmatch(line):
            shown.pop()
        elif all(shown):
            kept.append(line)
    if shown:
        raise TrackerError("A template has a part without an end")
    return _PLACE.sub(lambda place: str(_known(values, place["name"])), "".join(kept))


def _known(given: Mapping[str, Any], name: str) -> Any:
    if name not in given:
        raise TrackerError(f"A template asks for `{name}`, which nobody gave")
    return given[name]
