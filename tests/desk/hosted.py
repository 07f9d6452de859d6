"""Fixtures of the tests that run a desk as its hosts do: an index on disk, an installed Tracker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import programs
from tests.packages import fill_wheelhouse
from tracker.adapters.installed import PACKAGE

SECRET = "0123456789abcdef0123456789abcdef"
PROGRAMS = Path(__file__).parent.parent / "servers" / "programs"
"""Programs that stand in for what a test machine may lack: aws."""


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index on disk with Tracker and all it needs."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return fill_wheelhouse(shared / "wheelhouse")


@pytest.fixture(scope="session")
def installed(wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that was empty and got Tracker's wheel."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    python = str(Path(sys.base_prefix, "bin", "python3"))
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    command = [str(folder / "bin" / "pip"), "install", "--quiet", "--no-compile"]
    subprocess.run([*command, "--no-index", "--find-links", str(wheelhouse), PACKAGE], check=True)
    return folder / "bin"


def index(wheelhouse: Path) -> dict[str, str]:
    """The environment in which pip takes everything from the disk."""
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheelhouse), "PIP_NO_COMPILE": "1"}


def write_hosting(root: Path, *options: str) -> None:
    """Write what runs a desk into one, by the command."""
    programs.run("-C", root, "hosting", *options, "--yes").check_returncode()


def publish(root: Path) -> None:
    """Commit and push."""
    git = ["git", "-C", str(root)]
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "-qm", "Write what runs the desk"], check=True)
    subprocess.run([*git, "push", "-q", "origin", "main"], check=True)
