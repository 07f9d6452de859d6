"""GitHub over real HTTP: what is there, what is done, faults and limits."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.servers.github import NAME, TOKEN, GitHubServer
from tracker.adapters.github import GitHub, GitHubError


@pytest.fixture
def host(github: GitHubServer) -> GitHub:
    return GitHub(TOKEN, NAME, github.url, pause=0)


def test_an_empty_repository(github: GitHubServer, host: GitHub) -> None:
    there = host.there("github-pages")
    assert (there.environments, there.secrets, there.variables) == (frozenset(), frozenset(), {})
    assert (there.pages, there.token_writes, there.workflows) == ("", True, {})
    assert host.private()
    assert abs(host.committed() - datetime.now(UTC)) < timedelta(minutes=5)


def test_what_is_set_is_there(github: GitHubServer, host: GitHub) -> None:
    github.workflows = {"inbox.yml": "disabled_manually"}
    host.make_environment("github-pages", "main")
    host.set_secret("TRACKER_SECRET", "пароль", "github-pages")
    host.set_secret("OTHER", "x", "")
    host.set_variable("TARGET", "a")
    host.set_variable("TARGET", "b")
    host.publish_by_workflow()
    host.publish_by_workflow()
    host.make_label("desk-alarm")
    host.token_reads()
    host.enable("inbox.yml")
    assert github.secrets == {"": {"OTHER": "x"}, "github-pages": {"TRACKER_SECRET": "пароль"}}
    assert github.branches == {"github-pages": ["main"]}
    there = host.there("github-pages")
    assert there.secrets == {"TRACKER_SECRET"}
    assert there.variables == {"TARGET": "b"}
    assert (there.pages, there.labels) == ("workflow", {"desk-alarm"})
    assert not there.token_writes
    assert there.workflows == {"inbox.yml": "active"}
    assert host.there("").secrets == {"OTHER"}


def test_an_environment_without_a_rule_guards_nothing(github: GitHubServer, host: GitHub) -> None:
    github.secrets |= {"": {"A": "1"}, "desk": {"B": "2"}}
    assert host.environments() == frozenset()
    assert host.there("desk").secrets == {"A"}
    assert host.make_environment("desk", "main")
    assert host.environments() == {"desk"}
    assert host.there("desk").secrets == {"B"}


def test_a_plan_without_environments(github: GitHubServer, host: GitHub) -> None:
    github.environments_need_plan = True
    assert not host.make_environment("desk", "main")
    assert host.environments() == frozenset()
    github.private = False
    public = GitHub(TOKEN, NAME, github.url, pause=0)
    assert public.make_environment("desk", "main")


def test_runs(github: GitHubServer, host: GitHub) -> None:
    github.workflows = {"inbox.yml": "active"}
    assert host.last_run("inbox.yml") is None
    github.add_run("inbox.yml", "success", timedelta(hours=2))
    github.add_run("inbox.yml", "failure", timedelta(hours=1))
    github.add_run("inbox.yml", None, timedelta())
    last, good = host.last_run("inbox.yml"), host.last_run("inbox.yml", "success")
    assert last is not None and last.result == ""
    assert good is not None and good.url.endswith("/runs/1")


def test_a_workflow_is_started(github: GitHubServer, host: GitHub) -> None:
    github.workflows = {"portal.yml": "active"}
    host.start("portal.yml", "main")
    assert github.dispatches == [("portal.yml", "main")]
    with pytest.raises(GitHubError, match="Not Found"):
        host.start("nothing.yml", "main")


def test_issues_of_many_pages_come_whole_and_in_order(github: GitHubServer, host: GitHub) -> None:
    for n in range(205):
        github.add_issue(f"Issue {n}", pull_request=n == 7)
    for n in range(1, 206):
        github.add_comment(n, f"Comment on {n}")
    found = list(host.issues())
    issues = [one for one in found if "title" in one]
    comments = [one for one in found if "issue_url" in one]
    assert [one["number"] for one in issues] == [n for n in range(1, 206) if n != 8]
    assert len(comments) == 204
    assert found == issues + comments


def test_faults_of_the_server_are_tried_again(github: GitHubServer, host: GitHub) -> None:
    github.fail(502)
    github.fail(503)
    assert host.workflows() == {}
    for _ in range(10):
        github.fail(500, "Broken")
    with pytest.raises(GitHubError):
        host.workflows()


def test_a_limit_is_waited_for(github: GitHubServer, host: GitHub) -> None:
    github.fail(403, "You have exceeded a secondary rate limit")
    github.fail(403, "Slow down", Retry_After="0")
    github.fail(403, "API rate limit exceeded", X_RateLimit_Reset=str(int(time.time()) - 5))
    assert host.workflows() == {}
    assert len([one for one in github.requests if one.endswith("/actions/workflows")]) == 1


def test_a_limit_that_lasts_is_told(github: GitHubServer, host: GitHub) -> None:
    github.fail(403, "API rate limit exceeded", X_RateLimit_Reset=str(int(time.time()) + 3600))
    with pytest.raises(GitHubError, match="rate limit"):
        host.workflows()


def test_rights_and_tokens_are_told_with_their_mend(github: GitHubServer, host: GitHub) -> None:
    with pytest.raises(GitHubError, match="Bad credentials") as wrong:
        GitHub("wrong", NAME, github.url)
    assert "make a new one" in wrong.value.hint
    assert "wrong" not in str(wrong.value)
    github.fail(403, "Resource not accessible by personal access token")
    with pytest.raises(GitHubError, match="not accessible") as weak:
        host.workflows()
    assert "lists what it needs" in weak.value.hint
    github.pages_need_plan = True
    with pytest.raises(GitHubError, match="plan does not support"):
        host.publish_by_workflow()


def test_a_host_that_is_away() -> None:
    with pytest.raises(GitHubError, match="does not answer"):
        GitHub(TOKEN, NAME, "http://127.0.0.1:9", pause=0)
