"""A runner of workflows: does what GitHub's does with a job, and runs its `run:` steps as written.

The actions that our workflows use are played: checkout clones the remote anew, with files only as
they are needed; caches are kept; Pages take a site as an artifact and publish it at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_EQUAL = re.compile(r"(\S+) (==|!=) '(\w+)'")
_SO_FAR = {"success()": "good", "failure()": "failed", "cancelled()": "cancelled"}
"""What the functions of a condition ask of the job so far."""


@dataclass
class Done:
    """How a job ended: its log, the steps that ran, its summary."""

    ok: bool
    log: str
    ran: list[str]
    summary: str


@dataclass
class Runner:
    """Runs jobs of workflows of ``remote``; every job begins in a clean clone."""

    folder: Path
    remote: Path
    home: Path
    secrets: dict[str, str]
    surroundings: dict[str, str]
    variables: dict[str, str] = field(default_factory=dict)
    caches: dict[str, Path] = field(default_factory=dict)
    deployed: list[Path] = field(default_factory=list)
    runs: int = 0
    time_is_up_in: str = ""
    """The step in which a job runs out of time; GitHub then cancels the job."""

    def run(self, workflow: str, branch: str = "main", **more: str) -> Done:
        """Run the one job of a workflow on ``branch``."""
        self.runs += 1
        job = _Job(self, self.folder / f"run-{self.runs}", branch, more)
        return job.run(workflow)


class _Job:
    def __init__(self, runner: Runner, folder: Path, branch: str, more: dict[str, str]) -> None:
        self.runner = runner
        self.folder = folder
        self.work = folder / "work"
        self.branch = branch
        self.steps: dict[str, dict[str, str]] = {}
        self.log = ""
        self.ran: list[str] = []
        self.later: list[tuple[str, list[Path]]] = []
        self.artifact = folder / "artifact"
        self.files = {
            name: folder / name.lower()
            for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")
        }
        self.more = more

    def run(self, workflow: str) -> Done:
        self.folder.mkdir()
        for file in self.files.values():
            file.touch()
        show = ["git", "-C", str(self.runner.remote), "show"]
        path = f"{self.branch}:.github/workflows/{workflow}.yml"
        text = subprocess.run([*show, path], check=True, capture_output=True, text=True).stdout
        (job,) = yaml.safe_load(text)["jobs"].values()
        so_far = "good"
        for step in job["steps"]:
            if not self._wanted(step.get("if", "success()"), so_far):
                continue
            name = step.get("name") or step["uses"].partition("@")[0]
            self.ran.append(name)
            if name == self.runner.time_is_up_in:
                so_far = "cancelled"
            elif not self._step(step) and not step.get("continue-on-error") and so_far == "good":
                so_far = "failed"
        if so_far == "good":
            for key, paths in self.later:
                self._save(key, paths)
        return Done(
            so_far == "good", self.log, self.ran, self.files["GITHUB_STEP_SUMMARY"].read_text()
        )

    def _wanted(self, condition: str, so_far: str) -> bool:
        asked = condition.split(" || ")
        if set(asked) <= _SO_FAR.keys():
            return so_far in map(_SO_FAR.__getitem__, asked)
        found = _EQUAL.fullmatch(condition)
        assert found, f"this runner knows no condition {condition!r}"
        is_equal = self._value(found[1]) == found[3]
        return so_far == "good" and is_equal is (found[2] == "==")

    def _value(self, name: str) -> str:
        """Evaluate what stands in ``${{ … }}``."""
        runner = self.runner
        if found := re.fullmatch(r"hashFiles\('(.+)'\)", name):
            return hashlib.sha256((self.work / found[1]).read_bytes()).hexdigest()
        where, _, rest = name.partition(".")
        known: dict[str, dict[str, str]] = {
            "secrets": runner.secrets,
            "vars": runner.variables,
            "runner": {"os": "Linux", "arch": "X64"},
            "github": {
                "run_id": str(runner.runs),
                "run_attempt": "1",
                "token": runner.surroundings.get("GITHUB_TOKEN", ""),
                "ref": f"refs/heads/{self.branch}",
            },
        }
        if where == "steps":
            step, _, output = rest.partition(".outputs.")
            return self.steps.get(step, {}).get(output, "")
        assert where in known, f"this runner knows no {name!r}"
        return known[where].get(rest, "")

    def _filled(self, text: Any) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1]), str(text))

    def _step(self, step: dict[str, Any]) -> bool:
        given = {name: self._filled(value) for name, value in (step.get("with") or {}).items()}
        if "run" not in step:
            action = step["uses"].partition("@")[0]
            getattr(self, "_" + re.sub(r"\W", "_", action.removeprefix("actions/")))(step, given)
            return True
        assert "${{" not in step["run"], "a script must not be made of expressions"
        script = self.folder / "script"
        script.write_text(step["run"])
        env = {name: self._filled(value) for name, value in (step.get("env") or {}).items()}
        self.files["GITHUB_OUTPUT"].write_text("")
        done = subprocess.run(
            [*SHELL, str(script)],
            cwd=self.work,
            env=self._environment() | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log += done.stdout
        lines = self.files["GITHUB_OUTPUT"].read_text().splitlines()
        self.steps[step.get("id", "")] = dict(line.split("=", 1) for line in lines)
        return done.returncode == 0

    def _environment(self) -> dict[str, str]:
        added = self.files["GITHUB_PATH"].read_text().split()
        base = [f"{sys.base_prefix}/bin", "/usr/local/bin", "/usr/bin", "/bin"]
        extra = self.runner.surroundings.get("PATH", "").split(":")
        return (
            dict(self.runner.surroundings.items())
            | {
                "HOME": str(self.runner.home),
                "PATH": ":".join([*reversed(added), *filter(None, extra), *base]),
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "GITHUB_RUN_ID": str(self.runner.runs),
                "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_WORKFLOW": "inbox",
            }
            | {name: str(file) for name, file in self.files.items()}
            | self.more
        )

    # The actions.

    def _checkout(self, step: dict[str, Any], given: dict[str, str]) -> None:
        command = ["git", "clone", "--quiet", "--branch", self.branch]
        if given.get("fetch-depth") != "0":
            command += ["--depth", "1"]
        if given.get("filter"):
            command += [f"--filter={given['filter']}"]
        url = self.runner.remote.as_uri()
        env = {**os.environ, "HOME": str(self.runner.home)}
        subprocess.run([*command, url, str(self.work)], check=True, env=env)

    def _cache(self, step: dict[str, Any], given: dict[str, str]) -> None:
        if not self._restore(given):
            self.later.append((given["key"], self._paths(given)))

    def _cache_restore(self, step: dict[str, Any], given: dict[str, str]) -> None:
        self._restore(given)

    def _cache_save(self, step: dict[str, Any], given: dict[str, str]) -> None:
        self._save(given["key"], self._paths(given))

    def _paths(self, given: dict[str, str]) -> list[Path]:
        lines = given["path"].split()
        home = self.runner.home
        return [home / one[2:] if one[:2] == "~/" else self.work / one for one in lines]

    def _restore(self, given: dict[str, str]) -> bool:
        keys = list(self.runner.caches)
        exact = given["key"] in keys
        begins = tuple(given.get("restore-keys", "\0").split())
        found = [key for key in keys if key.startswith(begins)]
        key = given["key"] if exact else found[-1] if found else ""
        if key:
            for n, path in enumerate(self._paths(given)):
                kept = self.runner.caches[key] / str(n)
                if kept.exists() and not path.exists():
                    shutil.copytree(kept, path, symlinks=True)
        return exact

    def _save(self, key: str, paths: list[Path]) -> None:
        kept = Path(tempfile.mkdtemp(dir=self.runner.folder))
        for n, path in enumerate(paths):
            if path.exists() and self.runner.home not in path.parents:  # the home stays anyway
                shutil.copytree(path, kept / str(n), symlinks=True)
        self.runner.caches[key] = kept

    def _upload_pages_artifact(self, step: dict[str, Any], given: dict[str, str]) -> None:
        site = self.work / given["path"]
        assert not [path for path in site.rglob("*") if path.is_symlink()], "Pages refuse links"
        shutil.copytree(site, self.artifact)

    def _deploy_pages(self, step: dict[str, Any], given: dict[str, str]) -> None:
        self.runner.deployed.append(self.artifact)
        self.steps[step["id"]] = {"page_url": "https://org.github.io/desk/"}
