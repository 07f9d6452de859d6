"""What this installation of Tracker consists of, for a job elsewhere that is to have the same."""

from __future__ import annotations

import json
import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

PACKAGE = "tracker-desk"


def package_line() -> str:
    """Return the line of a requirements file that names this Tracker: by the commit where it was
    installed from a Git repository, else by its version.
    """
    found = distribution(PACKAGE)
    source = json.loads(found.read_text("direct_url.json") or "{}")
    commit = source.get("vcs_info", {}).get("commit_id")
    if commit and source["vcs_info"].get("vcs") == "git":
        return f"{PACKAGE} @ git+{source['url']}@{commit}"
    return f"{PACKAGE}=={found.version}"


def pins() -> list[str]:
    """Return ``name==version`` of every package that this Tracker runs with, without itself."""
    found: dict[str, str] = {}
    _collect(distribution(PACKAGE), frozenset(), found)
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def _collect(package: Distribution, extras: frozenset[str], found: dict[str, str]) -> None:
    from packaging.requirements import Requirement

    for line in package.requires or ():
        needed = Requirement(line)
        if needed.marker and not any(
            needed.marker.evaluate({"extra": extra}) for extra in extras | {""}
        ):
            continue
        name = re.sub(r"[-_.]+", "-", needed.name).lower()
        if name in found and not needed.extras:
            continue
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = one.version
        _collect(one, frozenset(needed.extras), found)
