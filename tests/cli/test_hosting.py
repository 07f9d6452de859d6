"""``tracker init`` at a terminal, ``tracker hosting`` in a desk, what jobs print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.terminal import terminal
from tests.desk.conftest import RealDesk, letter
from tracker.cli.main import main
from tracker.desk.check import check

DESK = ("--name", "Desk", "--prefix", "ACCREDO", "--address", "support@example.org")
LATER = ("IMAP server", "SMTP server", "Where the portal will be", "Who answers")


def run(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(main, ["-C", str(folder), *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_init_says_what_choices_cost_and_asks_again(tmp_path: Path) -> None:
    with terminal(tmp_path, "init", "desk", *DESK, "--language", "ru") as shell:
        shell.answer(*((question, "") for question in LATER))
        shell.answer(("Portal (private, public) [private]", "public"))
        shell.answer(("Make the desk public? [y/N]", "y"), ("New tickets appear", "at-once"))
        shell.answer(("Host", "github"))
        shown = shell.expect("Repository (private, public) [private]")
        assert "addresses are sealed" in " ".join(shown.split())
        shell.type("private")
        shown = shell.expect("Deploy (pages, rsync, s3, none) [rsync]")
        assert "Pages from a private repository need a paid plan" in shown
        shell.type("pages")
        shown = shell.expect("Minutes between runs [30]")
        assert "1,440 runs a month" in shown
        assert "paid plan" in shown
        shell.type("5")
        shown = shell.expect("Every 5 minutes all the same? [y/N]")
        assert "8,640 runs a month" in shown
        assert "does NOT fit into the 2,000" in " ".join(shown.split())
        shell.type("n")
        shell.answer(("Minutes between runs [30]", "60"))
        secret = shell.expect("last four letters").partition("TRACKER_SECRET=")[2].split()[0]
        shell.type(secret[-4:])
        code, shown = shell.end()
    assert code == 0
    assert "tracker github setup" in shown
    root = tmp_path / "desk"
    assert check(root) == (0, [])
    workflow = (root / ".github/workflows/inbox.yml").read_text("utf-8")
    assert '- cron: "7 * * * *"' in workflow
    assert "actions/deploy-pages@" in workflow
    assert (root / "AGENTS.md").read_text("utf-8").startswith("# Как править")


def test_what_it_costs_is_said_without_questions_too(tmp_path: Path) -> None:
    shown = run(tmp_path, "init", "desk", *DESK, "--host", "gitlab", "--yes")
    assert "240 runs a month" in " ".join(shown.split())
    options = ("--host", "github", "--deploy", "rsync", "--every", "25", "--yes")
    shown = " ".join(run(tmp_path / "desk", "hosting", *options).split())
    assert "2,160 runs a month" in shown
    assert "does NOT fit into the 2,000" in shown


def test_what_would_publish_nowhere_is_refused(tmp_path: Path) -> None:
    run(tmp_path, "init", "desk", *DESK, "--yes")
    root = tmp_path / "desk"
    options = ("--host", "cron", "--deploy", "pages", "--yes")
    refused = CliRunner().invoke(main, ["-C", str(root), "hosting", *options])
    assert refused.exit_code != 0
    assert not (root / "hosting").exists()


@pytest.mark.parametrize("host", ["github", "gitlab", "cron", "none"])
def test_every_host_gives_a_desk_without_fault(tmp_path: Path, host: str) -> None:
    run(tmp_path, "init", "desk", *DESK, "--host", host, "--yes")
    root = tmp_path / "desk"
    assert check(root) == (0, [])
    names = {
        "github": ".github/workflows/check.yml",
        "gitlab": ".gitlab-ci.yml",
        "cron": "hosting/tracker.timer",
        "none": "AGENTS.md",
    }
    there = {name for name in names.values() if (root / name).exists()}
    assert there == {names[host], "AGENTS.md"}
    assert (root / "requirements.txt").exists() is (host != "none")
    for path in (one for one in root.rglob("*") if one.is_file() and ".git/" not in str(one)):
        assert not re.search(r"@[a-zA-Z_]+@|#: (if|end)", path.read_text("utf-8")), path


def test_what_is_installed_is_pinned(tmp_path: Path) -> None:
    run(tmp_path, "init", "desk", *DESK, "--host", "gitlab", "--yes")
    lines = (tmp_path / "desk/requirements.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins[0].startswith("tracker-desk==")
    assert len(pins) > 30
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", one) for one in pins)
    assert any(one.startswith("mkdocs-material==") for one in pins)
    package = "tracker-desk @ git+https://git.example.org/tracker@0123abc"
    output = run(tmp_path / "desk", "hosting", "--host", "gitlab", "--package", package, "--yes")
    assert f"+{package}" in output
    assert package in (tmp_path / "desk/requirements.txt").read_text()


def test_hosting_shows_the_difference_and_asks(tmp_path: Path) -> None:
    options = ["--host", "github", "--repository", "private", "--deploy", "rsync", "--every"]
    run(tmp_path, "init", "desk", *DESK, *options, "30", "--yes")
    root = tmp_path / "desk"
    inbox = root / ".github/workflows/inbox.yml"
    before = inbox.read_text("utf-8")
    assert "Everything is as it should be" in run(root, "hosting", *options, "30")
    shown = run(root, "hosting", *options, "60", "--dry-run")
    assert '+    - cron: "7 * * * *"' in shown
    assert inbox.read_text("utf-8") == before
    refused = CliRunner().invoke(main, ["-C", str(root), "hosting", *options, "60"], input="n\n")
    assert "Change .github/workflows/inbox.yml? [y/N]" in refused.output
    assert inbox.read_text("utf-8") == before
    inbox.unlink()
    assert "new: .github/workflows/inbox.yml" in run(root, "hosting", *options, "30")
    assert inbox.read_text("utf-8") == before


@pytest.mark.servers
def test_a_job_names_nobody(desk: RealDesk, tmp_path: Path) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.smtp.refuse_recipient("ivan@example.org", "550 5.1.1 <ivan@example.org> is unknown")
    summary = tmp_path / "summary.md"
    done = desk.run("sync", "--summary", str(summary))
    assert done.returncode == 3
    assert "ACCREDO-1: 550 5.1.1 <•••@•••> is unknown" in done.stderr
    text = summary.read_text("utf-8")
    assert "| failed | 1 | ACCREDO-1 |" in text
    assert "ivan" not in done.stdout + done.stderr + text


@pytest.mark.servers
def test_without_the_mailbox_only_letters_go(desk: RealDesk, monkeypatch: object) -> None:
    desk.mailbox.append(letter("ivan"))
    assert desk.run("sync", "--no-mailbox").returncode == 0
    assert desk.tickets() == {}
    assert desk.sync()["opened"] == 1
