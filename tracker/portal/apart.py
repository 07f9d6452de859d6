"""A place apart for the generator: the desk's folder without tickets, accounts and history."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tracker.core.accounts.layout import COMPLETE, SEALED
from tracker.core.accounts.records import FOLDER as RECORDS

_LEFT_OUT = frozenset(("tickets", RECORDS, "site", "node_modules"))


@contextmanager
def apart(root: Path) -> Iterator[Path]:
    """Give the generator a copy of what the pages of the desk in ``root`` are made of.

    What is hidden at the top (``.git``, ``.tracker``, files with secrets) stays behind, and so do
    the sealed files: they are put beside the pages afterwards. Links in it stay links.
    """
    with TemporaryDirectory(prefix="tracker-") as name:
        place = Path(name).resolve() / "desk"
        place.mkdir()
        for one in root.iterdir():
            if one.name in _LEFT_OUT or one.name.startswith(".") or _is_environment(one):
                continue
            if one.is_dir() and not one.is_symlink():
                shutil.copytree(one, place / one.name, symlinks=True)
            else:
                shutil.copy2(one, place / one.name, follow_symlinks=False)
        mark = place / SEALED / COMPLETE
        mark.parent.mkdir(parents=True)
        mark.touch()
        yield place


def _is_environment(path: Path) -> bool:
    return (path / "pyvenv.cfg").is_file()
