"""The files by which a desk runs: workflows, pipelines, units, the package, the editor's guide."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tracker.adapters.installed import pins
from tracker.core.hosting.choices import OFF_THE_HOUR, Hosting, cron_line
from tracker.core.hosting.filling import fill
from tracker.core.settings import Settings

TEMPLATES = Path(__file__).parent / "templates"
ROOT, WEB, BIN = "/srv/desk", "/var/www/desk", "/opt/tracker/bin"
"""Where things lie on a server, in the units and in the documentation."""

ACTIONS = {
    "checkout": ("actions/checkout", "08c6903cd8c0fde910a37f88322edcfb5dd907a8", "v5.0.0"),
    "cache": ("actions/cache", "0400d5f644dc74513175e3cd8d07132dd4860809", "v4.2.4"),
    "upload": (
        "actions/upload-pages-artifact",
        "7b1f4a764d45c48632c6b24a0339c27f5614fb0b",
        "v4.0.0",
    ),
    "deploy": ("actions/deploy-pages", "d6db90164ac5ed86f2b6aed7e0febac5b3c0c03e", "v4.0.5"),
}
"""The actions that workflows use, each by the commit of a release: a tag can be moved."""

_CALL = '-c "import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=20)"'
"""What Python is told to call a watcher, within single quotes of a unit, where systemd takes
backslashes away.
"""


def hosting_files(chosen: Hosting, settings: Settings) -> dict[str, str]:
    """Return the files that the choice needs, by path in the desk."""
    flags = _flags(chosen, settings)
    values = _values(chosen, settings)

    def filled(template: str, **more: str | bool) -> str:
        words = {name: one for name, one in more.items() if isinstance(one, str)}
        switches = {name: one for name, one in more.items() if isinstance(one, bool)}
        text = (TEMPLATES / template).read_text("utf-8")
        return fill(text, values | words, flags | switches)

    files = {"AGENTS.md": filled(f"guide/{settings.desk.language}.md")}
    if chosen.host != "none":
        files["requirements.txt"] = requirements(chosen.package)
    if chosen.host == "github":
        folder = ".github/workflows"
        for name in ("inbox", "portal"):
            parts = {"inbox": name == "inbox", "portal": name == "portal"}
            files[f"{folder}/{name}.yml"] = filled("github/desk.yml", workflow=name, **parts)
        for name in ("check", "heartbeat"):
            files[f"{folder}/{name}.yml"] = filled(f"github/{name}.yml")
    if chosen.host == "gitlab":
        files[".gitlab-ci.yml"] = filled("gitlab/.gitlab-ci.yml")
    if chosen.host == "cron":
        for path in sorted((TEMPLATES / "server").iterdir()):
            files[f"hosting/{path.name}"] = filled(f"server/{path.name}")
    return files


def requirements(package: str) -> str:
    """Return a requirements file: Tracker as ``package`` says, its packages as installed here."""
    return (
        "# The Tracker that the job installs, and the packages it was tried with.\n"
        "# To upgrade: `tracker requirements >requirements.txt` with the new Tracker, and commit.\n"
        + "".join(f"{line}\n" for line in (package, *pins()))
    )


def _flags(chosen: Hosting, settings: Settings) -> dict[str, bool]:
    private = settings.desk.visibility == "private"
    ways = {name: chosen.publish == name for name in ("pages", "rsync", "s3")}
    return ways | {"publish": chosen.publish != "none", "private": private, "public": not private}


def _values(chosen: Hosting, settings: Settings) -> dict[str, str]:
    programs = ["git", *(["rsync"] if chosen.publish == "rsync" else [])]
    packages = [*programs, *(["openssh-client"] if chosen.publish == "rsync" else [])]
    ways = {"rsync": ["rsync"], "s3": ["awscli"]}
    contained = ["git", "openssh-client", *ways.get(chosen.publish, [])]
    heartbeat = f"{OFF_THE_HOUR + 10} 5 * * 1"
    actions = {name: _uses(name) for name in ACTIONS}
    return actions | {
        "cache_restore": _uses("cache", "/restore"),
        "cache_save": _uses("cache", "/save"),
        "PREFIX": settings.desk.prefix,
        "branch": settings.desk.branch,
        "cron": cron_line(chosen.every),
        "every": str(chosen.every),
        "heartbeat": heartbeat,
        "image": "python:3.13-slim",
        "programs": " ".join(programs),
        "packages": " ".join(packages),
        "container_packages": " ".join(contained),
        "public_folder": ", public" if chosen.publish == "pages" else "",
        "root": ROOT,
        "web": WEB,
        "bin": BIN,
        "server": urlsplit(settings.desk.portal_url).hostname or "help.example.org",
        "call": _CALL,
    }


def _uses(name: str, part: str = "") -> str:
    action, commit, version = ACTIONS[name]
    return f"{action}{part}@{commit} # {version}"
