"""Following the desk: a round of the job whenever mail, a commit or the time asks for one."""

from __future__ import annotations

import random
import select
import sqlite3
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tracker.adapters.connections import MailServerError, SignInRefused
from tracker.adapters.environment import IMAP_PASSWORD
from tracker.adapters.idle import Line
from tracker.adapters.tokens import Tokens
from tracker.core.errors import Busy, TrackerError
from tracker.core.options import Mailbox
from tracker.core.pacing import Pauses, Sleep
from tracker.desk.credentials import credential
from tracker.desk.desk import Desk
from tracker.desk.report import Report
from tracker.desk.sync import sync
from tracker.desk.tip import Tip

EVERY = 60.0
_TICK = 2.0
_BUSY = 1.0
_REFUSED = 60.0
_STEP_SECONDS = 120.0
_ROUND_SECONDS = 3600.0

Tell = Callable[..., None]
"""Called with the name of an event and its details."""


class StopSign(Protocol):
    """What says that the work shall end."""

    @property
    def asked(self) -> bool:
        """Whether it shall."""
        ...

    def fileno(self) -> int:
        """What becomes readable then."""
        ...


@dataclass(slots=True)
class Surroundings:
    """What the world gives: clocks (seconds), chance (0 to 1), and who looks on.

    ``promise`` is told within how many seconds the work shows itself again.
    """

    tell: Tell
    promise: Callable[[float], None] = lambda _: None
    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random


class Watcher:
    """The loop. ``build`` starts a build of the portal in a process of its own, if it is wanted;
    without mail and commits there is a round every ``every`` seconds, for what became due and for
    commits that were pushed to the remote.
    """

    def __init__(
        self,
        root: Path,
        stop: StopSign,
        around: Surroundings,
        *,
        every: float = EVERY,
        build: Callable[[], subprocess.Popen[bytes]] | None = None,
    ) -> None:
        self._root, self._stop, self._around = root, stop, around
        self._every, self._start_build = every, build
        self._line: Line | None = None
        self._line_due = self._round_due = around.steady()
        self._heard = self._connected_once = False
        self._line_pauses = Pauses(around.chance)
        self._round_pauses = Pauses(around.chance)
        self._sleep = Sleep(around.wall(), around.steady())
        self._settings: Mailbox | None = None
        self._tokens: Tokens | None = None
        self._tip = Tip(root)
        self._building: subprocess.Popen[bytes] | None = None
        self._tidying: subprocess.Popen[bytes] | None = None
        self._built = ""

    def run(self) -> None:
        """Follow the desk until asked to stop. Raises TrackerError where it can't even begin:
        wrong settings, missing secrets, a mailbox that does not let us in.
        """
        desk = self._open()
        desk.keys()
        self._tip.looked(desk)
        desk.index.close()
        self._around.tell("started", every=self._every)
        try:
            while not self._stop.asked:
                self._around.promise(_STEP_SECONDS)
                self._step()
                self._wait()
            self._around.tell("stopping")
        finally:
            self._hang_up()
            for process in (self._building, self._tidying):
                if process is not None:
                    process.wait()
        self._around.tell("stopped")

    def _open(self) -> Desk:
        """Open the desk anew: its settings may have come with a commit."""
        desk = Desk.open(self._root)
        if desk.settings.mailbox != self._settings:
            self._tokens = None
            self._settings = desk.settings.mailbox
            self._hang_up()
            self._line_due = self._around.steady()
        desk.tokens = self._tokens
        return desk

    def _step(self) -> None:
        now = self._around.steady()
        slept = self._sleep.noticed(self._around.wall(), now)
        if slept:
            self._around.tell("slept", seconds=round(slept))
            self._hang_up()
            self._line_pauses.worked()
            self._line_due = self._round_due = now
        self._mind_line(now)
        if self._tip.moved() and not self._round_pauses.failures:
            self._round_due = now
        if now >= self._round_due and not self._stop.asked:
            self._round()
        self._mind_build()

    # The line

    def _mind_line(self, now: float) -> None:
        if self._line is None:
            if now >= self._line_due:
                self._connect()
            return
        try:
            if self._heard:
                mail, renewed = self._line.news(), False
            elif now >= self._line.due:
                mail, renewed = self._line.renew(), self._line.idles
            else:
                return
        except MailServerError as error:
            self._lost(error)
            return
        # What comes just while IDLE begins may lie unread beside the line: a round looks.
        if (mail or renewed) and not self._round_pauses.failures:
            self._round_due = now

    def _connect(self) -> None:
        desk = None
        try:
            desk = self._open()
            endpoint = desk.settings.mailbox.imap
            if endpoint is None:
                self._line_due = self._around.steady() + self._every
                return
            shown = credential(desk, IMAP_PASSWORD)
            self._tokens = desk.tokens
            line = Line(endpoint, shown, desk.settings.mailbox.folder, self._around.steady)
            line.open()
        except TrackerError as error:
            if isinstance(error, SignInRefused) and not self._connected_once:
                raise
            self._lost(error)
            return
        finally:
            if desk is not None:
                desk.index.close()
        self._line, self._connected_once = line, True
        self._line_pauses.worked()
        self._around.tell("connected", host=endpoint.host, idle=line.idles)
        self._round_pauses.worked()
        self._round_due = self._around.steady()

    def _lost(self, error: TrackerError) -> None:
        self._hang_up()
        least = _REFUSED if isinstance(error, SignInRefused) else 0.0
        pause = self._line_pauses.after_failure(least)
        self._line_due = self._around.steady() + pause
        self._around.tell("disconnected", **_words(error), pause=round(pause, 1))

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line, self._heard = None, False

    # Rounds

    def _round(self) -> None:
        self._around.promise(_ROUND_SECONDS)
        report, desk = Report(), None
        try:
            desk = self._open()
            sync(desk, report=report, tidy=False)
        except Busy:
            self._round_due = self._around.steady() + _BUSY
            return
        except (TrackerError, OSError, sqlite3.Error) as error:
            self._failed(error)
        else:
            self._round_pauses.worked()
            now = self._around.steady()
            self._round_due, self._line_due = now + self._every, min(self._line_due, now)
        finally:
            if desk is not None:
                self._tokens = desk.tokens
                if self._tip.looked(desk):  # somebody committed meanwhile
                    self._round_due = min(self._round_due, self._around.steady() + _BUSY)
                if report.did_something and (
                    self._tidying is None or self._tidying.poll() is not None
                ):
                    self._tidying = desk.repository.start_tidying()  # no mail waits for it
                desk.index.close()
        if report.did_something:
            self._around.tell("round", **report.as_json())

    def _failed(self, error: Exception) -> None:
        fault = error if isinstance(error, TrackerError) else TrackerError(str(error))
        pause = self._round_pauses.after_failure()
        self._round_due = self._around.steady() + pause
        if self._line is not None or not isinstance(fault, MailServerError):  # else it was told
            self._around.tell("fault", **_words(fault), pause=round(pause, 1))

    # The portal

    def _mind_build(self) -> None:
        if self._start_build is None:
            return
        if self._building is not None:
            code = self._building.poll()
            if code is None:
                return
            self._building = None
            self._around.tell("built", commit=self._built, status=code)
        if self._tip.commit and self._tip.commit != self._built:
            self._built = self._tip.commit
            self._building = self._start_build()

    def _wait(self) -> None:
        """Wait for the server, the stop, or the time."""
        now = self._around.steady()
        due = min(self._round_due, self._line_due if self._line is None else self._line.due)
        tick = _TICK / 10 if self._building is not None else _TICK
        poller = select.poll()
        poller.register(self._stop.fileno(), select.POLLIN)
        line = -1
        if self._line is not None:
            line = self._line.fileno()
            poller.register(line, select.POLLIN)
        ready = poller.poll(max(0.0, min(due - now, tick)) * 1000)
        self._heard = any(number == line for number, _ in ready)


def _words(error: TrackerError) -> dict[str, Any]:
    return {"message": error.message, "hint": error.hint}
