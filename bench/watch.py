"""How soon `tracker watch` has a mail: from its arrival to its ticket at the remote, answered."""

from __future__ import annotations

import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.corpus import mails
from bench.desks import PREFIX, make
from bench.report import Table
from tests.servers import Dovecot, Mailbox, Proxy, SmtpServer
from tests.servers.dovecot import PASSWORD
from tracker.core.document import parse

TICKETS = 10_000
LIMIT = 2.0
_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Way:
    """How mails come: how many, with which pause between two (seconds, a mean), and whether the
    server is restarted after a third and the line cut within a mail after two thirds.
    """

    name: str
    count: int
    pause: float
    breaks: bool = False


WAYS = (
    Way("one at a time", 40, 1.5),
    Way("ten a second, a restart, a cut line", 1000, 0.1, breaks=True),
)


@dataclass
class Told:
    """What the events said: when each mail was done with, in the order of arrival, and from when
    to when the line was down.
    """

    done: list[float] = field(default_factory=list)
    breaks: list[tuple[float, float]] = field(default_factory=list)

    def broken(self, begin: float, end: float) -> float:
        """Return when the last break ended that touched a span of time; 0 for none."""
        return max((up for down, up in self.breaks if down < end and begin < up), default=0.0)


@dataclass(frozen=True)
class Result:
    """What a way gave: seconds of every mail, of those whose line stayed up, and for the others
    from the line's return; how many breaks; whether every mail is in once.
    """

    all: list[float]
    up: list[float]
    after: list[float]
    breaks: int
    whole: bool


def main(ways: Sequence[Way] = WAYS) -> Table:
    """Bring mails at random times; every one is timed by itself."""
    table = Table(
        f"`tracker watch` on a desk of {TICKETS:,} tickets",
        (
            *("mails", "how many", "median s", "99 of 100 within s", "worst s, line up"),
            *("worst s of all", "within the limit"),
        ),
    )
    table.note(
        "From the mail's APPEND to the end of the round that took it in: its ticket is pushed to "
        f"the remote, and its confirmation has gone. The limit is {LIMIT:g} s while the line is up."
    )
    for way in ways:
        _add(table, way, _measure(way))
    return table


def _add(table: Table, way: Way, result: Result) -> None:
    at_99 = sorted(result.all)[int(len(result.all) * 0.99) - 1]
    figures = (statistics.median(result.all), at_99, max(result.up), max(result.all))
    shown = (f"{one:.2f}" for one in figures)
    table.add(way.name, f"{way.count:,}", *shown, _yes(max(result.up) <= LIMIT))
    table.note(f"{way.name}: all {way.count:,} in, none twice: {_yes(result.whole)}.")
    if result.after:
        table.note(
            f"{way.name}: {result.breaks} breaks, which {len(result.after)} mails met; the slowest "
            f"was done with {max(result.after):.2f} s after the line was back."
        )


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _measure(way: Way) -> Result:
    with (
        Dovecot() as server,
        Proxy(server.port) as line,
        SmtpServer() as smtp,
        tempfile.TemporaryDirectory() as folder,
    ):
        box = Mailbox(server, server.new_user())
        wanted = ("--imap", f"imap://{box.user}@127.0.0.1:{line.port}", "--smtp", smtp.url)
        root, remote = make(Path(folder), TICKETS, *wanted)
        os.environ |= {"TRACKER_SECRET": "0123456789abcdef", "TRACKER_IMAP_PASSWORD": PASSWORD}
        brought = list(mails(way.count, seed=7))
        arrived, told = _watch(root, way, lambda: _bring(box, line, way, brought))
        whole = _taken_in(remote) == Counter(_message_id(raw) for raw in brought)
    return _result(arrived, told, whole)


def _watch(root: Path, way: Way, bring: Callable[[], list[float]]) -> tuple[list[float], Told]:
    """Let ``bring`` run beside `tracker watch`; return when mails arrived, and what was told."""
    tracker = [sys.executable, "-m", "tracker", "-C", str(root)]
    subprocess.run([*tracker, "sync"], check=True, stdout=subprocess.DEVNULL)
    command = [*tracker, "watch", "--json", "--every", "3600"]
    arrived: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        # A mail that is lost would be waited for without end.
        limit = threading.Timer(120 + 5 * way.count * way.pause, process.kill)
        limit.start()
        events = (json.loads(line) for line in process.stdout)
        next(one for one in events if one["event"] == "connected")
        bringing = threading.Thread(target=lambda: arrived.extend(bring()))
        bringing.start()
        told = _follow(events, way.count)
        bringing.join()
        limit.cancel()
        process.terminate()
        process.communicate()
    if len(told.done) != way.count:
        raise RuntimeError(f"{way.name}: {len(told.done)} of {way.count} mails opened a ticket")
    return arrived, told


def _bring(box: Mailbox, line: Proxy, way: Way, brought: Sequence[bytes]) -> list[float]:
    """Append every mail; return when each was there."""
    third = len(brought) // 3
    arrived = [*_append(box, way.pause, brought[:third])]
    if way.breaks:
        box.server.restart()
    arrived += _append(box, way.pause, brought[third : 2 * third])
    if way.breaks:
        line.cut_in(b"BODY[]", 40)
    return [*arrived, *_append(box, way.pause, brought[2 * third :])]


def _append(box: Mailbox, pause: float, brought: Sequence[bytes]) -> Iterator[float]:
    rng = random.Random(1)
    with box.client() as client:
        for raw in brought:
            client.append("INBOX", raw)
            yield time.time()
            time.sleep(rng.uniform(0, 2 * pause))


def _follow(events: Iterator[dict[str, Any]], count: int) -> Told:
    """Read events until so many mails are done with, or there are no more."""
    told, down = Told(), 0.0
    for event in events:
        at = datetime.fromisoformat(event["at"]).timestamp()
        if event["event"] == "round":
            told.done += [at] * event["opened"]
        elif event["event"] == "fault":  # a run was cut off; the line that waits may still be up
            told.breaks.append((at, at + event["pause"]))
        elif event["event"] == "disconnected":
            down = down or at
        elif event["event"] == "connected" and down:
            told.breaks.append((down, at))
            down = 0.0
        if len(told.done) >= count:
            break
    return told


def _result(arrived: Sequence[float], told: Told, whole: bool) -> Result:
    took, up, after = [], [], []
    for begin, end in zip(arrived, told.done, strict=True):
        took.append(end - begin)
        if back := told.broken(begin, end):
            after.append(end - back)
        else:
            up.append(end - begin)
    return Result(took, up, after, len(told.breaks), whole)


def _taken_in(remote: Path) -> Counter[str]:
    """Return how often each Message-ID stands in the tickets that are new at the remote."""
    clone = remote.parent / "clone"
    subprocess.run(["git", "clone", "-q", str(remote), str(clone)], check=True)
    new = [
        path
        for path in clone.glob(f"tickets/*/{PREFIX}-*.md")
        if int(path.stem.rpartition("-")[2]) > TICKETS
    ]
    tickets = (parse(path.read_text("utf-8"), path.name) for path in new)
    return Counter(one.message_id for each in tickets for one in each.entries if one.message_id)


def _message_id(raw: bytes) -> str:
    found = _MESSAGE_ID.search(raw)
    assert found
    return found[1].decode()


if __name__ == "__main__":
    print(main())
