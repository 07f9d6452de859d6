"""The agents' queues: who is to act, oldest first, and only of what everybody sees."""

from __future__ import annotations

import re

import pytest

from tests.core.pages.make import IVAN, answer, desk, entry, ticket
from tests.core.samples import settings
from tracker.core.pages.queues import QueuesPage, Standing, Waiting
from tracker.core.pages.view import Gate
from tracker.core.ticket import Ticket

AGENTS = (("anna", "Анна <А>"), ("boris", "Борис"))
DESK = desk(agents=AGENTS)
GATE = Gate("ru", DESK.zone, DESK.kept, [handle for handle, _ in AGENTS])


def standing(of: Ticket) -> Standing:
    public = GATE.pass_through(of)
    assert public is not None
    return Standing.of(public)


@pytest.mark.parametrize(
    ("of", "side", "since"),
    [
        (ticket(1, entry("?")), "us", "2026-11-22"),
        (ticket(1, entry("?"), answer("!", 30)), "them", "2026-11-23"),
        (ticket(1, entry("?"), answer("!", 30), entry("??", 60)), "us", "2026-11-24"),
        (ticket(1, entry("?"), status="waiting"), "them", "2026-11-22"),
        (ticket(1, entry("?"), answer("!", 30, kind="note")), "us", "2026-11-22"),
        (ticket(1, entry("?"), answer("!", 30, visibility="held")), "us", "2026-11-22"),
        (ticket(1, entry("?"), answer("!"), entry("ooo", 60, automatic="x")), "them", "2026-11-22"),
        (
            ticket(1, entry("?"), answer("", 60, kind="event", event="reopened", author=IVAN)),
            "us",
            "2026-11-22",
        ),
    ],
)
def test_whoever_spoke_last_waits_for_the_other(of: Ticket, side: str, since: str) -> None:
    assert standing(of) == Standing(side, since)


def test_only_agents_of_the_desk_are_told() -> None:
    assert standing(ticket(1, assignee="anna")).assignee == "anna"
    assert standing(ticket(1, assignee="somebody")).assignee == ""


def test_a_standing_is_read_as_it_was_kept() -> None:
    one = Standing("them", "2026-11-23", "anna", "2026-11-24T06:30:00Z")
    assert Standing.read(one.kept) == one
    assert Standing.read("") == Standing()


def test_queues_have_their_tickets_oldest_first() -> None:
    tickets = [
        Waiting("ACCREDO-1", 1, "open", Standing("us", "2026-11-24")),
        Waiting("ACCREDO-2", 2, "open", Standing("us", "2026-11-20", "anna")),
        Waiting("ACCREDO-3", 3, "waiting", Standing("them", "2026-11-23", "boris")),
        Waiting("ACCREDO-4", 4, "repair", Standing()),
    ]
    html = QueuesPage(DESK).page(tickets, "../", lambda one: f"<{one}>")
    shown = {
        title: re.findall(r"href=\"\.\./tickets/ACCREDO-(\d+)/", part)
        for title, part in re.findall(r"<h2 id=[^>]*>(.*?)</h2>(.*?)(?=<h2|\Z)", html, re.DOTALL)
    }
    assert shown == {
        "Исправить файл": ["4"],
        "Без исполнителя": ["1"],
        "Ждут нас": ["2", "1"],
        "Ждут заявителя": ["3"],
        "Анна &lt;А&gt;": ["2"],
        "Борис": ["3"],
    }
    assert "&lt;ACCREDO-1&gt;" in html
    assert '<time datetime="2026-11-24">24.11.2026</time>' in html


def test_what_is_due_stands_in_every_queue_and_hidden_in_one_of_its_own() -> None:
    """A page that lies there can't know what is overdue: its script shows that."""
    tickets = [
        Waiting("ACCREDO-1", 1, "open", Standing("us", "2026-11-20", "", "2026-11-25T10:00:00Z")),
        Waiting("ACCREDO-2", 2, "open", Standing("us", "2026-11-21", "", "2026-11-24T06:30:00Z")),
        Waiting("ACCREDO-3", 3, "open", Standing("us", "2026-11-22")),
    ]
    timed = desk(agents=AGENTS, sla=settings('\n[sla]\nfirst_answer = "8h"\n').sla)
    html = QueuesPage(timed).page(tickets, "", str)
    assert '<a href="#overdue" hidden>Просрочены <span>2</span></a>' in html
    section = html.partition("<section hidden>")[2].partition("</section>")[0]
    assert re.findall(r"tickets/ACCREDO-(\d)/", section) == ["2", "1"]
    due = '<time class="tk-due" datetime="2026-11-24T06:30:00Z">24.11.2026 09:30</time>'
    assert html.count(due) == 3
    untimed = QueuesPage(DESK).page(tickets, "", str)
    assert "overdue" not in untimed and "tk-due" not in untimed


def test_a_long_queue_shows_its_oldest() -> None:
    tickets = [
        Waiting(f"ACCREDO-{n}", n, "open", Standing("us", "2026-11-24", "anna"))
        for n in range(1, 200)
    ]
    html = QueuesPage(DESK).page(tickets, "", str)
    assert "Показаны самые давние: 100." in html
    assert "<span>199</span>" in html
    assert 'ACCREDO-100"' not in html and ">ACCREDO-101<" not in html and ">ACCREDO-100<" in html
