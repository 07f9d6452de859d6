"""Run the command line and kill -9 this process at a point, such as ``after:publish:2``.

``before`` or ``after`` the n-th call of a step. ``count:FILE`` kills nothing and writes down
every point that was passed.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tracker.adapters.commits
import tracker.desk.write
from tracker.adapters.index import Index
from tracker.adapters.journal import Journal
from tracker.adapters.repository import Repository
from tracker.adapters.smtp import Sender
from tracker.cli.main import run

STEPS: dict[str, tuple[Any, str]] = {
    "fetch": (Repository, "fetch"),
    "index": (Index, "update"),
    "commit": (tracker.desk.write, "make_commit"),
    "publish": (Repository, "publish"),
    "send": (Sender, "send"),
    "begin": (Journal, "begin"),
    "note": (Journal, "note"),
    "clear": (Journal, "clear"),
    "follow": (Repository, "follow"),
}


def instrument(reached: Callable[[str], None]) -> None:
    """Call ``reached`` with the name of every point that is passed."""
    calls: Counter[str] = Counter()
    for name, (owner, attribute) in STEPS.items():
        _wrap(owner, attribute, name, calls, reached)


def _wrap(
    owner: Any, attribute: str, name: str, calls: Counter[str], reached: Callable[[str], None]
) -> None:
    inner = getattr(owner, attribute)

    def wrapped(*arguments: Any, **options: Any) -> Any:
        calls[name] += 1
        number = calls[name]
        reached(f"before:{name}:{number}")
        result = inner(*arguments, **options)
        reached(f"after:{name}:{number}")
        return result

    setattr(owner, attribute, wrapped)


def main() -> None:
    """Take the point from the first argument, the command line from the others."""
    point, *arguments = sys.argv[1:]

    def reached(here: str) -> None:
        if point.startswith("count:"):
            with Path(point.removeprefix("count:")).open("a") as file:
                file.write(here + "\n")
        elif here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    instrument(reached)
    run(arguments)


if __name__ == "__main__":
    main()
