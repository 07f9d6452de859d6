"""The plugin in MkDocs: settings rule the site, faults are told, an unsealed desk stays unbuilt."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.core.pages.make import entry, ticket
from tests.portal.desks import SETTINGS, DeskFolder, contents

OTHER = Path(__file__).parents[2] / "docs" / "howto" / "other-generator.md"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_new_desk_builds_without_a_warning(tmp_path: Path, language: str) -> None:
    """As `tracker init` makes it: no word of the other language, no address of another host."""
    desk = DeskFolder(tmp_path / "desk", language)
    desk.put(ticket(1), ticket(2, status="closed"))
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    front = (desk.site / "index.html").read_text("utf-8")
    assert f'<html lang="{language}"' in front and "Служба аккредитации" in front
    for piece in ("support@example.org", "+7 (495) 123-45-67", "9:00-18:00", "requests/closed/"):
        assert piece in front
    assert ("New request" in front) is (language == "en")
    assert "fonts.googleapis" not in front and "data-tracker=" not in front
    assert not (desk.site / "tracker-shell").exists()
    lists = (desk.site / "requests/index.html").read_text("utf-8")
    assert "../tickets/ACCREDO-1/" in lists and "../tickets/ACCREDO-2/" not in lists


def test_every_page_has_a_policy(desk: DeskFolder) -> None:
    desk.put(ticket(1))
    desk.commit()
    assert desk.build().returncode == 0
    for path in desk.site.rglob("*.html"):
        page = path.read_text("utf-8")
        assert page.count('http-equiv="Content-Security-Policy"') == 1, path
        assert "unsafe-" not in page and " style=" not in page and " onclick=" not in page, path


def test_a_build_shows_the_newest_commit_and_a_second_one_equals_the_first(
    desk: DeskFolder,
) -> None:
    desk.put(ticket(1))
    desk.commit()
    assert desk.build().returncode == 0
    first = contents(desk.site)
    desk.put(ticket(1, entry("uncommitted")))
    assert desk.build().returncode == 0
    assert contents(desk.site) == first


def test_a_private_desk_is_refused_and_its_public_past_taken_away(desk: DeskFolder) -> None:
    desk.put(ticket(1))
    desk.commit()
    assert desk.build().returncode == 0
    desk.settings(SETTINGS.format(language="ru", visibility="private"))
    desk.commit()
    done = desk.build()
    assert done.returncode != 0
    assert "private" in done.stderr and "tracker seal" in done.stderr
    assert "Traceback" not in done.stderr
    assert not contents(desk.site)


def test_private_is_what_a_desk_is_unless_told_otherwise(desk: DeskFolder) -> None:
    desk.settings(SETTINGS.format(language="ru", visibility="public").replace("visibility", "#"))
    desk.commit()
    assert "private" in desk.build().stderr
    assert not desk.site.exists()


@pytest.mark.parametrize(
    ("settings", "told"),
    [("[desk]\nnmae = 'x'\n", "nmae"), ("[desk\n", "TOML")],
)
def test_faults_in_the_settings_are_told_plainly(
    desk: DeskFolder, settings: str, told: str
) -> None:
    desk.settings(settings)
    done = desk.build()
    assert done.returncode != 0 and told in done.stderr and "Traceback" not in done.stderr


def test_a_desk_without_settings_is_told_how_to_get_some(desk: DeskFolder) -> None:
    (desk.root / "tracker.toml").unlink()
    assert "tracker init" in desk.build().stderr


def test_another_generator_needs_the_documented_lines_alone(
    desk: DeskFolder, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program of `other-generator.md`, on pages that somebody else rendered."""
    desk.put(ticket(1), ticket(2, status="closed"))
    desk.commit()
    shutil.copytree(pages, desk.root / "rendered")
    (program,) = re.findall(r"```python\n(.*?)```", OTHER.read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(desk.root)
    exec(compile(program, str(OTHER), "exec"), {})
    made = contents(desk.site)
    assert "tickets/ACCREDO-2/index.html" in made
    desk.site.rename(desk.root / "by-hand")
    assert desk.build().returncode == 0
    assert made == contents(desk.site)
