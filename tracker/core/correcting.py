"""Correcting an answer that was sent: its new text, and the event that mails it."""

from __future__ import annotations

from tracker.core.operations import Actor, OperationError, event, find_entry
from tracker.core.ticket import Entry, Ticket, normal_text, ticket_path
from tracker.core.workspace import Workspace


def answer_of(ticket: Ticket, written: str = "") -> Entry:
    """Return the answer that is to be corrected: by id or place, or the last one.

    Raises OperationError for anything that is no answer, or that nobody was sent.
    """
    if written:
        n, entry = find_entry(ticket, written)
    else:
        n, entry = _last_answer(ticket)
    if entry.kind != "message" or entry.role != "agent":
        raise OperationError(
            f"#{n} of {ticket.id} is no agent's answer", "Only answers can be corrected."
        )
    if not entry.told:
        path = ticket_path(ticket.id.rpartition("-")[0], ticket.number)
        raise OperationError(
            f"Nobody was sent #{n} of {ticket.id} yet", f"Just edit it in {path} and commit."
        )
    return entry


def _last_answer(ticket: Ticket) -> tuple[int, Entry]:
    for n, entry in reversed(list(enumerate(ticket.entries, 1))):
        if entry.kind == "message" and entry.role == "agent" and entry.visibility == "public":
            return n, entry
    raise OperationError(f"{ticket.id} has no answer yet", "Write one with `tracker reply`.")


def correct(
    work: Workspace, number: int, who: Actor, written: str = "", text: str | None = None
) -> list[Entry]:
    """Change the text of an answer that was sent, and owe a letter about it.

    Without a new text the answer must have been changed by hand since it was last told.
    Raises OperationError.
    """
    ticket = work.need(number)
    entry = answer_of(ticket, written)
    new = entry.text if text is None else normal_text(text)
    if not new.strip():
        raise OperationError("The corrected answer is empty", "Give its new text with --text.")
    if new == entry.text and not _changed_by_hand(ticket, entry):
        raise OperationError(
            f"The answer on {ticket.id} says this already", "Give its new text with --text."
        )
    if new != entry.text or entry.edited:
        work.rewrite(ticket, entry.id, new)
    correction = event(work, who, "correction", {"entry": entry.id}, visibility="public")
    work.add(ticket, [correction])
    return [correction]


def _changed_by_hand(ticket: Ticket, entry: Entry) -> bool:
    """Whether a person edited the entry and no correction was mailed since."""
    about = [one.event for one in ticket.entries if one.data.get("entry") == entry.id]
    told = [name for name in about if name in ("corrected", "correction")]
    return entry.edited or told[-1:] == ["corrected"]
