"""Runs the tracker's own commands as a person would, each in a process of its own."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from tracker.core.errors import PARTIAL, TrackerError
from tracker.demo.mailbox import PASSWORD

AGENT_NAME = "Anna"
AGENT_ADDRESS = "anna@demo.example"
_GIT = {
    "user.name": AGENT_NAME,
    "user.email": AGENT_ADDRESS,
    "commit.gpgsign": "false",
    "init.defaultBranch": "main",
}


class Commands:
    """The commands of one desk, with the secrets it needs in their environment."""

    def __init__(self, desk: Path) -> None:
        self.desk = desk
        self.secrets = {
            "TRACKER_IMAP_PASSWORD": PASSWORD,
            "TRACKER_SECRET": secrets.token_urlsafe(32),
        }

    def tracker(self, *arguments: str, in_desk: bool = True) -> str:
        """Run ``tracker`` and return what it printed."""
        where = ["-C", str(self.desk)] if in_desk else []
        command = [sys.executable, "-m", "tracker", *where, *arguments]
        return self._run(command, f"tracker {arguments[0]}")

    def tracker_json(self, *arguments: str) -> Any:
        """Run ``tracker … --json`` and return what it says."""
        return json.loads(self.tracker(*arguments, "--json"))

    def git(self, *arguments: str) -> str:
        """Run ``git`` in the desk's repository."""
        return self._run(["git", "-C", str(self.desk), *arguments], f"git {arguments[0]}")

    def head(self) -> str:
        """Return the newest commit of the desk."""
        return self.git("rev-parse", "HEAD").strip()

    def offer(self, request_types: str) -> None:
        """Add request types to the settings of the desk, as its owner would."""
        settings = self.desk / "tracker.toml"
        settings.write_text(settings.read_text("utf-8") + request_types, "utf-8")
        author = [word for name, value in _GIT.items() for word in ("-c", f"{name}={value}")]
        self.git(*author, "commit", "--quiet", "--all", "--message", "Offer request types")

    def make_remote(self, remote: Path) -> None:
        """Make a bare repository, and let the desk push to it; commits there are the agent's."""
        quiet = ["init", "--quiet", "--bare", "--initial-branch=main"]
        self._run(["git", *quiet, str(remote)], "git init")
        for key in ("user.name", "user.email", "commit.gpgsign"):
            self.git("config", key, _GIT[key])
        self.git("remote", "add", "origin", str(remote))
        self.git("push", "--quiet", "--set-upstream", "origin", "main")

    def export(self, path: Path) -> None:
        """Write the secrets for a shell that wants to run commands on the desk by hand."""
        lines = [f"export {name}={shlex.quote(value)}" for name, value in self.secrets.items()]
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n")

    def environment(self) -> dict[str, str]:
        """Return the surroundings of a command: the demo's own secrets, the agent as author."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TRACKER_", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX"))
        }
        settings = {"GIT_CONFIG_COUNT": str(len(_GIT))}
        for number, (key, value) in enumerate(_GIT.items()):
            settings[f"GIT_CONFIG_KEY_{number}"] = key
            settings[f"GIT_CONFIG_VALUE_{number}"] = value
        return {**kept, **settings, **self.secrets, "PYTHONIOENCODING": "utf-8"}

    def _run(self, command: list[str], name: str) -> str:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            env=self.environment(),
            check=False,
        )
        # A mail in quarantine is a result that the demo shows, no fault of it.
        if done.returncode not in (0, PARTIAL):
            told = (done.stderr or done.stdout).strip()
            raise TrackerError(
                f"`{name}` failed with code {done.returncode}: {told}",
                f"The command was: {shlex.join(command)}",
            )
        return done.stdout
