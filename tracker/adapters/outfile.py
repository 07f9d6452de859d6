"""Writing a file of one's own: whole or not at all, for its owner's eyes, over no other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tracker.core.errors import TrackerError


@contextmanager
def written(path: Path | None, *, replace: bool = False) -> Iterator[BinaryIO]:
    """Yield what is to be written to; None stands for standard output.

    The file gets its name when the block is done: an interrupted export leaves none. Raises
    TrackerError where there is one already, unless ``replace``.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if path.exists() and not replace:
        raise TrackerError(f"{path} is there already", "Name another file, or use --force.")
    beside = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise TrackerError(f"{beside} can't be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


class FilesBeside:
    """The folder of attachments beside an export: ``desk.json`` has ``desk.files``."""

    def __init__(self, path: Path) -> None:
        self.root = folder_beside(path)

    def write(self, path: str, content: bytes) -> None:
        """Write a file of the desk under its path there. Raises TrackerError for an odd path."""
        parts = path.split("/")
        if any(one in ("", ".", "..") for one in parts):
            raise TrackerError(f"`{path}` is no path of an attachment")
        target = self.root.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o600)


def folder_beside(path: Path) -> Path:
    """Return where the attachments of an export lie."""
    return path.with_suffix(".files")
