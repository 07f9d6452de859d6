"""`tracker watch` as a process: what it tells, and waiting until it does."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable
from typing import Any

from tests.desk.conftest import RealDesk

Event = dict[str, Any]


class Watched:
    """The process of a desk. Whoever waits for an event reads all those before it, too."""

    def __init__(self, desk: RealDesk, *arguments: str, limit: float = 120.0) -> None:
        self.process = desk.start("watch", "--json", *arguments)
        self.events: list[Event] = []
        # A test that waits in vain ends by this, with what was said until then.
        self._limit = threading.Timer(limit, self.process.kill)
        self._limit.start()

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self._limit.cancel()
        self.process.kill()
        self.process.communicate()

    def until(self, wanted: Callable[[Event], bool]) -> Event:
        """Return the next event for which ``wanted`` holds."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = json.loads(line)
            self.events.append(event)
            if wanted(event):
                return event
        assert self.process.stderr is not None
        raise AssertionError(f"it ended: {self.events[-5:]} {self.process.stderr.read()}")

    def until_event(self, name: str) -> Event:
        """Return the next event of this name."""
        return self.until(lambda event: event["event"] == name)

    def until_opened(self, count: int) -> None:
        """Wait until so many tickets were opened, all told."""
        if self.opened() < count:
            self.until(lambda _: self.opened() >= count)

    def opened(self) -> int:
        """How many tickets were opened so far."""
        return sum(one["opened"] for one in self.named("round"))

    def named(self, name: str) -> list[Event]:
        """The events of this name so far."""
        return [one for one in self.events if one["event"] == name]

    def until_two(self, number: int) -> None:
        """Send a signal until the process has ended by its second one."""
        while self.process.poll() is None:
            self.process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; return the exit status."""
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=60)
        self.events += [json.loads(line) for line in out.splitlines()]
        return self.process.returncode
