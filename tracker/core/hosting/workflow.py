"""What a job of GitHub Actions says to its host: annotations of a run."""

from __future__ import annotations

from typing import Literal


def annotation(level: Literal["error", "warning", "notice"], message: str) -> str:
    """Return the line that makes an annotation. Line ends and percent signs are escaped.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    text = message.strip().replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{level} title=Tracker::{text}"
