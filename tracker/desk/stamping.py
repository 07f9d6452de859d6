"""Stamping in one transaction: every draft, hand-made change and commit trailer that waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tracker.adapters.commits import Change
from tracker.adapters.git import GitError
from tracker.adapters.history import Commit, History
from tracker.adapters.index import is_ticket_path
from tracker.core import state
from tracker.core.intrusion import intrusions
from tracker.core.settings import Fault
from tracker.core.stamping import plan, stamp
from tracker.core.state import Commits
from tracker.core.trailers import Message, obey_trailers, read_trailers
from tracker.core.workspace import Workspace
from tracker.desk.desk import Desk
from tracker.desk.past import Past
from tracker.desk.report import Report
from tracker.desk.suspects import NOBODY, Suspects, recall, suspects
from tracker.desk.view import View
from tracker.desk.write import PushRefusedError, write

FAR_BEHIND = 200
"""So many commits are read again in each run before a commit is made just to note it."""

Item = int | str
"""What waits: the number of a ticket, or the id of a commit with trailers."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A commit with trailers that was not obeyed yet."""

    commit: Commit
    message: Message
    patch: str


@dataclass(frozen=True, slots=True)
class _Scan:
    """What the commits since the last position hold. ``stale`` says that the position is worth a
    commit of its own, ``stuck`` that it must stay for what can't be looked at yet.
    """

    known: Commits
    told: tuple[_Told, ...] = ()
    stale: bool = False
    suspects: Suspects = NOBODY
    stuck: bool = False


@dataclass(slots=True)
class _Done:
    """What the last attempt of a transaction did."""

    stamped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def stamp_all(desk: Desk, report: Report) -> str:
    """Stamp every ticket that needs it and obey the trailers of new commits. Return the commit up
    to which that is settled.

    What a draft lacks, or the Git host refuses, is noted in the report and stops nothing else.
    Raises GitError, and ShallowError where something waits and the clone lacks its history.
    """
    stamping = _Stamping(desk)
    commit, waiting = stamping.waiting()
    if waiting is None:
        return commit
    try:
        return stamping.write(report)
    except PushRefusedError as refusal:
        if not waiting:
            raise
        stamping.write_each(waiting, report, refusal)
        return commit


class _Stamping:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._history = History(desk.git, desk.settings.desk.branch, desk.repository.remote)

    def waiting(self) -> tuple[str, list[Item] | None]:
        """Return the newest commit and what waits; None where there is nothing to write at all."""
        desk = self._desk
        commit = desk.repository.newest()
        if not commit:
            return commit, None
        with desk.index.at(commit, desk.progress):
            view = View(desk.git, desk.index, commit, desk.people(commit))
            scan = self._scan(view)
            numbers = _numbers(view, scan)
        found: list[Item] = [*numbers, *(one.commit.id for one in scan.told)]
        return commit, (found if found or scan.stale else None)

    def write(self, report: Report, items: Collection[Item] | None = None) -> str:
        """Stamp ``items``, or everything, and return the commit; what the transaction did goes into
        the report.
        """
        done = _Done()
        written = write(self._desk, lambda view: self._decide(view, items, done), fetched=True)
        report.stamped += done.stamped
        report.notes += done.notes
        return written.commit

    def write_each(self, items: Sequence[Item], report: Report, refusal: PushRefusedError) -> None:
        """Stamp what the host takes: of a batch that it refuses each half, down to the one."""
        if len(items) == 1:
            one = items[0]
            name = f"{self._desk.settings.desk.prefix}-{one}" if isinstance(one, int) else one[:12]
            report.notes.append(f"{name} is not stamped. {refusal.message}")
            return
        middle = len(items) // 2
        for half in (items[:middle], items[middle:]):
            try:
                self.write(report, half)
            except PushRefusedError as again:
                self.write_each(half, report, again)

    def _decide(self, view: View, items: Collection[Item] | None, done: _Done) -> Change | None:
        scan = self._scan(view)
        numbers = [one for one in _numbers(view, scan) if items is None or one in items]
        told = [one for one in scan.told if items is None or one.commit.id in items]
        work, done.stamped, done.notes = self._workspace(view), [], []
        known = scan.known
        if numbers or told:
            past = Past(self._desk, self._history, view.commit)
            work, faults = self._stamp(view, numbers, past, scan.suspects)
            done.notes += [f"{fault} (it is left as it is)" for fault in faults]
            known = self._obey(work, past, told, known, done)
        if items is None and not scan.stuck and (work.files or told or scan.stale):
            known = known.at(view.commit, self._desk.now())
        if known != scan.known:
            work.files[state.COMMITS] = state.write(known)
        done.stamped = [Path(path).stem for path in work.files if is_ticket_path(path)]
        return Change(work.files, _message(done.stamped)) if work.files else None

    def _workspace(self, view: View) -> Workspace:
        desk = self._desk
        return Workspace(view, desk.settings, desk.now(), desk.new_id)

    def _stamp(
        self, view: View, numbers: Sequence[int], past: Past, suspects: Suspects
    ) -> tuple[Workspace, list[Fault]]:
        plans, work = [], self._workspace(view)
        for number, text in view.texts_of(numbers).items():
            path = view.path_of(number) or ""
            touched = path in suspects.paths
            marks = intrusions(work, text, path, past, suspects.commits) if touched else ()
            plans.append(plan(text, path, past, marks))
        return stamp(lambda: self._workspace(view), plans, past.file)

    def _obey(
        self, work: Workspace, past: Past, told: Sequence[_Told], known: Commits, done: _Done
    ) -> Commits:
        """Obey trailers, those of trusted commits first; return what is remembered then."""
        for one in sorted(told, key=lambda one: not past.origin(one.commit.id).trusted):
            origin = past.origin(one.commit.id)
            patch = one.patch if origin.trusted else f"{one.patch}?"
            if known.holds(one.patch) or known.holds(patch):
                continue
            _, missed = obey_trailers(work, one.message, origin)
            done.notes += [f"commit {one.commit.id[:12]}: {reason}" for reason in missed]
            known = known.with_patches([patch], self._desk.now())
        return known

    def _scan(self, view: View) -> _Scan:
        known = state.read_commits(view.read(state.COMMITS))
        if known is not None and known.commit == view.commit:
            return _Scan(known)
        commits = self._since(known.commit, view.commit) if known else None
        found = suspects(self._desk, self._history, commits, view) if commits else NOBODY
        if commits is None or state.COMMITS in found.paths:
            before = recall(self._desk, self._history, view.commit)
            if before is not None and before != known:
                known, commits = before, self._since(before.commit, view.commit)
                found = suspects(self._desk, self._history, commits or (), view)
        if known is None:  # a desk from before trailers: what is older than this is not obeyed
            return _Scan(Commits(""), stale=True)
        if commits is None:
            return _Scan(known, stale=True)
        return self._sort(known, commits, found)

    def _sort(self, known: Commits, commits: Sequence[Commit], suspects: Suspects) -> _Scan:
        found = [(one, message) for one in commits if (message := self._read(one))]
        patches = self._history.patches([one for one, _ in found]) if found else {}
        told = (_Told(one, message, patches[one.id]) for one, message in found)
        new = tuple(one for one in told if not known.holds(one.patch))
        stale = bool(found or suspects.commits) or len(commits) > FAR_BEHIND
        return _Scan(known, new, stale, suspects, suspects.unreadable(self._desk))

    def _since(self, position: str, commit: str) -> list[Commit] | None:
        """Return the commits after a position. Where history was rewritten those after the last
        one in common, and None where there is none: then nothing older than now is obeyed.
        """
        try:
            commits = self._history.since(position, commit)
        except GitError:
            if self._desk.git.commit_of(position):
                raise
            self._history.need_whole()
            return None
        begins = position and any(not one.parents for one in commits)
        if begins and self._desk.git.attempt("merge-base", position, commit)[0]:
            return None
        return commits

    def _read(self, commit: Commit) -> Message | None:
        """Return the message of a commit that bears an agent's name, and trailers."""
        own = self._desk.committer.key
        if len(commit.parents) > 1 or own in (commit.author.key, commit.committer.key):
            return None
        if self._desk.settings.agent_by_email(commit.author.email) is None:
            return None
        return read_trailers(commit.message, self._desk.settings.desk.prefix)


def _numbers(view: View, scan: _Scan) -> list[int]:
    """Return the tickets to look at, each once."""
    return list(dict.fromkeys([*view.unstamped(), *scan.suspects.numbers(view)]))


def _message(stamped: Sequence[str]) -> str:
    """Return what the commit says: numbers, no word of a text."""
    if not stamped:
        return "Note how far commits were read"
    if len(stamped) <= 3:
        return f"Stamp {', '.join(stamped)}"
    return f"Stamp {len(stamped)} tickets\n\n{', '.join(stamped)}"
