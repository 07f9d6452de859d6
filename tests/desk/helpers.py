"""Small tools that the tests of the desk share."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.desk.conftest import RealDesk
from tracker.desk.report import Report
from tracker.desk.sync import sync

NOW = datetime.now(UTC).replace(microsecond=0)


def run(desk: RealDesk, after: timedelta = timedelta(), root: Path | None = None) -> Report:
    """Do one ``sync`` in this process, with the clock ``after`` what it was at the start."""
    opened = desk.open() if root is None else type(desk)(root, *_rest(desk)).open()
    opened.clock = lambda: NOW + after
    opened.pause = lambda attempt: None
    try:
        return sync(opened)
    finally:
        opened.index.close()


def _rest(desk: RealDesk) -> tuple[object, ...]:
    return desk.mailbox, desk.smtp, desk.remote


def hook(desk: RealDesk, script: str) -> Callable[[], None]:
    """Make the remote run ``script`` (sh) before it takes a push; returns what removes it."""
    assert desk.remote is not None
    file = desk.remote / "hooks" / "pre-receive"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file.unlink


REFUSES_POISON = """\
while read old new ref; do
  if git grep -q POISON "$new" -- tickets; then
    echo "policy: {words}" >&2
    exit 1
  fi
done"""
