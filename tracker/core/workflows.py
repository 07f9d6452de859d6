"""What the workflow files of a Git host do with the desk: whether one runs the job, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from tracker.core.findings import Advice, Wrong


def judge_workflows(files: Mapping[str, str]) -> str:
    """Judge the files of ``.github/workflows`` by name: one must run the job on a schedule."""
    running = {name: text for name, text in files.items() if "tracker" in text and "sync" in text}
    if not running:
        raise Wrong(
            "no workflow runs `tracker sync`",
            "Add one that does, or let cron, systemd or `tracker watch` run it elsewhere.",
        )
    for name, text in running.items():
        triggers = _triggers(name, text)
        if "schedule" in triggers:
            times = [one.get("cron", "") for one in triggers["schedule"] or [] if _is(one)]
            return _judge_times(name, [str(one) for one in times])
    raise Wrong(
        f"{', '.join(running)}: no schedule",
        "Add below `on:`  `schedule: [{cron: '7-59/10 * * * *'}]`.",
    )


def judge_pipeline(name: str, text: str) -> str:
    """Judge GitLab's pipeline: it must run the job. When, is set on GitLab's pages alone."""
    if not ("tracker" in text and "sync" in text):
        raise Wrong(
            f"{name} does not run `tracker sync`",
            "`tracker hosting --host gitlab` writes one that does.",
        )
    return f"{name} runs the job when its schedule says so (GitLab: Build > Pipeline schedules)"


def _is(value: Any) -> bool:
    return isinstance(value, dict)


def _judge_times(name: str, times: list[str]) -> str:
    if not any(len(one.split()) == 5 for one in times):
        raise Wrong(f"{name}: its schedule has no time", "Write `- cron: '7-59/10 * * * *'`.")
    if any(one.split()[0] in ("0", "*/5", "*/10", "*/15", "*/30", "*") for one in times if one):
        raise Advice(
            f"{name} runs at {times[0]}: on the hour everybody's jobs wait for each other",
            "Begin some minutes later, such as `7-59/10 * * * *`.",
        )
    return f"{name} runs at {', '.join(times)}"


def _triggers(name: str, text: str) -> dict[str, Any]:
    try:
        data = yaml.load(text, yaml.BaseLoader)  # every scalar a string
    except yaml.YAMLError as error:
        raise Wrong(f"{name} is no YAML: {str(error).splitlines()[0]}", "Mend it.") from None
    triggers = data.get("on", {}) if isinstance(data, dict) else {}
    if isinstance(triggers, dict):
        return triggers
    names = triggers if isinstance(triggers, list) else [triggers]
    return {str(one): None for one in names}
