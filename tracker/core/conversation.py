"""A mail that is taken in becomes an entry of its ticket, or a ticket of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.core.addresses import Address, one_line
from tracker.core.arrival import StoredFiles, entry_from, stored_files, title_of
from tracker.core.commands import is_bare
from tracker.core.fields import Fields
from tracker.core.mail_actions import (
    Case,
    Orders,
    asked_for,
    carry_identity,
    join_copied,
    mute_sender,
    obey_orders,
    propose_requester,
    read_orders,
    stops_letters,
)
from tracker.core.operations import Actor, change, event, is_own, link, set_status
from tracker.core.requests import with_type
from tracker.core.rights import standing
from tracker.core.threading import Thread, role_on
from tracker.core.ticket import Entry, Ticket, attachment_folder
from tracker.core.tokens import without_tokens
from tracker.core.workspace import Workspace, number_in

REOPENS_WITHIN = timedelta(days=14)
_SETS_STATUS = ("close", "wait", "reopen")


@dataclass(frozen=True, slots=True)
class Taken:
    """The ticket that took a mail, whether it is a new one, and the entry that bears the mail's
    identity: None where nothing changed.
    """

    ticket: Ticket
    entry: Entry | None
    opened: bool = False


def take_in(work: Workspace, case: Case, thread: Thread | None) -> Taken:
    """Take in one mail: what it adds goes to ``work``."""
    if thread is None or not thread.speaks:
        return _open(work, case, thread)
    over = is_over(thread.ticket, case.arrival.received)
    mine = case.standing.role in ("requester", "participant") and case.standing.handle is None
    if not (over and mine and case.acts) or _only_orders(work, case, thread):
        return _comment(work, case, thread, over=over)
    settings, mail, received = work.settings, case.mail, case.arrival.received
    # By a letter's token alone nobody is let into a ticket that the letter did not name.
    later = _continued(work, thread.ticket, case)
    found = Thread(later, thread.named) if later else None
    case = replace(case, standing=standing(mail, case.sender, found, settings, received))
    return _comment(work, case, found, over=False) if found else _open(work, case, thread)


def _only_orders(work: Workspace, case: Case, thread: Thread) -> bool:
    """Whether a mail says nothing, but stops letters or the like."""
    if stops_letters(work, case, thread) is not None:
        return True
    return not case.mail.attachments and read_orders(work, thread.ticket.number, case).alone


def _continued(work: Workspace, ticket: Ticket, case: Case) -> Ticket | None:
    """Return the ticket that a late answer of the sender opened already, where it is not over, too.

    Such tickets are followed however often they were continued and merged themselves.
    """
    passed, waiting = {ticket.id}, [ticket]
    while waiting:
        before = waiting.pop(0)
        for name in before.links:
            one = None if name in passed else work.ticket(number_in(name))
            passed.add(name)
            if one is None or not _continues(one, before, case.sender.address.key):
                continue
            final = work.final(one)
            takes_part = role_on(final, case.sender.address.key) is not None
            if takes_part and not is_over(final, case.arrival.received):
                return final
            waiting.append(one)
    return None


def _continues(ticket: Ticket, earlier: Ticket, who: str) -> bool:
    first = ticket.entries[0] if ticket.entries else None
    begun = first is not None and first.data.get("continues") == earlier.id
    return begun and ticket.requester.key == who


def is_over(ticket: Ticket, now: datetime) -> bool:
    """Whether the ticket was closed so long ago that a mail opens a new one."""
    if ticket.status != "closed":
        return False
    closed = [entry.at for entry in ticket.entries if entry.event == "closed"]
    return now - max(closed, default=ticket.updated) > REOPENS_WITHIN


def _comment(work: Workspace, case: Case, thread: Thread, *, over: bool) -> Taken:
    ticket = thread.ticket
    mail, number = case.mail, ticket.number
    stops = stops_letters(work, case, thread)
    words = without_tokens(mail.text).strip()
    if stops is not None and is_bare(words, mail.attachments):
        events = mute_sender(work, number, case, muted=stops)
        return _ordered(work, case, ticket, events, {"words": words} if words else {})
    orders = read_orders(work, number, case)
    if stops is None and orders.alone and not mail.attachments:
        return _ordered(work, case, ticket, obey_orders(work, number, case, orders), {})
    folder = attachment_folder(ticket.id.rpartition("-")[0], number)
    files = stored_files(
        mail.attachments, folder, work.names_in(folder) if mail.attachments else set()
    )
    entry = _entry(work, case, files, orders, asked_for(work, case, thread))
    work.add(ticket, [entry])
    work.files.update(files.contents)
    if stops is not None:
        mute_sender(work, number, case, muted=stops)
    elif not over:
        _wake(work, case, ticket, orders)
    join_copied(work, number, case)
    obey_orders(work, number, case, orders)
    return Taken(ticket, entry)


def _ordered(
    work: Workspace, case: Case, ticket: Ticket, events: Sequence[Entry], data: dict[str, str]
) -> Taken:
    """Finish a mail that was nothing but commands: their events stand for it."""
    return Taken(ticket, carry_identity(work, ticket.number, case, events, data))


def _wake(work: Workspace, case: Case, ticket: Ticket, orders: Orders) -> None:
    """Open the ticket again where its requester or a participant wrote."""
    mine = case.acts and case.standing.role in ("requester", "participant")
    told_else = orders.note or any(one.name in _SETS_STATUS for one in orders.commands)
    if mine and not told_else and ticket.status != "open":
        set_status(work, ticket.number, case.actor, "open")


def _open(work: Workspace, case: Case, thread: Thread | None) -> Taken:
    mail, settings = case.mail, work.settings
    addressee = written_to(work, case)
    if addressee:
        case = replace(case, standing=replace(case.standing, role="agent"))
    number = work.next_number()
    prefix = settings.desk.prefix
    orders = read_orders(work, 0, case)
    files = stored_files(mail.attachments, attachment_folder(prefix, number), set())
    earlier = thread.ticket if thread and thread.speaks else None
    title = one_line(title_of(mail, work.language, prefix))
    continues = {"continues": earlier.id} if earlier else {}
    asked = asked_for(work, case, None)
    entry = _entry(work, case, files, orders, {"title": title, **continues, **asked})
    entry, labels = with_type(entry, settings.requests, work.language)
    entries = [entry]
    if thread and earlier is None:
        # Only here, and for agents only: the other ticket must not show what strangers write.
        entries.append(event(work, _system(work, case), "linked", {"to": thread.ticket.id}))
    ticket = Ticket(
        id=work.name(number),
        title=title,
        status="open",
        requester=addressee or case.sender.address,
        created=case.arrival.received,
        entries=tuple(entries),
    )
    work.open(ticket)
    work.files.update(files.contents)
    if earlier:
        link(work, number, earlier.number, _system(work, case))
    if labels:
        change(work, number, _system(work, case), replace(Fields.of(ticket), labels=labels))
    join_copied(work, number, case)
    obey_orders(work, number, case, orders)
    propose_requester(work, number, case)
    return Taken(ticket, entry, opened=True)


def written_to(work: Workspace, case: Case) -> Address | None:
    """Return to whom an agent wrote first, as an archive shows it; None for any other mail."""
    if not case.sender.vouched or case.standing.handle is None:
        return None
    people = (*case.mail.to, *case.mail.cc)
    return next((one for one in people if not _is_ours(work, one.key)), None)


def _is_ours(work: Workspace, address: str) -> bool:
    return is_own(work.settings, address) or work.settings.agent_by_email(address) is not None


def _system(work: Workspace, case: Case) -> Actor:
    return Actor(Address(work.settings.desk.name, ""), "system", "email", case.arrival.received)


def _entry(
    work: Workspace, case: Case, files: StoredFiles, orders: Orders, data: dict[str, str]
) -> Entry:
    sender, found = case.sender, case.standing
    if sender.proof != "none":
        data = {"dmarc": sender.proof, **data}
    if found.receipt and not orders.fault:
        data = {**data, "receipt": sender.address.key}
    entry = entry_from(
        case.arrival,
        case.mail,
        files,
        entry_id=work.new_id(),
        author=sender.address,
        role=found.role,
        text=orders.text,
        data=data,
        visibility=found.visibility,
        note=orders.note,
    )
    if is_own(work.settings, sender.address.key):
        entry = replace(entry, silent="own address")
    return entry
