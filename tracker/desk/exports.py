"""Reading exports of other systems from files: each file read within limits, faults named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tracker.adapters.tables import read_json, read_table
from tracker.core.errors import TrackerError
from tracker.core.moving import github, jira_csv, jira_json
from tracker.core.moving.items import Found, Left
from tracker.core.moving.jira import Reading
from tracker.core.moving.own_json import FORMAT, VERSION, Read, read_ticket
from tracker.desk.importing import ImportReport

_JIRA = (
    "Export issues with all fields: *Export CSV (all fields)*, or a search of the REST interface."
)
_GITHUB = "Such as `gh issue list --state all --limit 9999 --json number,title,…` prints."


def read_jira(paths: Sequence[Path], reading: Reading) -> Found:
    """Read Jira's CSV and JSON files; a folder stands for the files in it.

    Raises TrackerError for a file that is neither.
    """
    found = Found()
    for path in _files(paths, ".csv", ".json"):
        try:
            one = _jira_json(path, reading) if _is_json(path) else _jira_csv(path, reading)
        except ValueError as error:
            raise TrackerError(f"{path}: {error}", _JIRA) from None
        found.items += one.items
        found.left += one.left
        found.notes += one.notes
    _name_twins(found)
    return found


def _jira_json(path: Path, reading: Reading) -> Found:
    return jira_json.read_export(read_json(path), path.name, reading)


def _jira_csv(path: Path, reading: Reading) -> Found:
    table = read_table(path)
    if not table:
        raise ValueError("is empty")
    heading = jira_csv.read_heading(table[0][1], reading.columns)
    rows = [jira_csv.Row(f"{path.name}:{line}", path.name, cells) for line, cells in table[1:]]
    return jira_csv.read_rows(heading, rows, reading)


def read_github(paths: Sequence[Path]) -> Found:
    """Read issues and comments of GitHub. Raises TrackerError for a file that holds neither."""
    data = [(path.name, read_json(path)) for path in _files(paths, ".json")]
    for name, held in data:
        listed = held if isinstance(held, list) else [held]
        if listed and not any(isinstance(one, dict) for one in listed):
            raise TrackerError(f"{name} holds no issues", _GITHUB)
    found = github.read_issues(data)
    _name_twins(found)
    return found


def read_desk(path: Path, report: ImportReport) -> list[tuple[str, Read]]:
    """Read what a desk exported; a ticket with a fault is left. Raises TrackerError for a file
    that no desk wrote.
    """
    data = read_json(path)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise TrackerError(f"{path} was not written by `tracker export json`")
    if data.get("version") != VERSION or not isinstance(data.get("tickets"), list):
        raise TrackerError(
            f"{path} has the version {str(data.get('version'))[:20]}; known is {VERSION}",
            "Bring this tracker up to date.",
        )
    found = []
    for n, one in enumerate(data["tickets"], 1):
        name = str(one.get("id", ""))[:60] if isinstance(one, dict) else ""
        try:
            found.append((path.name, read_ticket(one)))
        except ValueError as error:
            report.left.append(Left(path.name, name or f"ticket {n}", str(error)))
    return found


def _files(paths: Sequence[Path], *endings: str) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.suffix.lower() in endings)
            found += [one for one in inside if one.is_file() and not one.is_symlink()]
        else:
            found.append(path)
    if not found:
        raise TrackerError(f"There is no {' or '.join(endings)} file", "Name the file itself.")
    return found


def _is_json(path: Path) -> bool:
    with path.open("rb") as file:
        begin = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    return begin[:1] in (b"{", b"[")


def _name_twins(found: Found) -> None:
    """Say which items stand twice with other contents: of these the first counts, and what was
    said only in the second is added.
    """
    first: dict[str, Any] = {}
    for one in found.items:
        other = first.setdefault(one.key, one)
        if other is not one and (other.title, other.status) != (one.title, one.status):
            found.left.append(
                Left(one.origin, one.key, f"stands twice: what {other.origin} says counts")
            )
