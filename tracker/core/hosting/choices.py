"""The choices of an owner: who runs the job, how often, and where the portal is published."""

from __future__ import annotations

from dataclasses import dataclass

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
DAYS = 30
OFF_THE_HOUR = 7
"""Minute of the first run of an hour. GitHub is busiest on the full hour, and drops runs then."""
SHORTEST = 5
"""Minutes between runs that GitHub allows at least."""


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


def default_publish(host: str, *, open_source: bool) -> str:
    """Return what costs nothing more: Pages where they are free of charge, else a web server."""
    if host == "github":
        return "pages" if open_source else "rsync"
    return {"gitlab": "pages", "cron": "rsync"}.get(host, "none")


def default_every(host: str, *, open_source: bool) -> int:
    """Return minutes between runs that fit into what the host gives."""
    if host == "github":
        return 10 if open_source else 30
    return 15 if host == "gitlab" else 5


def runs_a_month(every: int) -> int:
    """Return how many runs of the job 30 days have."""
    return DAYS * 24 * 60 // every


def fits(chosen: Hosting) -> bool:
    """Whether the runs fit into the free minutes of the host, where it counts them."""
    counted = chosen.host == "github" and not chosen.open_source
    return not counted or runs_a_month(chosen.every) < FREE_MINUTES


def cron_minutes(every: int, first: int = OFF_THE_HOUR) -> str:
    """Return the minutes of a cron line: ``7,37`` for every half hour. From an hour on it is once
    an hour: cron knows no pause that hours don't divide.
    """
    step = min(every, 60)
    return ",".join(str(minute) for minute in sorted((first + n) % 60 for n in range(0, 60, step)))


def costs(chosen: Hosting) -> list[str]:
    """Say in sentences what the choice costs, and what it does not give."""
    told: list[str] = []
    if chosen.host == "github":
        told += _github_runs(chosen)
    if chosen.host == "gitlab":
        told.append(
            f"{runs_a_month(chosen.every):,} runs a month, each a minute or so, against 400 free "
            "minutes of GitLab.com; a runner of your own costs none. The schedule is made on "
            "GitLab's pages (Build > Pipeline schedules)."
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
    said = "fits" if fits(chosen) else "does NOT fit"
    runs = runs_a_month(chosen.every)
    return [
        f"Every {chosen.every} minutes is {runs:,} runs a month; each counts as a full minute at "
        f"least. That {said} into the {FREE_MINUTES:,} free minutes of a private repository.",
        late,
    ]


def _github_pages(chosen: Hosting) -> list[str]:
    limits = "Pages take 1 GB a site, which is about 250,000 requests without attachments."
    if chosen.open_source:
        return [limits]
    return [f"Pages from a private repository need a paid plan (Pro, Team or Enterprise). {limits}"]
