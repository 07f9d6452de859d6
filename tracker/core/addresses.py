"""A mail address with a name, as ``Имя <a@example.org>``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_SHORT = 200
LIKE_AN_ADDRESS = re.compile(r"[^\s<>@,;:\"'()\[\]\\|=]+@[^\s<>@,;:\"'()\[\]\\|=]+")
"""A word that may be an address, wherever it stands: rather too much than too little."""
_WRITTEN = re.compile(r"^\s*(?P<name>.*?)\s*<(?P<email>[^<>\s]*)>\s*$", re.DOTALL)


def one_line(text: str) -> str:
    """Return ``text`` on one line: runs of white space and control, bidi and zero-width
    characters become one space, none at the ends. Whatever was hidden in a header or a
    title can't break a line or turn the reading direction afterwards.
    """
    if text.isprintable() and "  " not in text:  # nearly always: the only space in it is " "
        return text.strip(" ")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _SPACES.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Address:
    """A person: ``name`` may be empty, ``email`` may be empty for a caller without one."""

    name: str
    email: str

    def __post_init__(self) -> None:
        name = one_line(self.name).replace("<", "‹").replace(">", "›").strip('" ')
        object.__setattr__(self, "name", name)
        email = one_line(self.email).replace(" ", "").replace("<", "").replace(">", "")
        object.__setattr__(self, "email", email)

    @property
    def key(self) -> str:
        """The address for comparisons: lower case (RFC 5321 lets the local part differ by
        case, no provider in use does).
        """
        return self.email.lower()

    @property
    def shown(self) -> str:
        """The name, or the address where there is no name."""
        return self.name or self.email

    def __str__(self) -> str:
        if self.name and self.email:
            return f"{self.name} <{self.email}>"
        if "@" in self.email and not self.name:
            return self.email
        return (
            self.name if "@" not in self.name and not self.email else f"{self.name} <{self.email}>"
        )

    @classmethod
    @lru_cache(4096)  # the same few people write again and again
    def parse(cls, text: str) -> Address:
        """Read ``Имя <a@example.org>``, ``a@example.org`` or a bare name. Never fails."""
        return _remembered(text) if len(text) <= _SHORT else _parsed(text)


@lru_cache(4096)  # a ticket names the same few people in each of its entries
def _remembered(text: str) -> Address:
    return _parsed(text)


def _parsed(text: str) -> Address:
    found = _WRITTEN.match(text)
    if found:
        return Address(found["name"].strip().strip('"'), found["email"])
    bare = text.strip()
    return Address("", bare) if "@" in bare and " " not in bare else Address(bare, "")
