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
from tracker.portal.build import build_sealed, seal_private

WORD = "канарейка7f3a"
FILE = Attachment(
    "канарейка-паспорт.pdf", "tickets/000/ACCREDO-1/канарейка-паспорт.pdf", 3, "application/pdf"
)

SPY = """\
import json, os, pathlib, subprocess
def read(path):
    return pathlib.Path(path).read_text("utf-8", "replace")
def on_post_build(config, **_):
    known = [pathlib.Path(f"/proc/{{one}}/environ").read_text() for one in ("self", os.getppid())]
    names = "\\0".join(known).split("\\0")
    tops = [pathlib.Path(config.config_file_path).parent, pathlib.Path(config.site_dir).parent]
    found = [str(path) for top in (*tops, pathlib.Path.cwd()) for path in top.rglob("*")]
    git = subprocess.run(["git", "log"], capture_output=True)
    seen = {{
        "secrets": [one for one in names if one.startswith("TRACKER_")],
        "words": [one for one in found if os.path.isfile(one) and "{drow}"[::-1] in read(one)],
        "names": [one for one in found if "ACCREDO" in one or "accounts" in one],
        "docs": [one for one in found if one.endswith("docs/index.md")],
        "history": git.returncode == 0,
    }}
    pathlib.Path("{seen}").write_text(json.dumps(seen))
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
        seal_private(opened)
    finally:
        opened.index.close()
    build_sealed(desk.root)


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


def test_no_plugin_finds_a_secret_or_a_ticket_where_it_works(
    desk: PrivateDesk, tmp_path: Path
) -> None:
    """Neither its own environment has one nor that of the process which started it."""
    seen = tmp_path / "seen.json"
    hook(desk, SPY.format(seen=seen, drow=WORD[::-1]))
    done = desk.run("build")
    assert done.returncode == 0, done.stderr
    found = json.loads(seen.read_text())
    assert found.pop("docs"), "the desk's own pages are there"
    assert found == {"secrets": [], "words": [], "names": [], "history": False}
    assert set(desk.sealed()) <= set(contents(desk.site))


def test_the_steps_may_run_one_by_one_and_only_the_first_has_the_secret(
    desk: PrivateDesk,
) -> None:
    asked = desk.run("build", "--sealed", TRACKER_SECRET="")
    assert asked.returncode == 1 and "tracker seal" in asked.stderr
    assert desk.run("seal").returncode == 0
    done = desk.run("build", "--sealed", TRACKER_SECRET="")
    assert done.returncode == 0, done.stderr
    assert set(desk.sealed()) <= set(contents(desk.site))


def test_what_the_generator_says_names_the_desks_own_files(desk: PrivateDesk) -> None:
    hook(desk, "def on_config(config, **_):\n    raise Exception(config.config_file_path)\n")
    done = desk.run("build")
    assert done.returncode == 1 and str(desk.root / "mkdocs.yml") in done.stderr


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
