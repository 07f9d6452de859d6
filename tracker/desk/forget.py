"""Erasing a person: out of tickets, files and accounts, and an honest list of what Git keeps."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracker.adapters.commits import Change
from tracker.core import state
from tracker.core.accounts.book import all_records
from tracker.core.accounts.records import normal_address
from tracker.core.document import TicketFault, draft, parse, render
from tracker.core.erasure import erase
from tracker.core.errors import TrackerError
from tracker.core.option_checks import EMAIL
from tracker.core.suppression import Suppressed
from tracker.core.texts import texts
from tracker.core.ticket import TICKET_FILE
from tracker.core.tokens import Keys
from tracker.desk.desk import Desk
from tracker.desk.snapshot import Snapshot
from tracker.desk.view import View, unsealed
from tracker.desk.write import write

BLOBS = "erased-blobs.txt"
"""The file below ``.tracker/`` that names what history still holds, for ``git filter-repo``."""


@dataclass(slots=True)
class Forgotten:
    """What an erasure did, and what it could not do.

    ``kept`` counts the versions of files that Git history still holds; ``blobs`` names the file
    with their ids, relative to the desk.
    """

    addresses: list[str]
    tickets: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    kept: int = 0
    blobs: str = ""


def forget(desk: Desk, written: str) -> Forgotten:
    """Erase the person with an address, or with the account that has it, in one commit.

    Raises TrackerError for a ticket with an answer not yet taken in under its reply mark.
    """
    if not EMAIL.fullmatch(written.strip()):
        raise TrackerError(f"`{written}` is no mail address", "Write it as name@example.org.")
    if desk.settings.agent_by_email(written.strip()):
        raise TrackerError(
            f"{written} is an agent's address", "Take it out of tracker.toml first, and commit."
        )
    keys = desk.keys()
    made: list[tuple[Forgotten, set[str]]] = []

    def decide(view: View) -> Change | None:
        erasing = _Erasing(desk, view, keys, written)
        change = erasing.run()
        made[:] = [(erasing.done, set(change.files) if change else set())]
        return change

    write(desk, decide)
    desk.repository.follow()
    done, paths = made[0]
    _list_history(desk, done, paths)
    return done


class _Erasing:
    """One attempt, on one commit."""

    def __init__(self, desk: Desk, view: View, keys: Keys, written: str) -> None:
        self._desk, self._view, self._keys = desk, view, keys
        wanted = normal_address(written)
        records = list(all_records(view))
        self._records = [one for one in records if wanted in one.addresses]
        people = {wanted, *(address for one in self._records for address in one.addresses)}
        self._people = frozenset(people)
        self.done = Forgotten(sorted(people))
        self._mark = texts(desk.settings.desk.language)._("[erased]")
        self._files: dict[str, bytes | None] = {}

    def run(self) -> Change | None:
        snapshot = Snapshot(self._desk.git, self._view.commit)
        listing = dict(snapshot.listing())
        tickets = [(path, oid) for path, oid in listing.items() if TICKET_FILE.fullmatch(path)]
        contents = snapshot.read_many(oid for _, oid in tickets)
        needles = [one.encode() for one in self._people]
        mails: list[str] = []
        for (path, _), (_, data) in zip(tickets, contents, strict=True):
            text = unsealed(data.decode("utf-8", "replace"), self._view.people)
            small = text.lower().encode()
            if any(one in small for one in needles):
                mails += self._ticket(path, text, listing)
        for one in self._records:
            self._files[one.path] = None
            self.done.accounts.append(one.account)
        self._forget_pseudonyms()
        self._clean_suppressed()
        if mails:
            self._remember(mails)
        count = len(self.done.tickets)
        return Change(self._files, f"Erase a person from {count} tickets") if self._files else None

    def _ticket(self, path: str, text: str, listing: dict[str, str]) -> tuple[str, ...]:
        try:
            ticket = parse(text, path)
        except TicketFault as fault:
            self.done.faults.append(str(fault))
            return ()
        found = erase(ticket, self._people, self._mark)
        if found.ticket == ticket:  # only an address that is alike
            return ()
        if draft(text, path):
            raise TrackerError(
                f"{path} has an answer under its reply mark that was not taken in yet",
                "Run `tracker sync`, or take the text out; then erase again.",
            )
        self._files[path] = render(found.ticket, self._desk.settings.desk.language).encode()
        self.done.tickets.append(ticket.id)
        for one in found.files:
            if one in listing:
                self._files[one] = None
                self.done.files.append(one)
        return found.mails

    def _forget_pseudonyms(self) -> None:
        """Delete what tells whose a pseudonym was: from then on nobody can, history apart."""
        people = self._view.people
        if people is None:
            return
        from tracker.core.accounts.people import person_path

        names = filter(None, map(people.known, self._people))
        self._files.update(dict.fromkeys(map(person_path, names)))

    def _clean_suppressed(self) -> None:
        """Take addresses out of what servers said; who was stopped stays so, by keyed hash."""
        before = self._view.read(state.SUPPRESSED)
        found = Suppressed.read(before, self._keys)
        for one in self._people:
            found.forget(one)
        if before is not None and found.write() != before:
            self._files[state.SUPPRESSED] = found.write()

    def _remember(self, mails: list[str]) -> None:
        """Know their mails by keyed hashes, so that none is taken in a second time."""
        path = state.seen_path(self._desk.now())
        before = self._view.read(path) or b""
        lines = "".join(f"{self._keys.seen(one)}\n" for one in mails)
        self._files[path] = before + lines.encode()


def _list_history(desk: Desk, done: Forgotten, paths: set[str]) -> None:
    """Write the ids of all former versions of the files that were changed or deleted."""
    own = f"{state.FOLDER}/"
    paths = {one for one in paths if not one.startswith(own) or one == state.SUPPRESSED}
    commit = desk.repository.newest()
    present = {file.oid for file in desk.git.list_files(commit)} if commit else set()
    rows = desk.git.run("rev-list", "--objects", "--all").splitlines() if paths else []
    found = []
    for row in rows:
        oid, _, path = row.partition(" ")
        if path in paths and oid not in present:
            found.append(oid)
    done.kept = len(found)
    if found:
        target = desk.own / BLOBS
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(f"{one}\n" for one in sorted(found)), "ascii")
        done.blobs = target.relative_to(desk.root).as_posix()
