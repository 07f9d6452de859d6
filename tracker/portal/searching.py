"""Keeping the search files: all of them at a first build, those of changed words afterwards."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from tracker.core.pages.shards import shard_count, shard_of, shard_text
from tracker.core.pages.vocabulary import (
    vocabulary_count,
    vocabulary_of,
    vocabulary_text,
    weight,
)
from tracker.portal.state import State

FOLDER = "search/tickets"
VOCABULARY = "search/words"


class SearchFiles:
    """Collects which ticket has which stems, then writes the shards this touches."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._added: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._removed: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._weights: dict[str, int] = {}

    def change(self, number: int, before: Collection[str], after: Collection[str]) -> None:
        """Note that ticket ``number`` had the stems ``before`` and has ``after``."""
        if not before:
            for stem in after:
                self._added[stem].append(number)
            return
        old, new = set(before), set(after)
        for stem in new - old:
            self._added[stem].append(number)
        for stem in old - new:
            self._removed[stem].append(number)

    def write(self, tickets_before: int, tickets: int, site: Path) -> int:
        """Write the shards into the site. Returns how many of them the desk has."""
        count = shard_count(tickets)
        first = self._state.is_new
        count_before = count if first else shard_count(tickets_before)
        touched = set(range(count)) if first or count != count_before else set()
        if count != count_before:
            stems = self._state.all_stems()
            self._state.move_stems((shard_of(stem, count), stem) for stem in stems)
        self._state.put_stems(self._lists(count, touched))
        folder = site / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for shard in sorted(touched):
            text = shard_text(self._state.shard(shard))
            (folder / f"{shard}.txt").write_bytes(text.encode())
        for shard in range(count, count_before):
            (folder / f"{shard}.txt").unlink(missing_ok=True)
        self._write_vocabulary(vocabulary_count(count), vocabulary_count(count_before), site)
        return count

    def _lists(self, count: int, touched: set[int]) -> Iterator[tuple[str, int, array[int]]]:
        for stem in self._added.keys() | self._removed.keys():
            shard = shard_of(stem, count)
            touched.add(shard)
            added, removed = self._added.get(stem, ()), self._removed.get(stem, ())
            numbers = array("I") if self._state.is_new else self._state.numbers(stem)
            before = len(numbers)
            for number in removed:
                numbers.remove(number)
            numbers.extend(added)
            if weight(before) != weight(len(numbers)):
                self._weights[stem] = weight(len(numbers))
            yield stem, shard, array("I", sorted(numbers))

    def _write_vocabulary(self, count: int, before: int, site: Path) -> None:
        state = self._state
        touched = set(range(count)) if state.is_new or count != before else set()
        if count != before:
            state.move_vocabulary(lambda stem: vocabulary_of(stem, count) or 0)
        filed = ((vocabulary_of(stem, count), stem) for stem in self._weights)
        changed = [(file, stem, self._weights[stem]) for file, stem in filed if file is not None]
        state.put_vocabulary(changed)
        folder = site / VOCABULARY
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(touched.union(file for file, _, _ in changed)):
            text = vocabulary_text(state.vocabulary(file))
            (folder / f"{file}.txt").write_bytes(text.encode())
        for file in range(count, before):
            (folder / f"{file}.txt").unlink(missing_ok=True)
