"""Fixtures of the tests that run a desk as its hosts do: an index on disk, an installed Tracker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import programs
from tests.packages import fill_wheelhouse
from tests.servers.s3 import S3, digest
from tracker.adapters.installed import PACKAGE

SECRET = "0123456789abcdef0123456789abcdef"
TYPES = {
    ".html": {"text/html"},
    ".css": {"text/css"},
    ".js": {"application/javascript", "text/javascript"},
    ".json": {"application/json"},
    ".xml": {"application/xml", "text/xml"},
    ".csv": {"text/csv"},
    ".png": {"image/png"},
}
"""Of what type a browser takes what a site consists of; the AWS CLI asks the machine's table."""


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


def check_bucket(s3: S3, site: Path) -> None:
    """Each file of the site is there byte for byte, of a type that browsers take, and no other."""
    stored = s3.stored()
    files = {one.relative_to(site).as_posix(): one for one in site.rglob("*") if one.is_file()}
    assert {name: one.sha256 for name, one in stored.items()} == {
        name: digest(file) for name, file in files.items()
    }
    known = {name: one.type for name, one in stored.items() if Path(name).suffix in TYPES}
    assert {Path(name).suffix for name in known} == TYPES.keys()
    for name, type_ in known.items():
        assert type_ in TYPES[Path(name).suffix], name


def check_order(changed: list[tuple[str, str]]) -> None:
    """No page names a file that is not there yet, or not any more, and no list such a request.

    What was made within the second of its upload is newer to the CLI, and comes once more.
    """
    ranks = [_rank(how, name) for how, name in dict.fromkeys(changed)]
    assert {0, 2} <= {*ranks}
    assert ranks == sorted(ranks)


def _rank(how: str, name: str) -> int:
    if how == "DELETE":
        return 3
    return 0 if not name.endswith(".html") else 1 if name.startswith("tickets/") else 2
