"""Answering a ticket, noting something on it, and correcting what was answered."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from pathlib import Path

from tracker.core import operations
from tracker.core.commands import Told, read_commands
from tracker.core.correcting import answer_of
from tracker.core.correcting import correct as correct_answer
from tracker.core.errors import TrackerError
from tracker.core.filenames import free_name
from tracker.core.mail.names import safe_name
from tracker.core.obeying import fault_of, obey
from tracker.core.operations import Actor
from tracker.core.taking import taken_by
from tracker.core.ticket import Attachment, Entry, Ticket, attachment_folder
from tracker.core.workspace import Workspace
from tracker.desk.acting import Done, carry_out
from tracker.desk.desk import Desk
from tracker.desk.queries import find_ticket


def answer(
    desk: Desk,
    number: int,
    handle: str,
    text: str,
    *,
    internal: bool = False,
    close: bool = False,
    wait: bool = False,
    attach: Sequence[Path] = (),
    obey: bool = False,
) -> Done:
    """Store an agent's answer or internal note, with files; close or wait on request.

    ``obey`` reads commands in the text, each on a line of its own, as in a ticket file.
    Raises TrackerError where the ticket can't be answered, or a command can't be obeyed.
    """
    told = _taken_apart(text) if obey else Told(text, (), ())
    if not told.text.strip() and not attach and not told.commands:
        raise TrackerError("The answer is empty", "Give it with --text or write it in the editor.")
    note = internal or told.has("note")
    status = "closed" if close else "waiting" if wait else ""
    contents = [(safe_name(path.name), _read(path)) for path in attach]
    also = ""

    def act(work: Workspace, who: Actor) -> str:
        nonlocal also
        ticket = work.need(number)
        if told.text.strip() or contents:
            refuse_answer(work, ticket, note=note)
            also = "" if note else _also_taken(ticket, who)
            work.add(ticket, [_entry(work, ticket, who, told.text, contents, note=note)])
        _obey(work, number, who, told)
        done = bool(status) and operations.set_status(work, number, who, status)
        verb = "Note on" if note else "Answer"
        return f"{verb} {ticket.id}{' and close' if close and done else ''}"

    late = carry_out(desk, handle, act)
    return Done(f"{desk.settings.desk.prefix}-{number}", " ".join(filter(None, (late, also))))


def _taken_apart(text: str) -> Told:
    told = read_commands(text, leading=False)
    if told.faults:
        raise TrackerError(told.faults[0].reason, r"Write `\/` for a line that is no command.")
    return told


def _also_taken(ticket: Ticket, who: Actor) -> str:
    taken = taken_by(ticket.taken, who.at)
    if taken is None or taken.handle == who.handle:
        return ""
    return f"{taken.handle} is writing an answer too: talk to each other."


def _entry(
    work: Workspace,
    ticket: Ticket,
    who: Actor,
    text: str,
    contents: Sequence[tuple[str, bytes]],
    *,
    note: bool,
) -> Entry:
    return Entry(
        id=work.new_id(),
        at=who.at,
        author=who.author,
        role="agent",
        via="cli",
        text=text,
        kind="note" if note else "message",
        format="markdown",
        attachments=_attached(work, ticket, contents),
    )


def refuse_answer(work: Workspace, ticket: Ticket, *, note: bool) -> None:
    """Raise TrackerError where a ticket can't be answered, or not even noted on."""
    if ticket.merged_into:
        taker = work.final(ticket)
        raise TrackerError(
            f"{ticket.id} was merged into {taker.id}",
            f"Answer there: `tracker reply {taker.number}`.",
        )
    if note or ticket.accepted:
        return
    if operations.is_spam(ticket):
        undo = f"If it is none, run `tracker spam {ticket.number} --undo` first."
        raise TrackerError(f"{ticket.id} is marked as spam", undo)
    raise TrackerError(
        f"{ticket.id} is held for review: an answer would go to somebody nobody has looked at",
        f"Look with `tracker review {ticket.number}`, then `tracker review {ticket.number} "
        "--accept`.",
    )


def _obey(work: Workspace, number: int, who: Actor, told: Told) -> None:
    for one in told.commands:
        fault = fault_of(work, number, one)
        if fault:
            raise TrackerError(fault, "Nothing was written.")
        obey(work, number, who, [one])


def correct(desk: Desk, number: int, handle: str, entry: str = "", text: str | None = None) -> Done:
    """Correct an answer that was sent (the last one, or ``entry``), and owe a letter about it."""

    def act(work: Workspace, who: Actor) -> str:
        correct_answer(work, number, who, entry, text)
        return f"Correct an answer on {work.name(number)}"

    note = carry_out(desk, handle, act)
    return Done(f"{desk.settings.desk.prefix}-{number}", note)


def sent_answer(desk: Desk, number: int, entry: str = "") -> str:
    """Return the text of the answer that would be corrected. Raises TrackerError."""
    return answer_of(find_ticket(desk, number)[1], entry).text


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise TrackerError(f"{path}: {reason}", "Check the path after --attach.") from None


def _attached(
    work: Workspace, ticket: Ticket, contents: Sequence[tuple[str, bytes]]
) -> tuple[Attachment, ...]:
    """Keep files in the ticket's folder, each with a name that is free there."""
    if not contents:
        return ()
    folder = attachment_folder(ticket.id.rpartition("-")[0], ticket.number)
    taken = {name.casefold() for name in work.names_in(folder)}
    attachments = []
    for name, content in contents:
        free = free_name(name, taken)
        taken.add(free.casefold())
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        path = f"{folder}/{free}"
        work.files[path] = content
        attachments.append(Attachment(free, path, len(content), kind))
    return tuple(attachments)
