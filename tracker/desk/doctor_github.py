"""A look of `tracker doctor` at GitHub: whether the workflows run, and have what they need."""

from __future__ import annotations

from tracker.adapters.environment import optional_secret, variable
from tracker.core.errors import TrackerError
from tracker.core.findings import Advice, Unchecked, Wrong
from tracker.core.hosting.pulse import LATE
from tracker.core.hosting.remote import repository_of
from tracker.desk.examination import Examination


def workflows(about: Examination) -> str:
    """Whether GitHub runs the desk's workflows, and what they still lack there; of no concern to a
    desk without workflows or elsewhere.
    """
    if not any(about.desk.root.glob(".github/workflows/*.yml")) or not is_on_github(about):
        return ""
    if not has_token():
        raise Unchecked(
            "GitHub was not asked how the workflows run and what they lack",
            "Set a token of yours and run this again: `export GITHUB_TOKEN=$(gh auth token)`.",
        )
    try:
        return _asked(about)
    except Wrong:
        raise
    except TrackerError as error:
        raise Unchecked(f"not checked: {error.message}", error.hint) from None


def _asked(about: Examination) -> str:
    from tracker.desk.github import (  # its library takes a while to load
        connect,
        lacking,
        pause_of,
        status,
    )

    root = about.desk.root
    host = connect(root)
    found = status(host, about.now, pause_of(root) + LATE)
    if found.troubles:
        raise Wrong(" ".join(found.troubles), "See `tracker github status`, and the run's page.")
    steps = lacking(host, root, about.desk.settings)
    said = "; ".join(one.says for one in steps)
    if any(one.missing for one in steps):
        raise Wrong(
            f"{host.name}: {said}", "Set what is named, then `tracker github setup` does it all."
        )
    if steps:
        raise Advice(f"{host.name} still lacks something: {said}", "Run `tracker github setup`.")
    return f"the workflows of {host.name} run, and have what they need"


def has_token() -> bool:
    """Whether GitHub can be asked."""
    return bool(optional_secret("GITHUB_TOKEN") or optional_secret("GH_TOKEN"))


def is_on_github(about: Examination) -> bool:
    """Whether the desk's remote is a GitHub."""
    code, out, _ = about.desk.git.attempt("remote", "get-url", "origin")
    address = out.strip() if code == 0 else ""
    own = bool(variable("GITHUB_API_URL") and repository_of(address))
    return bool(variable("GITHUB_REPOSITORY")) or own or "github.com" in address
