"""Sealing: what each account may see becomes files that only its keys open.

The one step of a private portal that needs the desk's secret.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tracker.adapters.code import code_digest
from tracker.adapters.processes import cut, in_batches
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.layout import COMPLETE, FOLDER, SEALED, STATE
from tracker.core.accounts.records import FOLDER as RECORDS
from tracker.core.accounts.records import Record, read_record
from tracker.core.errors import TrackerError
from tracker.core.options import Sla
from tracker.core.pages.site import Desk as PageDesk
from tracker.core.sla import Targets
from tracker.core.ticket import TICKET_FILE
from tracker.desk.canary import plant
from tracker.desk.desk import Desk
from tracker.desk.seal_plan import Plan
from tracker.desk.seal_state import SealState
from tracker.desk.seal_work import Learned, Source, Workshop
from tracker.desk.snapshot import Snapshot
from tracker.desk.view import read_folder

_BATCH = 250
_ALONE = 400
"""So few tickets or accounts are done without starting other processes."""


@dataclass(slots=True)
class Sealed:
    """What a run did. ``skipped`` names records and tickets that can't be read."""

    accounts: int = 0
    files: int = 0
    written: int = 0
    removed: int = 0
    skipped: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.accounts} accounts, {self.files} files, {self.written} sealed anew, "
            f"{self.removed} removed"
        )


def seal(desk: Desk) -> Sealed:
    """Bring the sealed files to what the newest commit says. A clean run gives the same bytes.

    Raises TrackerError on a public desk, without the secret, for a record under another secret:
    then the files are not marked as whole, and no portal can be built of them.
    """
    if desk.settings.desk.visibility != "private":
        raise TrackerError(
            "This desk is public: there is nothing to seal",
            'Set `visibility = "private"` in tracker.toml, or build with `tracker build`.',
        )
    folder = desk.root / SEALED
    mark = folder / COMPLETE
    ring = desk.ring()
    mark.unlink(missing_ok=True)
    gc.disable()  # many small values, not a cycle among them
    try:
        run = _Run(desk, ring, folder)
        try:
            sealed = run.seal()
        finally:
            run.state.close()
    finally:
        gc.enable()
    mark.write_text(json.dumps({"v": 1, "accounts": sealed.accounts}) + "\n", "utf-8")
    return sealed


class _Run:
    """One run."""

    def __init__(self, desk: Desk, ring: Ring, folder: Path) -> None:
        self._desk, self._ring, self._folder = desk, ring, folder
        self._page = PageDesk.of(desk.settings)
        self._snapshot = Snapshot(desk.git, desk.repository.newest())
        targets = Targets.of(desk.settings)
        self._workshop = Workshop(self._page, ring, folder, targets)
        self.state = SealState(folder / STATE, _key(self._page, desk.settings.sla, ring))
        self._done = Sealed()

    def seal(self) -> Sealed:
        plant(self._workshop, self._folder)
        listing = dict(self._snapshot.listing())
        learned = self._learn(listing)
        records = self._records()
        known = self.state.files()
        there = _names(self._folder)
        before = {path: key for path, key in known.items() if path in there}
        now = self._desk.now()
        plan = Plan(self._page, self._ring, learned, listing, now, before)
        taken: set[str] = set()
        for record in sorted(records, key=lambda one: (one.created, one.account)):
            plan.add(record, self._desk.settings, taken)
            taken.update(one.locator for one in record.logins)
        self._make(plan)
        for path in there - plan.wanted.keys():
            (self._folder / path).unlink()
            self._done.removed += 1
        changed = {path: key for path, key in plan.wanted.items() if known.get(path) != key}
        self.state.put_files(changed, known.keys() - plan.wanted.keys())
        self.state.commit()
        self._done.files = len(plan.wanted)
        return self._done

    def _learn(self, listing: dict[str, str]) -> Iterable[Learned]:
        """Read the tickets that changed; return what is known of all."""
        known = self.state.tickets()
        paths = {path: oid for path, oid in listing.items() if TICKET_FILE.fullmatch(path)}
        gone = known.keys() - paths.keys()
        for path in gone:
            del known[path]
        self.state.drop_tickets(gone)
        changed = [one for one, oid in paths.items() if one not in known or known[one].oid != oid]
        for one in in_batches(
            self._workshop.learn,
            cut(self._sources(changed, paths), _BATCH),
            alone=len(changed) <= _ALONE,
        ):
            self.state.put_ticket(one)
            known[one.path] = one
        self._done.skipped += sorted(path for path, one in known.items() if not one.readable)
        return known.values()

    def _sources(self, changed: list[str], paths: dict[str, str]) -> Iterator[Source]:
        contents = self._snapshot.read_many(paths[one] for one in changed)
        for path, (oid, data) in zip(changed, contents, strict=True):
            yield Source(path, oid, data)

    def _records(self) -> list[Record]:
        """Read the accounts. A broken record locks its own account out and no other."""
        found = []
        for path, content in read_folder(self._desk.git, self._snapshot.commit, RECORDS):
            try:
                found.append(read_record(content, path))
            except TrackerError as error:
                self._done.skipped.append(error.message)
        self._done.accounts = sum(not one.revoked for one in found)
        return found

    def _make(self, plan: Plan) -> None:
        work = plan.batches(self._snapshot.read_many)
        alone = plan.changed <= _ALONE
        self._done.written += sum(in_batches(self._workshop.make, work, alone=alone))


def _names(sealed: Path) -> set[str]:
    """Return the sealed files that are there, as paths on the site."""
    top = sealed / FOLDER
    return {
        f"{FOLDER}/{kind.name}/{one.name}"
        for kind in (os.scandir(top) if top.is_dir() else ())
        for one in os.scandir(kind)
    }


def _key(page: PageDesk, sla: Sla, ring: Ring) -> str:
    """Return what every file depends on: the desk as it is shown, its targets, the secret, and
    this code.
    """
    code = code_digest(
        ("core/**/*.py", "desk/seal*.py", "locale/**/*.mo"),
        ("cryptography", "pynacl", "markdown", "nh3"),
    )
    return sha256(f"{code}{page!r}{sla!r}{ring.current.id}".encode()).hexdigest()
