"""Building from a program: figures come back, faults come as the tracker's own errors."""

from __future__ import annotations

import pytest

from tests.core.pages.make import ticket
from tests.portal.desks import SETTINGS, DeskFolder
from tracker.core.errors import TrackerError
from tracker.core.pages.site import ANY, CLOSED, OPEN
from tracker.portal.build import build_portal


def test_a_build_says_what_it_did(desk: DeskFolder) -> None:
    desk.put(ticket(1), ticket(2, status="closed"))
    desk.commit()
    done = build_portal(desk.root)
    assert done.counts == {OPEN: 1, CLOSED: 1, ANY: 2}
    assert done.rendered == 2
    assert build_portal(desk.root).rendered == 0


def test_a_private_desk_that_is_not_sealed_is_refused(desk: DeskFolder) -> None:
    desk.settings(SETTINGS.format(language="ru", visibility="private"))
    with pytest.raises(TrackerError, match="tracker seal"):
        build_portal(desk.root)


@pytest.mark.parametrize("text", [None, "site_name: x\nplugins: [search]\n", "site_name: [\n"])
def test_a_missing_or_foreign_configuration_is_told(desk: DeskFolder, text: str | None) -> None:
    path = desk.root / "mkdocs.yml"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(TrackerError):
        build_portal(desk.root)
