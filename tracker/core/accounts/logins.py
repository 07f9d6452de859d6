"""Signing in: what a password gives (Argon2id), and the login file that it finds and opens."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass

from nacl.pwhash import argon2id

from tracker.core.accounts.coding import b64, from_b64, joined
from tracker.core.accounts.keys import Master
from tracker.core.accounts.layout import login_path
from tracker.core.accounts.records import Login, LoginKind, Record, normal_address
from tracker.core.accounts.sealed import Place, open_bytes, seal, seal_bytes

_SALT = 16
_LOCATOR = 16
_LENGTH = 48


@dataclass(frozen=True, slots=True)
class Cost:
    """What a guess costs: memory in KiB, passes over it. One lane."""

    memory: int = 65_536
    passes: int = 3


REAL = Cost()


@dataclass(frozen=True, slots=True)
class Derived:
    """What a password gives: where its login file lies, and the key that opens it."""

    locator: str
    wrapping: bytes


def salt(site: str, address: str) -> bytes:
    """Return the salt of an address on a site."""
    return hashlib.sha256(joined(site, normal_address(address))).digest()[:_SALT]


def derive(password: str, address: str, site: str, cost: Cost = REAL) -> Derived:
    """Return what ``password`` gives at ``address`` (Argon2id, RFC 9106; half a second)."""
    words = unicodedata.normalize("NFKC", password).encode()
    out = argon2id.kdf(
        _LENGTH,
        words,
        salt(site, address),
        opslimit=cost.passes,
        memlimit=cost.memory * 1024,
    )
    return Derived(out[:_LOCATOR].hex(), out[_LOCATOR:])


def keep(master: Master, account: str, epoch: int, found: Derived, kind: LoginKind) -> Login:
    """Return how a record remembers a login: its wrapping key under the record key."""
    associated = _kept_at(account, epoch, found.locator)
    nonce = master.nonce(associated, found.wrapping)
    kept = seal_bytes(master.record_key, nonce, associated, found.wrapping)
    return Login(found.locator, b64(kept), kind)


def wrapping_key(master: Master, record: Record, login: Login) -> bytes:
    """Return the wrapping key of a login. Raises SealError where the record was changed."""
    associated = _kept_at(record.account, record.epoch, login.locator)
    return open_bytes(master.record_key, associated, from_b64(login.wrap))


def _kept_at(account: str, epoch: int, locator: str) -> bytes:
    """A record belongs to the repository, whatever the site's address: it names no site."""
    return Place("record", "", locator, account, epoch).associated


def login_file(master: Master, site: str, record: Record, login: Login) -> bytes:
    """Return the login file of one login: what opens the account's bundle."""
    content = {
        "v": 1,
        "account": record.account,
        "epoch": record.epoch,
        "key": b64(master.account_key(record.account, record.epoch)),
        "bundle": master.bundle_name(record.account, record.epoch, 0),
    }
    place = Place("login", site, login_path(login.locator))
    plain = json.dumps(content, separators=(",", ":")).encode()
    return seal(master, wrapping_key(master, record, login), place, plain)
