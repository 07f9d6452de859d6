"""A run of ``sync`` with nothing new on a desk of 100,000 tickets, with a warm index."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.corpus import mails
from bench.desks import make
from bench.report import Table
from tests.servers import Dovecot, Mailbox
from tests.servers.dovecot import PASSWORD

TICKETS = 100_000


def main(runs: int = 7) -> Table:
    """Time the runs as whole processes; import and start-up count."""
    table = Table(f"A desk of {TICKETS:,} tickets", ("`tracker sync`, `tracker search`", "seconds"))
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        box = Mailbox(server, server.new_user())
        box.append_many(mails(100))
        root, _ = make(Path(folder), TICKETS, "--imap", box.url)
        os.environ |= {"TRACKER_SECRET": "0123456789abcdef", "TRACKER_IMAP_PASSWORD": PASSWORD}
        table.add("first, index cold, 100 mails", f"{_sync(root):.2f}")
        quiet = [_sync(root) for _ in range(runs)]
        table.add("nothing new, index warm (median)", f"{statistics.median(quiet):.2f}")
        table.add("nothing new, index warm (worst)", f"{max(quiet):.2f}")
        box.append_many(mails(1, seed=9))
        table.add("one new mail, index warm", f"{_sync(root):.2f}")
        table.add("first search, full text cold", f"{_run(root, 'search', 'printer'):.2f}")
        table.add("search, full text warm", f"{_run(root, 'search', 'printer'):.2f}")
        table.note(f"The limit for nothing new is 1.5 s (median of {runs} runs).")
    return table


def _sync(root: Path) -> float:
    return _run(root, "sync")


def _run(root: Path, *arguments: str) -> float:
    command = [sys.executable, "-m", "tracker", "-C", str(root), *arguments]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    print(main())
