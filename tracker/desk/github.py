"""A desk on GitHub: setting it up, how its last runs went, the alarm, the heartbeat."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tracker.adapters.environment import optional_secret, variable
from tracker.adapters.git import Git
from tracker.adapters.github import PUBLIC, GitHub
from tracker.core.errors import TrackerError
from tracker.core.hosting.choices import longest_pause
from tracker.core.hosting.plan import ALARM_LABEL, Needs, Step, needs_of, plan
from tracker.core.hosting.pulse import LATE, Pulse, Run, troubles
from tracker.core.hosting.remote import repository_of
from tracker.core.settings import Settings
from tracker.desk.credentials import SIGN_IN, needed_to_sign_in

WORKFLOWS = (".github", "workflows")
INBOX, PORTAL = "inbox.yml", "portal.yml"
FAILED = "The desk's job fails"
STALLED = "The desk's schedule needs a look"
_AGAIN = timedelta(days=1)
"""How soon an alarm that is still on is raised again."""


def connect(root: Path, name: str = "") -> GitHub:
    """Open the desk's repository on GitHub: ``name``, else what a job says, else the remote's.

    The token comes from GITHUB_TOKEN or GH_TOKEN, the address of an own GitHub from
    GITHUB_API_URL. Raises TrackerError where one is not known.
    """
    token = optional_secret("GITHUB_TOKEN") or optional_secret("GH_TOKEN")
    if not token:
        raise TrackerError(
            "GITHUB_TOKEN is not set",
            "Set it to a token of yours; `gh auth token` prints one. Docs: *A desk on GitHub*.",
        )
    name = name or variable("GITHUB_REPOSITORY")
    if not name:
        code, out, _ = Git(root).attempt("remote", "get-url", "origin")
        name = repository_of(out.strip()) if code == 0 else ""
    if not name:
        raise TrackerError(
            "This desk has no remote on GitHub",
            "Add one: `git remote add origin git@github.com:ORG/DESK.git`; or `--repository`.",
        )
    return GitHub(token, name, variable("GITHUB_API_URL") or PUBLIC)


def needed(root: Path) -> Needs:
    """Read the desk's workflows. Raises TrackerError where there are none."""
    files = sorted(root.joinpath(*WORKFLOWS).glob("*.yml"))
    if not files:
        raise TrackerError(
            "This desk has no workflows", "`tracker hosting --host github` writes them."
        )
    return needs_of(file.read_text("utf-8") for file in files)


def environment_of(root: Path) -> str:
    """Return the environment whose secrets the desk's workflows get, or nothing."""
    files = sorted(root.joinpath(*WORKFLOWS).glob("*.yml"))
    return needs_of(file.read_text("utf-8") for file in files).environment


def planned(host: GitHub, root: Path, settings: Settings, *, renew: bool) -> list[Step]:
    """Return what is to be done for the workflows to run, with the owner's values."""
    needs = needed(root)
    names = (*needs.secrets, *needs.variables)
    given = {name: value for name in names if (value := optional_secret(name))}
    return _plan(host, needs, given, settings, renew=renew)


def lacking(host: GitHub, root: Path, settings: Settings) -> list[Step]:
    """Return what the workflows lack on GitHub; the owner's values are not looked at."""
    return _plan(host, needed(root), {}, settings, renew=False)


def _plan(
    host: GitHub, needs: Needs, given: Mapping[str, str], settings: Settings, *, renew: bool
) -> list[Step]:
    there = host.there(needs.environment)
    unused = SIGN_IN - needed_to_sign_in(settings.mailbox)
    return plan(needs, there, given, unused=unused, renew=renew)


NO_ENVIRONMENTS = (
    "your plan has no environments for private repositories: secrets go to the repository itself, "
    "where jobs of every branch can read them"
)


def carry_out(host: GitHub, step: Step, root: Path, settings: Settings) -> str:
    """Do one step of the plan. Returns what else came of it, or nothing."""
    match step.kind:
        case "environment":
            if not host.make_environment(step.name, settings.desk.branch):
                return NO_ENVIRONMENTS
        case "secret":
            environment = environment_of(root)
            made = environment in host.environments()
            host.set_secret(step.name, step.value, environment if made else "")
        case "variable":
            host.set_variable(step.name, step.value)
        case "pages":
            host.publish_by_workflow()
        case "label":
            host.make_label(step.name)
        case "permissions":
            host.token_reads()
        case "workflow":
            host.enable(step.name)
    return ""


@dataclass(frozen=True, slots=True)
class Status:
    """How the desk's workflows are: their states, last runs, the last good intake, troubles."""

    repository: str
    states: Mapping[str, str]
    runs: tuple[Run, ...]
    intake: datetime | None
    troubles: tuple[str, ...]

    def as_json(self, now: datetime) -> dict[str, Any]:
        """Return it for programs; times in UTC, the age in seconds."""
        age = None if self.intake is None else int((now - self.intake).total_seconds())
        last = {one.workflow: one for one in self.runs}
        return {
            "repository": self.repository,
            "intake_age": age,
            "workflows": [
                {
                    "name": name,
                    "state": state,
                    "result": last[name].result if name in last else None,
                    "at": last[name].at.isoformat() if name in last else None,
                    "url": last[name].url if name in last else None,
                }
                for name, state in sorted(self.states.items())
            ],
            "troubles": list(self.troubles),
        }


def pause_of(root: Path) -> timedelta:
    """Return how long the desk's inbox workflow pauses at most; nothing where none tells."""
    try:
        text = (root / ".github" / "workflows" / INBOX).read_text("utf-8")
    except OSError:
        return timedelta()
    found = re.search(r"(?m)^\s*- cron: *[\"']?([^\"'\n]+)", text)
    return longest_pause(found[1]) if found else timedelta()


def status(host: GitHub, now: datetime, late: timedelta = LATE) -> Status:
    """Ask how the last runs went."""
    states = host.workflows()
    runs = {name: host.last_run(name) for name in sorted(states)}
    good = host.last_run(INBOX, "success") if INBOX in states else None
    pulse = Pulse(states.get(INBOX, ""), runs.get(INBOX), good, host.committed(), host.private())
    known = tuple(run for run in runs.values() if run)
    found = tuple(troubles(pulse, now, late))
    return Status(host.name, states, known, good.at if good else None, found)


def heartbeat(host: GitHub, now: datetime, late: timedelta, *, enable: bool) -> tuple[str, ...]:
    """Look whether the schedule is alive; keep one open issue while it is not.

    With ``enable`` the inbox workflow is switched on again. Returns what is wrong.
    """
    found = status(host, now, late)
    if enable and found.states.get(INBOX, "active") != "active":
        host.enable(INBOX)
    if found.troubles:
        raise_alarm(host, STALLED, "\n".join(f"- {one}" for one in found.troubles), now)
    else:
        end_alarm(host, STALLED, "The schedule is alive again.")
    return found.troubles


def raise_alarm(host: GitHub, title: str, text: str, now: datetime) -> int:
    """Open the issue of an alarm, or comment on it once a day while it is open. Whoever watches
    the repository gets mail of it. Returns the issue's number.
    """
    known = host.open_issue(ALARM_LABEL, title)
    if known is None:
        return host.write_issue(ALARM_LABEL, title, text)
    number, changed = known
    if now - changed > _AGAIN:
        host.comment(number, text)
    return number


def end_alarm(host: GitHub, title: str, text: str) -> bool:
    """Close the issue of an alarm, if one is open."""
    known = host.open_issue(ALARM_LABEL, title)
    if known:
        host.comment(known[0], text, close=True)
    return known is not None
