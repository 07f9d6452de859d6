"""What was read from a mail: the values that the intake decides on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tracker.core.addresses import Address
from tracker.core.ticket import Format

Automatic = Literal["", "bounce", "auto-reply", "list"]
Refusal = Literal["", "size", "executable"]


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment.

    ``name`` is safe as a file name and unique in its mail. ``type`` is the declared MIME
    type in lower case. ``size`` is in bytes, decoded; of a part refused for its size it may
    be an estimate. ``refused`` says why ``content`` is empty: ``size`` or ``executable``.
    ``content_id`` has no angle brackets; ``inline`` says that the text shows this part.
    """

    name: str
    type: str
    content: bytes
    content_id: str = ""
    refused: Refusal = ""
    size: int = 0
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient of a delivery report (RFC 3464, section 2.3).

    ``action`` is ``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``;
    ``status`` is the enhanced code ``5.1.1`` (RFC 3463) or empty; ``hard`` says that
    sending again can't help. ``original`` is the address that was written to, where the report
    names it: the mailbox there may have passed the letter on.
    """

    recipient: str
    action: str
    status: str
    diagnostic: str
    hard: bool
    original: str = ""

    def address(self, proves: Callable[[str], bool]) -> str:
        """Return which address failed, in lower case: the one of the two that the letter's token
        proves; empty where it proves neither.
        """
        named = (self.recipient.lower(), self.original.lower())
        return next((one for one in named if one and proves(one)), "")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report: for whom, and the Message-ID of the letter that came back."""

    recipients: tuple[Failure, ...]
    original_message_id: str = ""

    @property
    def hard(self) -> bool:
        """Whether any recipient is known to be unreachable for good."""
        return any(failure.hard for failure in self.recipients)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was understood. Every text is decoded; nothing in it is trusted.

    Message ids have their angle brackets. ``digest`` is 16 hex digits of the SHA-256 of the
    bytes after the header block, ``raw_hash`` the SHA-256 of the whole mail. ``date`` has a
    time zone or is None. ``return_path`` is None without that header and empty for the null
    sender. ``delivered_to`` has the addresses that servers noted it was delivered to.
    ``text`` is what the sender wrote, ``quoted`` the folded quotes and signature.
    ``no_confirmation`` marks a person's mail that asks for no automatic answer.
    ``charset_guessed`` names the charset that was used against or without a declaration.
    ``problems`` are short words for what was odd.
    """

    message_id: str
    digest: str
    raw_hash: str
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    subject: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    return_path: str | None
    text: str
    format: Format
    quoted: str
    attachments: tuple[Part, ...]
    automatic: Automatic
    no_confirmation: bool
    bounce: Bounce | None
    list_id: str
    loop: str
    authentication_results: tuple[tuple[str, ...], ...]
    delivered_to: tuple[Address, ...]
    spam: bool
    charset_guessed: str
    problems: tuple[str, ...]
