"""What agents do from the command line: open, answer, note, close, reopen."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.adapters.commits import Change
from tracker.core import state
from tracker.core.addresses import Address, one_line
from tracker.core.document import add_entries, render, set_fields
from tracker.core.errors import TrackerError
from tracker.core.filenames import free_name
from tracker.core.mail.names import safe_name
from tracker.core.ticket import Attachment, Entry, Ticket, attachment_folder, ticket_path
from tracker.desk.desk import Desk
from tracker.desk.queries import ticket_of
from tracker.desk.view import View
from tracker.desk.write import write

_NUMBER = re.compile(r"(?:[A-Za-z][A-Za-z0-9]{1,9}-)?([1-9][0-9]{0,9})")


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did: the ticket, and a note where the work tree stayed behind."""

    ticket: str
    note: str = ""


def number_from(desk: Desk, written: str) -> int:
    """Read ``42`` or ``ACCREDO-42``. Raises TrackerError."""
    found = _NUMBER.fullmatch(written.strip())
    prefix = written.rpartition("-")[0].upper()
    if not found or prefix not in ("", desk.settings.desk.prefix):
        name = f"{desk.settings.desk.prefix}-42"
        raise TrackerError(f"`{written}` is no ticket number", f"Write 42 or {name}.")
    return int(found[1])


def agent_of(desk: Desk, handle: str | None) -> str:
    """Return the handle of who acts: the one named, else the one Git knows by address."""
    agents = desk.settings.agents
    known = ", ".join(agents) or "none yet"
    if handle is not None:
        if handle not in agents:
            raise TrackerError(f"There is no agent `{handle}`", f"Agents in tracker.toml: {known}.")
        return handle
    code, email, _ = desk.git.attempt("config", "--get", "user.email")
    found = desk.settings.agent_by_email(email.strip()) if code == 0 else None
    if found is None:
        raise TrackerError(
            f"Git's user.email ({email.strip() or 'not set'}) belongs to no agent",
            f"Say who you are with --as; agents in tracker.toml: {known}.",
        )
    return found


def address_of(desk: Desk, handle: str) -> Address:
    """Return name and first address of an agent."""
    agent = desk.settings.agents[handle]
    emails = agent.emails or (desk.settings.mailbox.address,)
    return Address(agent.name, emails[0])


def open_ticket(
    desk: Desk,
    handle: str,
    requester: Address,
    title: str,
    text: str,
    channel: str,
    phone: str = "",
) -> Done:
    """Register a request on behalf of ``requester``; the number is given once it is pushed."""
    if not title.strip():
        raise TrackerError("A request needs a title", "Give it with --title.")
    if not requester.shown:
        raise TrackerError("A request needs a requester", "Name one with --from 'NAME <ADDRESS>'.")
    prefix = desk.settings.desk.prefix
    agent = address_of(desk, handle)
    given = 0

    def decide(view: View) -> Change:
        nonlocal given
        last = state.read_last_number(view.read(state.NUMBERS))
        given = max(last, view.highest_number()) + 1
        now = desk.now()
        entry = Entry(desk.new_id(), now, requester, "requester", channel, text)
        event = _event(desk, agent, "opened")
        ticket = Ticket(
            f"{prefix}-{given}",
            title,
            "open",
            requester,
            now,
            channel,
            phone=one_line(phone),
            entries=(entry, event),
        )
        files: dict[str, bytes | None] = {
            ticket_path(prefix, given): render(ticket, desk.settings.desk.language).encode(),
            state.NUMBERS: state.write({"last": given}),
        }
        return Change(files, f"Open {ticket.id}")

    write(desk, decide, agent)
    return Done(f"{prefix}-{given}", desk.repository.follow())


def answer(
    desk: Desk,
    number: int,
    handle: str,
    text: str,
    *,
    internal: bool = False,
    close: bool = False,
    attach: Sequence[Path] = (),
) -> Done:
    """Store an agent's answer or internal note, with files, and close on request."""
    if not text.strip() and not attach:
        raise TrackerError("The answer is empty", "Give it with --text or write it in the editor.")
    agent = address_of(desk, handle)
    contents = [(safe_name(path.name), _read(path)) for path in attach]

    def decide(view: View) -> Change:
        path, ticket = ticket_of(desk, view, number)
        folder = attachment_folder(ticket.id.rpartition("-")[0], number)
        attachments, files = _attached(view, folder, contents)
        entry = Entry(
            id=desk.new_id(),
            at=desk.now(),
            author=agent,
            role="agent",
            via="cli",
            text=text,
            kind="note" if internal else "message",
            format="markdown",
            attachments=attachments,
        )
        entries, changes = [entry], {}
        if close and ticket.status != "closed":
            entries.append(_event(desk, agent, "closed"))
            changes["status"] = "closed"
        file = _edited(desk, view, number, entries, changes, path)
        verb = "Note on" if internal else "Answer"
        return Change({path: file, **files}, f"{verb} {ticket.id}{' and close' * bool(changes)}")

    write(desk, decide, agent)
    return Done(f"{desk.settings.desk.prefix}-{number}", desk.repository.follow())


def set_status(desk: Desk, numbers: Iterable[int], handle: str, status: str) -> list[Done]:
    """Close (``closed``) or reopen (``open``) tickets, in one commit; who has it stays."""
    agent = address_of(desk, handle)
    name, verb = ("closed", "Close") if status == "closed" else ("reopened", "Reopen")
    wanted = list(dict.fromkeys(numbers))
    changed: list[str] = []

    def decide(view: View) -> Change | None:
        changed.clear()
        files: dict[str, bytes | None] = {}
        for number in wanted:
            path, ticket = ticket_of(desk, view, number)
            if (ticket.status == "closed") != (status == "closed"):
                event = _event(desk, agent, name)
                files[path] = _edited(desk, view, number, [event], {"status": status}, path)
                changed.append(ticket.id)
        return Change(files, f"{verb} {', '.join(changed)}") if files else None

    write(desk, decide, agent)
    note = desk.repository.follow()
    prefix = desk.settings.desk.prefix
    names = [f"{prefix}-{number}" for number in wanted]
    return [Done(one, note if one in changed else f"{one} is {status} already") for one in names]


def _edited(
    desk: Desk,
    view: View,
    number: int,
    entries: Sequence[Entry],
    changes: dict[str, str],
    path: str,
) -> bytes:
    text = set_fields(view.text_of(number) or "", changes, path)
    return add_entries(text, entries, desk.settings.desk.language, path).encode()


def _event(desk: Desk, agent: Address, name: str) -> Entry:
    return Entry(
        id=desk.new_id(),
        at=desk.now(),
        author=agent,
        role="agent",
        via="cli",
        kind="event",
        event=name,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise TrackerError(f"{path}: {reason}", "Check the path after --attach.") from None


def _attached(
    view: View, folder: str, contents: Sequence[tuple[str, bytes]]
) -> tuple[tuple[Attachment, ...], dict[str, bytes]]:
    """Give each file a name that is free in the ticket's folder."""
    if not contents:
        return (), {}
    taken = {name.casefold() for name in view.names_in(folder)}
    attachments, files = [], {}
    for name, content in contents:
        free = free_name(name, taken)
        taken.add(free.casefold())
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        path = f"{folder}/{free}"
        attachments.append(Attachment(free, path, len(content), kind))
        files[path] = content
    return tuple(attachments), files
