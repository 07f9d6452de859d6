"""Reading many mails at once: in processes of their own, so that Git and they work side by side."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from types import TracebackType

from tracker.core.mail import Mail, read_mail

WORTH_IT = 200
"""From so many mails on a process pays: it takes a quarter of a second to start."""

_MOST = 4


def read_all(raw: Sequence[bytes], limit: int, lists: frozenset[str]) -> list[Mail | str]:
    """Read each mail; one that can't be read gives a sentence instead, and stops no other.

    ``limit`` bounds an attachment in bytes, ``lists`` are the desk's own groups.
    """
    return [_read(one, limit, lists) for one in raw]


def _read(raw: bytes, limit: int, lists: frozenset[str]) -> Mail | str:
    try:
        return read_mail(raw, attachment_limit=limit, lists=lists)
    except Exception as error:
        return f"unreadable: {type(error).__name__}"


class Readers:
    """Processes that read mails, for ``waiting`` of them; none where they are few.

    A process that dies, such as by running out of memory, is done without.
    """

    def __init__(self, waiting: int, limit: int, lists: frozenset[str]) -> None:
        self._limit, self._lists = limit, lists
        self._ends: list[Connection] = []
        count = min(_MOST, max(1, (os.cpu_count() or 1) - 1)) if waiting >= WORTH_IT else 0
        context = multiprocessing.get_context("spawn")
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, limit, lists), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
        # Starting its resource tracker, multiprocessing lets SIGINT and SIGTERM through, which
        # `watch` holds back.
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def __enter__(self) -> Readers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for end in self._ends:
            end.close()  # they end with their pipe, also when this process is killed

    def read(self, raw: Sequence[bytes]) -> list[Mail | str]:
        """Read mails; the answers are in the order of ``raw``. See ``read_all``."""
        if not self._ends:
            return read_all(raw, self._limit, self._lists)
        share = -(-len(raw) // len(self._ends))
        parts = [raw[start : start + share] for start in range(0, len(raw), share)]
        try:
            for end, part in zip(self._ends, parts, strict=False):
                end.send(part)
            return [mail for end, _ in zip(self._ends, parts, strict=False) for mail in end.recv()]
        except (EOFError, OSError):
            self._ends = []
            return read_all(raw, self._limit, self._lists)


def _serve(end: Connection, limit: int, lists: frozenset[str]) -> None:
    try:
        while True:
            end.send(read_all(end.recv(), limit, lists))
    except (EOFError, OSError, KeyboardInterrupt):
        return
