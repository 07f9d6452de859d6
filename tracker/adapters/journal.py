"""The local journal of sending: what the SMTP server accepted and Git does not know yet."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from tracker.core.sent import Sent


class Journal:
    """A file that survives the process: each line is on the disk before the next letter."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, sent: Sent) -> None:
        """Write down one letter and sync it."""
        self._path.parent.mkdir(exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            # The line feed in front closes a line that a crash cut short.
            file.write("\n" + json.dumps(asdict(sent), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> list[Sent]:
        """Return what is noted. Of a line that a crash cut short the letter is sent again, under
        its old Message-ID.
        """
        if not self._path.exists():
            return []
        found = []
        # A cut may go through a letter; U+2028 and the like in a refusal are no line ends.
        for line in self._path.read_bytes().decode("utf-8", "replace").split("\n"):
            try:
                data = json.loads(line)
            except ValueError:
                continue
            entries = tuple((int(number), str(entry)) for number, entry in data.pop("entries"))
            known = {name: data[name] for name in Sent.__dataclass_fields__ if name in data}
            found.append(Sent(entries=entries, **known))
        return found

    def clear(self) -> None:
        """Forget everything: Git knows it now."""
        self._path.unlink(missing_ok=True)
