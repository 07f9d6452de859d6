"""Secrets come from the environment and from nowhere else."""

from __future__ import annotations

import os

from tracker.core.errors import TrackerError

SECRET = "TRACKER_SECRET"
SECRET_OLD = "TRACKER_SECRET_OLD"
IMAP_PASSWORD = "TRACKER_IMAP_PASSWORD"
SMTP_PASSWORD = "TRACKER_SMTP_PASSWORD"

PURPOSES = {
    SECRET: "the desk's master secret; `tracker init` shows it once",
    SECRET_OLD: "the master secret before the present one, while records are rewritten",
    IMAP_PASSWORD: "the password of the mailbox, for reading",
    SMTP_PASSWORD: "the password of the mailbox, for sending",
}
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
