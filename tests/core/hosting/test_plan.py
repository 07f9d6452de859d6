"""What is still to be done on GitHub."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tracker.core.hosting.plan import ALARM_LABEL, Needs, Step, There, needs_of, plan
from tracker.core.hosting.remote import repository_of
from tracker.core.hosting.workflow import annotation

WORKFLOW = """\
jobs:
  inbox:
    environment:
      name: github-pages
      url: x
    steps:
      - uses: actions/deploy-pages@0 # v4
      - env:
          A: ${{ secrets.TRACKER_SECRET }}
          B: ${{secrets.HEARTBEAT_URL}}
          C: ${{ vars.DEPLOY_TARGET }}
          D: ${{ github.token }}
"""
NEEDS = Needs(("HEARTBEAT_URL", "TRACKER_SECRET"), ("DEPLOY_TARGET",), "github-pages", True)
NOTHING = There(frozenset(), frozenset(), {}, "", frozenset(), True, {"inbox.yml": "active"})
ALL = There(
    frozenset(("github-pages",)),
    frozenset(("TRACKER_SECRET",)),
    {"DEPLOY_TARGET": "web:/x"},
    "workflow",
    frozenset((ALARM_LABEL,)),
    False,
    {"inbox.yml": "active"},
)
GIVEN = {"TRACKER_SECRET": "s3cr3t", "DEPLOY_TARGET": "web:/x"}


def steps(there: There, given: dict[str, str], **more: object) -> list[Step]:
    options = {"unused": frozenset(), "renew": False} | more
    return plan(NEEDS, there, given, **options)  # type: ignore[arg-type]


def test_needs_are_read_from_the_workflows() -> None:
    assert needs_of([WORKFLOW, "jobs:\n"]) == NEEDS
    assert needs_of(["    environment: desk\n"]).environment == "desk"
    assert needs_of([]) == Needs((), (), "", False)


def test_a_new_repository_needs_all_of_it() -> None:
    done = [(one.kind, one.name) for one in steps(NOTHING, GIVEN)]
    assert done == [
        ("environment", "github-pages"),
        ("secret", "TRACKER_SECRET"),
        ("variable", "DEPLOY_TARGET"),
        ("pages", "workflow"),
        ("label", ALARM_LABEL),
        ("permissions", "read"),
    ]


def test_what_is_there_is_left_alone() -> None:
    assert steps(ALL, GIVEN) == []
    assert steps(ALL, {}) == []


def test_no_sentence_shows_a_secret() -> None:
    assert not any("s3cr3t" in one.says for one in steps(NOTHING, GIVEN))


def test_a_secret_is_renewed_only_when_asked() -> None:
    (one,) = steps(ALL, GIVEN, renew=True)
    assert (one.kind, one.value) == ("secret", "s3cr3t")
    assert one.says.startswith("renew")


def test_a_secret_outside_of_the_environment_is_set_in_it() -> None:
    outside = replace(ALL, environments=frozenset())
    assert [one.kind for one in steps(outside, GIVEN)] == ["environment", "secret"]
    assert [one.kind for one in steps(outside, {})] == ["environment"]


def test_what_only_the_owner_can_give_is_missing() -> None:
    missing = [one.name for one in steps(NOTHING, {}) if one.missing]
    assert missing == ["TRACKER_SECRET", "DEPLOY_TARGET"]
    assert not [one for one in steps(NOTHING, {}, unused=frozenset(GIVEN)) if one.kind == "secret"]


def test_a_variable_that_changed_is_set() -> None:
    (one,) = steps(ALL, {"DEPLOY_TARGET": "web:/y"})
    assert (one.kind, one.value) == ("variable", "web:/y")


def test_a_workflow_that_was_switched_off_is_switched_on() -> None:
    off = replace(ALL, workflows={"inbox.yml": "disabled_inactivity", "x.yml": "active"})
    (one,) = steps(off, GIVEN)
    assert (one.kind, one.name) == ("workflow", "inbox.yml")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("git@github.com:org/desk.git", "org/desk"),
        ("https://github.com/org/desk", "org/desk"),
        ("https://x:y@github.example.org/org/my.desk.git/", "org/my.desk"),
        ("ssh://git@github.com:22/org/desk.git", "org/desk"),
        ("github:org/desk", "org/desk"),
        ("/srv/git/desk.git", ""),
        ("../remote.git", ""),
        ("file:///srv/git/desk.git", ""),
        ("", ""),
    ],
)
def test_repository_of_a_remote(address: str, name: str) -> None:
    assert repository_of(address) == name


def test_an_annotation_is_one_line() -> None:
    assert annotation("error", "50%\nof it\r\n") == "::error title=Tracker::50%25%0Aof it"
