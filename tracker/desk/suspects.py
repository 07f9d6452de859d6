"""Commits that touched tickets and are not believed, since the last that stamping settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.adapters.history import Commit, History
from tracker.adapters.index import is_ticket_path, number_of
from tracker.core import state
from tracker.core.state import Commits
from tracker.desk.desk import Desk
from tracker.desk.past import Past
from tracker.desk.view import View

_FOLDER = "tickets"


@dataclass(frozen=True, slots=True)
class Suspects:
    """The commits, and the readable tickets and other files that they touched."""

    commits: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()

    def numbers(self, view: View) -> list[int]:
        """Return the readable tickets among what they touched."""
        found = (number_of(path) for path in self.paths if is_ticket_path(path))
        return sorted(one for one in found if view.path_of(one) in self.paths)

    def unreadable(self, desk: Desk) -> bool:
        """Whether a ticket file that they touched is broken: once it is mended, what they wrote
        into it is to be looked at.
        """
        there = {path for (path,) in desk.index.query("SELECT path FROM faults")}
        return not there.isdisjoint(self.paths)


NOBODY = Suspects()
"""No commit that anybody doubts."""


def suspects(desk: Desk, history: History, commits: Sequence[Commit], view: View) -> Suspects:
    """Return those of the newest ``commits`` up to that of ``view`` that touched tickets and are
    neither an agent's nor the desk's own. Where there are no others it costs no process.
    """
    chain = _chain(commits, view.commit)
    unclear = [one for one in commits if not (one.id in chain and _plain(desk, one))]
    touching = history.touching(unclear, _FOLDER) if unclear else {}
    if not touching:
        return NOBODY
    past = Past(desk, history, view.commit)
    found = {one: paths for one, paths in touching.items() if not believed(past, one)}
    return Suspects(frozenset(found), frozenset(path for paths in found.values() for path in paths))


def doubted(desk: Desk, settled: str, view: View) -> frozenset[int]:
    """Return the tickets that commits wrote into since the one that stamping settled and that are
    not believed: what they say is not to be sent before it was looked at.
    """
    if settled == view.commit:
        return frozenset()
    history = History(desk.git, desk.settings.desk.branch, desk.repository.remote)
    commits = history.since(settled, view.commit)
    return frozenset(suspects(desk, history, commits, view).numbers(view))


def _chain(commits: Sequence[Commit], tip: str) -> set[str]:
    """Return those of the commits that lie on the chain of first parents."""
    parents = {one.id: one.parents for one in commits}
    found, at = set(), tip
    while at in parents:
        found.add(at)
        at = next(iter(parents[at]), "")
    return found


def _plain(desk: Desk, commit: Commit) -> bool:
    known = desk.settings.agent_by_email(commit.author.email) is not None
    return (known or commit.author.key == desk.committer.key) and not commit.rebased_by_host


def believed(past: Past, commit: str) -> bool:
    """Whether a commit is an agent's or the desk's own."""
    origin = past.origin(commit)
    return origin.trusted or origin.own


def recall(desk: Desk, history: History, commit: str) -> Commits | None:
    """Return how far commits were read, as somebody believed wrote it last: whoever forges a
    ticket could forge that too.
    """
    past: Past | None = None
    for one, _ in history.versions(commit, state.COMMITS):
        past = past or Past(desk, history, commit)
        if believed(past, one):
            return state.read_commits(desk.git.read_file(one, state.COMMITS))
    return None
