"""Doing work on as many processors as there are: batches out, results back in order."""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.pool
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_batches(
    work: Callable[[list[Task]], list[Result]], batches: Iterable[list[Task]], *, alone: bool
) -> Iterator[Result]:
    """Yield what ``work`` makes of each batch, in order; with ``alone`` in this very process.

    ``work`` goes to each process once and may hold much.
    """
    jobs = processors()
    if alone or jobs == 1:
        for batch in batches:
            yield from work(batch)
        return
    with _context().Pool(jobs, _begin, (work,)) as pool:
        waiting: list[multiprocessing.pool.AsyncResult[list[Result]]] = []
        for batch in batches:
            waiting.append(pool.apply_async(_go_on, (batch,)))
            if len(waiting) > 2 * jobs:
                yield from waiting.pop(0).get()
        for one in waiting:
            yield from one.get()


def go_on_as(arguments: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Let this process go on as another run of the tracker. Nothing of its memory is left, nor of
    its environment, which every process of the same user could read till then.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, "-m", "tracker", *arguments], dict(environment))


def cut(tasks: Iterable[Task], size: int) -> Iterator[list[Task]]:
    """Cut a stream of tasks into batches of ``size``."""
    batch: list[Task] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def processors() -> int:
    """Return how many processes may work at once: eight at most, since one process writes."""
    usable = getattr(os, "sched_getaffinity", None)
    return min(len(usable(0)) if usable else os.cpu_count() or 1, 8)


_work: list[Callable[[list[Any]], list[Any]]] = []
"""What this process was made for."""


def _begin(work: Callable[[list[Any]], list[Any]]) -> None:
    """Keep the work, which makes many objects and hardly a cycle among them."""
    _work.append(work)
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def _go_on(batch: list[Any]) -> list[Any]:
    return _work[0](batch)


def _context() -> multiprocessing.context.BaseContext:
    """Fork where that is safe: a spawned process spends half a second on its imports."""
    alone = threading.active_count() == 1
    return multiprocessing.get_context("fork" if alone and sys.platform == "linux" else "spawn")
