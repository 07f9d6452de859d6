"""Publishing the attachments that public entries name, and taking away those that none names."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tracker.portal.differences import Difference
from tracker.portal.render import Rendered
from tracker.portal.source import Source

TABLES = """
CREATE TABLE link (address TEXT PRIMARY KEY, ticket TEXT, stored TEXT) WITHOUT ROWID;
CREATE INDEX link_ticket ON link (ticket);
CREATE INDEX link_stored ON link (stored);
CREATE TABLE file (address TEXT PRIMARY KEY, ticket TEXT, oid TEXT) WITHOUT ROWID;
CREATE INDEX file_ticket ON file (ticket)
"""


class Attachments:
    """The attachments of one state: ``link`` is what entries name, ``file`` what the site has."""

    def __init__(self, database: sqlite3.Connection, *, is_new: bool) -> None:
        self._db, self._is_new = database, is_new
        self._again: list[str] = []

    def put(self, one: Rendered) -> None:
        """Keep which files the public entries of a ticket name."""
        self.drop(one.id)
        for stored, address in one.files:
            row = (address, one.id, stored)
            self._db.execute("INSERT OR REPLACE INTO link VALUES (?, ?, ?)", row)

    def drop(self, ticket_id: str) -> None:
        """Forget the files of a ticket."""
        if not self._is_new:
            self._again.append(ticket_id)
            self._db.execute("DELETE FROM link WHERE ticket = ?", (ticket_id,))

    def publish(
        self, source: Source, differing: Difference, site: Path, put: Callable[[str, bytes], None]
    ) -> None:
        """Bring the site's attachments up to date; ``put`` writes one."""
        links = self._links(differing)
        there = self._there(differing, links)
        wanted = _wanted(source, differing, links)
        for address in there.keys() - wanted.keys():
            (site / address).unlink(missing_ok=True)
            self._db.execute("DELETE FROM file WHERE address = ?", (address,))
        new: dict[str, list[str]] = {}
        for address, oid in wanted.items():
            if there.get(address) != oid:
                new.setdefault(oid, []).append(address)
        for oid, data in source.read_many(new.keys()):
            for address in new[oid]:
                put(address, data)
                query = (
                    "INSERT OR REPLACE INTO file"
                    " SELECT address, ticket, ? FROM link WHERE address = ?"
                )
                self._db.execute(query, (oid, address))

    def _links(self, differing: Difference) -> dict[str, str]:
        """Return what may have changed: address to path in the repository."""
        query = "SELECT address, stored FROM link"
        if differing.complete:
            return dict(self._db.execute(query).fetchall())
        found = dict(self._each(f"{query} WHERE ticket = ?", self._again))
        for paths in (differing.present, differing.absent):
            found |= dict(self._each(f"{query} WHERE stored = ?", paths))
        return found

    def _there(self, differing: Difference, links: Mapping[str, str]) -> dict[str, str]:
        """Return which of those the site has, and others of the same tickets: address to oid."""
        query = "SELECT address, oid FROM file"
        if differing.complete:
            return dict(self._db.execute(query).fetchall())
        found = dict(self._each(f"{query} WHERE ticket = ?", self._again))
        return found | dict(self._each(f"{query} WHERE address = ?", links))

    def _each(self, query: str, values: Iterable[str]) -> list[tuple[str, str]]:
        return [row for one in values for row in self._db.execute(query, (one,)).fetchall()]


def _wanted(source: Source, differing: Difference, links: Mapping[str, str]) -> dict[str, str]:
    """Return the attachments to publish: address to object id."""
    found: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for address, stored in links.items():
        if stored in differing.present:
            found[address] = differing.present[stored]
        elif not differing.complete and stored not in differing.absent:
            unknown[address] = stored
    oids = source.find(unknown.values()) if unknown else {}
    return found | {one: oids[stored] for one, stored in unknown.items() if stored in oids}
