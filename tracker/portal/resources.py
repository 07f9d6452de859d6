"""The portal's own scripts and styles, and where the site has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tracker.core.pages import asking, front, queues
from tracker.core.pages.html import STATUS_NAMES
from tracker.core.pages.site import Desk

STYLE = "assets/tracker/desk.css"
SCRIPT = "assets/tracker/desk.js"

THEME = Path(__file__).parent / "theme"
"""Templates that stand before the theme's own."""

_FOLDER = Path(__file__).parent / "assets"


def static_files() -> Iterator[tuple[str, Path]]:
    """Return the files that are published as they are: (address, file)."""
    yield STYLE, _FOLDER / "desk.css"
    yield SCRIPT, _FOLDER / "desk.js"
    for address in (asking.SCRIPT, asking.STYLE, front.SCRIPT, queues.SCRIPT):
        yield address, _FOLDER / Path(address).name
    for path in sorted((_FOLDER / "vendor").iterdir()):
        yield f"assets/tracker/vendor/{path.name}", path


def worker_script(desk: Desk, wrapped: str, shards: int, newest: int) -> str:
    """Return the search worker. ``wrapped`` is the address of the theme's own worker."""
    words = desk.words
    names = {status: words._(name) for status, name in STATUS_NAMES.items()}
    data = {
        "wrapped": wrapped.rpartition("/")[2],
        "prefix": desk.prefix,
        "shards": shards,
        "newest": newest,
        "names": {**names, "repair": words._("being repaired")},
    }
    script = (_FOLDER / "worker.js").read_text("utf-8")
    return script.replace('"%DESK%"', json.dumps(data, ensure_ascii=False, sort_keys=True))
