"""Letters to an agent that are about no single ticket: the list of many, and the alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.core.letters import Content, Head, Letter, date_of, domain_of, seal
from tracker.core.planned import Owed
from tracker.core.settings import Settings
from tracker.core.stationery import Part, listing, page, paragraph, request_url
from tracker.core.texts import texts
from tracker.core.ticket import Ticket
from tracker.core.tokens import Keys

MOST_LISTED = 200


def digest(
    items: Sequence[Owed],
    tickets: Mapping[int, Ticket],
    recipient: str,
    settings: Settings,
    keys: Keys,
    now: datetime,
) -> Letter:
    """Compose the one letter about the tickets of ``items``; ``tickets`` has the first
    ``MOST_LISTED`` of them.

    Its Message-ID holds no token: a reply could not say which ticket it means.
    """
    words = texts(settings.desk.language)
    newest = {one.number: one.entry for one in items}
    title = words.plural("%(n)s request has news", "%(n)s requests have news", len(newest))
    listed = [tickets[number] for number in list(newest)[:MOST_LISTED]]
    parts = [
        paragraph(f"{title}:"),
        listing(_row(one, newest[one.number], settings) for one in listed),
    ]
    more = len(newest) - len(listed)
    if more:
        parts.append(paragraph(words.plural("and %(n)s more", "and %(n)s more", more)))
    parts.append(
        paragraph(
            words._("Too many for a letter each: see them with `tracker list` or on the portal.")
        )
    )
    what = " ".join(f"{one.number}.{one.entry}" for one in items)
    happened = max((one.updated for one in listed), default=now)
    return _sealed("digest", what, title, parts, recipient, happened, settings, keys, now)


def _row(ticket: Ticket, entry: str, settings: Settings) -> tuple[str, str, str]:
    who = next((one.author.shown for one in ticket.entries if one.id == entry), "")
    card = request_url(settings, ticket.id)
    return ticket.id, f"{ticket.title} ({who})" if who else ticket.title, card


def alarm(since: str, recipient: str, settings: Settings, keys: Keys, now: datetime) -> Letter:
    """Compose the letter that confirmations stand still since then (UTC)."""
    words = texts(settings.desk.language)
    limit = settings.limits.confirmations_an_hour
    began = datetime.fromisoformat(since)
    moment = words.moment(began.astimezone(settings.desk.timezone))
    title = words._("Confirmations stand still")
    sentences = [
        words._(
            "More than %(limit)s confirmations within one hour would have gone out on %(moment)s. "
            "Since then none is sent, so that a flood of mails can't make the desk a nuisance.",
            limit=limit,
            moment=moment,
        ),
        words._("Requests are taken in as always, and answers are mailed as always."),
        words._(
            "Confirmations go on by themselves when the last hour had fewer than %(half)s; those "
            "held back are sent then. `tracker outbox` shows them, `tracker spam` withdraws what "
            "is no request.",
            half=(limit + 1) // 2,
        ),
    ]
    parts = [paragraph(one) for one in sentences]
    return _sealed("breaker", since, title, parts, recipient, began, settings, keys, now)


def _sealed(
    kind: str,
    what: str,
    title: str,
    parts: Sequence[Part],
    recipient: str,
    happened: datetime,
    settings: Settings,
    keys: Keys,
    now: datetime,
) -> Letter:
    word = keys.seen(f"{kind} {recipient} {what}")[:24]
    plain, html = page(parts, (), settings, automatic=True)
    head = Head(
        recipient,
        f"<{kind}.{word}@{domain_of(settings)}>",
        (),
        date_of(happened, now),
        answers=False,
    )
    content = Content(f"{title} ({settings.desk.prefix})", plain, html, "auto-generated")
    return seal(content, head, settings, keys)
