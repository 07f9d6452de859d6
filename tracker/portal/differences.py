"""What differs from the previous build: asked of Git where it can tell, else by comparing all."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from hashlib import sha256

from tracker.portal.render import TICKET_FILE
from tracker.portal.source import Source
from tracker.portal.state import Known, State

Place = tuple[str, str]
"""A ticket file's path and object id."""


@dataclass(frozen=True)
class Difference:
    """Files below ``tickets/`` that are there now or are there no more.

    ``complete`` says that ``present`` holds every attachment there is, ``stamp`` names the state
    of all files together.
    """

    present: Mapping[str, str]
    absent: Set[str]
    complete: bool
    stamp: str

    def tickets(self, known: Mapping[str, Known]) -> tuple[dict[str, Place], list[str]]:
        """Return the tickets to render, by their ids, and the ids of those that are gone.

        Where two files claim one number, the last path counts.
        """
        wanted: dict[str, Place] = {}
        for path, oid in sorted(self.present.items()):
            found = TICKET_FILE.fullmatch(path)
            if found is None:
                continue
            other = known.get(found["id"])
            if other is None or other.path <= path or other.path in self.absent:
                wanted[found["id"]] = (path, oid)
        lost = (TICKET_FILE.fullmatch(path) for path in sorted(self.absent))
        return wanted, [one["id"] for one in lost if one and one["id"] not in wanted]


def difference(source: Source, state: State, known: Mapping[str, Known], key: str) -> Difference:
    """Compare the files of ``source`` with what ``state`` knows. ``key`` goes into the stamp.

    Git's answer costs what the change costs. A ticket file that is gone lets everything be
    compared, since another one may have the same number.
    """
    version = source.version
    found = source.since(state.version) if state.version and version else None
    if found is not None and not any(
        oid is None and TICKET_FILE.fullmatch(path) for path, oid in found.items()
    ):
        present = {path: oid for path, oid in found.items() if oid}
        return Difference(present, found.keys() - present.keys(), False, _stamp(key, version))
    listing = dict(source.listing())
    before = {one.path: one.oid for one in known.values()}
    present = dict(listing.items() - before.items())
    stamp = _stamp(key, version or "\n".join(f"{path} {oid}" for path, oid in listing.items()))
    return Difference(present, before.keys() - listing.keys(), True, stamp)


def _stamp(key: str, version: str) -> str:
    return sha256(f"{key}\n{version}".encode("utf-8", "surrogateescape")).hexdigest()
