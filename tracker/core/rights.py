"""Who a mail is from, how sure that is, and what its sender may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.core.addresses import Address
from tracker.core.mail import Mail
from tracker.core.mail.trust import Verdict, is_signed, verdict
from tracker.core.operations import is_own, is_spam
from tracker.core.settings import Settings
from tracker.core.threading import Thread, role_on
from tracker.core.ticket import Role, Visibility
from tracker.core.tokens import without_tokens
from tracker.core.told import letters_to

TOKEN_LASTS = timedelta(days=14)
"""How long the token of a letter gives an agent's rights, where no DMARC verdict can."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who says to have written a mail.

    ``proof`` is the DMARC verdict on that; ``signed`` says that the sender's domain has no such
    policy and signed the mail, which is enough for an agent. ``handle`` is the agent who uses this
    address, whoever wrote. ``passed_on`` says that a forwarder named the person, who is not proven;
    ``vouched`` that the owner of the desk vouches for its agents' mails, those of an archive.
    """

    address: Address
    proof: Verdict
    handle: str | None = None
    passed_on: bool = False
    vouched: bool = False
    signed: bool = False

    @property
    def is_agent(self) -> bool:
        """Whether it is surely the agent whose address it is."""
        return self.handle is not None and (self.proof == "pass" or self.signed or self.vouched)


@dataclass(frozen=True, slots=True)
class Standing:
    """As what a sender speaks. Held means: stored, shown to agents only, until one accepts it.

    ``certain``: it is surely the agent or the requester, whose Cc may let others in. ``handle`` is
    the agent whose rights the sender has. ``receipt``: these rights come from a letter's token
    alone, so that the agent's address must be told what was done with them.
    """

    role: Role
    visibility: Visibility = "public"
    certain: bool = False
    handle: str | None = None
    receipt: bool = False

    @property
    def held(self) -> bool:
        """Whether nothing may come of the mail until an agent accepts it."""
        return self.visibility == "held"


def sender_of(mail: Mail, settings: Settings) -> Sender:
    """Return who wrote a mail: its From, or the Reply-To of a configured forwarder."""
    proof = verdict(*_results(mail, settings))
    address, passed_on = mail.sender, False
    if mail.sender.key in (one.lower() for one in settings.mailbox.forwarders):
        named = [one for one in mail.reply_to if not is_own(settings, one.key)]
        if named and named[0].key != mail.sender.key:
            address, passed_on = named[0], True
            proof = "fail" if proof == "fail" else "none"
    name = without_tokens(address.name)
    handle = settings.agent_by_email(address.key) if address.key else None
    signed = not passed_on and is_signed(*_results(mail, settings))
    return Sender(Address(name, address.email), proof, handle, passed_on, signed=signed)


def _results(mail: Mail, settings: Settings) -> tuple[Sequence[Sequence[str]], str, str]:
    """Return what the provider found out, the name it is believed by, and about which domain."""
    if "several-from" in mail.problems:
        return (), "", ""  # results speak of one From only (RFC 7489, section 6.6.1)
    domain = mail.sender.key.rpartition("@")[2]
    return mail.authentication_results, settings.mailbox.authserv_id, domain


def standing(
    mail: Mail, sender: Sender, thread: Thread | None, settings: Settings, received: datetime
) -> Standing:
    """Return as what the sender speaks on the thread, or in a new request where it is None."""
    if thread is None:
        found = _of_newcomer(sender)
    elif sender.proof == "fail":
        found = Standing("stranger", "held")
    elif sender.handle is not None:
        found = _of_agent(sender, thread, settings, received)
    else:
        found = _of_other(sender, thread)
    withdrawn = thread is not None and found.handle is None and is_spam(thread.ticket)
    if mail.spam or withdrawn:
        return replace(found, visibility="held", certain=False, handle=None)
    if mail.automatic:
        # Never an agent's rights: nor is it an answer that a requester should read.
        kept = "internal" if found.handle is not None else found.visibility
        return replace(found, visibility=kept, certain=False, handle=None, receipt=False)
    return found


def _of_newcomer(sender: Sender) -> Standing:
    passed = sender.proof == "pass" or sender.is_agent
    if sender.proof == "fail" or (sender.handle is not None and not passed):
        return Standing("requester", "held")
    return Standing("requester", certain=passed, handle=sender.handle)


def _of_agent(sender: Sender, thread: Thread, settings: Settings, received: datetime) -> Standing:
    role = role_on(thread.ticket, sender.address.key)
    found = Standing(
        "requester" if role == "requester" else "agent", certain=True, handle=sender.handle
    )
    if sender.is_agent:
        return found
    if settings.mailbox.authserv_id or sender.passed_on:
        return Standing("stranger", "held")
    words = {one.letter for one in thread.own}
    for letter in letters_to(thread.named, sender.address.key):
        if letter.word in words and received - letter.at <= TOKEN_LASTS:
            return replace(found, receipt=True)
    return Standing("stranger", "held")


def _of_other(sender: Sender, thread: Thread) -> Standing:
    role = role_on(thread.ticket, sender.address.key)
    if role is None:
        return Standing("stranger", "held")
    certain = sender.proof == "pass" or bool(thread.own)
    return Standing(role, certain=certain and role == "requester")
