"""What agents do to accounts: invite, reset, revoke, add an address, rewrite under a new secret."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

from tracker.adapters.commits import Change
from tracker.adapters.processes import processors
from tracker.core.accounts.activation import activation_link, invite, new_record
from tracker.core.accounts.book import all_records, for_address, need
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.records import Record, normal_address, stamp, write_record
from tracker.core.errors import TrackerError
from tracker.core.options import EMAIL
from tracker.desk.desk import Desk
from tracker.desk.queries import newest
from tracker.desk.view import View
from tracker.desk.write import write

Step = Callable[[int, int], None]


def accounts(desk: Desk) -> list[Record]:
    """Return every account, the oldest first."""
    with newest(desk) as view:
        return sorted(all_records(view), key=lambda one: (one.created, one.account))


def account(desk: Desk, written: str) -> Record:
    """Return the account named by an address or the beginning of its id. Raises TrackerError."""
    with newest(desk) as view:
        return need(view, written)


def as_json(record: Record) -> dict[str, Any]:
    """Return what ``--json`` prints of an account: nothing that opens it."""
    return {
        "account": record.account,
        "epoch": record.epoch,
        "key": record.key,
        "addresses": list(record.addresses),
        "name": record.name,
        "role": record.role,
        "created": record.created,
        "invitation": record.invitation,
        "to": record.to,
        "invited": record.invited,
        "expires": record.expires,
        "logins": [one.kind for one in record.logins],
        "revoked": record.revoked,
    }


def invited(desk: Desk, address: str, name: str) -> tuple[Record, str]:
    """Invite the person with an address, whose account is made where there is none yet.

    Returns the account and the link that opens it. Who is an agent in the settings gets an
    agent's account.
    """
    ring, site = desk.ring(), desk.settings.desk.portal_url
    if not EMAIL.fullmatch(address.strip()):
        raise TrackerError(f"`{address}` is no mail address", "Write it as name@example.org.")
    is_agent = desk.settings.agent_by_email(address.strip()) is not None
    fresh = secrets.token_hex(16)

    def decide(view: View) -> Record:
        found = for_address(view, address)
        if found is None:
            role = "agent" if is_agent else "requester"
            found = new_record(ring, fresh, [address], name, role, desk.now())  # type: ignore[arg-type]
        return invite(found, ring, site, desk.now(), to=address)

    record = _write(desk, decide, "Invite")
    return record, activation_link(record, ring, site)


def reset(desk: Desk, written: str) -> tuple[Record, str]:
    """Void every password and link of an account and invite anew; returns it and its link."""
    ring, site = desk.ring(), desk.settings.desk.portal_url

    def decide(view: View) -> Record:
        risen = replace(need(view, written).with_epoch(ring.current.id), revoked="")
        return invite(risen, ring, site, desk.now())

    record = _write(desk, decide, "Reset")
    return record, activation_link(record, ring, site)


def revoke(desk: Desk, written: str) -> Record:
    """Void every password and link of an account, and let nothing open it until it is reset."""

    def decide(view: View) -> Record:
        found = need(view, written)
        return replace(found.with_epoch(found.key), revoked=stamp(desk.now()))

    return _write(desk, decide, "Revoke")


def alias(desk: Desk, written: str, address: str) -> Record:
    """Give an account one more address: requests from there are the same person's."""
    added = normal_address(address)
    if not EMAIL.fullmatch(added):
        raise TrackerError(f"`{address}` is no mail address", "Write it as name@example.org.")

    def decide(view: View) -> Record:
        found = need(view, written)
        other = for_address(view, added)
        if other is not None and other.account != found.account:
            raise TrackerError(
                f"{added} has an account of its own ({other.account})",
                "Erase or revoke that one first; two accounts can't share an address.",
            )
        return replace(found, addresses=tuple(dict.fromkeys((*found.addresses, added))))

    return _write(desk, decide, "Add an address to")


def rotate(desk: Desk, *, lost: bool = False, step: Step | None = None) -> int:
    """Rewrite the records of a former secret under the present one: new epochs, new invitations,
    no password or link of former times. Returns how many.

    Raises TrackerError for a record of a secret that neither variable holds, unless it is
    ``lost``: a mistyped secret must not void every account.
    """
    ring, site, now = desk.ring(), desk.settings.desk.portal_url, desk.now()
    count = 0

    def decide(view: View) -> Change | None:
        nonlocal count
        old = [one for one in all_records(view) if one.key != ring.current.id]
        for one in () if lost else old:
            ring.of(one.key, one.path)
        files: dict[str, bytes | None] = {}
        with ThreadPoolExecutor(processors()) as threads:  # the cipher lets others run meanwhile
            made = threads.map(lambda one: _renewed(one, ring, site, now), old)
            for number, one in enumerate(made, 1):
                files[one.path] = write_record(one)
                if step:
                    step(number, len(old))
        count = len(files)
        return Change(files, f"Rewrite {count} accounts under a new secret") if files else None

    write(desk, decide)
    desk.repository.follow()
    return count


def _renewed(record: Record, ring: Ring, site: str, now: datetime) -> Record:
    risen = record.with_epoch(ring.current.id)
    return risen if risen.revoked else invite(risen, ring, site, now)


def _write(desk: Desk, decide: Callable[[View], Record], verb: str) -> Record:
    """Write one record; the message names the account, never a person."""
    made: list[Record] = []

    def change(view: View) -> Change:
        made[:] = [decide(view)]
        record = made[0]
        return Change({record.path: write_record(record)}, f"{verb} account {record.account[:8]}")

    write(desk, change)
    desk.repository.follow()
    return made[0]


def shown(records: Sequence[Record]) -> list[str]:
    """Return one line an account, for people."""
    return [
        "\t".join((one.account[:8], one.role, _state(one), one.name, " ".join(one.addresses)))
        for one in records
    ]


def _state(record: Record) -> str:
    if record.revoked:
        return "revoked"
    kinds = {one.kind for one in record.logins}
    return "password" if "chosen" in kinds else "passphrase" if kinds else "no login"
