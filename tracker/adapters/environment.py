"""Secrets come from the environment and from nowhere else."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tracker.core.errors import TrackerError

SECRET = "TRACKER_SECRET"
SECRET_OLD = "TRACKER_SECRET_OLD"
IMAP_PASSWORD = "TRACKER_IMAP_PASSWORD"
SMTP_PASSWORD = "TRACKER_SMTP_PASSWORD"
OAUTH_CLIENT_ID = "TRACKER_OAUTH_CLIENT_ID"
OAUTH_CLIENT_SECRET = "TRACKER_OAUTH_CLIENT_SECRET"
OAUTH_REFRESH_TOKEN = "TRACKER_OAUTH_REFRESH_TOKEN"

PURPOSES = {
    SECRET: "the desk's master secret; `tracker init` shows it once",
    SECRET_OLD: "the master secret before the present one, while records are rewritten",
    IMAP_PASSWORD: "the password of the mailbox, for reading",
    SMTP_PASSWORD: "the password of the mailbox, for sending",
    OAUTH_CLIENT_ID: "the app's ID, as Google or Microsoft registered it",
    OAUTH_CLIENT_SECRET: "the app's secret, or the JSON key of Google's service account",
    OAUTH_REFRESH_TOKEN: "what `tracker login` printed",
}
_OWN = "TRACKER_"
"""What the names of the desk's secrets begin with."""
_DEBUG = "TRACKER_DEBUG"
_SHORTEST = 16


def secret(name: str) -> str:
    """Return the secret in the variable ``name``. Raises TrackerError where it is not set."""
    value = os.environ.get(name, "")
    if not value:
        raise TrackerError(
            f"{name} is not set ({PURPOSES[name]})", f"Set it: `export {name}=…`, then try again."
        )
    if name == SECRET and len(value) < _SHORTEST:
        raise TrackerError(
            f"{name} is shorter than {_SHORTEST} characters",
            "Use the one that `tracker init` made; a guessed secret opens every ticket.",
        )
    return value


def optional_secret(name: str) -> str:
    """Return the secret in the variable ``name``, or empty."""
    return os.environ.get(name, "")


def without_secrets() -> dict[str, str]:
    """Return the environment without the desk's own variables, for a process that needs none."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OWN) or name == _DEBUG
    }


def outside_bases() -> tuple[str, ...]:
    """Return what names the branch that a pull request from a fork wants to be merged into, the
    best name first, where a GitHub workflow runs for one; else nothing.

    https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request
    """
    path = os.environ.get("GITHUB_EVENT_PATH", "")
    try:
        event = json.loads(Path(path).read_bytes()) if path else {}
        request = event.get("pull_request")
        if not request:
            return ()
        base, head = request["base"], request["head"]["repo"] or {}  # a deleted fork is null
        if head.get("full_name") == base["repo"]["full_name"]:
            return ()
        return f"refs/remotes/origin/{base['ref']}", str(base["sha"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise TrackerError(
            f"GITHUB_EVENT_PATH ({path}) holds no event of GitHub",
            "Unset it, or say `tracker check --outside BASE`.",
        ) from None


def variable(name: str) -> str:
    """Return a variable that is no secret, such as what a workflow says of itself, or empty."""
    return os.environ.get(name, "")
