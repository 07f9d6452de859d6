"""Tokens that prove a reply belongs to a ticket: HMACs in the Message-IDs of our letters.

Whatever is stored of a mail holds none, and no link that opens an account either.

A letter's Message-ID is ``<ACCREDO-42.k3v9x2.TOKEN@domain>``: ticket, a word that tells the
letter from others (an entry's id), and the token, an HMAC-SHA-256 (RFC 2104) over ticket and
recipient cut to 120 bits. Nothing in it is random, so a letter sent again after a crash has
the same Message-ID and mail programs see that it is the same. The same token may stand in a
tag of the desk's address: ``support+ACCREDO-42.TOKEN@example.org``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

_SHAPE = re.compile(
    r"<(?P<ticket>[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,9})\.(?P<letter>[a-z0-9]+)\.(?P<token>[a-z2-7]{24})@[^<>\s]+>"
)
_OF_ACCOUNT = re.compile(
    r"<account-(?P<account>[0-9a-f]{32})\.(?P<post>[a-z0-9]{1,20})\.(?P<token>[a-z2-7]{24})@[^<>\s]+>"
)
_TAG = re.compile(
    r"[^+@\s]+\+(?P<ticket>[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,9})\.(?P<token>[a-z2-7]{24})@[^@\s]+",
    re.IGNORECASE,
)
# The at sign also as links, quoted-printable and HTML write it.
_ANYWHERE = re.compile(r"\.[a-z2-7]{24}(?=@|%40|=40|&#64;)", re.IGNORECASE)
# In a file a letter may be followed by UTF-16's zero or by the fold of a long line.
_GAP = rb"(?:\0|=?\r?\n[ \t]*)?"
_IN_FILE = re.compile(
    (
        rb"-%(gap)s(?:[0-9]%(gap)s){1,10}\.%(gap)s(?:(?:[a-z0-9]%(gap)s){1,40}\.%(gap)s)?"
        rb"((?:[a-z2-7]%(gap)s){24})(?=@|%%40|=40|&#64;)"
    )
    % {b"gap": _GAP},
    re.IGNORECASE,
)
# The secret of a link that opens an account (docs/reference/accounts.md), also as other links carry
# it along, as Markdown escapes it, and as a quotation wraps it.
_MARKS = r"(?:#|%(?:25)*23|=23|&#35;|\\#)a(?:=(?:3D)?|%(?:25)*3D|&#61;)"
_LINK = re.compile(
    rf"({_MARKS})\\?[a-z0-9_-](?:(?:[ \t]*\r?\n[>|\s]*)?\\?[a-z0-9_-]){{42}}", re.IGNORECASE
)
_MAY_BE_LINK = re.compile(r"(?:#|23|&#35;)[aA][=%&]")
_LINK_IN_FILE = re.compile(
    _MARKS.encode().replace(b"a(?:", b"%(gap)sa%(gap)s(?:").replace(b"%(?:25)", b"%%(?:25)")
    % {b"gap": _GAP}
    + rb"%(gap)s([a-z0-9_-](?:(?:=?\r?\n[>|\s]*|\0)?[a-z0-9_-]){42})" % {b"gap": _GAP},
    re.IGNORECASE,
)
_OF_LINK = re.compile(rb"(?i)[a-z0-9_]")
_OF_TOKEN = re.compile(rb"[A-Za-z2-7]")
_BASE64 = re.compile(rb"^[A-Za-z0-9+/]{20,}={0,2}(?:\r?\n[A-Za-z0-9+/]+={0,2})*", re.MULTILINE)
_NESTED = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """What a Message-ID of ours says."""

    ticket: str
    letter: str
    token: str


class Keys:
    """What is derived from the desk's master secret, one key per purpose (HMAC as KDF)."""

    def __init__(self, secret: str) -> None:
        master = secret.encode()
        self._letters = hmac.digest(master, b"tracker letters 1", "sha256")
        self._seen = hmac.digest(master, b"tracker seen 1", "sha256")
        self.loop = _text(hmac.digest(master, b"tracker loop 1", "sha256"), 24)
        """The value of our loop header: nobody else can know it beforehand."""

    def token(self, ticket: str, recipient: str) -> str:
        """Return the token of ``recipient`` for ``ticket``; the address in any case."""
        words = f"{ticket}\0{recipient.lower()}".encode()
        return _text(hmac.digest(self._letters, words, "sha256"), 24)

    def proves(self, letter: Letter, recipient: str) -> bool:
        """Whether the letter of this Message-ID was sent to ``recipient``."""
        return hmac.compare_digest(letter.token, self.token(letter.ticket, recipient))

    def message_id(self, ticket: str, letter: str, recipient: str, domain: str) -> str:
        """Return the Message-ID of a letter, with angle brackets."""
        return f"<{ticket}.{letter}.{self.token(ticket, recipient)}@{domain}>"

    def account_message_id(self, account: str, post: str, recipient: str, domain: str) -> str:
        """Return the Message-ID of a letter about an account, with angle brackets."""
        token = self.token(f"account {account} {post}", recipient)
        return f"<account-{account}.{post}.{token}@{domain}>"

    def proves_account(self, letter: Letter, recipient: str) -> bool:
        """Whether the letter about an account of this Message-ID was sent to ``recipient``."""
        token = self.token(f"account {letter.ticket} {letter.letter}", recipient)
        return hmac.compare_digest(letter.token, token)

    def tagged(self, address: str, ticket: str, recipient: str) -> str:
        """Return the desk's ``address`` with the tag that brings an answer to its ticket."""
        local, _, domain = address.rpartition("@")
        return f"{local}+{ticket}.{self.token(ticket, recipient)}@{domain}"

    def seen(self, what: str) -> str:
        """Return the keyed hash that remembers a message without telling which it was."""
        return hmac.digest(self._seen, what.encode("utf-8", "replace"), "sha256").hex()[:32]


def read_message_id(message_id: str) -> Letter | None:
    """Return what one of our Message-IDs says, unproven; None for everybody else's."""
    found = _SHAPE.fullmatch(message_id)
    return Letter(found["ticket"], found["letter"], found["token"]) if found else None


def read_account_message_id(message_id: str) -> Letter | None:
    """Return what the Message-ID of a letter about an account says, unproven: its ``ticket`` is the
    account.
    """
    found = _OF_ACCOUNT.fullmatch(message_id)
    return Letter(found["account"], found["post"], found["token"]) if found else None


def read_tag(address: str) -> Letter | None:
    """Return what the tag of an address says, unproven, in any case; its ``letter`` is empty."""
    found = _TAG.fullmatch(address)
    return Letter(found["ticket"].upper(), "", found["token"].lower()) if found else None


def without_tokens(text: str) -> str:
    """Return ``text`` with every token taken out: what is stored must not open a ticket."""
    if "@" in text or "40" in text or "&#64;" in text:
        text = _ANYWHERE.sub(".…", text)
    if _MAY_BE_LINK.search(text):
        text = _LINK.sub(r"\1…", text)
    return text


def file_without_tokens(content: bytes, nested: int = _NESTED) -> bytes:
    """Return a file that may hold a letter of ours (a mail, a text) with the tokens taken out.

    Its length stays. Base64 inside is looked into, ``nested`` times at most.
    """
    content = _IN_FILE.sub(_blank, content)
    content = _LINK_IN_FILE.sub(_blank_link, content)
    if nested:
        content = _BASE64.sub(lambda found: _blank_inside(found[0], nested - 1), content)
    return content


def _blank(found: re.Match[bytes]) -> bytes:
    return found[0][: found.start(1) - found.start()] + _OF_TOKEN.sub(b"-", found[1])


def _blank_link(found: re.Match[bytes]) -> bytes:
    return found[0][: found.start(1) - found.start()] + _OF_LINK.sub(b"-", found[1])


def _blank_inside(block: bytes, nested: int) -> bytes:
    """Take the tokens out of one block of base64; its lines stay as they are."""
    written = b"".join(block.split())
    try:
        inside = base64.b64decode(written[: len(written) // 4 * 4])
    except ValueError:
        return block
    cleaned = file_without_tokens(inside, nested)
    if cleaned == inside:
        return block
    encoded = iter(base64.b64encode(cleaned))
    return bytes(one if one in b"\r\n" else next(encoded, one) for one in block)


def letter_word(entries: list[str]) -> str:
    """Return the word for a letter about ``entries``: the id of the one, a hash of many."""
    if len(entries) == 1:
        return entries[0]
    return hashlib.sha256("\0".join(entries).encode()).hexdigest()[:12]


def _text(digest: bytes, length: int) -> str:
    return base64.b32encode(digest).decode("ascii").lower()[:length]
