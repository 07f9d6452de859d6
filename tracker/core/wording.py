"""Sentences derived from data: what an event says, how large a file is."""

from __future__ import annotations

from tracker.core.texts import Texts
from tracker.core.ticket import Entry

# Sentences that the catalogue must hold are written out, so that the tests find them.
_EVENTS = {
    "opened": "%(who)s opened the request",
    "closed": "%(who)s closed the request",
    "reopened": "%(who)s reopened the request",
    "waiting": "%(who)s waits for an answer of the requester",
    "resumed": "The request waits for support again",
    "assigned": "%(who)s assigned the request to %(to)s",
    "unassigned": "%(who)s gave the request back",
    "labelled": "%(who)s added the label %(label)s",
    "unlabelled": "%(who)s took off the label %(label)s",
    "priority": "%(who)s set the priority to %(to)s",
    "renamed": "%(who)s changed the title to: %(to)s",
    "requester": "%(who)s made %(to)s the requester",
    "joined": "%(who)s added %(person)s to the request",
    "left": "%(who)s took %(person)s off the request",
    "left-out": "Not added, too many people take part in the request already: %(person)s",
    "muted": "%(person)s gets no more letters about this request",
    "unmuted": "%(person)s gets letters about this request again",
    "merged": "The request was merged into %(into)s",
    "unmerged": "The request stands for itself again",
    "took": "%(from)s was merged into this request",
    "released": "%(from)s was taken out of this request again",
    "linked": "Related request: %(to)s",
    "unlinked": "No longer related: %(to)s",
    "spam": "%(who)s marked the request as spam",
    "not-spam": "%(who)s says that the request is no spam",
    "proposed": "Not done yet, an agent must look: %(field)s: %(to)s",
    "accepted": "%(who)s accepted what was held for review",
    "refused": "%(who)s refused what was held for review",
    "corrected": "%(who)s changed an answer that was sent already",
    "correction": "%(who)s sent a correction of an answer",
    "bounced": "A letter to %(address)s came back: %(reason)s",
    "undelivered": "No letter could be sent to %(address)s: %(reason)s",
    "forged": "An event that somebody wrote into the file who is no agent; it counts for nothing: "
    "%(event)s",
    "misunderstood": "A command was not understood: %(reason)s",
}
_PLACES = ("address", "reason", "to", "label", "into", "from", "field", "event")


def event_sentence(entry: Entry, words: Texts) -> str:
    """Return what an event says, without its time."""
    name = "unassigned" if entry.event == "assigned" and not entry.data.get("to") else entry.event
    sentence = _EVENTS.get(name)
    if sentence is None:
        details = ", ".join(f"{key} {value}" for key, value in entry.data.items())
        return f"{entry.author.shown}: {entry.event} {details}".strip()
    values = {place: entry.data.get(place, "") for place in _PLACES}
    values |= {"who": entry.author.shown, "person": entry.data.get("who", "")}
    return words._(sentence, **values)


def refused_sentences(entry: Entry, words: Texts) -> list[str]:
    """Say which attachments of a mail were not stored, and why."""
    found = []
    if names := entry.data.get("refused_size"):
        found.append(words._("Not stored, too large: %(names)s", names=names))
    if names := entry.data.get("refused_executable"):
        found.append(words._("Not stored, a program could harm: %(names)s", names=names))
    if names := entry.data.get("refused_missing"):
        found.append(words._("Not in what was imported: %(names)s", names=names))
    return found


def size_words(size: int, words: Texts) -> str:
    """Return a size in bytes as people read it: ``12 КБ``, ``3.4 MB``."""
    if size < 1000:
        return words._("%(n)s B", n=size)
    if size < 1_000_000:
        return words._("%(n)s KB", n=round(size / 1000))
    number = f"{size / 1_000_000:.1f}".replace(".", words._("."))
    return words._("%(n)s MB", n=number)
