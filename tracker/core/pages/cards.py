"""A ticket's card: the whole conversation, agents marked, quotes and history folded, a reply."""

from __future__ import annotations

from tracker.core.pages.bodies import render_body
from tracker.core.pages.files import file_list, written_links
from tracker.core.pages.html import chip, escape, time_element
from tracker.core.pages.masking import Mask, unmasked
from tracker.core.pages.site import Desk, mail_link
from tracker.core.pages.view import PublicEntry, PublicTicket
from tracker.core.texts import Texts

_SIDES = {"agent": "Support", "requester": "", "other": "", "system": "Automatic"}


class CardWriter:
    """Writes the cards of one desk; ``masked`` off for those whose tickets they are."""

    def __init__(self, desk: Desk, *, masked: bool = True) -> None:
        self._desk = desk
        self._words = desk.words
        self._mask = Mask(desk.kept) if masked else unmasked

    def card(self, ticket: PublicTicket) -> str:
        """Return the card of ``ticket``, with links relative to its own page."""
        said = [self._entry(one) for one in ticket.entries if one.format]
        return "".join(
            (
                head(ticket.id, ticket.title, ticket.status, self._words),
                self._forward(ticket.merged_into),
                self._facts(ticket),
                *said,
                self._history(ticket),
                self._reply(ticket),
            )
        )

    def about(self, ticket: PublicTicket) -> str:
        """Return who asked and when, for those who see a link to the card. Nothing that changes:
        programs keep what they once read.
        """
        return f"{ticket.requester}, {self._words.day(ticket.created)}"

    def _forward(self, into: str) -> str:
        """Say where a merged ticket goes on. Scripts lead those there who come from outside."""
        if not into:
            return ""
        text = escape(self._words._("This request goes on under another number:"))
        return f'<p class=tk-merged>{text} <a href="../{into}/">{into}</a>'

    def _history(self, ticket: PublicTicket) -> str:
        events = [one for one in ticket.entries if not one.format]
        if not events:
            return ""
        items = "".join(
            f'<li id="{escape(one.id)}">{escape(one.text)} {time_element(one.at, self._words)}'
            for one in events
        )
        label = escape(self._words._("History"))
        return f"<details><summary>{label}</summary><ol>{items}</ol></details>"

    def _facts(self, ticket: PublicTicket) -> str:
        words = self._words
        facts = [
            (words._("From"), f"<b>{escape(ticket.requester)}</b>"),
            (words._("Opened"), words.day(ticket.created)),
        ]
        if ticket.closed:
            facts.append((words._("Closed on"), words.day(ticket.closed)))
        elif ticket.updated.date() != ticket.created.date():
            facts.append((words._("Updated"), words.day(ticket.updated)))
        if ticket.labels:
            labels = "".join(
                f'<span class="tk-label">{escape(one)}</span>' for one in ticket.labels
            )
            facts.append((words._("Labels"), labels))
        rows = "".join(f"<dt>{escape(name)}<dd>{value}" for name, value in facts)
        return f"<dl>{rows}</dl>"

    def _entry(self, entry: PublicEntry) -> str:
        words = self._words
        anchor = escape(entry.id)
        at = time_element(entry.at, words)
        mark = _SIDES[entry.side]
        who = f"<b>{escape(entry.author)}</b>" + (
            f" <i>{escape(words._(mark))}</i>" if mark else ""
        )
        body = self._body(entry)
        if entry.automatic:
            label = escape(words._("Automatic reply"))
            body = f"<details><summary>{label}</summary>{body}</details>"
        side = " class=tk-agent" if entry.side == "agent" else ""
        return f'<article id="{anchor}"{side}><header>{who} {at}</header>{body}</article>'

    def _body(self, entry: PublicEntry) -> str:
        body = render_body(entry.text, entry.format or "text", written_links(entry.files))
        if entry.format == "markdown":  # its entities may spell an address that the gate saw not
            body = self._mask(body)
        quoted = ""
        if entry.quoted:
            label = escape(self._words._("Quoted text"))
            text = render_body(entry.quoted, "text")
            quoted = f"<details><summary>{label}</summary><blockquote>{text}</blockquote></details>"
        return body + quoted + file_list(entry.files, self._words)

    def _reply(self, ticket: PublicTicket) -> str:
        words, desk = self._words, self._desk
        number = ticket.merged_into or ticket.id
        link = mail_link(desk.address, f"[{number}] {ticket.title}")
        hint = words._(
            "Or write to %(address)s with [%(number)s] in the subject.",
            address=desk.address,
            number=number,
        )
        if desk.phone:
            call = words._("By phone: %(phone)s", phone=f"{desk.phone} {desk.hours}".strip())
            hint = f"{hint} {call}"
        return (
            f'<footer class=tk-reply><a class=md-button href="{link}">'
            f"{escape(words._('Reply by mail'))}</a><p>{escape(hint)}</footer>"
        )


def head(ticket_id: str, title: str, status: str, words: Texts) -> str:
    """Return the head of a card: number, status, title."""
    return (
        f'<header class=tk-head><p><a href="../../requests/">{escape(words._("Requests"))}</a>'
        f" <b>{escape(ticket_id)}</b> {chip(status, words)}<h1>{escape(title)}</h1>"
        "</header>"
    )


def repair_card(ticket_id: str, words: Texts) -> str:
    """Return the card of a ticket whose file can't be read: nothing of the file is shown."""
    title = words._("This card is being repaired")
    text = words._("The request is not lost. The card will be back as soon as its file is mended.")
    return f"{head(ticket_id, title, 'repair', words)}<p>{escape(text)}"
