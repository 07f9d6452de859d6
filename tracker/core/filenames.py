"""File names beside others: nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Collection


def free_name(name: str, taken: Collection[str]) -> str:
    """Return ``name``, with a number before its ending where it is taken.

    ``taken`` holds names in folded case (``str.casefold``): some file systems know no other.
    """
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    free, n = name, 1
    while free.casefold() in taken:
        n += 1
        free = f"{stem}-{n}{dot}{ending}"
    return free
