"""A desk on GitHub: set up, looked at, alarmed."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import programs
from tests.servers.github import NAME, GitHubServer

SECRETS = {
    "TRACKER_SECRET": "0123456789abcdef0123456789abcdef",
    "TRACKER_IMAP_PASSWORD": "imap-canary",
    "TRACKER_SMTP_PASSWORD": "smtp-canary",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with workflows that publish on Pages."""
    root = tmp_path_factory.mktemp("github") / "desk"
    options = [
        *("--name", "Desk", "--prefix", "ACCREDO", "--address", "support@example.org"),
        *("--imap", "imaps://support@127.0.0.1:9", "--smtp", "smtps://support@127.0.0.1:9"),
        *("--visibility", "public", "--host", "github", "--repository", "public", "--yes"),
    ]
    programs.run("init", root, *options).check_returncode()
    return root


class Shell:
    """The command line in a desk, with a GitHub."""

    def __init__(self, root: Path, github: GitHubServer) -> None:
        self.root = root
        self.environment = github.environment()

    def __call__(self, *arguments: str, keys: str = "", **more: str) -> tuple[int, str]:
        surroundings = {**os.environ, **self.environment, **more}
        done = programs.run("-C", self.root, "github", *arguments, env=surroundings, keys=keys)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def shell(folder: Path, github: GitHubServer) -> Shell:
    return Shell(folder, github)


def test_setup_shows_the_plan_asks_and_can_be_repeated(shell: Shell, github: GitHubServer) -> None:
    code, shown = shell("setup", "--dry-run", **SECRETS)
    assert code == 0
    assert shown.startswith(f"{NAME}:\n  + make the environment github-pages")
    assert github.secrets == {"": {}}

    code, shown = shell("setup", keys="n\n", **SECRETS)
    assert "Do it? [y/N]" in shown
    assert github.secrets == {"": {}}

    code, shown = shell("setup", keys="y\n", **SECRETS)
    assert code == 0
    assert github.secrets["github-pages"] == SECRETS
    assert github.pages == "workflow"
    assert github.labels == ["desk-alarm"]
    assert github.rights == "read"
    for value in SECRETS.values():
        assert value not in shown

    assert shell("setup", **SECRETS) == (0, f"{NAME}: everything is there.\n")
    assert shell("setup") == (0, f"{NAME}: everything is there.\n")


@pytest.mark.parametrize("way", ["rsync", "s3", "none"])
def test_secrets_belong_to_the_desks_environment_wherever_it_publishes(
    folder: Path, github: GitHubServer, tmp_path: Path, way: str
) -> None:
    desk = tmp_path / "desk"
    shutil.copytree(folder, desk)
    programs.run(
        "-C", desk, "hosting", "--host", "github", "--deploy", way, "--yes"
    ).check_returncode()
    github.secrets[""] = dict(SECRETS)  # as it was set up before there were environments
    code, shown = Shell(desk, github)("setup", "--yes", **SECRETS)
    assert "done: make the environment desk, for the desk's branch alone" in shown
    assert github.secrets["desk"] == SECRETS
    assert github.branches == {"desk": ["main"]}
    assert code == (0 if way == "none" else 1)  # else keys and variables are missing


def test_setup_goes_by_the_plan_where_that_has_no_environments(
    shell: Shell, github: GitHubServer
) -> None:
    github.environments_need_plan = True
    code, shown = shell("setup", "--yes", **SECRETS)
    assert code == 0
    assert "your plan has no environments for private repositories" in shown
    assert github.secrets == {"": SECRETS, "github-pages": {}}
    code, shown = shell("setup", "--yes")
    assert code == 0
    assert github.secrets[""] == SECRETS


def test_setup_goes_on_where_it_was_broken_off(shell: Shell, github: GitHubServer) -> None:
    github.pages_need_plan = True
    code, shown = shell("setup", "--yes", **SECRETS)
    assert code == 1
    assert "plan does not support" in shown
    github.pages_need_plan = False
    code, shown = shell("setup", "--yes", **SECRETS)
    assert code == 0
    assert "the secret" not in shown
    assert github.labels == ["desk-alarm"]


def test_setup_says_what_only_the_owner_can_give(shell: Shell, github: GitHubServer) -> None:
    code, shown = shell("setup", "--yes", TRACKER_SECRET=SECRETS["TRACKER_SECRET"])
    assert code == 1
    assert "! the secret TRACKER_IMAP_PASSWORD is not there" in shown
    assert set(github.secrets["github-pages"]) == {"TRACKER_SECRET"}


def test_setup_asks_for_what_the_mailbox_signs_in_with(
    folder: Path, github: GitHubServer, tmp_path: Path
) -> None:
    desk = tmp_path / "desk"
    shutil.copytree(folder, desk)
    secret = {"TRACKER_SECRET": SECRETS["TRACKER_SECRET"]}
    client = {"TRACKER_OAUTH_CLIENT_ID": "id-canary"}
    settings = desk / "tracker.toml"
    by_password = settings.read_text("utf-8")
    assert "[mailbox]\n" in by_password

    def missing(more: str) -> set[str]:
        settings.write_text(by_password.replace("[mailbox]\n", f"[mailbox]\n{more}"), "utf-8")
        code, shown = Shell(desk, github)("setup", "--dry-run", **secret)
        assert code == 1
        return set(re.findall(r"! the secret (\S+) is not there", shown))

    oauth = "TRACKER_OAUTH_"
    assert missing("") == {"TRACKER_IMAP_PASSWORD", "TRACKER_SMTP_PASSWORD"}
    person = {f"{oauth}CLIENT_ID", f"{oauth}REFRESH_TOKEN"}
    assert missing('auth = "microsoft"\n') == person
    application = 'oauth_grant = "client-credentials"\noauth_tenant = "example.org"\n'
    assert missing(f'auth = "google"\n{application}') == {f"{oauth}CLIENT_SECRET"}
    both = {f"{oauth}CLIENT_ID", f"{oauth}CLIENT_SECRET"}
    assert missing(f'auth = "microsoft"\n{application}') == both
    assert missing('auth = "google"\n') == person

    given = secret | client | {"TRACKER_OAUTH_REFRESH_TOKEN": "refresh-canary"}
    code, shown = Shell(desk, github)("setup", "--yes", **given)
    assert code == 0, shown
    assert github.secrets["github-pages"] == given
    assert "canary" not in shown


def test_without_a_token_it_says_how_to_get_one(shell: Shell) -> None:
    code, shown = shell("setup", GITHUB_TOKEN="")
    assert code == 1
    assert "GITHUB_TOKEN is not set" in shown


def test_status_tells_runs_and_the_age_of_the_last_intake(
    shell: Shell, github: GitHubServer
) -> None:
    github.workflows = {"inbox.yml": "active", "portal.yml": "active"}
    github.add_run("inbox.yml", "success", timedelta(minutes=30))
    code, shown = shell("status")
    assert code == 0
    assert "inbox.yml       success      30 minutes ago" in shown
    assert "last good intake: 30 minutes ago" in shown

    github.add_run("inbox.yml", "failure", timedelta(minutes=3))
    code, shown = shell("status", "--json")
    found = json.loads(shown)
    assert code == 1
    assert 1790 <= found["intake_age"] <= 1900
    assert [one["result"] for one in found["workflows"]] == ["failure", None]
    assert "ended with failure" in found["troubles"][0]


def test_heartbeat_keeps_one_issue_while_the_schedule_is_off(
    shell: Shell, github: GitHubServer
) -> None:
    github.private = False
    github.workflows = {"inbox.yml": "disabled_inactivity"}
    github.add_run("inbox.yml", "success", timedelta(days=3))
    github.committed = datetime.now(UTC) - timedelta(days=61)
    for _ in range(2):
        code, shown = shell("heartbeat")
        assert code == 0
        assert "switched off (disabled_inactivity)" in shown
    (issue,) = github.issues
    assert "No commit for 61 days" in issue["body"]
    assert issue["labels"] == [{"name": "desk-alarm"}]
    assert github.comments == []

    shell("heartbeat", "--enable")
    assert github.workflows == {"inbox.yml": "active"}
    github.committed = datetime.now(UTC)
    github.add_run("inbox.yml", "success", timedelta())
    assert shell("heartbeat") == (0, "The schedule is alive.\n")
    assert github.issues[0]["state"] == "closed"


def test_alarm_is_one_issue_with_a_comment_a_day(shell: Shell, github: GitHubServer) -> None:
    job = {"GITHUB_RUN_ID": "7", "GITHUB_SERVER_URL": "https://github.com"}
    assert shell("alarm", GITHUB_WORKFLOW="inbox", **job) == (0, "The alarm is issue #1.\n")
    assert f"https://github.com/{NAME}/actions/runs/7" in github.issues[0]["body"]
    shell("alarm", **job)
    assert github.comments == []
    github.issues[0]["updated_at"] = "2026-01-01T00:00:00Z"
    shell("alarm", **job)
    assert len(github.comments) == len(github.issues) == 1

    assert shell("alarm", "--over") == (0, "The alarm is over.\n")
    assert github.issues[0]["state"] == "closed"
    assert shell("alarm", "--over") == (0, "")
    assert shell("alarm", **job) == (0, "The alarm is issue #2.\n")


def test_a_workflow_is_started_on_the_desks_branch(shell: Shell, github: GitHubServer) -> None:
    github.workflows = {"portal.yml": "active", "inbox.yml": "active"}
    assert shell("start") == (0, "Started portal.yml on main.\n")
    shell("start", "inbox.yml")
    assert github.dispatches == [("portal.yml", "main"), ("inbox.yml", "main")]


def test_issues_are_fetched_into_a_file(shell: Shell, github: GitHubServer, tmp_path: Path) -> None:
    github.add_issue("Принтер")
    github.add_issue("A pull request", pull_request=True)
    github.add_comment(1, "Готово")
    file = tmp_path / "issues.json"
    code, shown = shell("issues", str(file))
    assert (code, shown) == (0, f"1 issues and 1 comments are in {file}.\n")
    issue, comment = json.loads(file.read_text("utf-8"))
    assert issue["title"] == "Принтер"
    assert comment["issue_url"] == issue["url"]
