"""What programs read of a public desk: the feeds, and every ticket's row in data files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial
from hashlib import blake2b

from tracker.core.document import parse
from tracker.core.pages.feeds import ATOM, ITEMS, JSON_FEED, Item, atom, item, json_feed
from tracker.core.pages.records import INDEX, RECORDS, index_file, records_file, records_path
from tracker.core.pages.site import Desk
from tracker.core.pages.view import Gate
from tracker.portal.listing import Artifact, key_of
from tracker.portal.source import Source
from tracker.portal.state import State


class Feeds:
    """The feeds of one build. The few tickets they show are read again: to keep the last words of
    every ticket would cost more than to read fifty.
    """

    def __init__(self, desk: Desk, state: State, source: Source) -> None:
        self._desk, self._source = desk, source
        newest = ((one, state.shelves.place(one)) for one in state.counting.last_changed(ITEMS))
        self._places = {one: place for one, place in newest if place}

    def artifacts(self) -> Iterator[Artifact]:
        """Return both feeds; a feed depends on its tickets alone."""
        oids = [(one, place.oid) for one, place in self._places.items()]
        key = blake2b(repr(oids).encode(), digest_size=12)
        yield Artifact(ATOM, key.digest(), lambda: atom(self._desk, self._items))
        yield Artifact(JSON_FEED, key.digest(), lambda: json_feed(self._desk, self._items))

    @cached_property
    def _items(self) -> list[Item]:
        desk = self._desk
        agents = [handle for handle, _ in desk.agents]
        gate = Gate(desk.language, desk.zone, desk.kept, agents)
        places = self._places.values()
        contents = dict(self._source.read_many({one.oid: None for one in places}))
        read = (parse(contents[one.oid].decode(), one.path) for one in places)
        return [item(public, desk) for one in read if (public := gate.pass_through(one))]


def data_files(desk: Desk, state: State) -> Iterator[Artifact]:
    """Return the data files and their index."""
    parts = state.shelves.parts("rows")
    for part in parts:
        make = partial(_rows, state, part.at)
        yield Artifact(records_path(part.at), key_of(part), make)
    text = index_file(desk, [(one.at, one.tickets) for one in parts])
    yield Artifact(INDEX, key_of(text), lambda: text)


def _rows(state: State, part: int) -> bytes:
    first = part * RECORDS
    return records_file(state.counting.records(first, first + RECORDS - 1))
