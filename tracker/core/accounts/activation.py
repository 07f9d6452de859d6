"""Inviting: the link of the letter, the blob it opens, and the ready passphrase."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tracker.core.accounts import keys as schedule
from tracker.core.accounts.coding import b64
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.layout import activation_path
from tracker.core.accounts.logins import REAL, Cost, Derived, derive, keep
from tracker.core.accounts.records import Record, Role, normal_address, stamp
from tracker.core.accounts.sealed import Place, seal
from tracker.core.errors import TrackerError
from tracker.core.pages.site import ACCESS

VALID = timedelta(days=7)
"""How long a link of an activation letter works."""


def new_record(
    ring: Ring, account: str, addresses: Sequence[str], name: str, role: Role, now: datetime
) -> Record:
    """Return the record of a new account, in its first epoch, not invited yet.

    ``account`` is 16 random bytes in hex.
    """
    plain = tuple(dict.fromkeys(normal_address(one) for one in addresses))
    return Record(account, 1, ring.current.id, plain, name, role, stamp(now))


def invite(
    record: Record,
    ring: Ring,
    site: str,
    now: datetime,
    *,
    to: str = "",
    valid: timedelta = VALID,
    cost: Cost = REAL,
    ready: Derived | None = None,
) -> Record:
    """Return the record with one more invitation, to its address ``to`` (the first by default).

    The ready passphrase becomes a login the first time, which takes half a second; nothing that
    opens the account already is lost; ``ready`` is what it gives, where that is known
    (``ready_login``). Raises TrackerError for a revoked account and for an
    address that is not the account's.
    """
    address = normal_address(to) or record.addresses[0]
    if record.revoked:
        raise TrackerError(f"The account of {record.addresses[0]} is revoked")
    if address not in record.addresses:
        raise TrackerError(f"{address} is no address of the account {record.account}")
    master = ring.of(record.key, record.path)
    found = ready or ready_login(record, ring, address, site, cost)
    logins = record.logins
    if found.locator not in (one.locator for one in logins):
        made = keep(master, record.account, record.epoch, found, "passphrase")
        logins = (*logins, made)
    return replace(
        record,
        invitation=record.invitation + 1,
        to=address,
        invited=stamp(now),
        expires=stamp(now + valid),
        logins=logins,
    )


def ready_login(record: Record, ring: Ring, address: str, site: str, cost: Cost = REAL) -> Derived:
    """Return what the ready passphrase of the record's epoch gives at an address."""
    master = ring.of(record.key, record.path)
    words = schedule.passphrase(master.account_key(record.account, record.epoch))
    return derive(words, address, site, cost)


def activation_link(record: Record, ring: Ring, site: str) -> str:
    """Return the link of the record's present invitation. The token is in the fragment, which
    no server sees. Raises TrackerError where nobody is invited.
    """
    if not record.invitation:
        raise TrackerError(f"The account of {record.addresses[0]} has no invitation")
    return link_of(record, record.invitation, ring, site)


def link_of(record: Record, invitation: int, ring: Ring, site: str) -> str:
    """Return the link of one invitation of the record's epoch."""
    master = ring.of(record.key, record.path)
    return f"{site}{ACCESS}#a={b64(master.token(record.account, record.epoch, invitation))}"


def activation_file(record: Record, ring: Ring, site: str) -> tuple[str, bytes]:
    """Return path and bytes of the blob that the present invitation's token opens."""
    master = ring.of(record.key, record.path)
    token = _token(record, ring)
    key = master.account_key(record.account, record.epoch)
    content = {
        "v": 1,
        "account": record.account,
        "epoch": record.epoch,
        "invitation": record.invitation,
        "address": record.to,
        "name": record.name,
        "key": b64(key),
        "bundle": master.bundle_name(record.account, record.epoch, 0),
        "passphrase": schedule.passphrase(key),
        "expires": record.expires,
    }
    path = blob_path(record, ring)
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    place = Place("activation", site, path)
    return path, seal(master, schedule.blob_key(token), place, plain)


def blob_path(record: Record, ring: Ring) -> str:
    """Return where the blob of the present invitation is published."""
    return activation_path(schedule.blob_name(_token(record, ring)))


def _token(record: Record, ring: Ring) -> bytes:
    master = ring.of(record.key, record.path)
    return master.token(record.account, record.epoch, record.invitation)
