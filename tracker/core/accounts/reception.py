"""Mails that are about the sender's account: registrations, and asking for access."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from tracker.core.accounts.blocks import Block, holds_block, read_blocks
from tracker.core.accounts.posts import find, may_ask, owe, with_post
from tracker.core.accounts.records import Record, Role, read_record, record_path, write_record
from tracker.core.mail import Bounce, Mail, Part, clean_subject, read_mail
from tracker.core.mail.quoting import split_quoted
from tracker.core.rights import Sender
from tracker.core.settings import Settings
from tracker.core.suppression import Suppressed
from tracker.core.tokens import Keys, Letter, read_account_message_id, without_tokens

if TYPE_CHECKING:
    from tracker.core.accounts.keys import Ring

WORDS = ("access", "доступ")
_ASKS = re.compile(rf"\s*/(?:{'|'.join(WORDS)})[ \t.!]*(?:\n|\Z)", re.IGNORECASE)
_TEXTS = (".txt", ".eml", ".htm", ".html", ".md", ".asc")
_LARGEST = 256 * 2**10
_NESTED = 2
_BLOCKS = 8
_LONGEST_REASON = 200


class Accounts(Protocol):
    """The desk as of one commit, as far as accounts go."""

    def accounts_with(self, word: str) -> Iterable[Record]:
        """Return the accounts that have an address, or a login at a locator."""

    def account(self, account: str) -> Record | None:
        """Return the account with an id, or None."""

    def was_written_to(self, address: str) -> bool:
        """Whether a letter about a ticket went to an address."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a mail about an account: something was ``done``, or the reason why not."""

    detail: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Means:
    """What accounts are made with: the desk's secrets, and a new account's random id."""

    ring: Callable[[], Ring]
    account: Callable[[], str]


class Reception:
    """The records of one decision. ``files`` is where changed ones are put, to be committed.

    A mail with a registration becomes nothing else, whole or broken, and no byte of it is kept:
    it stays in the mailbox alone.
    """

    def __init__(
        self,
        view: Accounts,
        settings: Settings,
        files: dict[str, bytes | None],
        now: datetime,
        new_id: Callable[[], str],
        means: Means,
    ) -> None:
        self._view, self._settings, self._files = view, settings, files
        self._now, self._new_id, self._means = now, new_id, means

    # Looking up

    def account(self, account: str) -> Record | None:
        """Return an account as this decision has left it so far."""
        path = record_path(account)
        if path in self._files:
            content = self._files[path]
            return read_record(content, path) if content is not None else None
        return self._view.account(account)

    def with_word(self, word: str) -> list[Record]:
        """Return the accounts that have an address, or a login at a locator; the oldest first."""
        known = {one.account for one in self._view.accounts_with(word)}
        known |= {_account_in(path) for path in self._files if path.startswith("accounts/")}
        found = (self.account(one) for one in known)
        having = [one for one in found if one is not None and _has(one, word)]
        return sorted(having, key=lambda one: (bool(one.revoked), one.created, one.account))

    def keep(self, record: Record) -> None:
        """Keep a record as it is now."""
        self._files[record.path] = write_record(record)

    # The mails

    def registration(self, mail: Mail, *, silent: bool = False) -> Received | None:
        """Take a registration; None for a mail that holds none. One that comes ``silent``, from an
        archive or before the desk began, sets nothing.
        """
        texts = list(_texts_of(mail))
        if not any(map(holds_block, texts)):
            return None
        if self._settings.desk.visibility != "private":
            return Received("registration: this desk has no accounts")
        if silent:
            return Received("registration: the mail is of the past")
        from tracker.core.accounts.registration import RegistrationError

        reason = "it is cut or garbled"
        for block in islice((one for text in texts for one in read_blocks(text)), _BLOCKS):
            try:
                return self._registered(block)
            except RegistrationError as error:
                if error.reason == "used":  # sent twice: it is set already, and that was told
                    return Received(f"registration: {error.words}")
                reason = error.words
        return self._refuse(mail, reason)

    def _registered(self, block: Block) -> Received:
        """Take one block. Raises RegistrationError."""
        from tracker.core.accounts.registration import RegistrationError, register

        record = self.account(block.account)
        if record is None:
            raise RegistrationError("unknown")
        site = self._settings.desk.portal_url
        risen = register(record, block, self._means.ring(), site, self._taken(record))
        to = record.to or record.addresses[0]
        self.keep(owe(risen, "registered", to, self._now, self._new_id))
        return Received(f"{record.account[:8]}: password set", done=True)

    def asked(self, mail: Mail, sender: Sender, *, silent: bool = False) -> Received | None:
        """Take a mail that asks for access; None for one that does not, and for one by somebody
        whom the desk does not know: that is a request.
        """
        private = self._settings.desk.visibility == "private"
        if not private or mail.automatic or mail.spam or not asks_access(mail):
            return None
        address = sender.address.key
        record = next(iter(self.with_word(address)), None)
        if record is None and self._view.was_written_to(address):
            record = self.new(address, sender.handle)
        if record is None:
            return None
        if silent:
            return Received("access: the mail is of the past")
        if sender.proof == "fail":
            return Received("access: DMARC fails")
        if record.revoked:
            return Received("access: the account is revoked")
        if not may_ask(record, self._now):
            return Received("access: asked too often")
        self.keep(owe(record, "access", address, self._now, self._new_id))
        return Received(f"{record.account[:8]}: access asked", done=True)

    def bounce(self, bounce: Bounce | None, keys: Keys, stopped: Suppressed) -> Received | None:
        """Note a letter about an account that came back; None where it was none of those.

        Only an address that the letter's own token names counts.
        """
        letter = read_account_message_id(bounce.original_message_id) if bounce else None
        record = self.account(letter.ticket) if letter else None
        if bounce is None or letter is None or record is None:
            return None
        proves = partial(keys.proves_account, letter)
        found = [(one, one.address(proves)) for one in bounce.recipients if one.action == "failed"]
        failed = [(one, address) for one, address in found if address]
        if not failed:
            return Received("bounce without a failed address of ours")
        for one, address in failed:
            reason = without_tokens(f"{one.status} {one.diagnostic}").strip()[:_LONGEST_REASON]
            if one.hard:
                stopped.add(address, reason, "", self._now)
                record = _bounced(record, letter, reason)
        self.keep(record)
        return Received(f"{record.account[:8]}: letter came back", done=True)

    def new(self, address: str, handle: str | None, name: str = "") -> Record:
        """Return a new account for an address; nothing is kept yet."""
        from tracker.core.accounts.activation import new_record

        role: Role = "agent" if handle is not None else "requester"
        ring = self._means.ring()
        return new_record(ring, self._means.account(), [address], name, role, self._now)

    def _taken(self, record: Record) -> Callable[[str], bool]:
        def taken(locator: str) -> bool:
            return any(one.account != record.account for one in self.with_word(locator))

        return taken

    def _refuse(self, mail: Mail, reason: str) -> Received:
        """Tell the sender, where that is the account's own address, that nothing came of it."""
        record = next(iter(self.with_word(mail.sender.key)), None)
        quiet = bool(mail.automatic) or mail.spam
        if record and not record.revoked and not quiet and may_ask(record, self._now):
            self.keep(owe(record, "refused", mail.sender.key, self._now, self._new_id))
        return Received(f"registration: {reason}")


def asks_access(mail: Mail) -> bool:
    """Whether a mail's subject, or its first line, is ``/access`` or ``/доступ``."""
    return bool(_ASKS.fullmatch(clean_subject(mail.subject)) or _ASKS.match(mail.text))


def is_only_asking(mail: Mail) -> bool:
    """Whether a mail that asks for access says nothing else that a person should read."""
    # A signature or quotation is told from words by what stands above it.
    rest = _ASKS.sub("", mail.text, count=1)
    words, _ = split_quoted(f"/{WORDS[0]}\n\n{rest}", reply=True, forward=False)
    return not _ASKS.sub("", words, count=1).strip() and not mail.attachments


def _texts_of(mail: Mail, nested: int = _NESTED) -> Iterator[str]:
    """Yield the texts of a mail in which a registration may stand: its own, and what small
    attachments say.
    """
    yield f"{mail.subject}\n{mail.text}\n{mail.quoted}"
    for part in mail.attachments:
        if len(part.content) > _LARGEST or not _may_say(part):
            continue
        yield part.content.decode("utf-8", "replace")
        if nested and (part.type == "message/rfc822" or part.name.lower().endswith(".eml")):
            yield from _texts_of(read_mail(part.content), nested - 1)


def _may_say(part: Part) -> bool:
    return part.type.startswith(("text/", "message/")) or part.name.lower().endswith(_TEXTS)


def _has(record: Record, word: str) -> bool:
    return word in record.addresses or word in (one.locator for one in record.logins)


def _account_in(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")


def _bounced(record: Record, letter: Letter, reason: str) -> Record:
    post = find(record, letter.letter)
    return with_post(record, replace(post, bounced=reason)) if post else record
