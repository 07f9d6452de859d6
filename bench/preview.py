"""Previews: how long an edited ticket takes to be seen, with a build that watches and a server.

The file is saved in one write, as editors do; then the page is asked for every 5 ms. For a build
that watches the page is the file of the site, for the server what it serves.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.portal import make_desk
from bench.report import Table
from tracker.core.ticket import ticket_path

COUNTS = (1_000, 10_000)
EDITS = 7
_PATIENCE = 600
_Show = Callable[[], str]


def main(counts: Sequence[int] = COUNTS) -> str:
    """Measure both ways at each size; return the table."""
    columns = ("tickets", "way", "shown after (median)", "worst")
    table = Table(f"An edited ticket in a preview, {EDITS} edits", columns)
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "desk")
            make_desk(root, count)
            for name, command, show in _ways(root, count // 2):
                times = _times(root, command, show, count // 2)
                cells = (statistics.median(times), max(times))
                table.add(f"{count:,}", name, *(f"{one * 1000:,.0f} ms" for one in cells))
    table.note("Polling adds up to 5 ms. The browser reloads by itself under `mkdocs serve`.")
    return str(table)


def _ways(root: Path, number: int) -> list[tuple[str, list[str], _Show]]:
    page = f"tickets/ACCREDO-{number}/"
    port = _free_port()
    served = f"http://127.0.0.1:{port}/{page}"

    def built() -> str:
        try:
            return (root / "site" / page / "index.html").read_text("utf-8")
        except FileNotFoundError:
            return ""

    def fetched() -> str:
        try:
            with urllib.request.urlopen(served, timeout=_PATIENCE) as answer:
                return str(answer.read().decode())
        except OSError:  # not there yet
            return ""

    return [
        ("`tracker build --watch`", ["tracker", "build", "--watch"], built),
        ("`mkdocs serve`", ["mkdocs", "serve", "-q", "-a", f"127.0.0.1:{port}"], fetched),
    ]


def _times(root: Path, command: list[str], show: _Show, number: int) -> list[float]:
    path = root / ticket_path("ACCREDO", number)
    before = path.read_text("utf-8")
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    arguments = [sys.executable, "-m", *command]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        arguments, cwd=root, env=environment, stdout=quiet, stderr=quiet
    ) as child:
        try:
            _wait(show, "tk-reply")
            times = []
            for edit in range(EDITS + 1):
                path.write_text(before.replace("Здравствуйте!", f"edit{edit}!"), "utf-8")
                begun = time.monotonic()
                _wait(show, f"edit{edit}!")
                times.append(time.monotonic() - begun)
                time.sleep(1)  # let the reading of one edit end before the next
            return times[1:]  # the first was made while the first build was still at work
        finally:
            path.write_text(before, "utf-8")
            child.send_signal(signal.SIGINT)
            child.wait(_PATIENCE)


def _wait(show: _Show, words: str) -> None:
    end = time.monotonic() + _PATIENCE
    while words not in show():
        if time.monotonic() > end:
            raise SystemExit(f"{words} was not shown within {_PATIENCE} seconds")
        time.sleep(0.005)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


if __name__ == "__main__":
    print(main([int(one) for one in sys.argv[1:]] or COUNTS))
