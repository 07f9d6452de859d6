"""Sealing a private desk: cold, unchanged, and after one changed ticket; and the scan of its site.

``python -m bench.seal`` makes 100,000 tickets of 20,000 accounts, renders them alone for
comparison, seals them, and scans a site of 1,000 pages that has the sealed files. Sizes are
arguments: ``--tickets 5000 --accounts 1000``.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.builds import size_of, watched
from bench.portal import SETTINGS, make_ticket
from bench.report import Table
from tracker.adapters.commits import Change, make_commit
from tracker.adapters.git import Git
from tracker.adapters.processes import cut, in_batches
from tracker.core.accounts.bundles import PieceWriter
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.layout import FOLDER, SEALED
from tracker.core.accounts.logins import Derived, keep
from tracker.core.accounts.records import Record, Role, write_record
from tracker.core.addresses import Address
from tracker.core.document import parse, render
from tracker.core.pages.site import Desk
from tracker.core.ticket import TICKET_FILE, Ticket, ticket_path
from tracker.desk.desk import load_settings
from tracker.desk.seal_work import write_anew
from tracker.desk.snapshot import Snapshot

SECRET = "bench " * 6
_NOW = datetime(2026, 11, 25, tzinfo=UTC)
_AGENT = '\n[agents.anna]\nname = "Анна"\nemails = ["anna@example.org"]\n'


def make_desk(root: Path, tickets: int, accounts: int) -> None:
    """Write a private desk and commit it as intake does, into a pack.

    Loose objects that Git packs and deletes would slow down whatever makes files afterwards:
    ext4 does not use an inode again for some minutes, and looks at each of them.
    """
    rng = random.Random(3)
    root.mkdir(parents=True)
    (root / "tracker.toml").write_text(SETTINGS.replace('"public"', '"private"') + _AGENT, "utf-8")
    files: dict[str, bytes | None] = {}
    for number in range(1, tickets + 1):
        files |= _ticket(make_ticket(number, rng), accounts)
    ring = Ring.of_secrets(SECRET)
    for number in range(accounts):
        files |= _account(ring, rng, f"u{number}@example.org", "requester")
    files |= _account(ring, rng, "anna@example.org", "agent")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    _commit(root, files)


def _commit(root: Path, files: dict[str, bytes | None]) -> None:
    git = Git(root)
    who = Address("Bench", "support@example.org")
    made = make_commit(git, git.commit_of("main"), Change(files, "Bench"), who, _NOW)
    git.run("update-ref", "refs/heads/main", made)


def _ticket(ticket: Ticket, accounts: int) -> dict[str, bytes | None]:
    who = Address(ticket.requester.name, f"u{ticket.number % accounts}@example.org")
    text = render(replace(ticket, requester=who), "ru")
    return {ticket_path("ACCREDO", ticket.number): text.encode()}


def _account(ring: Ring, rng: random.Random, address: str, role: Role) -> dict[str, bytes | None]:
    """Return a record with a login and an open invitation, without half a second of Argon2id."""
    account = f"{rng.getrandbits(128):032x}"
    found = Derived(f"{rng.getrandbits(128):032x}", rng.randbytes(32))
    record = Record(
        account,
        1,
        ring.current.id,
        (address,),
        "",
        role,
        "2026-11-25T00:00:00Z",
        1,
        address,
        "2026-11-25T00:00:00Z",
        "2099-01-01T00:00:00Z",
        (keep(ring.current, account, 1, found, "passphrase"),),
    )
    return {record.path: write_record(record)}


def render_alone(root: Path) -> None:
    """Read and render every ticket as sealing does, and seal nothing: what is compared with."""
    desk = Desk.of(load_settings(root))
    snapshot = Snapshot.open(root)
    oids = [oid for path, oid in snapshot.listing() if TICKET_FILE.fullmatch(path)]
    contents = (data for _, data in snapshot.read_many(oids))
    print(sum(in_batches(partial(_render, desk), cut(contents, 250), alone=False)))


def _render(desk: Desk, batch: list[bytes]) -> list[int]:
    writer = PieceWriter(desk)
    pieces = (writer.piece(parse(one.decode())) for one in batch)
    return [len(one.head) for one in pieces if one]


def write_alone(root: Path) -> None:
    """Write files of the sizes that sealing made, and nothing else: what no sealing can go below.

    Where many files were deleted on the disk lately, it takes many times as long: ext4 does not use
    an inode again at once, and looks at each.
    """
    sizes = [(path, path.stat().st_size) for path in sorted((root / SEALED).rglob("?" * 32))]
    for path, size in sizes:
        write_anew(root / "floor" / path.relative_to(root), bytes(size))
    print(f"{len(sizes)} files")


def write_site(root: Path, pages: int) -> None:
    """Write a built site with the sealed files, and with pages of a thousand words each.

    Half of the words stand in the page's source. The others are nobody's, as if a plugin had made
    them: each stretch of them is looked for in all tickets, which is the most that a scan may cost.
    """
    rng = random.Random(5)
    site = root / "site"
    shutil.copytree(root / SEALED / FOLDER, site / FOLDER, copy_function=os.link)
    for number in range(pages):
        source, made = (" ".join(_nobodys(rng) for _ in range(500)) for _ in range(2))
        page = root / "docs" / f"p{number}.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text(source, "utf-8")
        built = site / f"p{number}" / "index.html"
        built.parent.mkdir()
        built.write_text(f"<!doctype html><p>{source}</p><p>{made}</p>", "utf-8")


def _nobodys(rng: random.Random) -> str:
    return "".join(rng.choices("абвгдеклмнопрсту", k=rng.randint(3, 10)))


def measure(tickets: int, accounts: int, pages: int = 1_000) -> Table:
    """Seal cold, then with nothing changed, then with one ticket changed; scan the site."""
    title = f"Sealing {tickets:,} tickets of {accounts:,} accounts"
    columns = ("step", "time", "processor time", "peak memory", "files", "size")
    table = Table(title, columns)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "desk"
        make_desk(root, tickets, accounts)
        surroundings = {**os.environ, "TRACKER_SECRET": SECRET, "PYTHONPATH": str(Path.cwd())}
        seal = [sys.executable, "-m", "tracker", "-C", str(root), "seal"]
        alone = [sys.executable, "-m", "bench.seal", "--alone", str(root)]
        floor = [sys.executable, "-m", "bench.seal", "--floor", str(root)]
        steps = {"rendering alone": alone, "cold": seal, "the same files, written alone": floor}
        steps["nothing changed"] = seal
        later = {"one ticket changed": seal, f"scan of {pages:,} pages": [*seal[:-1], "scan"]}
        for step, command in (steps | later).items():
            if step.startswith("one"):
                changed = make_ticket(tickets // 2, random.Random(4))
                _commit(root, _ticket(changed, accounts))
            elif step.startswith("scan"):
                write_site(root, pages)
            run = watched(command, root, surroundings)
            size, files = size_of(root / SEALED / FOLDER)
            times = f"{run.seconds:.1f} s", f"{run.processor:.1f} s"
            memory = f"{run.peak / 1_000_000:,.0f} MB"
            row = (step, *times, memory, f"{files:,}", f"{size / 1_000_000:,.0f} MB")
            print(*row, sep="  ", file=sys.stderr, flush=True)
            table.add(*row)
    return table


def main() -> str:
    """Return the table of 100,000 tickets of 20,000 accounts."""
    return str(measure(100_000, 20_000))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--floor", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        render_alone(given.alone)
    elif given.floor:
        write_alone(given.floor)
    else:
        print(measure(given.tickets, given.accounts))
