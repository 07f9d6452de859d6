"""What somebody is owed a letter of, and a letter as it is planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tracker.core.accounts.posts import LIMITED
from tracker.core.accounts.records import PostKind
from tracker.core.notices import What
from tracker.core.retries import Delay, read_delay
from tracker.core.tokens import letter_word

Kind = Literal["answer", "confirmation", "joined", "staff", "digest", "alarm", "account"]


@dataclass(frozen=True, slots=True)
class Owed:
    """One entry that one recipient is owed a letter of, as the index has it.

    ``recipient`` is an address or ``@handle``, ``address`` where the letter goes. ``oid`` is
    the ticket file's object id.
    """

    number: int
    ticket: str
    oid: str
    entry: str
    recipient: str
    what: What
    proven: bool = False
    delayed: str = ""
    address: str = ""

    @property
    def is_outside(self) -> bool:
        """Whether it is told to a requester or participant."""
        return self.what in ("answer", "confirmation", "joined")


@dataclass(frozen=True, slots=True)
class OwedPost:
    """A letter about an account that is due, as the index has it; see ``accounts.records``."""

    account: str
    post: str
    kind: PostKind
    recipient: str
    delayed: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """One letter: what it will tell, to which address, and which agent that is (else empty).

    One about an account has ``post`` and no items.
    """

    kind: Kind
    address: str
    items: tuple[Owed, ...]
    handle: str = ""
    post: OwedPost | None = None

    @property
    def delay(self) -> Delay | None:
        """What it waits for, if it was tried before: all it tells has the same delay."""
        owed: list[Owed | OwedPost] = [*self.items, *([self.post] if self.post else ())]
        delays = (read_delay(one.delayed) for one in owed)
        return max(filter(None, delays), key=lambda one: one.until, default=None)

    @property
    def tries(self) -> int:
        """How often it was tried already."""
        return self.delay.count if self.delay else 0

    @property
    def proven(self) -> bool:
        """Whether it goes to senders of mails that all passed DMARC."""
        asked = [one for one in self.items if one.what == "confirmation"]
        return bool(asked) and all(one.proven for one in asked)

    @property
    def is_limited(self) -> bool:
        """Whether a flood of mails can bring such letters about."""
        if self.post is not None:
            return self.post.kind in LIMITED
        return self.kind in ("confirmation", "joined")

    @property
    def word(self) -> str:
        """What its entries have in common when it is tried again (see ``Delay.letter``): empty
        where it tells of one.
        """
        entries = dict.fromkeys(f"{one.number} {one.entry}" for one in self.items)
        return letter_word(list(entries)) if len(entries) > 1 else ""

    @property
    def tickets(self) -> list[str]:
        """The ids of its tickets, each once."""
        return list(dict.fromkeys(one.ticket for one in self.items))
