"""Sealing a private desk: cold, unchanged, and after one changed ticket.

``python -m bench.seal`` makes 100,000 tickets of 20,000 accounts, renders them alone for
comparison, and seals them. Sizes are arguments: ``--tickets 5000 --accounts 1000``.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.portal import SETTINGS, change, make_ticket, size_of, start_repository, watched
from bench.report import Table
from tracker.adapters.processes import cut, in_batches
from tracker.core.accounts.bundles import PieceWriter
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.layout import FOLDER, SEALED
from tracker.core.accounts.logins import Derived, keep
from tracker.core.accounts.records import Record, write_record
from tracker.core.addresses import Address
from tracker.core.document import parse, render
from tracker.core.pages.site import Desk
from tracker.core.ticket import TICKET_FILE, ticket_path
from tracker.desk.desk import load_settings
from tracker.desk.seal_work import Workshop
from tracker.desk.snapshot import Snapshot

SECRET = "bench " * 6
_NOW = datetime(2026, 11, 25, tzinfo=UTC)


def make_desk(root: Path, tickets: int, accounts: int) -> None:
    """Write a private desk and commit it."""
    rng = random.Random(3)
    root.mkdir(parents=True)
    settings = SETTINGS.replace('"public"', '"private"')
    agent = '\n[agents.anna]\nname = "Анна"\nemails = ["anna@example.org"]\n'
    (root / "tracker.toml").write_text(settings + agent, "utf-8")
    for number in range(1, tickets + 1):
        ticket = make_ticket(number, rng)
        who = Address(ticket.requester.name, f"u{number % accounts}@example.org")
        text = render(replace(ticket, requester=who), "ru")
        _write(root / ticket_path("ACCREDO", number), text.encode())
    ring = Ring.of_secrets(SECRET)
    for number in range(accounts):
        _account(root, ring, rng, f"u{number}@example.org", "requester")
    _account(root, ring, rng, "anna@example.org", "agent")
    start_repository(root)


def _account(root: Path, ring: Ring, rng: random.Random, address: str, role: str) -> None:
    """Write a record with a login and an open invitation, without the half second of Argon2id."""
    account = f"{rng.getrandbits(128):032x}"
    found = Derived(f"{rng.getrandbits(128):032x}", rng.randbytes(32))
    record = Record(
        account,
        1,
        ring.current.id,
        (address,),
        "",
        role,  # type: ignore[arg-type]
        f"{_NOW:%Y-%m-%dT%H:%M:%SZ}",
        1,
        address,
        "2026-11-25T00:00:00Z",
        "2099-01-01T00:00:00Z",
        (keep(ring.current, account, 1, found, "passphrase"),),
    )
    _write(root / record.path, write_record(record))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def render_alone(root: Path) -> None:
    """Read and render every ticket as sealing does, and seal nothing: what is compared with."""
    settings = load_settings(root)
    ring = Ring.of_secrets(SECRET)
    workshop = Workshop(Desk.of(settings), ring, root)
    snapshot = Snapshot.open(root)
    oids = [oid for path, oid in snapshot.listing() if TICKET_FILE.fullmatch(path)]
    contents = (data for _, data in snapshot.read_many(oids))
    print(sum(in_batches(partial(_render, workshop.desk), cut(contents, 250), alone=False)))


def _render(desk: Desk, batch: list[bytes]) -> list[int]:
    writer = PieceWriter(desk)
    pieces = (writer.piece(parse(one.decode())) for one in batch)
    return [len(one.head) for one in pieces if one]


def measure(tickets: int, accounts: int) -> Table:
    """Seal cold, then with nothing changed, then with one ticket changed."""
    title = f"Sealing {tickets:,} tickets of {accounts:,} accounts"
    table = Table(title, ("step", "time", "processor time", "peak memory", "files", "size"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "desk"
        make_desk(root, tickets, accounts)
        surroundings = {**os.environ, "TRACKER_SECRET": SECRET, "PYTHONPATH": str(Path.cwd())}
        seal = [sys.executable, "-m", "tracker", "-C", str(root), "seal"]
        alone = [sys.executable, "-m", "bench.seal", "--alone", str(root)]
        steps = {"rendering alone": alone, "cold": seal, "nothing changed": seal}
        for step, command in (*steps.items(), ("one ticket changed", seal)):
            if step.startswith("one"):
                change(root, tickets // 2)
            run = watched(command, root, surroundings)
            size, files = size_of(root / SEALED / FOLDER)
            times = f"{run.seconds:.1f} s", f"{run.processor:.1f} s"
            figures = *times, f"{run.peak / 1_000_000:,.0f} MB"
            table.add(step, *figures, f"{files:,}", f"{size / 1_000_000:,.0f} MB")
    return table


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        render_alone(given.alone)
    else:
        print(measure(given.tickets, given.accounts))
