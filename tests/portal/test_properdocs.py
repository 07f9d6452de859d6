"""The plugin under ProperDocs, the maintained fork of MkDocs: unchanged, and the same site."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.core.pages.make import answer, ticket
from tests.portal.desks import DeskFolder

_GENERATOR = re.compile(rb'<meta name="generator" content="[^"]*">')


def pages_of(site: Path) -> dict[str, bytes]:
    """Every file of a site; the generator's name is left out."""
    return {
        path.relative_to(site).as_posix(): _GENERATOR.sub(b"", path.read_bytes())
        for path in site.rglob("*")
        if path.is_file()
    }


def test_properdocs_builds_the_same_site(desk: DeskFolder) -> None:
    desk.put(ticket(1), ticket(2, status="closed"))
    desk.commit()
    assert desk.build().returncode == 0
    made_by_mkdocs = pages_of(desk.site)
    desk.site.rename(desk.root / "before")
    command = [sys.executable, "-m", "properdocs", "build", "--strict", "-f", "mkdocs.yml"]
    done = subprocess.run(command, cwd=desk.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "2 rendered" in done.stderr
    assert pages_of(desk.site) == made_by_mkdocs


def test_a_later_build_of_properdocs_rewrites_only_what_changed(desk: DeskFolder) -> None:
    desk.put(ticket(1), ticket(2))
    desk.commit()
    assert desk.build().returncode == 0
    desk.put(ticket(2, answer("готово")))
    desk.commit()
    command = [sys.executable, "-m", "properdocs", "build", "-f", "mkdocs.yml"]
    done = subprocess.run(command, cwd=desk.root, capture_output=True, text=True, check=False)
    assert "2 tickets, 1 rendered" in done.stderr
