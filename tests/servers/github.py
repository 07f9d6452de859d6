"""A GitHub of one repository over real HTTP, with a memory: what PyGithub needs of its interface.

It holds secrets sealed as GitHub does (libsodium's sealed boxes) and opens them for the tests.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nacl.public import PrivateKey, SealedBox

NAME = "org/desk"
TOKEN = "token-of-the-tests"
Answer = tuple[int, Any]


class GitHubServer:
    """The server; its attributes are what the repository holds."""

    def __init__(self) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._key = PrivateKey.generate()
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything: a new, empty, private repository."""
        self.private = True
        self.committed = datetime.now(UTC)
        self.secrets: dict[str, dict[str, str]] = {"": {}}
        self.variables: dict[str, str] = {}
        self.ruled: set[str] = set()
        self.environments_need_plan = False
        self.branches: dict[str, list[str]] = {}
        self.labels: list[str] = []
        self.pages: str | None = None
        self.pages_need_plan = False
        self.rights = "write"
        self.workflows: dict[str, str] = {}
        self.runs: dict[str, list[dict[str, Any]]] = {}
        self.dispatches: list[tuple[str, str]] = []
        self.issues: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.pings = self.alarms = 0
        self.faults: list[tuple[int, dict[str, str], dict[str, Any]]] = []

    def __enter__(self) -> GitHubServer:
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def environment(self) -> dict[str, str]:
        """What a job's environment says of this GitHub."""
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_TOKEN": TOKEN,
        }

    # How the tests set the scene.

    def add_run(self, workflow: str, result: str | None, ago: timedelta) -> None:
        """Let a run of a workflow have happened, newest last."""
        at = (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%SZ")
        number = sum(map(len, self.runs.values())) + 1
        run = {"id": number, "conclusion": result, "created_at": at, "run_started_at": at}
        run["html_url"] = f"https://github.example/{NAME}/actions/runs/{number}"
        run["status"] = "completed" if result else "in_progress"
        self.runs.setdefault(workflow, []).insert(0, run)

    def add_issue(self, title: str, *, pull_request: bool = False, **more: Any) -> dict[str, Any]:
        """Let an issue be there."""
        number = len(self.issues) + 1
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        issue = {
            "number": number,
            "title": title,
            "state": "open",
            "labels": [],
            "comments": 0,
            "created_at": at,
            "updated_at": at,
            "url": f"{self.url}/repos/{NAME}/issues/{number}",
            "html_url": f"https://github.com/{NAME}/issues/{number}",
            "user": {"login": "octocat", "url": f"{self.url}/users/octocat"},
            **({"pull_request": {"url": "x"}} if pull_request else {}),
            **more,
        }
        self.issues.append(issue)
        return issue

    def add_comment(self, number: int, text: str, **more: Any) -> dict[str, Any]:
        """Let a comment be there."""
        self.issues[number - 1]["comments"] += 1
        id_ = len(self.comments) + 1
        comment = {
            "id": id_,
            "body": text,
            "url": f"{self.url}/repos/{NAME}/issues/comments/{id_}",
            "issue_url": f"{self.url}/repos/{NAME}/issues/{number}",
            "html_url": f"https://github.com/{NAME}/issues/{number}#issuecomment-{id_}",
            "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "user": {"login": "octocat", "url": f"{self.url}/users/octocat"},
            **more,
        }
        self.comments.append(comment)
        return comment

    def fail(self, status: int, message: str = "Server Error", **headers: str) -> None:
        """Answer the next request with a fault."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.faults.append((status, named, {"message": message}))

    # What it answers.

    def answer(self, verb: str, path: str, query: dict[str, str], given: Any) -> Answer:
        """Answer one request."""
        with self._lock:
            self.requests.append(f"{verb} {path}")
            for pattern, one_verb, method in _ROUTES:
                found = re.fullmatch(rf"/repos/{NAME}{pattern}", path)
                if found and verb == one_verb:
                    return method(self, query, given, *found.groups())
        return 404, {"message": "Not Found"}

    def _repository(self, query: Any, given: Any) -> Answer:
        url = f"{self.url}/repos/{NAME}"
        named = {"full_name": NAME, "name": "desk", "url": url, "default_branch": "main"}
        return 200, {**named, "private": self.private}

    def _branch(self, query: Any, given: Any, name: str) -> Answer:
        at = self.committed.strftime("%Y-%m-%dT%H:%M:%SZ")
        commit = {"sha": "0" * 40, "commit": {"committer": {"date": at, "name": "A"}}}
        return 200, {"name": name, "commit": commit}

    def _environments(self, query: Any, given: Any) -> Answer:
        names = [name for name in self.secrets if name]
        held = [self._environment(query, given, name)[1] for name in names]
        return 200, {"total_count": len(held), "environments": held}

    def _environment_url(self, name: str) -> str:
        return f"{self.url}/repos/{NAME}/environments/{name}"

    def _environment(self, query: Any, given: Any, name: str) -> Answer:
        if name not in self.secrets:
            return 404, {"message": "Not Found"}
        rule = {"protected_branches": False, "custom_branch_policies": True}
        shown = {"deployment_branch_policy": rule if name in self.ruled else None}
        return 200, {"name": name, "url": self._environment_url(name), **shown}

    def _make_environment(self, query: Any, given: Any, name: str) -> Answer:
        self.secrets.setdefault(name, {})  # also where the rule is refused
        if self.environments_need_plan and self.private:
            said = "Fail to create protected rule, please ensure billing plan include it."
            return 422, {"message": said}
        self.ruled.add(name)
        return self._environment(query, given, name)

    def _make_policy(self, query: Any, given: Any, name: str) -> Answer:
        self.branches.setdefault(name, []).append(given["name"])
        return 200, {"id": 1, "name": given["name"]}

    def _key_of(self, query: Any, given: Any, _where: str = "") -> Answer:
        key = base64.b64encode(bytes(self._key.public_key)).decode()
        return 200, {"key_id": "1", "key": key}

    def _secrets(self, query: Any, given: Any, where: str = "") -> Answer:
        held = [{"name": name} for name in self.secrets[where]]
        return 200, {"total_count": len(held), "secrets": held}

    def _set_secret(self, query: Any, given: Any, *names: str) -> Answer:
        where, name = ("", *names)[-2:]
        sealed = base64.b64decode(given["encrypted_value"])
        known = name in self.secrets[where]
        self.secrets[where][name] = SealedBox(self._key).decrypt(sealed).decode()
        return (204, None) if known else (201, {})

    def _variables(self, query: Any, given: Any) -> Answer:
        held = [{"name": name, "value": value} for name, value in self.variables.items()]
        return 200, {"total_count": len(held), "variables": held}

    def _variable(self, query: Any, given: Any, name: str) -> Answer:
        if name not in self.variables:
            return 404, {"message": "Not Found"}
        url = f"{self.url}/repos/{NAME}/actions/variables/{name}"
        return 200, {"name": name, "value": self.variables[name], "url": url}

    def _set_variable(self, query: Any, given: Any, *_: str) -> Answer:
        self.variables[given["name"]] = given["value"]
        return 201, {}

    def _get_pages(self, query: Any, given: Any) -> Answer:
        return (200, {"build_type": self.pages}) if self.pages else (404, {"message": "Not Found"})

    def _set_pages(self, query: Any, given: Any) -> Answer:
        if self.pages_need_plan:
            return 422, {"message": "Your current plan does not support GitHub Pages"}
        self.pages = given["build_type"]
        return 201, {"build_type": self.pages}

    def _get_rights(self, query: Any, given: Any) -> Answer:
        return 200, {"default_workflow_permissions": self.rights}

    def _set_rights(self, query: Any, given: Any) -> Answer:
        self.rights = given["default_workflow_permissions"]
        return 204, None

    def _labels(self, query: Any, given: Any) -> Answer:
        return 200, [{"name": name} for name in self.labels]

    def _make_label(self, query: Any, given: Any) -> Answer:
        if given["name"] in self.labels:
            return 422, {"message": "Validation Failed"}
        self.labels.append(given["name"])
        return 201, {"name": given["name"]}

    def _workflows(self, query: Any, given: Any) -> Answer:
        held = [self._workflow(query, given, name)[1] for name in self.workflows]
        return 200, {"total_count": len(held), "workflows": held}

    def _workflow(self, query: Any, given: Any, name: str) -> Answer:
        if name not in self.workflows:
            return 404, {"message": "Not Found"}
        url = f"{self.url}/repos/{NAME}/actions/workflows/{name}"
        path = f".github/workflows/{name}"
        return 200, {"id": 1, "path": path, "state": self.workflows[name], "url": url}

    def _enable(self, query: Any, given: Any, name: str) -> Answer:
        self.workflows[name] = "active"
        return 204, None

    def _dispatch(self, query: Any, given: Any, name: str) -> Answer:
        if name not in self.workflows:
            return 404, {"message": "Not Found"}
        self.dispatches.append((name, given["ref"]))
        return 204, None

    def _runs(self, query: Any, given: Any, name: str) -> Answer:
        runs = self.runs.get(name, [])
        if wanted := query.get("status"):
            runs = [one for one in runs if wanted in (one["conclusion"], one["status"])]
        return 200, {"total_count": len(runs), "workflow_runs": runs}

    def _issues(self, query: Any, given: Any) -> Answer:
        state, label = query.get("state", "open"), query.get("labels")
        found = [one for one in self.issues if state in ("all", one["state"])]
        found = [one for one in found if not label or {"name": label} in one["labels"]]
        return 200, _page(found, query)

    def _make_issue(self, query: Any, given: Any) -> Answer:
        labels = [{"name": name} for name in given.get("labels", ())]
        return 201, self.add_issue(given["title"], body=given.get("body"), labels=labels)

    def _issue(self, query: Any, given: Any, number: str) -> Answer:
        issue = self.issues[int(number) - 1]
        issue.update(given or {})
        return 200, issue

    def _comments(self, query: Any, given: Any) -> Answer:
        return 200, _page(self.comments, query)

    def _make_comment(self, query: Any, given: Any, number: str) -> Answer:
        return 201, self.add_comment(int(number), given["body"])


def _page(found: list[Any], query: dict[str, str]) -> list[Any]:
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return found[size * (page - 1) : size * page]


_ENV = r"/environments/([\w-]+)"
_ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("", "GET", GitHubServer._repository),
    (r"/branches/(\w+)", "GET", GitHubServer._branch),
    ("/environments", "GET", GitHubServer._environments),
    (_ENV, "GET", GitHubServer._environment),
    (_ENV, "PUT", GitHubServer._make_environment),
    (f"{_ENV}/deployment-branch-policies", "POST", GitHubServer._make_policy),
    (f"{_ENV}/secrets/public-key", "GET", GitHubServer._key_of),
    (f"{_ENV}/secrets", "GET", GitHubServer._secrets),
    (rf"{_ENV}/secrets/(\w+)", "PUT", GitHubServer._set_secret),
    ("/actions/secrets/public-key", "GET", GitHubServer._key_of),
    ("/actions/secrets", "GET", GitHubServer._secrets),
    (r"/actions/secrets/(\w+)", "PUT", GitHubServer._set_secret),
    ("/actions/variables", "GET", GitHubServer._variables),
    ("/actions/variables", "POST", GitHubServer._set_variable),
    (r"/actions/variables/(\w+)", "GET", GitHubServer._variable),
    (r"/actions/variables/(\w+)", "PATCH", GitHubServer._set_variable),
    ("/pages", "GET", GitHubServer._get_pages),
    ("/pages", "POST", GitHubServer._set_pages),
    ("/pages", "PUT", GitHubServer._set_pages),
    ("/actions/permissions/workflow", "GET", GitHubServer._get_rights),
    ("/actions/permissions/workflow", "PUT", GitHubServer._set_rights),
    ("/labels", "GET", GitHubServer._labels),
    ("/labels", "POST", GitHubServer._make_label),
    ("/actions/workflows", "GET", GitHubServer._workflows),
    (r"/actions/workflows/([\w.-]+)", "GET", GitHubServer._workflow),
    (r"/actions/workflows/([\w.-]+)/enable", "PUT", GitHubServer._enable),
    (r"/actions/workflows/([\w.-]+)/dispatches", "POST", GitHubServer._dispatch),
    (r"/actions/workflows/([\w.-]+)/runs", "GET", GitHubServer._runs),
    ("/issues", "GET", GitHubServer._issues),
    ("/issues", "POST", GitHubServer._make_issue),
    ("/issues/comments", "GET", GitHubServer._comments),
    (r"/issues/(\d+)", "GET", GitHubServer._issue),
    (r"/issues/(\d+)", "PATCH", GitHubServer._issue),
    (r"/issues/(\d+)/comments", "POST", GitHubServer._make_comment),
]


_WATCHDOGS = {"/ping": "pings", "/alarm": "alarms"}
"""What a job calls when it ended well, or failed: no part of GitHub."""


def _handler(server: GitHubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if counted := _WATCHDOGS.get(self.path):
                setattr(server, counted, getattr(server, counted) + 1)
                self._send(200, {}, {})
                return
            if self.headers.get("Authorization") not in (f"token {TOKEN}", f"Bearer {TOKEN}"):
                self._send(401, {"message": "Bad credentials"}, {})
                return
            if server.faults:
                status, headers, said = server.faults.pop(0)
                self._send(status, said, headers)
                return
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            given = json.loads(body) if body else None
            status, answer = server.answer(self.command, parts.path, query, given)
            headers = {}
            if isinstance(answer, list) and len(answer) == int(query.get("per_page", 30)):
                page = int(query.get("page", 1)) + 1
                rest = "&".join(f"{k}={v}" for k, v in query.items() if k != "page")
                link = f"{server.url}{parts.path}?{rest}&page={page}"
                headers["Link"] = f'<{link}>; rel="next"'
            self._send(status, answer, headers)

        def _send(self, status: int, answer: Any, headers: dict[str, str]) -> None:
            body = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nobody reads it."""

    for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{verb}", Handler.handle_one)
    return Handler
