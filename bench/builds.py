"""Builds in processes of their own: how long they take and how much memory their tree needs."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MKDOCS = (sys.executable, "-m", "mkdocs", "build", "-q")
HUGO = ("hugo", "--quiet")


@dataclass(frozen=True)
class Run:
    """One build in a process of its own: seconds, peak memory of the whole process tree."""

    seconds: float
    peak: int


def build(root: Path, limit: float | None = None, command: Sequence[str] = MKDOCS) -> Run:
    """Build in a process of its own; past ``limit`` seconds it is stopped."""
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    begun = time.monotonic()
    with subprocess.Popen(command, cwd=root, env=environment, start_new_session=True) as child:
        watch = _Memory(child.pid)
        watch.start()
        try:
            code = child.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            code = 0
        seconds = time.monotonic() - begun
        watch.done.set()
        watch.join()
    if code:
        raise SystemExit(f"the build of {root} failed")
    return Run(seconds, watch.peak)


class _Memory(threading.Thread):
    """Watches the resident memory of a session: all its processes added up (Linux)."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session, self.peak, self.done = session, 0, threading.Event()

    def run(self) -> None:
        page = resource.getpagesize()
        while not self.done.wait(0.05):
            self.peak = max(self.peak, sum(self._pages()) * page)

    def _pages(self) -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.session:
                    found.append(int(fields[21]))
            except (OSError, ValueError):  # the process has ended meanwhile
                continue
        return found


def size_of(site: Path) -> tuple[int, int]:
    """Return the bytes and the number of a site's files."""
    sizes = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
    return sum(sizes), len(sizes)
