"""The folder of a demo: its marker, who holds it, and what a second command must know of it."""

from __future__ import annotations

import fcntl
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from tracker.core.errors import Busy, TrackerError

MARKER = ".tracker-demo"
_ABOUT = "A folder of `tracker demo`, made anew by each run. Keep nothing here.\n"


@dataclass(frozen=True)
class State:
    """What a running demo tells `tracker demo send` and `tracker demo letters`."""

    address: str
    portal: str
    imap_port: int
    smtp_port: int
    language: str


class Folder:
    """The folder of one demo. It is emptied only if it carries the demo's own marker."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._held: IO[str] | None = None

    @property
    def desk(self) -> Path:
        """The desk's repository."""
        return self.path / "desk"

    @property
    def remote(self) -> Path:
        """The bare repository the desk pushes to."""
        return self.path / "remote.git"

    @property
    def letters(self) -> Path:
        """The letters that went out."""
        return self.path / "letters"

    def renew(self) -> None:
        """Empty the folder, or make it, and hold it until this process ends."""
        if self.path.exists() and any(self.path.iterdir()):
            self._demand_marker()
            self._hold()
            for path in self.path.iterdir():
                if path.name != MARKER:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            return
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / MARKER).write_text(_ABOUT)
        self._hold()

    def release(self) -> None:
        """Let another run have the folder."""
        if self._held:
            self._held.close()
            self._held = None

    def save(self, state: State) -> None:
        """Write down where the servers listen."""
        (self.path / "demo.json").write_text(json.dumps(asdict(state), indent=2) + "\n")

    def running(self) -> State:
        """Return where the servers of the running demo listen."""
        if not self._is_held() or not (self.path / "demo.json").exists():
            raise TrackerError(
                f"No demo runs in {self.path}.",
                "Start one in another terminal: make demo (or: tracker demo).",
            )
        return State(**json.loads((self.path / "demo.json").read_text()))

    def _demand_marker(self) -> None:
        if not (self.path / MARKER).exists():
            raise TrackerError(
                f"{self.path} is not empty and was not made by a demo.",
                "Choose another folder with --dir; nothing was touched.",
            )

    def _hold(self) -> None:
        held = (self.path / MARKER).open("a")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.close()
            raise Busy(
                f"A demo runs already in {self.path}.",
                "Stop it with Ctrl-C in its terminal, or choose another folder with --dir.",
            ) from None
        self._held = held

    def _is_held(self) -> bool:
        if not (self.path / MARKER).exists():
            return False
        with (self.path / MARKER).open("a") as probe:
            try:
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
        return False
