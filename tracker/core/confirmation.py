"""The letter *your request is accepted, number N*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.core.letters import Content, Head, Letter, date_of, domain_of, seal
from tracker.core.settings import Settings
from tracker.core.stationery import Part, listing, page, paragraph, replies, request_url, ways
from tracker.core.texts import Texts, texts
from tracker.core.ticket import Ticket
from tracker.core.tokens import Keys, letter_word


@dataclass(frozen=True, slots=True)
class Waiting:
    """A number somebody has to be told: the ticket and the entry that asked for it.

    ``title`` and ``message_id`` are the requester's own words; ``proven`` says that DMARC
    passed, so that they may be repeated. ``continues`` is the id of an older ticket that this
    one goes on with, or empty.
    """

    ticket: str
    entry: str
    address: str
    title: str
    message_id: str
    proven: bool
    at: datetime
    continues: str = ""

    @classmethod
    def of(cls, ticket: Ticket, address: str, *, proven: bool) -> Waiting:
        """Take from a ticket what its confirmation needs."""
        first = ticket.entries[0]
        return cls(
            ticket.id,
            first.id,
            address,
            ticket.title,
            first.message_id,
            proven,
            first.at,
            first.data.get("continues", ""),
        )


def confirmation(
    address: str, numbers: Sequence[Waiting], settings: Settings, keys: Keys, now: datetime
) -> Letter:
    """Compose the letter that tells ``address`` its ``numbers``.

    To an address that is not proven it repeats nothing the sender wrote, so that the desk
    can't be used to mail strangers (only the Message-ID, which threads it).
    """
    words = texts(settings.desk.language)
    first = numbers[0]
    if len(numbers) == 1:
        subject = words._("Your request is accepted, number %(id)s", id=first.ticket)
        said = _of_one(first, settings, words)
    else:
        shown = ", ".join(one.ticket for one in numbers[:5])
        subject = words._("Your requests are accepted: %(ids)s", ids=shown)
        said = [
            paragraph(words._("Your requests are accepted. Their numbers:")),
            listing((one.ticket, "", request_url(settings, one.ticket)) for one in numbers),
        ]
    parts = [
        paragraph(words._("Hello!")),
        *said,
        paragraph(words._("To add something, just reply to this letter.")),
        *ways(settings),
    ]
    small = replies(settings, [one.ticket for one in numbers], words)
    plain, html = page(parts, small, settings, automatic=True)
    domain = domain_of(settings)
    word = letter_word([one.entry for one in numbers])
    root = keys.message_id(first.ticket, "root", address, domain)
    head = Head(
        address,
        keys.message_id(first.ticket, word, address, domain),
        (root, *(one.message_id for one in numbers if one.message_id)),
        date_of(max(one.at for one in numbers), now),
    )
    content = Content(f"[{first.ticket}] {subject}", plain, html, "auto-replied")
    return seal(content, head, settings, keys)


def _of_one(one: Waiting, settings: Settings, words: Texts) -> list[Part]:
    accepted = words._("Your request is accepted. Its number is %(id)s.", id=one.ticket)
    said = [paragraph(accepted, request_url(settings, one.ticket))]
    if one.continues:
        # The older request is closed, and too long ago for a reply to reopen it.
        goes_on = words._(
            "It continues your request %(old)s, which was closed some time ago.", old=one.continues
        )
        said.append(paragraph(goes_on, request_url(settings, one.continues)))
    if one.proven and one.title:
        said.append(paragraph(words._("You wrote: %(title)s", title=one.title)))
    return said
