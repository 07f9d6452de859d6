"""Building a private desk: sealed files and pages, no ticket, no secret for the generator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.core.pages.make import IVAN, answer, entry, ticket
from tests.desk.private import SECRET, PrivateDesk
from tests.portal.desks import contents
from tracker.core.accounts.layout import SEALED
from tracker.core.errors import TrackerError
from tracker.core.ticket import Attachment
from tracker.portal.build import build_private

WORD = "канарейка7f3a"
FILE = Attachment(
    "канарейка-паспорт.pdf", "tickets/000/ACCREDO-1/канарейка-паспорт.pdf", 3, "application/pdf"
)

SPY = """\
import json, os, pathlib
def on_post_build(config, **_):
    names = [name for name in os.environ if name.startswith("TRACKER_")]
    pathlib.Path("{seen}").write_text(json.dumps(names))
"""
LEAK = """\
import pathlib
def on_post_build(config, **_):
    pathlib.Path(config.site_dir, "leak.txt").write_text("{text}", "utf-8")
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivateDesk:
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    desk = PrivateDesk(tmp_path / "desk")
    said = entry(f"{WORD} в тексте", attachments=(FILE,), quoted=WORD)
    desk.put(ticket(1, said, answer(f"**{WORD}**", format="markdown"), title=WORD))
    desk.file(FILE.path, WORD.encode())
    desk.account()
    desk.commit()
    return desk


def hook(desk: PrivateDesk, code: str) -> None:
    (desk.root / "hook.py").write_text(code, "utf-8")
    path = desk.root / "mkdocs.yml"
    path.write_text(path.read_text("utf-8") + "hooks: [hook.py]\n", "utf-8")


def build(desk: PrivateDesk) -> None:
    opened = desk.open()
    try:
        build_private(opened)
    finally:
        opened.index.close()


def test_the_site_has_pages_and_sealed_files_and_no_ticket(desk: PrivateDesk) -> None:
    build(desk)
    found = contents(desk.site)
    assert {"index.html", "404.html", "sitemap.xml", "help/index.html"} <= set(found)
    sealed = {path for path in found if path.startswith("private/")}
    assert sealed == set(desk.sealed()) and len(sealed) == 4
    others = set(found) - sealed
    assert {"requests/index.html", "access/index.html"} <= others
    assert not [
        one for one in others if one.startswith(("tickets", "requests/a", "search/tickets"))
    ]
    for path in desk.site.rglob("*"):
        assert WORD.encode() not in (path.read_bytes() if path.is_file() else b""), path
        assert "канарейка" not in path.name
    for name in sealed:
        listed = [p for p in others if name.split("/")[-1].encode() in (desk.site / p).read_bytes()]
        assert listed == []
    front = (desk.site / "index.html").read_text("utf-8")
    assert "support@example.org" in front and "data-tracker=" not in front


def test_a_second_build_gives_the_same(desk: PrivateDesk) -> None:
    build(desk)
    first = contents(desk.site)
    build(desk)
    assert contents(desk.site) == first


def test_the_generator_is_given_no_secret(desk: PrivateDesk, tmp_path: Path) -> None:
    seen = tmp_path / "seen.json"
    hook(desk, SPY.format(seen=seen))
    build(desk)
    assert json.loads(seen.read_text()) == []


def test_a_leak_of_an_address_leaves_the_site_as_it_was(desk: PrivateDesk) -> None:
    build(desk)
    first = contents(desk.site)
    hook(desk, LEAK.format(text=IVAN.email))
    with pytest.raises(TrackerError, match=r"leak\.txt"):
        build(desk)
    assert contents(desk.site) == first


def test_a_failed_step_leaves_the_site_as_it_was(
    desk: PrivateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(desk)
    first = contents(desk.site)
    hook(desk, "def on_config(config, **_):\n    raise SystemExit('broken')\n")
    with pytest.raises(TrackerError, match="MkDocs"):
        build(desk)
    monkeypatch.delenv("TRACKER_SECRET")
    with pytest.raises(TrackerError, match="TRACKER_SECRET"):
        build(desk)
    assert contents(desk.site) == first


def test_a_public_past_leaves_the_site(desk: PrivateDesk) -> None:
    settings = (desk.root / "tracker.toml").read_text("utf-8")
    desk.settings(settings.replace('"private"', '"public"'))
    accounts, aside = desk.root / "accounts", desk.root.parent / "aside"
    accounts.rename(aside)  # a desk that was public all the time has none
    desk.commit()
    assert desk.build().returncode == 0
    assert (desk.site / "tickets/ACCREDO-1/index.html").is_file()
    aside.rename(accounts)
    desk.settings(settings)
    desk.commit()
    assert desk.run("build", TRACKER_SECRET="").returncode == 1
    assert contents(desk.site) == {}
    build(desk)
    assert not (desk.site / "tickets").exists() and (desk.site / "private").is_dir()


def test_mkdocs_by_itself_puts_the_sealed_files_beside_the_pages(desk: PrivateDesk) -> None:
    """And takes out what left since, as a build by `tracker build` does."""
    build(desk)
    first = contents(desk.site)
    (desk.site / "private/b/old").write_text("x")
    (desk.site / ".well-known").mkdir()
    (desk.site / ".well-known/kept").write_text("x")
    assert desk.build().returncode == 0
    after = contents(desk.site)
    assert after.pop(".well-known/kept") and after == first
    (desk.root / SEALED / "complete").unlink()
    assert "tracker seal" in desk.build().stderr


def test_the_command_says_what_was_done(desk: PrivateDesk) -> None:
    done = desk.run("build")
    assert done.returncode == 0, done.stderr
    assert "1 accounts" in done.stdout and WORD not in done.stdout + done.stderr


QUOTED = "Прошу срочно восстановить доступ эксперта комиссии к протоколу вчерашнего заседания"


def test_a_page_with_words_of_a_ticket_is_held_back_and_told_in_the_output(
    desk: PrivateDesk,
) -> None:
    """What the job's summary and its alarm see: the line of the output, and exit status 3."""
    desk.put(ticket(2, entry(QUOTED)))
    desk.commit()
    hook(desk, LEAK.format(text=QUOTED))
    done = desk.run("build")
    assert done.returncode == 3, done.stderr
    assert "taken out of the site: leak.txt" in done.stdout
    assert not (desk.site / "leak.txt").exists() and (desk.site / "index.html").is_file()
    hook_, before = desk.root / "hook.py", LEAK.format(text="Добро пожаловать")
    hook_.write_text(before, "utf-8")
    assert desk.run("build", "--quiet").returncode == 0
    hook_.write_text(LEAK.format(text=QUOTED), "utf-8")
    done = desk.run("build", "--quiet")
    assert done.returncode == 3, done.stderr
    assert "the last good version stays: leak.txt" in done.stdout
    assert (desk.site / "leak.txt").read_text("utf-8") == "Добро пожаловать"
    assert "восстановить" not in done.stdout + done.stderr
