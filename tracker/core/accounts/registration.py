"""Registering: a password that somebody chose, sealed for the desk, taken once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from tracker.core.accounts.blocks import Block
from tracker.core.accounts.coding import b64, from_b64, joined
from tracker.core.accounts.keys import Ring, registration_key
from tracker.core.accounts.logins import Derived, keep
from tracker.core.accounts.records import Record
from tracker.core.accounts.sealed import SealError, open_bytes, seal_bytes
from tracker.core.errors import TrackerError

PURPOSE = "password"
_NONCES = 50
_EARLIER = 3
"""Earlier epochs that are looked at, to say why a block does not open."""
_LOCATOR = re.compile(r"[0-9a-f]{32}")
_MEMBERS = {"purpose", "epoch", "locator", "wrap", "nonce"}

Reason = Literal[
    "unknown", "account", "revoked", "sealed", "malformed", "purpose", "epoch", "used", "taken"
]


class RegistrationError(TrackerError):
    """A registration that changes nothing; ``reason`` says why, for the count of such mails."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        self.words = _REASONS[reason]
        super().__init__(f"A registration is ignored: {self.words}")


_REASONS: dict[Reason, str] = {
    "unknown": "there is no such account",
    "account": "it is for another account",
    "revoked": "its account is revoked",
    "sealed": "it does not open under its account's present key",
    "malformed": "it is not what the portal writes",
    "purpose": "it has another purpose",
    "epoch": "it is older than the account's last change",
    "used": "it was used before",
    "taken": "another account has that place",
}


@dataclass(frozen=True, slots=True)
class Registration:
    """What a block says once it is opened."""

    found: Derived
    nonce: str


def seal_registration(
    account: str, epoch: int, key: bytes, site: str, found: Derived, nonces: tuple[bytes, bytes]
) -> Block:
    """Return the block that a browser makes which holds the account key ``key``.

    ``nonces`` are 12 random bytes for the cipher and 16 for the desk's memory.
    """
    content = {
        "purpose": PURPOSE,
        "epoch": epoch,
        "locator": found.locator,
        "wrap": b64(found.wrapping),
        "nonce": b64(nonces[1]),
    }
    plain = json.dumps(content, separators=(",", ":")).encode()
    sealed = seal_bytes(registration_key(key), nonces[0], _associated(site, account), plain)
    return Block(account, sealed)


def register(
    record: Record,
    block: Block,
    ring: Ring,
    site: str,
    taken: Callable[[str], bool] = lambda _: False,
) -> Record:
    """Return the record with the chosen password in place of all other ways to sign in.

    The epoch rises: older links, logins and bundles leave the site with it. ``taken`` says
    whether another account has a login at a locator.
    Raises RegistrationError; then nothing may change.
    """
    opened = _opened(record, block, ring, site)
    if opened.nonce in record.nonces:
        raise RegistrationError("used")
    if taken(opened.found.locator):
        raise RegistrationError("taken")
    master = ring.current
    risen = record.with_epoch(master.id)
    login = keep(master, risen.account, risen.epoch, opened.found, "chosen")
    return replace(risen, logins=(login,), nonces=(*record.nonces, opened.nonce)[-_NONCES:])


def _opened(record: Record, block: Block, ring: Ring, site: str) -> Registration:
    if block.account != record.account:
        raise RegistrationError("account")
    if record.revoked:
        raise RegistrationError("revoked")
    plain = _plain(record, record.epoch, block, ring, site)
    if plain is not None:
        return _read(plain, record.epoch)
    for epoch in range(record.epoch - 1, max(0, record.epoch - 1 - _EARLIER), -1):
        earlier = _plain(record, epoch, block, ring, site)
        if earlier is not None:
            raise RegistrationError("used" if _nonce(earlier) in record.nonces else "epoch")
    raise RegistrationError("sealed")


def _plain(record: Record, epoch: int, block: Block, ring: Ring, site: str) -> bytes | None:
    """Open a block with the key of an epoch; None where it does not open."""
    key = ring.of(record.key, record.path).account_key(record.account, epoch)
    try:
        return open_bytes(registration_key(key), _associated(site, record.account), block.sealed)
    except SealError:
        return None


def _nonce(plain: bytes) -> object:
    """Return the nonce of a block of an earlier epoch, whatever it holds."""
    try:
        return json.loads(plain)["nonce"]
    except (ValueError, KeyError, TypeError):
        return None


def _read(plain: bytes, epoch: int) -> Registration:
    try:
        data = json.loads(plain)
        if set(data) != _MEMBERS:
            raise ValueError
        wrapping, nonce = from_b64(data["wrap"]), data["nonce"]
        if len(wrapping) != 32 or len(from_b64(nonce)) != 16:
            raise ValueError
        if not _LOCATOR.fullmatch(data["locator"]):
            raise ValueError
    except (ValueError, TypeError, AttributeError):
        raise RegistrationError("malformed") from None
    if data["purpose"] != PURPOSE:
        raise RegistrationError("purpose")
    if data["epoch"] != epoch or type(data["epoch"]) is not int:
        raise RegistrationError("epoch")
    return Registration(Derived(data["locator"], wrapping), nonce)


def _associated(site: str, account: str) -> bytes:
    return joined("tracker 1", "registration", site, account)
