"""Fixtures of the portal: pages the generator wrote once, desks to publish."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.portal.desks import DeskFolder


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What MkDocs writes for a Russian desk: pages with places, the page that is cut in two."""
    desk = DeskFolder(tmp_path_factory.mktemp("pages") / "desk")
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    return desk.root / ".tracker" / "portal" / "pages"


@pytest.fixture
def desk(tmp_path: Path) -> DeskFolder:
    """A desk without tickets."""
    return DeskFolder(tmp_path / "desk")
