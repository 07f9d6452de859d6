"""Talking to GitHub about one repository, by PyGithub; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

from github import Auth, Github, GithubException, GithubRetry, UnknownObjectException
from github.GithubObject import NotSet
from github.Repository import Repository
from github.WorkflowRun import WorkflowRun
from requests.exceptions import RequestException

from tracker.core.errors import TrackerError
from tracker.core.hosting.plan import There
from tracker.core.hosting.pulse import Run

PUBLIC = "https://api.github.com"
_LONGEST_WAIT = 15 * 60
"""Seconds that a rate limit is waited for; longer than that is a fault to be told."""
_PAGE = 100
_HINTS = {
    401: "The token is wrong or has ended: make a new one.",
    403: "The token may not do that: docs, *A desk on GitHub*, lists what it needs.",
    404: "Check the repository's name, and that the token may see it.",
    422: "GitHub refuses the value; its words say why.",
}


class GitHubError(TrackerError):
    """What GitHub refused, in its own words."""


class GitHub:
    """The repository ``name`` (``org/desk``) on the GitHub at ``url``.

    Rate limits are waited for and faults of the server tried again, with growing pauses. Every
    method raises GitHubError.
    """

    def __init__(self, token: str, name: str, url: str = PUBLIC, *, pause: float = 1.0) -> None:
        retry = GithubRetry(
            total=5,
            backoff_factor=pause,
            secondary_rate_wait=60 * pause,
            max_rate_limit_wait=_LONGEST_WAIT,
        )
        self._github = Github(
            base_url=url,
            auth=Auth.Token(token),
            retry=retry,
            per_page=100,
            timeout=30,
            seconds_between_requests=0,
            seconds_between_writes=0,
        )
        self.name = name
        with _told():
            self._repository: Repository = self._github.get_repo(name)

    # What is there.

    def private(self) -> bool:
        """Whether not everybody may read the repository."""
        return bool(self._repository.private)

    def committed(self) -> datetime:
        """Return when the newest commit of the default branch was made."""
        with _told():
            branch = self._repository.get_branch(self._repository.default_branch)
            return branch.commit.commit.committer.date

    def there(self, environment: str) -> There:
        """Return what the repository has; secrets and variables as a job in ``environment`` sees
        them, empty for none.
        """
        with _told():
            environments = self.environments()
            secrets = {one.name for one in self._repository.get_secrets()}
            if environment in environments:
                held = self._repository.get_environment(environment)
                secrets = {one.name for one in held.get_secrets()}
            variables = {one.name: one.value for one in self._repository.get_variables()}
            labels = frozenset(one.name for one in self._repository.get_labels())
        rights = self._ask("GET", "/actions/permissions/workflow")
        return There(
            environments,
            frozenset(secrets),
            variables,
            self._pages(),
            labels,
            rights.get("default_workflow_permissions") == "write",
            self.workflows(),
        )

    def environments(self) -> frozenset[str]:
        """Return the environments that only some branches may use. Another one guards nothing: a
        job that names it makes it, and so does GitHub where it then refuses the rule.
        """
        with _told():
            found = self._repository.get_environments()
            return frozenset(one.name for one in found if one.deployment_branch_policy)

    def workflows(self) -> dict[str, str]:
        """Return the state of every workflow by the name of its file."""
        with _told():
            found = self._repository.get_workflows()
            return {one.path.rpartition("/")[2]: one.state for one in found}

    def last_run(self, workflow: str, result: str = "") -> Run | None:
        """Return the newest run of a workflow, with ``result`` of those that ended so."""
        with _told():
            runs = self._repository.get_workflow(workflow).get_runs(status=result or NotSet)
            return next((_run(workflow, one) for one in runs), None)

    # What is done.

    def make_environment(self, name: str, branch: str) -> bool:
        """Make an environment whose secrets only jobs of ``branch`` get. Return False where the
        owner's plan has none for private repositories.
        https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
        """
        rule = {"protected_branches": False, "custom_branch_policies": True}
        try:
            self._ask("PUT", f"/environments/{name}", {"deployment_branch_policy": rule})
        except GitHubError as error:
            if self.private() and "billing plan" in error.message:
                return False
            raise
        self._ask("POST", f"/environments/{name}/deployment-branch-policies", {"name": branch})
        return True

    def set_secret(self, name: str, value: str, environment: str) -> None:
        """Seal a secret with the repository's public key and store it."""
        with _told():
            if environment:
                self._repository.get_environment(environment).create_secret(name, value)
            else:
                self._repository.create_secret(name, value)

    def set_variable(self, name: str, value: str) -> None:
        """Set a variable of the repository."""
        with _told():
            try:
                self._repository.get_variable(name).edit(value)
            except UnknownObjectException:
                self._repository.create_variable(name, value)

    def publish_by_workflow(self) -> None:
        """Let workflows publish Pages."""
        verb = "PUT" if self._pages() else "POST"
        self._ask(verb, "/pages", {"build_type": "workflow"})

    def make_label(self, name: str) -> None:
        """Make a label."""
        with _told():
            self._repository.create_label(name, "b60205", "The desk's job needs a look")

    def token_reads(self) -> None:
        """Let the token of jobs only read, unless a workflow asks for more."""
        given = {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False}
        self._ask("PUT", "/actions/permissions/workflow", given)

    def enable(self, workflow: str) -> None:
        """Switch a workflow on."""
        with _told():
            self._repository.get_workflow(workflow).enable()

    def start(self, workflow: str, branch: str) -> None:
        """Start a workflow: what a push by a job's token does not do by itself."""
        with _told():
            self._repository.get_workflow(workflow).create_dispatch(branch, throw=True)

    # Issues: alarms, and the import.

    def open_issue(self, label: str, title: str) -> tuple[int, datetime] | None:
        """Return number and last change of the open issue with this label and title."""
        with _told():
            for one in self._repository.get_issues(state="open", labels=[label]):
                if one.title == title:
                    return one.number, one.updated_at
        return None

    def write_issue(self, label: str, title: str, text: str) -> int:
        """Open an issue; return its number."""
        with _told():
            return self._repository.create_issue(title, text, labels=[label]).number

    def comment(self, number: int, text: str, *, close: bool = False) -> None:
        """Comment on an issue, and close it."""
        with _told():
            issue = self._repository.get_issue(number)
            issue.create_comment(text)
            if close:
                issue.edit(state="closed")

    def issues(self) -> Iterator[dict[str, Any]]:
        """Yield every issue, the oldest first, then every comment, as the interface returns them.

        Pull requests are left out, and so are comments of those.
        https://docs.github.com/rest/issues
        """
        requests: set[str] = set()
        for one in self._list("/issues", state="all"):
            if one.get("pull_request"):
                requests.add(one["url"])
            else:
                yield one
        for one in self._list("/issues/comments"):
            if one["issue_url"] not in requests:
                yield one

    def _list(self, path: str, **wanted: str) -> Iterator[dict[str, Any]]:
        """Yield the entries of a list in order of their making, page by page. PyGithub's own lists
        would ask once more for each entry before they show it as it came.
        """
        order = {"sort": "created", "direction": "asc", "per_page": _PAGE}
        for page in count(1):
            with _told():
                _, found = self._repository.requester.requestJsonAndCheck(
                    "GET", f"{self._repository.url}{path}", {**wanted, **order, "page": page}
                )
            yield from found
            if len(found) < _PAGE:
                return

    def _pages(self) -> str:
        """Return what publishes Pages: ``workflow``, ``legacy``, or nothing."""
        try:
            return str(self._ask("GET", "/pages").get("build_type") or "legacy")
        except GitHubError as error:
            if isinstance(error.__cause__, UnknownObjectException):
                return ""
            raise

    def _ask(self, verb: str, path: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call what PyGithub has no words for."""
        requester = self._repository.requester
        with _told():
            _, answer = requester.requestJsonAndCheck(
                verb, f"{self._repository.url}{path}", input=given
            )
        return answer if isinstance(answer, dict) else {}


def _run(workflow: str, run: WorkflowRun) -> Run:
    return Run(workflow, run.conclusion or "", run.run_started_at or run.created_at, run.html_url)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what PyGithub and the network raise into GitHubError."""
    try:
        yield
    except GithubException as error:
        said = error.data.get("message") if isinstance(error.data, dict) else None
        message = f"GitHub: {said or type(error).__name__!s} (status {error.status})"
        raise GitHubError(message, _HINTS.get(error.status, "Try again later.")) from error
    except RequestException as error:
        raise GitHubError(f"GitHub does not answer: {error}", "Try again later.") from error
