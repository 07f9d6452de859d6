"""The local journal of sending: what is under way or done, and Git does not know yet."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tracker.core.sent import Sent

_BEGUN = "begun"


class Journal:
    """A file that survives the process: each line is on the disk before the next step.

    A letter has a line when it is begun, with what it tells, and one when the server has answered.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, unfinished: Sent) -> None:
        """Write down a letter that goes next, as it has to be noted if nothing follows."""
        self._write({**asdict(unfinished), _BEGUN: True})

    def drop(self) -> None:
        """Take back the letter that was begun: the server never saw it."""
        self._write({_BEGUN: False})

    def note(self, sent: Sent) -> None:
        """Write down what became of a letter."""
        self._write(asdict(sent))

    def _write(self, data: dict[str, Any]) -> None:
        self._path.parent.mkdir(exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            # The line feed in front closes a line that a crash cut short.
            file.write("\n" + json.dumps(data, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> list[Sent]:
        """Return what is noted, at the end the letters that were begun and not finished. One whose
        line a crash cut short counts as unfinished.
        """
        found: list[Sent] = []
        unfinished: dict[tuple[object, ...], Sent] = {}
        for data in self._lines():
            begun = data.pop(_BEGUN, None)
            if begun is False:
                unfinished.clear()
                continue
            entries = tuple((int(number), str(entry)) for number, entry in data.pop("entries"))
            known = {name: data[name] for name in Sent.__dataclass_fields__ if name in data}
            sent = Sent(entries=entries, **known)
            which = (sent.address, sent.kind, sent.entries, sent.account, sent.post)
            if begun:
                unfinished[which] = sent
            else:
                unfinished.pop(which, None)
                found.append(sent)
        return [*found, *unfinished.values()]

    def _lines(self) -> Iterator[dict[str, Any]]:
        if not self._path.exists():
            return
        # A cut may go through a letter; U+2028 and the like in a refusal are no line ends.
        for line in self._path.read_bytes().decode("utf-8", "replace").split("\n"):
            with suppress(ValueError):
                yield json.loads(line)

    def clear(self) -> None:
        """Forget everything: Git knows it now."""
        self._path.unlink(missing_ok=True)
