"""Addresses in headers (RFC 5322, section 3.4), however they are broken."""

from __future__ import annotations

import re

from tracker.core.addresses import Address
from tracker.core.mail.words import decode_words

MAX_PEOPLE = 1000
"""Addresses of one header that are read."""

_PLAIN = re.compile(r"\s*([^\"(),:;<>@\\]*?)\s*<([^<>\s,;:\"()@]+@[^<>\s,;:\"()@]+)>\s*")
_BARE = re.compile(r"\s*([^<>\s,;:\"()@]+@[^<>\s,;:\"()@]+)\s*")
_TOKEN = re.compile(
    r"(?P<word>=\?[^?\s]{1,80}\?[bBqQ]\?[^?]*\?=)"
    r"|\"(?P<quoted>(?:[^\"\\]|\\.)*)\"?"
    r"|<(?P<angle>[^<>]*)>?"
    r"|(?P<mark>[,;:()])"
    r"|(?P<text>[^\s\"(),:;<>]+)"
    r"|(?P<space>\s+)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_QUOTE_MARKS = "\"'"


def addresses(value: str, hint: str = "") -> tuple[Address, ...]:
    """Return the addresses of a header given as Latin-1 text, names decoded.

    Groups are dissolved, comments serve as names, an address without a name or a name
    without an address is kept. ``Cc: "`` gives none.
    """
    plain = _PLAIN.fullmatch(value)
    if plain:
        return (_address(plain[1], plain[2], hint),)
    bare = _BARE.fullmatch(value)
    if bare:
        return (_address("", bare[1], hint),)
    found = _scan(value, hint)
    if '"' in value and not any("@" in address.email for address in found):
        # An open quote swallowed the address: `From: "Иван <ivan@example.org>`.
        found = _scan(value.replace('"', " "), hint)
    return tuple(found)


def _address(name: str, email: str, hint: str) -> Address:
    text = decode_words(name, hint).strip() if name else ""
    if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTE_MARKS:
        text = text[1:-1]
    return Address("" if text == email else text, decode_words(email, hint))


class _Current:
    """The address being read."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comment: list[str] = []
        self.email = ""
        self.spaced = False

    def add(self, word: str) -> None:
        if self.words and not self.spaced:
            self.words[-1] += word
        else:
            self.words.append(word)
        self.spaced = False

    def finish(self, hint: str) -> Address | None:
        """Return the address read so far, None if there is none."""
        name, email = " ".join(self.words), self.email
        if not email:
            email = next((word for word in self.words if _looks_mail(word)), "")
            name = " ".join(word for word in self.words if word != email) if email else name
            name = name or "".join(self.comment).strip()
        name = name or "".join(self.comment).strip()
        if not (name or email):
            return None
        return _address(name, email.rpartition(":")[2], hint)


def _looks_mail(word: str) -> bool:
    return "@" in word and not any(char in word for char in " <>")


def _scan(value: str, hint: str) -> list[Address]:
    """Read an address list token by token."""
    found: list[Address] = []
    current = _Current()
    depth = 0
    for token in _TOKEN.finditer(value):
        kind, text = token.lastgroup or "", token[0]
        if text == "(":
            depth += 1
        elif depth:
            depth -= text == ")"
            if depth:
                current.comment.append(token["quoted"] or text)
        elif kind == "mark":
            if text in ",;":
                _take(found, current, hint)
            if text in ",;:":
                # What stands before a colon is a group's name (RFC 5322, section 3.4).
                current = _Current()
            if len(found) >= MAX_PEOPLE:
                break
        else:
            _word(current, kind, token)
    _take(found, current, hint)
    return found


def _word(current: _Current, kind: str, token: re.Match[str]) -> None:
    if kind == "space":
        current.spaced = True
    elif kind == "angle":
        if "@" not in current.email:
            current.email = "".join((token["angle"] or "").split()) or current.email
        current.spaced = True
    elif kind == "quoted":
        current.add(_ESCAPED.sub(r"\1", token["quoted"]))
    else:
        current.add(token[0])


def _take(found: list[Address], current: _Current, hint: str) -> None:
    address = current.finish(hint)
    if address and (address.name or address.email):
        found.append(address)
