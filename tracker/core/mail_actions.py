"""What a mail does beside adding its words: commands, people in copy, letters stopped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tracker.core.addresses import Address
from tracker.core.arrival import IMPORTED, Arrival, digest_of
from tracker.core.commands import NAMES, OF_REQUESTERS, Command, read_commands
from tracker.core.mail import Mail
from tracker.core.mail.forwards import original_sender
from tracker.core.mail.subjects import is_forward_subject
from tracker.core.obeying import fault_of, obey
from tracker.core.operations import (
    Actor,
    addresses_of,
    event,
    is_own,
    join,
    mute,
    newcomers,
    outsiders,
)
from tracker.core.rights import Sender, Standing
from tracker.core.threading import Thread, role_on
from tracker.core.ticket import Entry
from tracker.core.tokens import without_tokens
from tracker.core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Case:
    """One mail with what was found out about it."""

    arrival: Arrival
    mail: Mail
    sender: Sender
    standing: Standing

    @property
    def actor(self) -> Actor:
        """The sender as the one who does what the mail asks for."""
        role = "agent" if self.standing.handle else self.standing.role
        at = self.arrival.received
        return Actor(self.sender.address, role, "email", at, self.standing.handle)

    @property
    def acts(self) -> bool:
        """Whether anything may come of the mail beside an entry. What an archive holds was
        obeyed, or not, when it was new.
        """
        past = self.arrival.silent == IMPORTED
        return not self.mail.automatic and not self.standing.held and not past


@dataclass(frozen=True, slots=True)
class Orders:
    """A mail's text without its commands, the commands, and why they can't be obeyed."""

    text: str
    commands: tuple[Command, ...] = ()
    fault: str = ""

    @property
    def note(self) -> bool:
        """Whether the text is for agents alone."""
        return bool(self.fault) or any(one.name == "note" for one in self.commands)

    @property
    def alone(self) -> bool:
        """Whether nothing but commands was written."""
        return bool(self.commands) and not self.fault and not self.text.strip()


def read_orders(work: Workspace, number: int, case: Case) -> Orders:
    """Return what a mail says and what it orders on a ticket (0 for one that is not there yet).

    Agents may give all commands. If one of theirs is wrong, none is obeyed and the text becomes
    a note, so that nothing half-meant is mailed. Wrong commands of others are words.
    """
    text = case.mail.text
    if not case.acts or text.lstrip()[:1] not in ("/", "\\"):
        return Orders(text)
    agent = case.standing.handle is not None
    if not agent:
        told = read_commands(text, leading=True, allowed=OF_REQUESTERS)
        wrong = any(fault_of(work, number, one) for one in told.commands)
        return Orders(text) if wrong or not told.commands else Orders(told.text, told.commands)
    told = read_commands(text, leading=True)
    faults = [one.reason for one in told.faults]
    faults += filter(None, (fault_of(work, number, one) for one in told.commands))
    if faults:
        return Orders(text, fault="; ".join(faults))
    return Orders(told.text, told.commands)


def internal(work: Workspace, case: Case) -> str:
    """Return why only agents may read what this mail would become, or empty."""
    if case.standing.held:
        return "it is held for review"
    if case.standing.visibility != "public":
        return "it is for agents alone"
    return "it is a note" if read_orders(work, 0, case).note else ""


def obey_orders(work: Workspace, number: int, case: Case, orders: Orders) -> list[Entry]:
    """Do what the commands of a mail say; return the events, those of other tickets too."""
    if orders.fault:
        data = {"reason": orders.fault, "receipt": case.sender.address.key}
        told = event(work, case.actor, "misunderstood", data)
        work.add(work.need(number), [told])
        return [told]
    given = [one for one in orders.commands if one.name != "note"]
    if case.standing.handle is not None:
        return obey(work, number, case.actor, given)
    events: list[Entry] = []
    for one in given:
        if one.name == "cc":
            events += _let_in(work, number, case, addresses_of(one.argument))
        else:
            events += obey(work, number, case.actor, [one])
    return events


def _let_in(work: Workspace, number: int, case: Case, people: Iterable[Address]) -> list[Entry]:
    """Make people participants, or propose it where the sender is not certain."""
    if case.standing.certain:
        return join(work, number, case.actor, people)
    added = newcomers(work, number, people)
    if not added:
        return []
    ticket = work.need(number)
    wanted = ", ".join(map(str, (*ticket.participants, *added)))
    if any(one.event == "proposed" and one.data.get("to") == wanted for one in ticket.entries):
        return []  # every answer to all names the same people again
    return [propose(work, number, case.actor, "participants", wanted)]


def propose(work: Workspace, number: int, who: Actor, field: str, value: str) -> Entry:
    """Note a change that an agent must accept first."""
    data = {"field": field, "to": value}
    proposed = event(work, who, "proposed", data, visibility="held")
    work.add(work.need(number), [proposed])
    return proposed


def join_copied(work: Workspace, number: int, case: Case) -> None:
    """Make those whom the mail also went to participants, if its sender may let them in; those
    of a participant are proposed.

    A mail taken in silently because it is old lets nobody in.
    """
    if not case.acts or case.arrival.silent:
        return
    people, who = _copied(case), case.standing
    if not (who.certain or who.role == "participant"):
        return
    if any(not is_own(work.settings, one.key) for one in people):
        _let_in(work, number, case, people)


def _copied(case: Case) -> list[Address]:
    """Return whom a mail went to beside its sender."""
    people = (*case.mail.to, *case.mail.cc)
    others = (one for one in people if one.key != case.sender.address.key)
    return [replace(one, name=without_tokens(one.name)) for one in others]


def asked_for(work: Workspace, case: Case, thread: Thread | None) -> dict[str, str]:
    """Return what a held mail asks for beside its words, to be done when an agent accepts it:
    whom it lets in, and whether it stops or resumes letters. ``thread`` is None for a request.

    Nothing of a stranger's, nor of a mail that would do nothing if it were believed.
    """
    sender, known = case.sender, [case.sender.address]
    if not case.standing.held or case.mail.automatic or case.arrival.silent:
        return {}
    found = {}
    if thread is not None:
        ticket = thread.ticket
        if role_on(ticket, sender.address.key) is None and sender.handle is None:
            return {}
        known += [ticket.requester, *ticket.participants]
        found["asked"] = _wish_in_subject(work, case.mail, thread)
    people = outsiders(work.settings, _copied(case), known) if not sender.passed_on else ()
    found["copied"] = ", ".join(map(str, people))
    return {key: one for key, one in found.items() if one}


def stops_letters(work: Workspace, case: Case, thread: Thread) -> bool | None:
    """Return True for a mail ``[ACCREDO-42] stop``, False for ``resume``, else None.

    Every letter has links that write such mails. A few words in them, such as a signature, are no
    message.
    """
    name = _wish_in_subject(work, case.mail, thread) if case.acts else ""
    return name == "stop" if name else None


def _wish_in_subject(work: Workspace, mail: Mail, thread: Thread) -> str:
    """Return ``stop`` or ``resume`` where the subject is nothing but that, else empty."""
    prefix = re.escape(work.settings.desk.prefix)
    pattern = rf"\[{prefix}-([0-9]{{1,10}})\]\s*/?([^\W\d_]{{2,20}})"
    found = re.fullmatch(pattern, mail.subject.strip())
    name = NAMES.get(found[2].lower(), "") if found else ""
    if not found or name not in ("stop", "resume"):
        return ""
    return name if int(found[1]) in (thread.named.number, thread.ticket.number) else ""


def mute_sender(work: Workspace, number: int, case: Case, *, muted: bool) -> list[Entry]:
    """Stop (or resume) the letters about a ticket to the sender."""
    return mute(work, number, case.actor, case.sender.address.key, muted=muted)


def propose_requester(work: Workspace, number: int, case: Case) -> None:
    """In an agent's new request that passes on somebody's mail: propose that person."""
    mail = case.mail
    if case.sender.handle is None or mail.automatic or case.arrival.silent == IMPORTED:
        return
    whole = f"{mail.text}\n{mail.quoted}"
    person = original_sender(whole, forward=is_forward_subject(mail.subject))
    if person is None or is_own(work.settings, person.key):
        return
    if work.settings.agent_by_email(person.key) is None:
        propose(work, number, case.actor, "requester", str(person))


def carry_identity(
    work: Workspace, number: int, case: Case, events: Sequence[Entry], data: dict[str, str]
) -> Entry | None:
    """Let the first event on the ticket say which mail it came from; return it as it is now.

    So a mail that is only a command is known when it comes again. ``data`` is further data of
    the event. None where no event is on this ticket.
    """
    ids = {one.id for one in events}
    ticket = work.need(number)
    first = next((one for one in ticket.entries if one.id in ids), None)
    if first is None:
        return None
    identity, digest = case.mail.message_id, digest_of(case.mail)
    if case.standing.receipt:
        data = {**data, "receipt": case.sender.address.key}
    changes = {"message": identity, "digest": digest, "data": data}
    work.amend(ticket, first.id, {key: value for key, value in changes.items() if value})
    return replace(first, message_id=identity, digest=digest)
