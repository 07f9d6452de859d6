"""The questions of ``tracker init`` about who runs the job and where the portal is published."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import click

from tracker.adapters.installed import package_line
from tracker.core.hosting.choices import (
    HOSTS,
    PUBLISH,
    SHORTEST,
    Hosting,
    costs,
    default_every,
    default_publish,
    fits,
    possible,
)


@dataclass(frozen=True, slots=True)
class Given:
    """What the options said; None and the empty string are what they left open."""

    host: str | None
    repository: str | None
    deploy: str | None
    every: int | None
    package: str


_OPTIONS = (
    click.option("--host", type=click.Choice(list(HOSTS)), help="Who runs the job."),
    click.option(
        "--repository",
        type=click.Choice(["private", "public"]),
        help="Who reads the Git repository; in a public one addresses are sealed.",
    ),
    click.option("--deploy", type=click.Choice(list(PUBLISH)), help="Where the portal goes."),
    click.option(
        "--every", type=click.IntRange(SHORTEST, 24 * 60), help="Minutes between runs of the job."
    ),
    click.option(
        "--package", default="", help="What the job installs, as a line of a requirements file."
    ),
)


def hosting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options about hosting to a command, which gets them as ``hosting``."""

    @functools.wraps(command)
    def gathered(*arguments: Any, **given: Any) -> Any:
        names = Given.__dataclass_fields__
        hosting = Given(**{name: given.pop(name) for name in names})
        return command(*arguments, hosting=hosting, **given)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


def settled(given: Given) -> Hosting:
    """Take defaults for what was left open."""
    host = given.host or "none"
    open_source = given.repository == "public"
    return possible(
        Hosting(
            host,
            given.deploy or default_publish(host, open_source=open_source),
            given.every or default_every(host, open_source=open_source),
            open_source,
            given.package or package_line(),
        )
    )


def take(given: Given) -> Hosting:
    """Take defaults for what was left open, and say what they cost."""
    chosen = settled(given)
    _say(costs(chosen))
    return chosen


def ask(given: Given, *, may_be_public: bool) -> Hosting:
    """Ask for what was left open, and say what each choice costs. Only the repository of a desk
    whose requests everybody may read can be public.
    """
    host = given.host or _choose("\nWho runs the job?", HOSTS, "Host", "github")
    repository = given.repository
    if may_be_public and repository is None:
        click.echo(
            "\nWho may read the Git repository? It holds people's letters. In a public one mail "
            "addresses are sealed, and what only agents may read is refused."
        )
        choice = click.Choice(["private", "public"])
        repository = click.prompt("Repository", type=choice, default="private")
    some = Given(host, repository, given.deploy, given.every, given.package)
    if host == "none":
        return settled(some)
    usual = settled(some)
    ways = {name: words for name, words in PUBLISH.items() if name != "pages" or host != "cron"}
    publish = given.deploy or _choose(
        "\nWhere is the portal published?" + _pages_cost(usual), ways, "Deploy", usual.publish
    )
    chosen = settled(Given(host, repository, publish, given.every, given.package))
    _say(costs(chosen))
    return chosen if given.every else _ask_pause(chosen)


def _ask_pause(usual: Hosting) -> Hosting:
    """Ask how often the job runs, again where that does not fit into what the host gives."""
    kind = click.IntRange(SHORTEST, 24 * 60)
    while True:
        every = click.prompt("Minutes between runs", type=kind, default=usual.every)
        chosen = replace(usual, every=every)
        if fits(chosen):
            return chosen
        _say(costs(chosen)[:1])
        if click.confirm(f"Every {every} minutes all the same?"):
            return chosen


def _say(sentences: list[str]) -> None:
    if sentences:
        click.echo()
    for sentence in sentences:
        click.echo(click.wrap_text(sentence, 90, "  ", "  "))


def _pages_cost(usual: Hosting) -> str:
    if usual.host == "github" and not usual.open_source:
        return " Pages from a private repository need a paid plan."
    return ""


def _choose(question: str, ways: dict[str, str], prompt: str, usual: str) -> str:
    click.echo(question)
    for name, words in ways.items():
        click.echo(f"  {name:<7} {words}")
    return str(click.prompt(prompt, type=click.Choice(list(ways)), default=usual))


def next_steps(chosen: Hosting) -> list[str]:
    """Say what remains to be done for the job to run."""
    return {
        "github": [
            "Push it to GitHub, then `tracker github setup` sets secrets, variables and Pages."
        ],
        "gitlab": ["Push it to GitLab; docs: *A desk on GitLab* says what to set there."],
        "cron": ["hosting/ holds units, crontab and nginx; docs: *A desk on a server*."],
    }.get(chosen.host, [])
