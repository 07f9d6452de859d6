"""Accounts of those who write for the first time, and the links of their letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.adapters.commits import Change
from tracker.adapters.processes import processors
from tracker.core import state
from tracker.core.accounts.posts import find, is_new, lacks_link, owe, with_post
from tracker.core.accounts.reception import Reception
from tracker.core.accounts.records import Post, Record, write_record
from tracker.core.letters import ascii_address
from tracker.core.planned import OwedPost, Planned
from tracker.core.state import Lease
from tracker.core.suppression import Suppressed
from tracker.desk.desk import Desk
from tracker.desk.view import View
from tracker.desk.write import write

if TYPE_CHECKING:
    from tracker.core.accounts.logins import Derived


def newcomers(
    desk: Desk, view: View, now: Sequence[Planned], suppressed: Suppressed
) -> dict[str, str]:
    """Return who is to be sent *Activate my account* beside a letter that goes now: addresses,
    with the names they gave where these are proven.

    Those are the requesters whose first letter with a number goes: whoever gets no confirmation
    gets no activation either.
    """
    if desk.settings.desk.visibility != "private" or not now:
        return {}
    first = [one for one in view.owed() if one.what == "confirmation"]
    asked = {(one.number, one.entry, one.recipient): one for one in first}
    found: dict[str, str] = {}
    for letter in now:
        for item in letter.items:
            one = asked.get((item.number, item.entry, item.recipient))
            if one is not None and _takes_letters(desk, one.recipient, suppressed):
                name = view.requester_of(one.number).name if one.proven else ""
                found.setdefault(one.recipient, name)
    return {one: name for one, name in found.items() if _is_new(desk, view, one)}


def _takes_letters(desk: Desk, address: str, suppressed: Suppressed) -> bool:
    if desk.settings.agent_by_email(address) or suppressed.reason(address):
        return False
    try:
        ascii_address(address)
    except ValueError:
        return False
    return True


def _is_new(desk: Desk, view: View, address: str) -> bool:
    return is_new(next(iter(view.accounts_with(address)), None), desk.now())


def welcome(desk: Desk, view: View, people: Mapping[str, str]) -> dict[str, bytes | None]:
    """Return the records by which ``people`` are owed the letter *Activate my account*."""
    files: dict[str, bytes | None] = {}
    now = desk.now()
    reception = Reception(view, desk.settings, files, now, desk.new_id, desk.means())
    for address, name in people.items():
        record = next(iter(reception.with_word(address)), None)
        if is_new(record, now):
            made = record or reception.new(address, None, name)
            reception.keep(owe(made, "activation", address, now, desk.new_id))
    return files


class Linker:
    """Makes the invitations whose links letters carry."""

    def __init__(self, desk: Desk, lease: Lease) -> None:
        self._desk, self._lease = desk, lease
        self._ready: dict[tuple[str, int, str], Derived] = {}

    def link(self, letters: Iterable[Planned]) -> dict[str, Record] | None:
        """Invite those of these letters that are about accounts, in one commit that renews the
        lease; return the accounts by id, or None where the lease went to another machine.

        A letter that was invited before a crash keeps its link. A ready passphrase takes half a
        second and much memory: so nobody is invited whose letter does not go next.
        """
        wanted = [one.post for one in letters if one.post is not None]
        found: dict[str, Record] = {}
        held = True

        def decide(view: View) -> Change | None:
            nonlocal held
            lease = state.read_lease(view.read(state.LEASE))
            held = lease is not None and lease.machine == self._lease.machine
            found.clear()
            for one in wanted:
                record = view.account(one.account)
                if record is not None:
                    found[one.account] = record
            changed = self._invited(found, wanted) if held else {}
            if not changed:
                return None
            found.update(changed)
            fresh = Lease.taken(self._lease.machine, self._lease.run, self._desk.now())
            files: dict[str, bytes | None] = {state.LEASE: state.write(fresh)}
            files |= {one.path: write_record(one) for one in changed.values()}
            return Change(files, f"Invite {len(changed)} accounts")

        if wanted:
            write(self._desk, decide, fetched=True)
        return found if held else None

    def _invited(
        self, records: Mapping[str, Record], wanted: Sequence[OwedPost]
    ) -> dict[str, Record]:
        """Return the records with the invitations that their letters still lack."""
        now = self._desk.now()
        lacking: dict[str, Post] = {}
        for one in wanted:
            record = records.get(one.account)
            post = find(record, one.post) if record else None
            if record and post and lacks_link(record, post, now):
                lacking[one.account] = post
        if not lacking:
            return {}
        from tracker.core.accounts.activation import invite

        ring, site = self._desk.ring(), self._desk.settings.desk.portal_url
        self._derive([(records[account], post) for account, post in lacking.items()])
        made = {}
        for account, post in lacking.items():
            record = records[account]
            ready = self._ready[account, record.epoch, post.to]
            risen = invite(record, ring, site, now, to=post.to, ready=ready)
            made[account] = with_post(risen, replace(post, invitation=risen.invitation))
        return made

    def _derive(self, wanted: Sequence[tuple[Record, Post]]) -> None:
        """Derive what ready passphrases give, side by side: the cipher lets other threads run."""
        from tracker.core.accounts.activation import ready_login

        ring, site = self._desk.ring(), self._desk.settings.desk.portal_url
        keys = {(one.account, one.epoch, post.to): one for one, post in wanted}
        fresh = {key: one for key, one in keys.items() if key not in self._ready}

        def derive(key: tuple[str, int, str]) -> Derived:
            return ready_login(fresh[key], ring, key[2], site)

        with ThreadPoolExecutor(processors()) as threads:
            self._ready.update(zip(fresh, threads.map(derive, fresh), strict=True))
