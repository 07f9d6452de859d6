"""The letter to an agent about one ticket: who wrote what, its state, and how to answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from tracker.core.letters import Content, Head, Letter, date_of, domain_of, seal
from tracker.core.outward import own_message
from tracker.core.pages.html import STATUS_NAMES
from tracker.core.settings import Settings
from tracker.core.stationery import Part, heading, page, paragraph, request_url, said, table
from tracker.core.texts import Texts, texts
from tracker.core.ticket import Entry, Ticket, ticket_path
from tracker.core.tokens import Keys, letter_word
from tracker.core.wording import event_sentence, refused_sentences, size_words


def staff_letter(
    ticket: Ticket,
    entries: Collection[str],
    receipts: Collection[str],
    recipient: str,
    settings: Settings,
    keys: Keys,
    now: datetime,
) -> Letter:
    """Compose the letter that tells an agent of ``entries``, of those among ``receipts`` that
    they were taken in. Raises ValueError for an address that no letter can carry.
    """
    words = texts(settings.desk.language)
    told = [one for one in ticket.entries if one.id in entries]
    parts: list[Part] = []
    for one in told:
        is_receipt = one.id in receipts
        parts += _receipt(one, ticket, words) if is_receipt else _news(one, ticket, words)
    parts.append(_facts(ticket, settings, words))
    plain, html = page(parts, _small(words), settings, automatic=True)
    subject = f"[{ticket.id}] {ticket.title}"
    news = [one for one in told if one.id not in receipts]
    content = Content(
        subject if ticket.entries[0] in told else f"Re: {subject}",
        plain,
        html,
        "auto-replied" if receipts else "auto-generated",
        _sender(news[-1], settings, words) if news else "",
    )
    domain = domain_of(settings)
    root = keys.message_id(ticket.id, "root", recipient, domain)
    own = own_message(ticket, _addresses(recipient, settings))
    head = Head(
        recipient,
        keys.message_id(ticket.id, letter_word([one.id for one in told]), recipient, domain),
        tuple(filter(None, (root, own))),
        date_of(max((one.at for one in told), default=now), now),
    )
    return seal(content, head, settings, keys)


def _addresses(recipient: str, settings: Settings) -> set[str]:
    handle = settings.agent_by_email(recipient)
    emails = settings.agents[handle].emails if handle else ()
    return {recipient, *(one.lower() for one in emails)}


def _sender(entry: Entry, settings: Settings, words: Texts) -> str:
    if not entry.author.shown:
        return ""
    return words._("%(who)s (via %(desk)s)", who=entry.author.shown, desk=settings.desk.name)


def _news(entry: Entry, ticket: Ticket, words: Texts) -> Iterator[Part]:
    if entry.kind == "event":
        yield heading(event_sentence(entry, words))
        return
    who = str(entry.author)
    if entry.kind == "note":
        title = words._("Internal note by %(who)s:", who=who)
    elif entry is ticket.entries[0]:
        title = words._("A new request by %(who)s:", who=who)
    elif entry.role == "stranger":
        title = words._("%(who)s, who does not take part in the request, wrote:", who=who)
    else:
        title = words._("%(who)s wrote:", who=who)
    yield heading(title)
    yield from _words_of(entry, words)


def _receipt(entry: Entry, ticket: Ticket, words: Texts) -> Iterator[Part]:
    if entry.kind == "event":
        yield heading(event_sentence(entry, words))
        return
    if entry.visibility == "held":
        yield heading(words._("Your mail on %(id)s waits for a review.", id=ticket.id))
    elif entry.kind == "note":
        yield heading(words._("Your note on %(id)s was taken in, for agents only.", id=ticket.id))
    else:
        yield heading(words._("Your answer to %(id)s was taken in.", id=ticket.id))
    yield from _words_of(entry, words)


def _words_of(entry: Entry, words: Texts) -> Iterator[Part]:
    if entry.text:
        yield said(entry.text, entry.format, {}, marked=True)
    if entry.attachments:
        names = ", ".join(
            f"{one.name} ({size_words(one.size, words)})" for one in entry.attachments
        )
        yield paragraph(words._("Attachments: %(names)s", names=names))
    yield from (paragraph(sentence) for sentence in refused_sentences(entry, words))


def _facts(ticket: Ticket, settings: Settings, words: Texts) -> Part:
    prefix = ticket.id.rpartition("-")[0]
    agent = settings.agents.get(ticket.assignee or "")
    status = texts(settings.desk.language, "portal")._(STATUS_NAMES[ticket.status])
    card = request_url(settings, ticket.id)
    return table(
        [
            (words._("Request"), f"{ticket.id}: {ticket.title}", ""),
            (words._("Requester"), str(ticket.requester), ""),
            (words._("Status"), status, ""),
            (words._("Assignee"), agent.name if agent else words._("nobody yet"), ""),
            (words._("File"), ticket_path(prefix, ticket.number), ""),
            (words._("Card"), card, card),
        ]
    )


def _small(words: Texts) -> list[Part]:
    return [
        paragraph(words._("What you reply to this letter is mailed to the requester.")),
        paragraph(
            words._(
                "Commands stand on the first lines: /note keeps your words among agents, /close "
                "closes, /wait waits for the requester, /assign takes the request."
            )
        ),
    ]
