"""How soon `tracker watch` has a mail: from its arrival to its ticket at the remote, answered."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bench.corpus import mails
from bench.desks import make
from bench.report import Table
from tests.servers import Dovecot, Mailbox, SmtpServer
from tests.servers.dovecot import PASSWORD

WAYS = (("one at a time", 40, 1.5), ("ten a second", 1000, 0.1))
TICKETS = 10_000


def main() -> Table:
    """Bring mails at random times; every one is timed by itself."""
    table = Table(
        f"`tracker watch` on a desk of {TICKETS:,} tickets",
        ("mails", "how many", "median s", "99 of 100 within s", "worst s"),
    )
    for name, count, pause in WAYS:
        took = _measure(count, pause)
        at_99 = sorted(took)[int(len(took) * 0.99) - 1]
        figures = (statistics.median(took), at_99, max(took))
        table.add(name, f"{count:,}", *(f"{one:.2f}" for one in figures))
    table.note(
        "From the mail's APPEND to the end of the round that took it in: its ticket is pushed to "
        "the remote, and its confirmation has gone. The limit is 2 s."
    )
    return table


def _measure(count: int, pause: float) -> list[float]:
    with (
        Dovecot() as server,
        SmtpServer() as smtp,
        tempfile.TemporaryDirectory() as folder,
    ):
        box = Mailbox(server, server.new_user())
        wanted = ("--imap", box.url, "--smtp", smtp.url)
        root, _ = make(Path(folder), TICKETS, *wanted)
        os.environ |= {"TRACKER_SECRET": "0123456789abcdef", "TRACKER_IMAP_PASSWORD": PASSWORD}
        tracker = [sys.executable, "-m", "tracker", "-C", str(root)]
        subprocess.run([*tracker, "sync"], check=True, stdout=subprocess.DEVNULL)
        command = [*tracker, "watch", "--json", "--every", "3600"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            events = (json.loads(line) for line in process.stdout)
            next(one for one in events if one["event"] == "connected")
            arrived: list[float] = []
            bringing = threading.Thread(target=_bring, args=(box, count, pause, arrived))
            bringing.start()
            seen = list(_seen(events, count))
            bringing.join()
            process.terminate()
            process.communicate()
    return [after - before for before, after in zip(arrived, seen, strict=True)]


def _bring(box: Mailbox, count: int, pause: float, arrived: list[float]) -> None:
    rng = random.Random(1)
    with box.client() as client:
        for raw in mails(count, seed=7):
            client.append("INBOX", raw)
            arrived.append(time.time())
            time.sleep(rng.uniform(0, 2 * pause))


def _seen(events: Iterator[dict[str, object]], count: int) -> Iterator[float]:
    """Yield when each mail was done with, in the order of arrival."""
    left = count
    for event in events:
        if event["event"] == "round":
            taken = event["fetched"]
            assert isinstance(taken, int)
            left -= taken
            yield from [datetime.fromisoformat(str(event["at"])).timestamp()] * taken
            if left <= 0:
                return


if __name__ == "__main__":
    print(main())
