"""Making a new desk: a Git repository with settings, pages, snippets and its first commit."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tracker.adapters.environment import SECRET, optional_secret
from tracker.adapters.git import Git
from tracker.core import state
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.settings import FILE, read_settings
from tracker.core.snippets import FOLDER

TEMPLATES = Path(__file__).parent.parent / "portal" / "templates"

GITIGNORE = """\
# Caches of the tracker, and the built portal.
.tracker/
site/
"""
GITATTRIBUTES = """\
# Git must not change a byte of what was stored. A ticket that a web editor saved with CRLF would
# else look changed in every clone for ever, which keeps the clone from following.
tickets/** -text
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A new desk: where it is, and its secret if this made one."""

    root: Path
    secret: str


def settings_text(tables: Mapping[str, Mapping[str, str]], agents: Mapping[str, Address]) -> str:
    """Return the text of a settings file. Empty values are left out."""
    parts = ["# Settings of the desk. No secrets: those come from the environment (TRACKER_…).\n"]
    for table, values in tables.items():
        parts.append(f"[{table}]\n")
        parts += [f"{key} = {_toml(value)}\n" for key, value in values.items() if value]
        parts.append("\n")
    for handle, agent in agents.items():
        parts.append(f"[agents.{handle}]\nname = {_toml(agent.name)}\n")
        parts.append(f"emails = [{_toml(agent.email)}]\n\n" if agent.email else "emails = []\n\n")
    return "".join(parts).rstrip() + "\n"


def _toml(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are TOML's, DEL apart (TOML 1.0)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def agent_from(written: str) -> tuple[str, Address]:
    """Read ``anna=Анна <anna@example.org>``. Raises TrackerError."""
    handle, equals, person = written.partition("=")
    if not equals or not handle.strip() or not person.strip():
        raise TrackerError(
            f"`{written}` names no agent", "Write it as --agent 'anna=Анна <anna@example.org>'."
        )
    address = Address.parse(person)
    return handle.strip(), Address(address.name or handle.strip(), address.email)


def make_desk(root: Path, settings: str) -> Made:
    """Make the desk in ``root``, which must be new or empty.

    Raises SettingsError for wrong settings, TrackerError where something is there already.
    """
    checked = read_settings(settings)
    if root.exists() and any(root.iterdir()):
        raise TrackerError(
            f"{root} is not empty", "Name a new folder; an existing desk needs no `init`."
        )
    root.mkdir(parents=True, exist_ok=True)
    files = {FILE: settings, ".gitignore": GITIGNORE, ".gitattributes": GITATTRIBUTES}
    for path, text in (files | _pages(checked.desk.language)).items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    (root / "tickets").mkdir()
    (root / "tickets" / ".gitkeep").touch()
    position = root / state.COMMITS  # from the first commit on trailers count
    position.parent.mkdir()
    position.write_bytes(state.write(state.Commits("")))
    git = Git(root)
    git.run("init", "--quiet", f"--initial-branch={checked.desk.branch}")
    git.run("add", "--all")
    who = _identity(git, Address("Tracker", checked.mailbox.address))
    git.run(*who, "commit", "--quiet", "--message", f"Open the desk {checked.desk.prefix}")
    made = "" if optional_secret(SECRET) else secrets.token_urlsafe(32)
    return Made(root, made)


def _pages(language: str) -> dict[str, str]:
    pages = {"mkdocs.yml": (TEMPLATES / "desk-mkdocs.yml").read_text("utf-8")}
    for name in ("docs", FOLDER):
        folder = TEMPLATES / f"{name}.{language}"
        if not folder.is_dir():
            folder = TEMPLATES / f"{name}.en"
        for page in sorted(folder.rglob("*")):
            if page.is_file():
                path = page.relative_to(folder).as_posix()
                pages[f"{name}/{path}"] = page.read_text("utf-8")
    return pages


def _identity(git: Git, fallback: Address) -> tuple[str, ...]:
    """Commit as the person Git knows, else as the desk."""
    if git.attempt("config", "user.email")[1].strip():
        return ()
    return ("-c", f"user.name={fallback.name}", "-c", f"user.email={fallback.email}")
