"""What a repository on GitHub needs for its workflows, against what is there: steps to take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["environment", "secret", "variable", "pages", "label", "permissions", "workflow"]

ALARM_LABEL = "desk-alarm"
OPTIONAL = frozenset(("HEARTBEAT_URL", "S3_ENDPOINT"))
"""Names that workflows of any desk can do without."""
_NAMED = re.compile(r"\$\{\{\s*(?P<where>secrets|vars)\.(?P<name>[A-Z][A-Z0-9_]*)\s*\}\}")
_ENVIRONMENT = re.compile(
    r"^    environment:[ \t]*(?:\n\s+name:[ \t]*)?(?P<name>[\w-]+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What the workflows name: secrets, variables, the environment of their jobs, Pages."""

    secrets: tuple[str, ...]
    variables: tuple[str, ...]
    environment: str
    pages: bool


@dataclass(frozen=True, slots=True)
class There:
    """What the repository has. ``workflows`` tells the state of each by its file's name."""

    environments: frozenset[str]
    secrets: frozenset[str]
    variables: Mapping[str, str]
    pages: str
    labels: frozenset[str]
    token_writes: bool
    workflows: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, or (``missing``) one that only the owner can give. ``value`` may be secret
    and is never shown.
    """

    kind: Kind
    name: str
    says: str
    value: str = ""
    missing: bool = False


def needs_of(workflows: Iterable[str]) -> Needs:
    """Read from workflow files what they need."""
    named: dict[str, set[str]] = {"secrets": set(), "vars": set()}
    environment, pages = "", False
    for text in workflows:
        for found in _NAMED.finditer(text):
            named[found["where"]].add(found["name"])
        if place := _ENVIRONMENT.search(text):
            environment = place["name"]
        pages = pages or "actions/deploy-pages@" in text
    secrets = tuple(sorted(named["secrets"]))
    return Needs(secrets, tuple(sorted(named["vars"])), environment, pages)


def plan(
    needs: Needs, there: There, given: Mapping[str, str], *, unused: frozenset[str], renew: bool
) -> list[Step]:
    """Return what is to be done, in order; nothing where all is there, so it can be repeated.

    ``given`` are the owner's values by name. A secret that is there is left alone, since it can't
    be read, unless ``renew``; one outside of the environment is set in it. ``unused`` are secrets
    that the desk's settings don't call for.
    """
    steps: list[Step] = []
    if needs.environment and needs.environment not in there.environments:
        says = f"make the environment {needs.environment}, for the desk's branch alone"
        steps.append(Step("environment", needs.environment, says))
    steps += _secrets(needs, there, given, unused, renew)
    steps += _variables(needs, there, given)
    if needs.pages and there.pages != "workflow":
        steps.append(Step("pages", "workflow", "publish Pages from the workflows"))
    if ALARM_LABEL not in there.labels:
        steps.append(Step("label", ALARM_LABEL, f"make the label {ALARM_LABEL}"))
    if there.token_writes:
        says = "give jobs no more than they ask for (the token reads by default)"
        steps.append(Step("permissions", "read", says))
    for name, state in sorted(there.workflows.items()):
        if state.startswith("disabled"):
            steps.append(Step("workflow", name, f"switch the workflow {name} on again ({state})"))
    return steps


def _secrets(
    needs: Needs,
    there: There,
    given: Mapping[str, str],
    unused: frozenset[str],
    renew: bool,
) -> Iterable[Step]:
    where = f" of the environment {needs.environment}" if needs.environment else ""
    outside = bool(needs.environment) and needs.environment not in there.environments
    for name in needs.secrets:
        known = name in there.secrets
        if given.get(name) and (renew or outside or not known):
            what = "renew" if known and not outside else "set"
            yield Step("secret", name, f"{what} the secret {name}{where}", given[name])
        elif not known and name not in OPTIONAL | unused:
            says = f"the secret {name} is not there: set the variable {name}, and run this again"
            yield Step("secret", name, says, missing=True)


def _variables(needs: Needs, there: There, given: Mapping[str, str]) -> Iterable[Step]:
    for name in needs.variables:
        value = given.get(name, "")
        if value and there.variables.get(name) != value:
            yield Step("variable", name, f"set the variable {name} to {value}", value)
        elif not value and name not in there.variables and name not in OPTIONAL:
            says = f"the variable {name} is not there: set {name}, and run this again"
            yield Step("variable", name, says, missing=True)
