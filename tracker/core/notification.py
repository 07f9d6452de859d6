"""The letter to a requester or participant: the answer itself, and what became of the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote

from tracker.core.letters import Content, File, Head, Letter, date_of, domain_of, seal
from tracker.core.outward import Outgoing, Spoken
from tracker.core.pages.files import PublicFile, publish_files, written_links
from tracker.core.pages.masking import Mask
from tracker.core.settings import Settings
from tracker.core.stationery import (
    Part,
    card_url,
    heading,
    listing,
    page,
    paragraph,
    place_of,
    replies,
    said,
    ways,
)
from tracker.core.texts import Texts, texts
from tracker.core.ticket import Attachment
from tracker.core.tokens import Keys, letter_word
from tracker.core.wording import size_words

_MIB = 1 << 20


def enclosed(out: Outgoing, mib: int) -> list[Attachment]:
    """Return the attachments that go along, in their order, as far as ``mib`` MiB hold them."""
    room = mib * _MIB
    found = []
    for file in out.files:
        if file.size <= room and file not in found:
            found.append(file)
            room -= file.size
    return found


def notification(
    out: Outgoing, contents: Mapping[str, bytes], settings: Settings, keys: Keys, now: datetime
) -> Letter:
    """Compose the letter. ``contents`` has the attachments that go along, by path; any other
    one is linked or named.

    With an answer in it, it is a person's letter, else a machine's. It is the same to the last
    byte when it is composed again. Raises ValueError for an address that no letter can carry.
    """
    words = texts(settings.desk.language)
    people = [one for one in out.spoken if one.text or one.files]
    parts = [] if people else [paragraph(words._("Hello!"))]
    for one in out.spoken:
        parts += _parts(one, out, contents, settings, words, alone=len(people) == 1)
    sender = f"{people[-1].who} ({settings.desk.name})" if people else ""
    plain, html = page(parts, _small(out, settings, words), settings, automatic=not people)
    files = [one for one in out.files if one.path in contents]
    subject = f"[{out.ticket}] {out.title}"
    content = Content(
        f"Re: {subject}" if out.own else subject,
        plain,
        html,
        "" if people else "auto-generated",
        sender,
        tuple(File(one.name, one.type, contents[one.path]) for one in dict.fromkeys(files)),
    )
    domain = domain_of(settings)
    root = keys.message_id(out.ticket, "root", out.recipient, domain)
    head = Head(
        out.recipient,
        keys.message_id(out.ticket, letter_word(list(out.entries)), out.recipient, domain),
        tuple(filter(None, (root, out.own))),
        date_of(max((one.at for one in out.spoken), default=now), now),
    )
    return seal(content, head, settings, keys)


def _parts(
    one: Spoken,
    out: Outgoing,
    contents: Mapping[str, bytes],
    settings: Settings,
    words: Texts,
    *,
    alone: bool,
) -> Iterator[Part]:
    if one.event and one.event != "correction":
        yield from (paragraph(sentence) for sentence in _sentences(one, out, words))
        return
    at = one.at.astimezone(settings.desk.timezone)
    if one.event:
        yield heading(words._("A correction of our answer of %(day)s:", day=words.day(at)))
    elif not alone:
        yield heading(f"{one.who}, {words.moment(at)}:")
    if one.text:
        card = card_url(settings, out.ticket)
        links = written_links(_published(one, out.ticket, settings), card) if card else {}
        yield said(one.text, one.format, links, marked=not alone)
    yield from _file_parts(one, out, contents, settings, words)


def _published(one: Spoken, ticket: str, settings: Settings) -> Iterator[PublicFile]:
    """Yield the attachments as a public desk has them beside the card."""
    mask = Mask((settings.mailbox.address, settings.desk.phone))
    return publish_files(one.files, ticket, one.id, mask)


def _file_parts(
    spoken: Spoken,
    out: Outgoing,
    contents: Mapping[str, bytes],
    settings: Settings,
    words: Texts,
) -> Iterator[Part]:
    """Name the attachments, and link those that are too large for the letter."""
    files, card = spoken.files, card_url(settings, out.ticket)
    published = _published(spoken, out.ticket, settings) if card else ()
    links = {one.stored: card + quote(one.published) for one in published}
    for title, chosen in (
        (words._("Attached:"), [one for one in files if one.path in contents]),
        (
            words._("Too large for this letter, to be found in the request:"),
            [one for one in files if one.path not in contents],
        ),
    ):
        if chosen:
            yield paragraph(title)
            yield listing(
                (one.name, size_words(one.size, words), links.get(one.path, "")) for one in chosen
            )


def _sentences(one: Spoken, out: Outgoing, words: Texts) -> Iterator[str]:
    if one.event == "closed":
        yield words._("The request %(id)s is closed.", id=out.ticket)
        yield words._(
            "If something is left to do, reply to this letter within 14 days, and it is open again."
        )
    elif one.event == "reopened":
        yield words._("The request %(id)s is open again.", id=out.ticket)
    elif one.event == "merged":
        yield words._(
            "The request %(id)s was merged into %(into)s and goes on there.",
            id=out.ticket,
            into=one.into,
        )
    elif one.person.key == out.recipient:
        yield words._(
            "%(who)s added you to the request %(id)s: you get its letters from now on, and your "
            "replies to them are added to it.",
            who=one.who,
            id=out.ticket,
        )
    else:
        yield words._(
            "%(person)s was added to the request %(id)s and gets its letters from now on.",
            person=str(one.person),
            id=out.ticket,
        )
        if not one.by_agent:
            yield words._("If you did not ask for this, reply to this letter and say so.")


def _small(out: Outgoing, settings: Settings, words: Texts) -> list[Part]:
    """Return what stands under every letter: where, and what a reply does."""
    return [
        paragraph(words._("Request %(id)s: %(title)s", id=out.ticket, title=out.title)),
        place_of(settings, out.ticket, words),
        paragraph(words._("To add something, just reply to this letter.")),
        *replies(settings, [out.ticket], words),
        *ways(settings),
    ]
