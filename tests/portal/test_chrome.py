"""Cutting the theme's page: relative links become portable, missing places are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.core.errors import TrackerError
from tracker.portal import chrome


def test_the_shared_script_has_portable_links_and_the_themes_scripts(pages: Path) -> None:
    made = chrome.read_chrome((pages / chrome.PAGE).read_text("utf-8"))
    assert "%ROOT%requests/" in made.script
    assert "%DATA%" not in made.script and "%THEME%" not in made.script
    assert "</script" not in made.script.lower()
    assert "__md_scope=new URL(base)" in made.script
    assert made.worker.startswith("assets/javascripts/workers/search.")
    assert made.styles[-1] == "assets/tracker/desk.css"
    assert all(one.startswith("assets/") for one in made.styles)


@pytest.mark.parametrize("name", ["top", "nav", "foot", "end", "scripts"])
def test_a_theme_without_a_place_is_told(pages: Path, name: str) -> None:
    page = (pages / chrome.PAGE).read_text("utf-8").replace(f"<!--tracker:{name}-->", "")
    with pytest.raises(TrackerError, match=name):
        chrome.read_chrome(page)
