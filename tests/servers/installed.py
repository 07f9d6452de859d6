"""Finding the programs that the tests run, which are real ones and never left out."""

from __future__ import annotations

import os
import shutil

_MORE_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/bin:/opt/homebrew/sbin"
"""Where servers are that the search path of a plain user does not lead to."""


class ServerMissingError(RuntimeError):
    """A program the tests need is not on this machine."""


def program(name: str, word: str = "") -> str:
    """Return the path of a program.

    ``word`` is what `tools/system-packages` calls it. Raises ServerMissingError with what to do.
    """
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_MORE_PLACES}")
    if found is None:
        raise ServerMissingError(
            f"{name} is not installed. These tests run against the real program; get it with "
            f"`tools/system-packages {word or name}`."
        )
    return found
