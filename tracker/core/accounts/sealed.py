"""Sealing and opening files: AES-256-GCM, a derived nonce, and where the file belongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tracker.core.accounts.coding import joined
from tracker.core.accounts.keys import Master
from tracker.core.accounts.packing import pack, unpack
from tracker.core.errors import TrackerError

Kind = Literal["bundle", "login", "activation", "attachment", "registration", "record", "person"]
NONCE = 12


class SealError(TrackerError):
    """A sealed file does not open: another key, another place, or changed bytes."""

    def __init__(self) -> None:
        super().__init__("A sealed file does not open: it was changed, or belongs elsewhere")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file belongs: what kind it is, on which site, at which path, whose it is.

    ``account`` and ``epoch`` are empty where whoever opens it does not know them yet.
    """

    kind: Kind
    site: str
    path: str
    account: str = ""
    epoch: int | str = ""

    @property
    def associated(self) -> bytes:
        """The associated data of the file."""
        return joined("tracker 1", self.kind, self.site, self.path, self.account, self.epoch)


def seal(master: Master, key: bytes, place: Place, plain: bytes) -> bytes:
    """Return the file: nonce, then the packed plaintext encrypted."""
    packed = pack(plain)
    return seal_bytes(key, master.nonce(place.associated, packed), place.associated, packed)


def open_sealed(key: bytes, place: Place, data: bytes) -> bytes:
    """Return the plaintext of a file. Raises SealError; TrackerError for wrong packing."""
    return unpack(open_bytes(key, place.associated, data))


def seal_bytes(key: bytes, nonce: bytes, associated: bytes, plain: bytes) -> bytes:
    """Encrypt bytes as they are; the nonce stands in front."""
    return nonce + AESGCM(key).encrypt(nonce, plain, associated)


def open_bytes(key: bytes, associated: bytes, data: bytes) -> bytes:
    """Undo ``seal_bytes``. Raises SealError."""
    if len(data) < NONCE + 16:
        raise SealError
    try:
        return AESGCM(key).decrypt(data[:NONCE], data[NONCE:], associated)
    except InvalidTag:
        raise SealError from None
