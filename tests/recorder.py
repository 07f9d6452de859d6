"""The command line, writing down which variables of the environment it reads:
``python -m tests.recorder FILE COMMAND…``.
"""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

from tracker.adapters import environment
from tracker.cli.main import run


class Recorder(dict[str, str]):
    """An environment that writes down what it is asked for."""

    def __init__(self, record: Path) -> None:
        super().__init__(os.environ)
        self._record = record

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
        """Return a variable, as a dictionary does."""
        with self._record.open("a") as file:
            print(name, file=file)
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        return str(self.get(name))


if __name__ == "__main__":
    recorder = Recorder(Path(sys.argv.pop(1)))
    environment.os = types.SimpleNamespace(environ=recorder)  # type: ignore[attr-defined]
    run()
