"""Sentences derived from data: what an event says, how large a file is."""

from __future__ import annotations

from tracker.core.texts import Texts
from tracker.core.ticket import Entry

# Sentences that the catalogue must hold are written out, so that the tests find them.
_EVENTS = {
    "opened": "%(who)s opened the request",
    "closed": "%(who)s closed the request",
    "reopened": "%(who)s reopened the request",
    "bounced": "A letter to %(address)s came back: %(reason)s",
}


def event_sentence(entry: Entry, words: Texts) -> str:
    """Return what an event says, without its time."""
    sentence = _EVENTS.get(entry.event)
    values = {"who": entry.author.shown, "address": "", "reason": ""}
    if sentence is None:
        details = ", ".join(f"{key} {value}" for key, value in entry.data.items())
        return f"{entry.author.shown}: {entry.event} {details}".strip()
    return words._(sentence, **(values | dict(entry.data)))


def refused_sentences(entry: Entry, words: Texts) -> list[str]:
    """Say which attachments of a mail were not stored, and why."""
    found = []
    if names := entry.data.get("refused_size"):
        found.append(words._("Not stored, too large: %(names)s", names=names))
    if names := entry.data.get("refused_executable"):
        found.append(words._("Not stored, a program could harm: %(names)s", names=names))
    return found


def size_words(size: int, words: Texts) -> str:
    """Return a size in bytes as people read it: ``12 КБ``, ``3.4 MB``."""
    if size < 1000:
        return words._("%(n)s B", n=size)
    if size < 1_000_000:
        return words._("%(n)s KB", n=round(size / 1000))
    number = f"{size / 1_000_000:.1f}"
    if words.language == "ru":
        number = number.replace(".", ",")
    return words._("%(n)s MB", n=number)
