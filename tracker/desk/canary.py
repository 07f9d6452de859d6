"""Canaries: random words sealed in memory as a ticket's every field, which the scan looks for."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tracker.core.accounts.bundles import Owner
from tracker.core.accounts.layout import CANARIES
from tracker.core.accounts.records import Record
from tracker.core.accounts.sealed import open_sealed
from tracker.core.addresses import Address
from tracker.core.document import render
from tracker.core.errors import TrackerError
from tracker.core.ticket import Attachment, Entry, Ticket, ticket_path
from tracker.desk.seal_work import ChunkJob, FileJob, Source, Target, Workshop

_LATIN = "bcdfghjklmnpqrstvwxz"
_CYRILLIC = "бвгджзклмнпрстфхцчшщ"
_AT = datetime(2026, 1, 1, tzinfo=UTC)


def plant(workshop: Workshop, folder: Path) -> None:
    """Seal a ticket of random words as real ones are sealed, look that none shows, and keep the
    words for the scan. Nothing of it is published.

    Raises TrackerError where a word shows: then nothing may be sealed.
    """
    words: list[str] = []

    def word() -> str:
        words.append(_word(_LATIN, 10) + _word(_CYRILLIC, 6))
        return words[-1]

    def latin() -> str:
        words.append(_word(_LATIN, 14))
        return words[-1]

    ticket, content = _ticket(word, latin, workshop.desk.prefix)
    _check(workshop, ticket, content, words)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CANARIES).write_text(json.dumps(words, ensure_ascii=False) + "\n", "utf-8")


def read_canaries(folder: Path) -> list[str]:
    """Return the words of the last run; none where there was none."""
    path = folder / CANARIES
    return list(json.loads(path.read_text("utf-8"))) if path.is_file() else []


def _word(letters: str, length: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))


def _ticket(word: Callable[[], str], latin: Callable[[], str], prefix: str) -> tuple[Ticket, bytes]:
    """Return a ticket with a word of its own in every field, and its attachment's content."""

    def person() -> Address:
        return Address(word(), f"{latin()}@{latin()}.example")

    def record(words: str) -> dict[str, str]:
        return {f"{latin()}@{latin()}.example": words}

    path = ticket_path(prefix, 1).removesuffix(".md")
    name = f"{latin()}.pdf"
    file = Attachment(name, f"{path}/{name}", 1, "application/pdf")
    one, other = person(), person()
    entries = (
        _entry(
            "a1",
            one,
            "requester",
            word(),
            quoted=word(),
            attachments=(file,),
            digest=latin(),
            message_id=f"<{latin()}@{latin()}.example>",
        ),
        _entry(
            "a2",
            person(),
            "agent",
            word(),
            format="markdown",
            silent=word(),
            told=record("2026-01-01T00:00:00Z"),
            bounced=record(word()),
            delayed=record(word()),
        ),
        _entry("a3", person(), "agent", word(), kind="note"),
        _entry("a4", person(), "stranger", word(), visibility="held"),
        _entry("a5", person(), "agent", "", kind="event", event="bounced", data={"reason": word()}),
    )
    ticket = Ticket(
        f"{prefix}-1",
        word(),
        "open",
        one,
        _AT,
        assignee=latin(),
        labels=(word(),),
        participants=(other,),
        muted=(f"{latin()}@{latin()}.example",),
        taken=f"{latin()} {_AT.isoformat()}",
        phone=latin(),
        entries=entries,
        extra={"x-more": latin()},
    )
    return ticket, word().encode()


def _entry(entry_id: str, author: Address, role: str, text: str, **more: object) -> Entry:
    values: dict[str, object] = {"id": entry_id, "at": _AT, "author": author, "role": role}
    return Entry(**(values | {"via": "email", "text": text} | more))  # type: ignore[arg-type]


def _check(workshop: Workshop, ticket: Ticket, content: bytes, words: list[str]) -> None:
    master = workshop.ring.current
    record = Record(
        secrets.token_hex(16), 1, master.id, (ticket.requester.key,), "", "requester",
        "2026-01-01T00:00:00Z",
    )  # fmt: skip
    owner = Owner(record, master, "requester", workshop.desk)
    stored = ticket.entries[0].attachments[0].path
    source = Source(ticket_path(*_split(ticket.id)), "", render(ticket, "en").encode())
    names = owner.names(1)
    target = Target(owner, 0, tuple(names), frozenset([stored]))
    made = {
        **workshop.files(ChunkJob((source,), (target,))),
        **workshop.files(FileJob(stored, content, (owner,))),
    }
    shown = "".join(made).encode() + b"".join(made.values())
    if any(one.encode() in shown for one in words):
        raise TrackerError("Sealing is broken: a sealed file shows a word of its ticket")
    path, data = next(iter(made.items()))
    opened = open_sealed(owner.key, owner.place("bundle", path), data).decode()
    if ticket.title not in opened or any(one in opened for one in _hidden(ticket)):
        raise TrackerError("Sealing is broken: a bundle holds other than what its account may see")


def _hidden(ticket: Ticket) -> list[str]:
    """Return what not even the requester may see."""
    first, second, *others = ticket.entries
    found = [*ticket.muted, ticket.taken, ticket.phone, first.message_id.strip("<>")]
    found += [*second.told, second.silent]
    for letters in (second.bounced, second.delayed):
        found += [*letters, *letters.values()]
    for entry in others:
        found += [entry.text, *entry.data.values(), entry.author.name]
    return [one for one in found if one]


def _split(ticket_id: str) -> tuple[str, int]:
    prefix, _, number = ticket_id.rpartition("-")
    return prefix, int(number)
