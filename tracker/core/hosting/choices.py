"""The choices of an owner: who runs the job, how often, and where the portal is published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from tracker.core.errors import TrackerError

HOSTS = {
    "github": "GitHub Actions run the job",
    "gitlab": "GitLab CI runs the job",
    "cron": "a machine of yours runs the job, by cron or systemd",
    "none": "nothing yet: you run `tracker sync` and `tracker build` yourself",
}
PUBLISH = {
    "pages": "the Git host's Pages",
    "rsync": "a web server, by rsync",
    "s3": "a bucket of S3 or a store like it",
    "none": "nowhere yet",
}
FREE_MINUTES = 2000
"""Minutes of GitHub Actions a month that a private repository has on the Free plan.
https://docs.github.com/billing/concepts/product-billing/github-actions
"""
GITLAB_MINUTES = 400
"""The same of GitLab.com. https://docs.gitlab.com/ci/pipelines/compute_minutes/"""
DAYS = 30
FIRST_HOUR = 5
"""Hour of the day's first run where there are few: morning in Europe, by the hosts' UTC."""
OFF_THE_HOUR = 7
"""Minute of the first run of an hour. GitHub is busiest on the full hour, and drops runs then."""
SHORTEST = 5
"""Minutes between runs that GitHub allows at least."""
_LIST = r"\d{1,2}(?:,\d{1,2})*"
_DAILY = re.compile(rf"(?P<minutes>{_LIST}) (?P<hours>\*|{_LIST}) \* \* \*")


@dataclass(frozen=True, slots=True)
class Hosting:
    """What the owner chose. ``every`` is minutes between runs, ``open_source`` whether everybody
    may read the repository (then GitHub's minutes and Pages cost nothing), ``package`` the line
    of a requirements file that names Tracker.
    """

    host: str
    publish: str
    every: int
    open_source: bool
    package: str


def possible(chosen: Hosting) -> Hosting:
    """Return the choice. Raises TrackerError for one that would publish nowhere."""
    if chosen.host == "cron" and chosen.publish == "pages":
        raise TrackerError(
            "Pages are published by GitHub or GitLab, not by a machine of yours",
            "Take `--deploy rsync`, `--deploy s3` or `--deploy none`.",
        )
    return chosen


def default_publish(host: str, *, open_source: bool) -> str:
    """Return what costs nothing more: Pages where they are free of charge, else a web server."""
    if host == "github":
        return "pages" if open_source else "rsync"
    return {"gitlab": "pages", "cron": "rsync"}.get(host, "none")


def default_every(host: str, *, open_source: bool) -> int:
    """Return minutes between runs that fit into what the host gives."""
    if host == "github":
        return 10 if open_source else 30
    return 180 if host == "gitlab" else 5  # 240 runs: the rest is for pushes


def cron_line(every: int) -> str:
    """Return when to run as a cron line: ``7,37 * * * *`` for every half hour, ``7 5 * * *`` for
    once a day. cron begins anew with each hour and each day: a pause that divides neither is
    shorter at the end of it, and one above an hour counts in whole hours, rounded up.
    """
    minutes, hours = _runs(every)
    return f"{_listed(minutes)} {_listed(hours) if len(hours) < 24 else '*'} * * *"


def longest_pause(cron: str) -> timedelta:
    """Return the longest time between two runs of a cron line as ``cron_line`` writes it; nothing
    where its minutes and hours are told otherwise.
    """
    found = _DAILY.fullmatch(cron.strip())
    if not found:
        return timedelta()
    hours = range(24) if found["hours"] == "*" else [int(one) for one in found["hours"].split(",")]
    minutes = [int(one) for one in found["minutes"].split(",")]
    times = sorted(60 * hour + minute for hour in hours for minute in minutes)
    following = [*times[1:], times[0] + 24 * 60]
    return timedelta(minutes=max(b - a for a, b in zip(times, following, strict=True)))


def runs_a_month(every: int) -> int:
    """Return how many runs of the job 30 days have, by the cron line."""
    minutes, hours = _runs(every)
    return DAYS * len(minutes) * len(hours)


def _runs(every: int) -> tuple[list[int], list[int]]:
    """Return the minutes of an hour, and the hours of a day, in which the job runs."""
    hours = range(0, 24, max(1, ceil(every / 60)))
    minutes = range(0, 60, min(every, 60))
    return (
        sorted((OFF_THE_HOUR + n) % 60 for n in minutes),
        sorted((FIRST_HOUR + n) % 24 for n in hours),
    )


def _listed(numbers: list[int]) -> str:
    return ",".join(map(str, numbers))


def fits(chosen: Hosting) -> bool:
    """Whether the runs fit into the free minutes of the host, where it counts them."""
    free = {"github": 0 if chosen.open_source else FREE_MINUTES, "gitlab": GITLAB_MINUTES}
    minutes = free.get(chosen.host, 0)
    return not minutes or runs_a_month(chosen.every) < minutes


def costs(chosen: Hosting) -> list[str]:
    """Say in sentences what the choice costs, and what it does not give."""
    told: list[str] = []
    if chosen.host == "github":
        told += _github_runs(chosen)
    if chosen.host == "gitlab":
        told.append(
            f"{_counted(chosen)}, each a minute or so. That {_fitting(chosen)} into the "
            f"{GITLAB_MINUTES} free minutes of GitLab.com; a runner of your own costs none. "
            "The schedule is made on GitLab's pages (Build > Pipeline schedules)."
        )
    if chosen.publish == "pages" and chosen.host == "github":
        told += _github_pages(chosen)
    return told


def _github_runs(chosen: Hosting) -> list[str]:
    late = (
        "GitHub starts scheduled runs when it has room: often some minutes late, sometimes 40, at "
        "worst hours. `tracker watch` on a small machine answers within seconds."
    )
    if chosen.open_source:
        return ["In a public repository GitHub's minutes cost nothing.", late]
    return [
        f"{_counted(chosen)}; each counts as a full minute at least. That {_fitting(chosen)} into "
        f"the {FREE_MINUTES:,} free minutes of a private repository.",
        late,
    ]


def _counted(chosen: Hosting) -> str:
    runs = runs_a_month(chosen.every)
    return f"Every {chosen.every} minutes (`{cron_line(chosen.every)}`) is {runs:,} runs a month"


def _fitting(chosen: Hosting) -> str:
    return "fits" if fits(chosen) else "does NOT fit"


def _github_pages(chosen: Hosting) -> list[str]:
    limits = "Pages take 1 GB a site, which is about 250,000 requests without attachments."
    if chosen.open_source:
        return [limits]
    return [f"Pages from a private repository need a paid plan (Pro, Team or Enterprise). {limits}"]
