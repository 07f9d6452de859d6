"""Lists, front page and sitemaps: escaped, complete, plain."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.core.pages.make import desk, entry, ticket
from tracker.core.addresses import Address
from tracker.core.pages.front import contacts, foot, front
from tracker.core.pages.lists import ListWriter, repair_row, row
from tracker.core.pages.site import ANY, CLOSED, OPEN
from tracker.core.pages.sitemap import index_text, sitemap_text
from tracker.core.pages.view import Gate

DESK = desk()
COUNTS = {OPEN: 3, CLOSED: 20, ANY: 23}


def test_a_row_is_escaped_and_links_its_card() -> None:
    public = Gate("ru", DESK.zone).pass_through(
        ticket(
            42, entry("a", author=Address("<i>", "")), title="<b>&", requester=Address("<i>", "")
        )
    )
    assert public is not None
    page = ListWriter(DESK).page(OPEN, [row(public, DESK.words)], "../", COUNTS, "")
    assert '<a href="../tickets/ACCREDO-42/">ACCREDO-42</a><td>&lt;b&gt;&amp;' in page
    assert "\0" not in page and "22.11.2026" in page


def test_a_row_tells_labels_and_the_date_as_the_language_writes_it() -> None:
    labelled = ticket(42, labels=("печать", "<b>"))
    public = Gate("ru", DESK.zone).pass_through(labelled)
    assert public is not None
    russian, english = row(public, DESK.words), row(public, desk(language="en").words)
    assert "кабинет <b>печать</b> <b>&lt;b&gt;</b><td>" in russian
    assert "<td>22.11.2026\n" in russian and "<td>2026-11-22\n" in english


def test_a_list_has_a_filter_that_only_scripts_show() -> None:
    page = ListWriter(DESK).page(CLOSED, [repair_row("ACCREDO-1", DESK.words)], "../", COUNTS, "")
    assert '<div class="tk-filter" hidden>' in page
    assert 'href="../search/?status=closed"' in page
    assert page.count("data-sort=") == 3


def test_the_list_shown_is_marked_and_counts_are_told() -> None:
    page = ListWriter(DESK).page(
        CLOSED, [repair_row("ACCREDO-1", DESK.words)], "../../", COUNTS, ""
    )
    assert (
        '<a href="../../requests/closed/" aria-current="page">Закрытые <span>20</span></a>' in page
    )
    assert page.count("aria-current") == 1


def test_an_empty_list_says_so() -> None:
    assert "Здесь пока нет обращений." in ListWriter(DESK).page(OPEN, [], "../", COUNTS, "")


def test_the_front_page_names_three_ways_the_portal_first() -> None:
    html = front(DESK, COUNTS, "")
    assert html.index("На портале") < html.index("support@example.org</a>") < html.index("+7 (495)")
    assert "пн–пт 9:00–18:00" in html and 'href="tel:+74951234567"' in html


def test_without_a_phone_there_are_two() -> None:
    assert front(desk(phone="", hours=""), COUNTS, "").count("<section") == 2


def test_the_front_page_leads_to_the_form_and_to_the_lists() -> None:
    html = front(DESK, COUNTS, "../")
    assert html.index('href="../new/"') < html.index('href="../requests/"')
    assert "Мои обращения" in html


def test_the_contacts_are_the_three_ways() -> None:
    html = contacts(DESK, "../")
    assert html.index('href="../new/"') < html.index("support@example.org</a>")
    assert html.index("support@example.org</a>") < html.index('href="tel:+74951234567"')
    assert "пн–пт 9:00–18:00" in html and "requests/" not in html
    assert 'href="../contacts/"' in foot(DESK, "../")


def test_sitemaps_are_xml() -> None:
    ElementTree.fromstring(sitemap_text("https://x.org/?a&b/", ["tickets/A-1/", ""]))
    ElementTree.fromstring(index_text("https://x.org/", ["a.xml"]))
