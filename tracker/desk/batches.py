"""Splitting what waits into batches of bounded count and size, each of which is one commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

BATCH_BYTES = 32 * 2**20


class Sized(Protocol):
    """Something with a size in bytes."""

    @property
    def size(self) -> int:
        """Its size."""


S = TypeVar("S", bound=Sized)


def batches(waiting: Iterable[S], first: int, most: int) -> Iterator[list[S]]:
    """Split what waits by count and by bytes, so that memory stays bounded.

    The first batch has ``first`` items at most, the others ``most``.
    """
    batch: list[S] = []
    size, room = 0, min(first, most)
    for one in waiting:
        if batch and (len(batch) >= room or size + one.size > BATCH_BYTES):
            yield batch
            batch, size, room = [], 0, most
        batch.append(one)
        size += one.size
    if batch:
        yield batch
