"""``tracker watch``: following the mailbox and the commits, and answering within seconds."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tracker.adapters.notify import Notifier, from_environment
from tracker.adapters.stopping import by_signals
from tracker.cli.common import clean, json_option
from tracker.core.errors import PARTIAL
from tracker.desk.desk import find_root

_COUNTS = ("stamped", "opened", "commented", "ignored", "quarantined", "sent", "failed")

_BUILT = '"$@" || { code=$?; [ "$code" -eq 3 ] || exit "$code"; }'
"""What stands before the command that publishes. 3: a page was held back, the rest goes out."""

_PUBLISHED = ' || { code=$?; [ "$code" -ne 3 ] || code=1; exit "$code"; }'
"""What stands after it: rsync's 3 means that nothing was published."""


@click.command()
@click.option("--build", is_flag=True, help="Build the portal whenever the desk has changed.")
@click.option(
    "--publish",
    default="",
    metavar="COMMAND",
    help="Build, and run this in a shell when a build is done: it publishes site/.",
)
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.FloatRange(min=1),
    default=60.0,
    show_default=True,
    help="At least so often look at the remote and at what became due.",
)
@json_option
@click.pass_obj
def watch(folder: Path, build: bool, publish: str, every: float, as_json: bool) -> None:
    """Wait for mail and commits, and do what `tracker sync` does as soon as there are some.

    Waits on the mail server (IMAP IDLE; a server without it is asked every 15 seconds), and
    reconnects by itself after whatever breaks. On a terminal it shows one line of state;
    elsewhere, and with --json, a line an event. Under systemd it says that it lives.

    Ctrl-C or SIGTERM: the round at work is finished, then it ends. Twice: at once.

    \b
    Examples:
      tracker watch
      tracker -C /srv/desk watch --build
      tracker -C /srv/desk watch --publish 'rsync -a /srv/desk/site/ web:/var/www/desk/'
      tracker watch --json --every 300

    Exit status: 0 when it was asked to stop; 1 a fault you can mend, at the start.
    """
    from tracker.desk.watch import Surroundings, Watcher

    root = find_root(folder)
    stop = by_signals()  # before any thread: one that took a signal would die of it
    notifier = from_environment()
    shown = _Screen(as_json, notifier)

    def start_build() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tracker", "-C", str(root), "build", "--quiet"]
        if publish:
            command = ["/bin/sh", "-c", f"{_BUILT}\n({publish}\n){_PUBLISHED}", "sh", *command]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)

    watcher = Watcher(
        root,
        stop,
        Surroundings(shown.tell, notifier.promise),
        every=every,
        build=start_build if build or publish else None,
    )
    try:
        watcher.run()
    finally:
        shown.end()
        notifier.close()


class _Screen:
    """Where events go: a line each, or on a terminal one line of state that is written over."""

    def __init__(self, as_json: bool, notifier: Notifier) -> None:
        self._as_json, self._notifier = as_json, notifier
        self._live = not as_json and sys.stdout.isatty()
        self._state, self._taken, self._sent, self._width = "starting", 0, 0, 0

    def tell(self, event: str, **details: Any) -> None:
        """Show an event."""
        if event == "started":
            self._notifier.ready()
        elif event == "stopping":
            self._notifier.stopping()
        self._note(event, details)
        if self._as_json:
            now = datetime.now().astimezone().isoformat(timespec="milliseconds")
            line = {"at": now, "event": event, **details}
            click.echo(json.dumps(line, ensure_ascii=False))
            return
        sentence = _sentence(event, details)
        if sentence:
            self._clear()
            click.echo(f"{datetime.now():%H:%M:%S} {clean(sentence)}")
        self._show()

    def end(self) -> None:
        """Leave the terminal as it was."""
        self._clear()

    def _note(self, event: str, details: dict[str, Any]) -> None:
        if event == "connected":
            self._state = f"waiting for mail at {details['host']}"
        elif event in ("disconnected", "fault"):
            self._state = f"{details['message']}; again in {details['pause']:.0f} s"
        elif event == "round":
            self._taken += details["fetched"]
            self._sent += details["sent"]
        elif event in ("stopping", "stopped"):
            self._state = event
        self._notifier.status(self._line())

    def _line(self) -> str:
        return f"{self._state}; {self._taken} mails taken in, {self._sent} letters sent"

    def _clear(self) -> None:
        if self._live and self._width:
            click.echo("\r" + " " * self._width + "\r", nl=False)
            self._width = 0

    def _show(self) -> None:
        if self._live:
            line = clean(self._line())[: shutil.get_terminal_size().columns - 1]
            self._width = len(line)
            click.echo(line, nl=False)


def _sentence(event: str, details: dict[str, Any]) -> str:
    """What a person reads of an event; empty where the line of state says it."""
    if event == "round":
        parts = [f"{details[name]} {name}" for name in _COUNTS if details[name]]
        notes = [*details["notes"], *details["ids"]["quarantined"], *details["ids"]["failed"]]
        return "; ".join([", ".join(parts) or f"{details['pushed']} commits pushed", *notes])
    if event in ("disconnected", "fault"):
        hint = f" ({details['hint']})" if details["hint"] else ""
        return f"{details['message']}{hint}; again in {details['pause']:.0f} s"
    if event == "connected":
        how = "" if details["idle"] else ", which has no IDLE and is asked every 15 s"
        return f"connected to {details['host']}{how}"
    if event == "slept":
        return f"the machine slept for {details['seconds']} s"
    if event == "built" and details["status"] == PARTIAL:
        return "portal built, but for what holds words of a ticket"
    if event == "built" and details["status"]:
        return "the portal could not be built or published"
    return {"built": "portal built", "stopping": "stopping"}.get(event, "")
