"""The key schedule: everything that is derived from the desk's master secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.core.accounts.coding import joined
from tracker.core.errors import TrackerError

_NO_SALT = bytes(32)
_NAME = 32
"""Hex digits of a file's name."""


def hkdf(key: bytes, info: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA-256 without salt (RFC 5869).

    One block of output is two HMACs. Sealing derives ten keys an account, and the cipher library's
    own objects take ten times as long.
    """
    return _expanded(hmac.digest(_NO_SALT, key, "sha256"), info)


def _expanded(extracted: bytes, info: bytes) -> bytes:
    return hmac.digest(extracted, info + b"\x01", "sha256")


class Master:
    """A master secret of the desk and what only its holder derives."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self.id = hashlib.sha256(joined("tracker key id 1", self._secret)).hexdigest()[:8]
        """Tells which secret a record was written under."""
        self.record_key = hkdf(self._secret, b"tracker records 1")
        self._nonces = hkdf(self._secret, b"tracker nonces 1")
        self._names = hkdf(self._secret, b"tracker names 1")

    def account_key(self, account: str, epoch: int) -> bytes:
        """Return what a browser of the account holds once it is signed in."""
        return hkdf(self._secret, joined("tracker account 1", account, epoch))

    def token(self, account: str, epoch: int, invitation: int) -> bytes:
        """Return the activation token: it stands in the fragment of one link only."""
        return hkdf(self._secret, joined("tracker activation 1", account, epoch, invitation))

    def nonce(self, associated: bytes, packed: bytes) -> bytes:
        """Return the nonce of a file: the same for the same bytes at the same place, never else.

        Associated data are part of it: AES-GCM must not see one nonce with two of them either.
        """
        return hmac.digest(self._nonces, joined(associated, packed), "sha256")[:12]

    def bundle_name(self, account: str, epoch: int, chunk: int) -> str:
        """Return the file name of a bundle's chunk."""
        return self._name("b", account, epoch, chunk)

    def attachment_name(self, account: str, epoch: int, stored: str) -> str:
        """Return the file name of an attachment that lies at ``stored`` in the repository."""
        return self._name("f", account, epoch, stored)

    def person(self, address: str) -> str:
        """Return the keyed hash under which the desk's cache remembers an address or a path."""
        return self._name("p", address)[:20]

    def _name(self, *parts: str | int) -> str:
        return hmac.digest(self._names, joined(*parts), "sha256").hex()[:_NAME]


@dataclass(frozen=True, slots=True)
class Ring:
    """The desk's present secret, and a former one while records are still written under it."""

    current: Master
    former: Master | None = None

    @classmethod
    def of_secrets(cls, secret: str, former: str = "") -> Ring:
        """Make the ring of the present secret and, where there is one, the former."""
        return cls(Master(secret), Master(former) if former else None)

    def has(self, key: str) -> bool:
        """Whether the secret with key id ``key`` is at hand."""
        return any(one is not None and one.id == key for one in (self.current, self.former))

    def of(self, key: str, path: str) -> Master:
        """Return the secret with key id ``key``. Raises TrackerError naming the record."""
        for one in (self.current, self.former):
            if one is not None and one.id == key:
                return one
        raise TrackerError(
            f"{path} was written under another secret ({key}) than TRACKER_SECRET "
            f"({self.current.id})",
            "Set the former secret as TRACKER_SECRET_OLD, then run `tracker account rotate`.",
        )


def bundle_key(account_key: bytes) -> bytes:
    """Return the key of an account's bundles."""
    return hkdf(account_key, b"tracker bundle 1")


def attachment_key(bundle: bytes, path: str) -> bytes:
    """Return the key of the attachment that is published at ``path``."""
    return hkdf(bundle, joined("file", path))


def registration_key(account_key: bytes) -> bytes:
    """Return the key that seals a chosen password on its way to the desk."""
    return hkdf(account_key, b"tracker registration 1")


def blob_key(token: bytes) -> bytes:
    """Return the key of the activation blob."""
    return hkdf(token, b"tracker blob 1")


def blob_name(token: bytes) -> str:
    """Return the file name of the activation blob."""
    return hashlib.sha256(joined("tracker blob name 1", token)).hexdigest()[:_NAME]


def passphrase(account_key: bytes) -> str:
    """Return the ready passphrase of an account's epoch: five groups of four letters, 100 bits."""
    letters = base64.b32encode(hkdf(account_key, b"passphrase 1")).decode("ascii").lower()
    return "-".join(_groups(letters[:20]))


def _groups(letters: str) -> Iterable[str]:
    return (letters[at : at + 4] for at in range(0, len(letters), 4))
