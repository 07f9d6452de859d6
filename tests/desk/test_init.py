"""A new desk."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.portal.desks import SETTINGS
from tracker.cli.main import main
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.settings import SettingsError, read_settings
from tracker.desk.check import check
from tracker.desk.init import agent_from, make_desk, settings_text

TABLES = {
    "desk": {"name": 'Отдел "Аккредо" \\ 1\x7f', "prefix": "ACCREDO", "language": "ru"},
    "mailbox": {"address": "support@example.org", "imap": ""},
}


def test_a_new_desk_is_a_repository_with_one_commit_and_no_fault(tmp_path: Path) -> None:
    tables = {**TABLES, "desk": {**TABLES["desk"], "name": 'Отдел "Аккредо" \\ 1'}}
    text = settings_text(tables, {"anna": Address("Анна", "anna@example.org")})
    made = make_desk(tmp_path / "new" / "desk", text)
    git = ["git", "-C", str(made.root)]
    log = subprocess.run([*git, "log", "--format=%s"], capture_output=True, text=True, check=True)
    status = subprocess.run([*git, "status", "--porcelain"], capture_output=True, check=True)
    branch = subprocess.run([*git, "branch", "--show-current"], capture_output=True, check=True)
    assert log.stdout == "Open the desk ACCREDO\n"
    assert status.stdout == b""
    assert branch.stdout == b"main\n"
    assert check(made.root) == (0, [])
    for name in ("tracker.toml", "mkdocs.yml", "docs/index.md", ".gitignore", "tickets"):
        assert (made.root / name).exists(), name


def test_a_secret_is_made_once_and_stands_in_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = {**TABLES, "desk": {**TABLES["desk"], "name": "A"}}
    one = make_desk(tmp_path / "a", settings_text(tables, {}))
    two = make_desk(tmp_path / "b", settings_text(tables, {}))
    assert len(one.secret) >= 40
    assert one.secret != two.secret
    monkeypatch.setenv("TRACKER_SECRET", "canary-canary-canary")
    assert make_desk(tmp_path / "c", settings_text(tables, {})).secret == ""
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in files:
        content = path.read_bytes()
        assert one.secret.encode() not in content
        assert b"canary-canary" not in content


def test_any_text_is_written_so_that_it_reads_back() -> None:
    for name in ('a"b', "a\\b", "ё № 1", "]\n[x"):
        text = settings_text({**TABLES, "desk": {**TABLES["desk"], "name": name}}, {})
        if "\n" in name:
            with pytest.raises(SettingsError, match="one line"):
                read_settings(text)
        else:
            assert read_settings(text).desk.name == name


def test_something_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    tables = {**TABLES, "desk": {**TABLES["desk"], "name": "A"}}
    with pytest.raises(TrackerError, match="is not empty"):
        make_desk(tmp_path, settings_text(tables, {}))
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_wrong_settings_make_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        make_desk(tmp_path / "desk", settings_text({"desk": {"prefix": "x"}}, {}))
    assert not (tmp_path / "desk").exists()


def test_agents_as_written_on_the_command_line() -> None:
    assert agent_from("anna=Анна <anna@example.org>") == (
        "anna",
        Address("Анна", "anna@example.org"),
    )
    assert agent_from("anna=anna@example.org")[1] == Address("anna", "anna@example.org")
    for wrong in ("anna", "=Анна", "anna=", ""):
        with pytest.raises(TrackerError, match="names no agent"):
            agent_from(wrong)


@pytest.mark.parametrize(
    ("options", "said", "wanted"),
    [
        (["--visibility", "public"], "\n\n\n\ny\n\nnone\n", "after-review"),
        (["--visibility", "public"], "\n\n\n\ny\nat-once\nnone\n", "at-once"),
        (["--visibility", "public", "--publish", "at-once"], "\n\n\n\ny\nnone\n", "at-once"),
        (["--visibility", "public", "--yes"], "", "at-once"),
        (["--visibility", "private", "--yes"], "", "at-once"),
    ],
)
def test_a_public_desk_is_asked_when_strangers_requests_appear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str, wanted: str
) -> None:
    needed = ["--name", "A", "--prefix", "AB", "--address", "a@b.org", "--language", "en"]
    arguments = ["init", str(tmp_path / "desk"), *needed, *options]
    monkeypatch.setenv("TRACKER_SECRET", "s" * 43)
    done = CliRunner().invoke(main, arguments, input=said + "\n")
    assert done.exit_code == 0, done.output
    text = (tmp_path / "desk" / "tracker.toml").read_text("utf-8")
    assert read_settings(text).desk.publish == wanted
    asked = "New tickets appear" in done.output
    assert asked is (options == ["--visibility", "public"])


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_private_desk_tells_of_accounts_and_a_public_one_does_not(
    tmp_path: Path, language: str
) -> None:
    for visibility in ("private", "public"):
        root = tmp_path / visibility
        make_desk(root, SETTINGS.format(language=language, visibility=visibility))
        pages = {path.name: path.read_text("utf-8") for path in (root / "docs/help").iterdir()}
        assert ("account.md" in pages) is (visibility == "private")
        is_told = any(word in pages["index.md"] for word in ("Портал открытый", "portal is public"))
        assert is_told is (visibility == "public")
