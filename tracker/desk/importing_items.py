"""Importing items of other systems, and tickets of another desk, with their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from tracker.adapters.attached import Folder
from tracker.core.moving.filing import HIGHEST_NUMBER, Content, Filing, Plan, linked
from tracker.core.moving.items import Found, Item
from tracker.core.moving.own_json import Read
from tracker.core.moving.returning import Returning
from tracker.core.workspace import Workspace
from tracker.desk.batches import batches
from tracker.desk.desk import Desk
from tracker.desk.importing import BATCH, Decided, Importer, ImportReport, Outcome, Watch, forget
from tracker.desk.queries import newest
from tracker.desk.view import View

T = TypeVar("T")


class _Cabinet(Protocol):
    @property
    def work(self) -> Workspace:
        """What is to be committed."""


C = TypeVar("C", bound=_Cabinet)


@dataclass(frozen=True, slots=True)
class _Loaded(Generic[T]):
    """One thing to file, where it stands, what it is called there, and what its files hold."""

    thing: T
    origin: str
    name: str
    contents: Mapping[str, Content]

    @property
    def size(self) -> int:
        return sum(len(one) for one in self.contents.values() if isinstance(one, bytes))


def import_items(
    desk: Desk, found: Found, plan: Plan, folder: Folder, report: ImportReport, watch: Watch
) -> None:
    """File what an export held; the report tells what became of it.

    ``plan`` says how; its links and numbers are those of these items. What is known already is
    only added to. Raises GitError; what was committed until then stays.
    """
    report.left += found.left
    report.notes += found.notes
    items = found.items
    if plan.keep:  # in order, so that a half import has no gaps
        items = sorted(items, key=lambda one: (one.number, one.key))
    wanted = (one.number for one in items if plan.keep and one.number <= HIGHEST_NUMBER)
    plan = replace(plan, links=linked(items), reserve=max(wanted, default=0))

    def make(view: View) -> Filing:
        return Filing(view, desk.settings, desk.now(), desk.new_id, plan)

    def file(filing: Filing, one: _Loaded[Item]) -> Outcome:
        done = filing.file(one.thing, one.contents)
        return Outcome(done.what, done.ticket, one.name, done.files, done.left)

    system = items[0].system.capitalize() if items else ""
    loaded = (_Loaded(one, one.origin, one.key, folder.contents(one)) for one in items)
    _run(desk, Importer(desk, system, report), loaded, make, file, _counted(watch, len(items)))


def import_tickets(
    desk: Desk,
    tickets: Sequence[tuple[str, Read]],
    folder: Folder,
    report: ImportReport,
    watch: Watch,
) -> None:
    """File tickets that a desk exported, each with where it stands in the export."""
    numbers = (one.ticket.number for _, one in tickets)
    reserve = max((one for one in numbers if one <= HIGHEST_NUMBER), default=0)

    def make(view: View) -> Returning:
        return Returning(view, desk.settings, desk.now(), desk.new_id, reserve)

    def file(returning: Returning, one: _Loaded[Read]) -> Outcome:
        done = returning.file(one.thing.ticket, one.contents, one.origin)
        return Outcome(done.what, done.ticket, one.name, done.files, done.left)

    loaded = (
        _Loaded(one, origin, one.ticket.id, {path: folder.at(path) for path in one.files.values()})
        for origin, one in tickets
    )
    importer = Importer(desk, "another desk", report)
    _run(desk, importer, loaded, make, file, _counted(watch, len(tickets)))


def _counted(watch: Watch, total: int) -> Callable[[int], None]:
    return lambda done: watch(done, total)


def _run(
    desk: Desk,
    importer: Importer,
    loaded: Iterable[_Loaded[T]],
    make: Callable[[View], C],
    file: Callable[[C, _Loaded[T]], Outcome],
    reached: Callable[[int], None],
) -> None:
    """File everything, batch by batch; a dry run does so in one go and writes nothing."""
    done = 0
    if importer.report.dry_run:
        with newest(desk) as view:
            cabinet = make(view)
            for batch in batches(loaded, BATCH, BATCH):
                importer.note([replace(file(cabinet, one), source="") for one in batch])
                forget(cabinet.work.files)
                done += len(batch)
                reached(done)
        return

    def decide(view: View, batch: Sequence[_Loaded[T]]) -> Decided:
        cabinet = make(view)
        outcomes = [file(cabinet, one) for one in batch]
        return Decided(cabinet.work.files, cabinet.work.tickets, outcomes)

    for batch in batches(loaded, BATCH, BATCH):
        importer.write(batch, decide, lambda one: (one.origin, one.name))
        done += len(batch)
        reached(done)
