"""Cards: agents marked, quotes and automatic mail folded, a reply with the right subject."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from tests.core.pages.make import answer, desk, entry, ticket
from tracker.core.addresses import Address
from tracker.core.pages.cards import CardWriter, repair_card
from tracker.core.pages.view import Gate
from tracker.core.texts import texts
from tracker.core.ticket import Attachment, Entry, Ticket

DESK = desk()


def card(of: Ticket) -> str:
    public = Gate("ru", DESK.zone, DESK.kept).pass_through(of)
    assert public is not None
    return CardWriter(DESK).card(public)


def test_an_agents_answer_is_marked() -> None:
    html = card(ticket(42, entry("Вопрос"), answer("Ответ")))
    assert '<article id="e00001" class=tk-agent><header><b>Анна</b> <i>Поддержка</i>' in html
    assert html.count("Поддержка") == 1


def test_times_are_the_desks() -> None:
    html = card(ticket(42))
    assert "<time datetime=2026-11-22T09:14+03:00>22 ноября 2026, 09:14</time>" in html


def test_quotes_and_automatic_mail_are_folded() -> None:
    html = card(
        ticket(42, entry("Да", quoted="> вы писали"), entry("В отпуске", 1, automatic="vacation"))
    )
    assert "<details><summary>Цитата</summary><blockquote><p>&gt; вы писали" in html
    assert "<details><summary>Автоматический ответ</summary><p>В отпуске" in html


def test_reply_by_mail_has_address_and_subject() -> None:
    html = card(ticket(42, title="Что & как? 100% «да»"))
    found = re.search(r'href="(mailto:[^"]+)"', html)
    assert found is not None
    link = urlsplit(unescape(found[1]))
    assert link.path == "support@example.org"
    assert parse_qs(link.query) == {"subject": ["[ACCREDO-42] Что & как? 100% «да»"]}
    assert "+7 (495) 123-45-67" in html


def test_names_and_titles_are_escaped() -> None:
    html = card(ticket(42, title="<script>1</script>", requester=Address("<b>x</b>", "")))
    assert "<script>" not in html
    assert "<h1>&lt;script&gt;" in html


def test_a_markdown_entity_cannot_spell_an_address() -> None:
    html = card(
        ticket(42, entry("a"), answer("**x** ivan&commat;example.org iv&#97;n@example.org"))
    )
    assert "ivan@example.org" not in html


def test_a_picture_and_a_closing_are_shown() -> None:
    file = Attachment("снимок.png", "tickets/000/ACCREDO-42/s.png", 1200, "image/png")
    closing = answer("", 2, kind="event", event="closed")
    html = card(ticket(42, entry("a", attachments=(file,)), closing, status="closed"))
    assert '<img src="s.png" alt="" loading="lazy">снимок.png' in html
    assert '<summary>История</summary><ol><li id="e00002">Анна: обращение закрыто' in html
    assert "закрыто</span>" in html


def test_the_history_stands_in_one_place_below_the_conversation() -> None:
    def event(name: str, at: int, **more: object) -> Entry:
        return answer("", at, kind="event", event=name, **more)

    html = card(
        ticket(
            42,
            entry("Вопрос"),
            event("waiting", 1),
            entry("Ответ", 2),
            event("resumed", 3),
            event("assigned", 4, data={"to": "boris"}, visibility="internal"),
            event("merged", 5, data={"into": "ACCREDO-7", "secret": "x"}),
        )
    )
    history = html[html.index("<details><summary>История") :]
    assert "Вопрос" not in history and "Ответ<" not in history
    assert history.count("<li") == 3 and "boris" not in html and "secret" not in html
    assert "ACCREDO-7" in history
    assert "<details" not in card(ticket(42))


def test_a_merged_ticket_leads_to_the_one_that_took_it() -> None:
    merged = answer("", 5, kind="event", event="merged", data={"into": "ACCREDO-7"})
    html = card(ticket(42, entry("a"), merged, status="closed"))
    assert html.index('<a href="../ACCREDO-7/">ACCREDO-7</a>') < html.index("<dl>")
    assert "subject=%5BACCREDO-7%5D" in html
    undone = answer("", 6, kind="event", event="unmerged")
    assert "../ACCREDO-7/" not in card(ticket(42, entry("a"), merged, undone))
    for into in ("../x", 'A"><b>', "", "ACCREDO-07"):
        wrong = answer("", 5, kind="event", event="merged", data={"into": into})
        assert "tk-merged" not in card(ticket(42, entry("a"), wrong))


def test_a_broken_file_gives_a_card_without_its_contents() -> None:
    html = repair_card("ACCREDO-42", texts("ru", "portal"))
    assert "Карточка исправляется" in html and "ACCREDO-42" in html
