"""Looks of `tracker doctor` at the repository: tickets, Git, secrets, schedule, portal."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from tracker.adapters.environment import PURPOSES, SECRET, optional_secret, secret
from tracker.core import state
from tracker.core.errors import TrackerError
from tracker.core.findings import Advice, Wrong
from tracker.core.strength import weakness
from tracker.core.workflows import judge_pipeline, judge_workflows
from tracker.desk.check import check
from tracker.desk.examination import Examination
from tracker.desk.queries import newest

_OLDEST_GIT = (2, 30)
_SHORTEST_LEAK = 8
_STALE = timedelta(days=1)
_WORKFLOWS = ".github/workflows"
_PIPELINE = ".gitlab-ci.yml"


def tickets(about: Examination) -> str:
    """Whether every file of the desk can be read."""
    count, faults = check(about.desk.root)
    if faults:
        raise TrackerError(f"{len(faults)} faults in {count} tickets", "See `tracker check`.")
    return f"{count} tickets, no fault; settings are right"


def git(about: Examination) -> str:
    """Whether Git is new enough and the branch there."""
    desk = about.desk
    version = desk.git.run("version").split()[2]
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST_GIT:
        raise TrackerError(f"Git {version} is too old", "Install Git 2.30 or newer.")
    if not desk.git.commit_of(f"refs/heads/{desk.settings.desk.branch}"):
        branch = desk.settings.desk.branch
        raise TrackerError(f"There is no branch {branch}", "Make the first commit on it.")
    return f"Git {version}, branch {desk.settings.desk.branch}"


def remote(about: Examination) -> str:
    """Whether the remote answers and takes pushes."""
    desk, repository = about.desk, about.desk.repository
    if not repository.remote:
        return "no remote: the desk lives in this folder alone (back it up)"
    repository.fetch()
    head = f"refs/heads/{desk.settings.desk.branch}"
    commit = repository.newest()
    arguments = ("push", "--dry-run", "--porcelain", repository.remote, f"{commit}:{head}")
    code, _, err = desk.git.attempt(*arguments)
    if code:
        said = err.strip().splitlines()[-1] if err.strip() else "the push was refused"
        raise TrackerError(f"{repository.remote}: {said}", "Check your rights there.")
    return f"{repository.remote} answers and takes pushes"


def files(about: Examination) -> str:
    """Whether this user may write what a run writes."""
    root = about.desk.root
    wanted = (root, root / ".git", about.desk.own, root / "tickets", root / "site")
    for path in wanted:
        if path.exists() and not os.access(path, os.W_OK | os.X_OK):
            raise Wrong(
                f"{path} can't be written by this user",
                f"Run as its owner, or: `chown -R USER {root}`.",
            )
    return "may be written by this user"


def secret_is_good(_: Examination) -> str:
    """Whether the master secret is set and can't be guessed."""
    weak = weakness(secret(SECRET))
    if weak:
        raise Wrong(
            f"{SECRET} {weak}",
            "Take a random one: `python3 -c 'import secrets; print(secrets.token_urlsafe(32))'`.",
        )
    return f"{SECRET} is set"


def secrets_in_git(about: Examination) -> str:
    """Whether a secret stands in a file of the repository. Git gets it by a pipe."""
    held = {name: optional_secret(name) for name in _looked_for(about)}
    held = {name: value for name, value in held.items() if len(value) >= _SHORTEST_LEAK}
    for name, value in held.items():
        searched = ("grep", "-lF", "-f", "-", "--", ".", ":!tickets")
        code, out, _ = about.desk.git.attempt(*searched, stdin=f"{value}\n".encode())
        if code == 0 and out:
            raise Wrong(
                f"{name} stands in {out.splitlines()[0]}",
                "Make a new one at once: what was pushed stays in Git's history.",
            )
    return "no secret stands in a file" if held else ""


def _looked_for(about: Examination) -> list[str]:
    by_password = about.desk.settings.mailbox.auth == "password"
    return [name for name in PURPOSES if by_password != ("OAUTH" in name) or name == SECRET]


def schedule(about: Examination) -> str:
    """Whether something runs the job, and when it last did."""
    desk = about.desk
    with newest(desk) as view:
        position = state.read_position(view.read(state.MAILBOX))
    last = f"; mail was last taken in {_ago(about, position.at)}" if position else ""
    runs = _runs(desk.root)
    if not runs:
        return f"no workflow here: cron, systemd or `tracker watch` must run the job{last}"
    if position and position.at and _age(about, position.at) > _STALE:
        raise Advice(
            f"{runs}{last}",
            "Without mail that is right; else see on the host whether the schedule was switched "
            "off (GitHub does so after 60 idle days).",
        )
    return f"{runs}{last}"


def _runs(root: Path) -> str:
    """Return what the files of a Git host say of the job; empty without such files."""
    found = [path for path in sorted((root / _WORKFLOWS).glob("*.y*ml")) if path.is_file()]
    if found:
        return judge_workflows(
            {f"{_WORKFLOWS}/{one.name}": one.read_text("utf-8", "replace") for one in found}
        )
    pipeline = root / _PIPELINE
    if pipeline.is_file():
        return judge_pipeline(_PIPELINE, pipeline.read_text("utf-8", "replace"))
    return ""


def _age(about: Examination, at: str) -> timedelta:
    try:
        return about.now - datetime.fromisoformat(at)
    except (ValueError, TypeError):
        return timedelta()


def _ago(about: Examination, at: str) -> str:
    minutes = int(_age(about, at).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"
