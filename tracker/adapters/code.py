"""A digest of the tracker's own code: what was made by another version is made anew."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import tracker


def code_digest(patterns: tuple[str, ...], libraries: tuple[str, ...]) -> str:
    """Return a digest of the package's files that match ``patterns``, and of the versions of
    ``libraries``.
    """
    digest = sha256()
    package = Path(tracker.__file__).parent
    for path in sorted(one for pattern in patterns for one in package.glob(pattern)):
        digest.update(path.read_bytes())
    digest.update(repr([version(one) for one in libraries]).encode())
    return digest.hexdigest()
