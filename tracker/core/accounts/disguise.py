"""Ticket files and mails of a public repository: pseudonyms in place of addresses, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tracker.core.accounts.people import PSEUDONYM, People
from tracker.core.addresses import LIKE_AN_ADDRESS, Address, one_line
from tracker.core.document import marks
from tracker.core.document.escaping import escape_inline
from tracker.core.mail import Mail
from tracker.core.settings import Settings
from tracker.core.tokens import Keys, read_account_message_id, read_message_id

Turn = Callable[[str], str]

_NAMED = re.compile(rf"(?P<name>[^<>,\"@]*?)(?P<gap>\s*)<(?P<address>{LIKE_AN_ADDRESS.pattern})>")
_SERVERS_WORDS = ("bounced", "delayed", "reason")
"""Members of a mark that hold what a server said: no name stands before an address there."""
_FENCE = "---"
_SEALED = "@sealed"
_HASHED = re.compile(r"<m-[0-9a-f]{32}@sealed>")


def seal_file(text: str, people: People) -> str:
    """Return a ticket file with pseudonyms in front matter, entry marks and their headings, and
    with names cut short. Words below the headings stay: those of mails were sealed when they
    came (``seal_mail``), those of agents are their own business.
    """
    return _turned(text, lambda one: _seal_text(one, people), lambda one: seal_words(one, people))


def needs_sealing(text: str, keep: Iterable[str]) -> bool:
    """Whether a ticket file holds an address, other than those of ``keep``, where there may be
    pseudonyms only.
    """
    return any(True for _ in unsealed_lines(text, keep))


def unsealed_lines(text: str, keep: Iterable[str]) -> Iterator[int]:
    """Yield the lines of a ticket file, the first is 1, that hold such an address."""
    known = {one.lower() for one in keep}
    found: list[str] = []

    def look(one: str) -> str:
        found.extend(each[0] for each in LIKE_AN_ADDRESS.finditer(one))
        return one

    lines = text.split("\n")
    for at in _places(lines):
        found.clear()
        _turn_line(lines, at, look, look)
        if any(not one.endswith(_SEALED) and one.lower() not in known for one in found):
            yield at + 1


def unseal_file(text: str, people: People) -> str:
    """Return a ticket file with the addresses that its pseudonyms stand for."""
    if _SEALED not in text:
        return text

    def turn(one: str) -> str:
        return PSEUDONYM.sub(lambda found: people.unseal(found[0]), one)

    return _turned(text, turn, turn)


def _turned(text: str, turn: Turn, servers: Turn) -> str:
    """Turn front matter and marks; ``servers`` turns what a server said."""
    lines = text.split("\n")
    for at in _places(lines):
        _turn_line(lines, at, turn, servers)
    return "\n".join(lines)


def _places(lines: Sequence[str]) -> Iterator[int]:
    """Yield where a file may hold pseudonyms and holds an address: front matter, by line, and
    entry marks.
    """
    at = 1
    while at < len(lines) and lines[at].rstrip() != _FENCE:
        if "@" in lines[at]:
            yield at
        at += 1
    for number in range(at, len(lines)):
        if lines[number].startswith(marks.PREFIX) and "@" in lines[number]:
            yield number


def _turn_line(lines: list[str], at: int, turn: Turn, servers: Turn) -> None:
    """Turn a line of front matter; or an entry's mark, and in the heading below it what the mark
    says of its author.
    """
    if not lines[at].startswith(marks.PREFIX):
        lines[at] = turn(lines[at])
        return
    try:
        before = marks.read_data(lines[at])
    except marks.MarkFault:
        lines[at] = turn(lines[at])
        return
    after = _turn_value(before, turn, servers)
    if after == before:
        return
    lines[at] = marks.write_data(after)
    if at + 1 < len(lines) and lines[at + 1].startswith(("### ", "*")):
        for old, new in _turned_texts(before, after):
            lines[at + 1] = lines[at + 1].replace(old, new)


def _turned_texts(before: Any, after: Any) -> list[tuple[str, str]]:
    """Return what a heading may show of a mark, before and after: the longest first."""
    found = {}
    for old, new in zip(_strings(before), _strings(after), strict=True):
        if old != new:
            found[old] = new
            found[Address.parse(old).shown] = Address.parse(new).shown
    pairs = {escape_inline(one_line(old)): escape_inline(one_line(found[old])) for old in found}
    return sorted(pairs.items(), key=lambda pair: -len(pair[0]))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):
        for one in value.items():
            yield from _strings(list(one))


def _turn_value(value: Any, turn: Turn, servers: Turn) -> Any:
    if isinstance(value, str):
        return turn(value) if "@" in value else value
    if isinstance(value, list):
        return [_turn_value(one, turn, servers) for one in value]
    if isinstance(value, dict):
        return {
            _turn_value(key, turn, servers): _turn_value(
                one, servers if key in _SERVERS_WORDS else turn, servers
            )
            for key, one in value.items()
        }
    return value


def _seal_text(text: str, people: People) -> str:
    def named(found: re.Match[str]) -> str:
        sealed = people.seal(found["address"])
        name = found["name"]
        if sealed != found["address"]:
            begin, colon, rest = name.rpartition(": ")  # the key of a front matter line
            name = f"{begin}{colon}{cut_short(rest)}"
        return f"{name}{found['gap']}<{sealed}>"

    if "<" in text:
        text = _NAMED.sub(named, text)
    return seal_words(text, people)


def seal_words(text: str, people: People) -> str:
    """Return a text with a pseudonym in place of every address."""
    if "@" not in text:
        return text
    return LIKE_AN_ADDRESS.sub(lambda found: _address(found[0], people), text)


def _address(written: str, people: People) -> str:
    """Seal what looks like an address, without the punctuation behind it."""
    bare = written.rstrip(".!?…»”*_")
    domain = bare.rpartition("@")[2]
    if domain == "sealed" or not re.search(r"\w", domain):
        return written
    return people.seal(bare) + written[len(bare) :]


def cut_short(name: str) -> str:
    """Return ``Иван П.`` for ``Иван Петров``; one word stays."""
    words = name.split()
    if len(words) < 2 or "@" in name:
        return name
    return " ".join([words[0], *(f"{one[0]}." for one in words[1:])])


def seal_mail(mail: Mail, people: People, keys: Keys, settings: Settings) -> Mail:
    """Return a mail as a public repository may hold it: no address in its words and the names of
    its files, people by first name, and foreign Message-IDs as keyed hashes.

    The addresses of its head stay, for the decision; they are sealed when its entry is written.
    """

    def person(one: Address) -> Address:
        known = settings.agent_by_email(one.key) or one.key == settings.mailbox.address.lower()
        return one if known else Address(cut_short(one.name), one.email)

    def hashed(identity: str) -> str:
        ours = read_message_id(identity) or read_account_message_id(identity)
        if not identity or ours or _HASHED.fullmatch(identity):
            return identity
        return f"<m-{keys.seen(f'message {identity}')}@sealed>"

    files = tuple(replace(one, name=seal_words(one.name, people)) for one in mail.attachments)
    return replace(
        mail,
        message_id=hashed(mail.message_id),
        in_reply_to=tuple(map(hashed, mail.in_reply_to)),
        references=tuple(map(hashed, mail.references)),
        sender=person(mail.sender),
        reply_to=tuple(map(person, mail.reply_to)),
        to=tuple(map(person, mail.to)),
        cc=tuple(map(person, mail.cc)),
        subject=seal_words(mail.subject, people),
        text=seal_words(mail.text, people),
        quoted=seal_words(mail.quoted, people),
        attachments=files,
    )
