"""What programs read of a public desk: the feeds, and every ticket's row in data files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from hashlib import blake2b
from itertools import groupby

from tracker.core.document import parse
from tracker.core.pages.feeds import ATOM, ITEMS, JSON_FEED, Item, atom, item, json_feed
from tracker.core.pages.records import INDEX, RECORDS, index_file, records_file, records_path
from tracker.core.pages.site import Desk
from tracker.core.pages.view import Gate
from tracker.portal.listing import Artifact
from tracker.portal.source import Source
from tracker.portal.state import Known, State


class Feeds:
    """The feeds of one build. The few tickets they show are read again: to keep the last words of
    every ticket would cost more than to read fifty.
    """

    def __init__(
        self, desk: Desk, state: State, source: Source, known: Mapping[str, Known]
    ) -> None:
        self._desk, self._source = desk, source
        self._tickets = [known[one] for one in state.last_changed(ITEMS)]

    def artifacts(self) -> Iterator[Artifact]:
        """Return both feeds; a feed depends on its tickets alone."""
        key = blake2b(repr([(one.id, one.oid) for one in self._tickets]).encode(), digest_size=12)
        yield Artifact(ATOM, key.digest(), lambda: atom(self._desk, self._items))
        yield Artifact(JSON_FEED, key.digest(), lambda: json_feed(self._desk, self._items))

    @cached_property
    def _items(self) -> list[Item]:
        desk = self._desk
        agents = [handle for handle, _ in desk.agents]
        gate = Gate(desk.language, desk.zone, desk.kept, agents)
        contents = dict(self._source.read_many({one.oid: None for one in self._tickets}))
        read = (parse(contents[one.oid].decode(), one.path) for one in self._tickets)
        return [item(public, desk) for one in read if (public := gate.pass_through(one))]


def data_files(desk: Desk, state: State, tickets: Sequence[Known]) -> Iterator[Artifact]:
    """Return the data files and their index. ``tickets`` are those that are seen, by number."""
    parts = []
    for part, group in groupby(tickets, key=lambda one: one.number // RECORDS):
        rows = [one for one in group if one.status != "repair"]
        if rows:
            parts.append((part, len(rows)))
            digests = b"".join(one.digest for one in rows)
            key = blake2b(digests, digest_size=12).digest()
            yield Artifact(records_path(part), key, partial(_rows, state, part))
    text = index_file(desk, parts)
    yield Artifact(INDEX, blake2b(text.encode(), digest_size=12).digest(), lambda: text)


def _rows(state: State, part: int) -> bytes:
    return records_file(state.records(part * RECORDS, part * RECORDS + RECORDS - 1))
