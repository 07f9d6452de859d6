"""The portal's own scripts and styles, and where the site has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tracker.core.pages import asking, front, queues, searching
from tracker.core.pages.searching import status_names, status_stems
from tracker.core.pages.site import Desk
from tracker.core.pages.vocabulary import vocabulary_count

STYLE = "assets/tracker/desk.css"
SCRIPT = "assets/tracker/desk.js"
ENGINE = "assets/tracker/engine.js"

THEME = Path(__file__).parent / "theme"
"""Templates that stand before the theme's own."""

_FOLDER = Path(__file__).parent / "assets"


def static_files() -> Iterator[tuple[str, Path]]:
    """Return the files that are published as they are: (address, file)."""
    yield STYLE, _FOLDER / "desk.css"
    yield SCRIPT, _FOLDER / "desk.js"
    own = (asking.SCRIPT, asking.STYLE, asking.FINDER, front.SCRIPT, queues.SCRIPT)
    for address in (*own, searching.SCRIPT):
        yield address, _FOLDER / Path(address).name
    for path in sorted((_FOLDER / "vendor").iterdir()):
        yield f"assets/tracker/vendor/{path.name}", path


def engine_script(desk: Desk, shards: int, newest: int) -> str:
    """Return the search itself. ``newest`` is the highest number that anybody may see."""
    words = desk.words
    data = {
        "prefix": desk.prefix,
        "shards": shards,
        "vocabularies": vocabulary_count(shards),
        "newest": newest,
        "names": status_names(words),
        "statuses": status_stems(words),
        "all": words._("All results"),
    }
    script = (_FOLDER / "engine.js").read_text("utf-8")
    return script.replace('"%DESK%"', json.dumps(data, ensure_ascii=False, sort_keys=True))


def worker_script(wrapped: str) -> str:
    """Return the worker behind the theme's box. ``wrapped`` is where the theme's own worker is."""
    script = (_FOLDER / "worker.js").read_text("utf-8")
    return script.replace("%WRAPPED%", wrapped.rpartition("/")[2])
