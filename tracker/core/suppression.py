"""Addresses that no letter goes to any more, because one came back for good."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

from tracker.core import state
from tracker.core.addresses import LIKE_AN_ADDRESS
from tracker.core.tokens import Keys


class Suppressed:
    """The list in ``tickets/.desk/suppressed.json``. It holds keyed hashes, no addresses, so
    that it may stand in a public repository and outlives the erasure of a person. Servers repeat
    the address when they refuse it; what was written before that was known is cleaned when the
    list is written again.
    """

    def __init__(self, keys: Keys, records: Mapping[str, Mapping[str, str]]) -> None:
        self._keys = keys
        self._records = {
            key: {**value, "reason": _without_addresses(str(value.get("reason", "")))}
            for key, value in records.items()
        }

    @classmethod
    def read(cls, content: bytes | None, keys: Keys) -> Suppressed:
        """Read the file; None where there is none yet. Raises TrackerError."""
        try:
            data = json.loads(content) if content else {}
            if not all(isinstance(one, dict) for one in data.values()):
                raise ValueError
        except (ValueError, AttributeError):
            raise state.broken(state.SUPPRESSED) from None
        return cls(keys, data)

    def reason(self, address: str) -> str:
        """Return why an address gets no letters, or empty."""
        return self._records.get(self._key(address), {}).get("reason", "")

    def add(self, address: str, reason: str, ticket: str, at: datetime) -> bool:
        """Put an address on the list; whether it was not there yet."""
        key = self._key(address)
        if key in self._records:
            return False
        when = at.isoformat(timespec="seconds")
        said = _without_addresses(reason, address)
        self._records[key] = {"reason": said, "ticket": ticket, "at": when}
        return True

    def allow(self, address: str) -> bool:
        """Take an address off the list; whether it was on it."""
        return self._records.pop(self._key(address), None) is not None

    def forget(self, address: str) -> None:
        """Take what tells of a person out of the reason; the address stays stopped."""
        found = self._records.get(self._key(address))
        if found:
            found["reason"] = _without_addresses(found["reason"], address)

    def write(self) -> bytes:
        """Return the file."""
        return state.write(dict(sorted(self._records.items())))

    def _key(self, address: str) -> str:
        return self._keys.seen(f"address {address.lower()}")


def _without_addresses(words: str, address: str = "") -> str:
    """Return a server's words without any address, nor the name before the ``@`` of this one
    (``550 User olga unknown``).
    """
    words = LIKE_AN_ADDRESS.sub("…", words)
    name = re.escape(address.rpartition("@")[0])
    return re.sub(rf"(?<!\w){name}(?!\w)", "…", words, flags=re.IGNORECASE) if name else words
