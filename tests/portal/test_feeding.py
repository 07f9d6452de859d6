"""Figures, feeds and data files of a site: up to date at little cost, public tickets alone."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.core.pages.make import START, answer, entry, ticket
from tests.portal.desks import SETTINGS, TODAY, DeskFolder, contents
from tests.portal.test_site import CANARY, clean, closed, spellings
from tests.test_docs import ROOT, fit
from tracker.core.addresses import Address

ATOM = "{http://www.w3.org/2005/Atom}"
NAMELESS = Address("", "ivan@example.org")
FEEDS = ("feed.xml", "feed.json", "tickets.json")


def rows(site: Path) -> dict[str, dict[str, object]]:
    """Every row of the data files, read as a program reads them: by the index."""
    index = json.loads((site / "tickets.json").read_text("utf-8"))
    fits(index, "portal-tickets")
    found = {}
    for one in index["files"]:
        path = site / one["url"].removeprefix(index["url"])
        part = json.loads(gzip.decompress(path.read_bytes()))
        fits(part, "portal-rows")
        assert len(part) == one["count"]
        assert all(one["first"] <= int(row["id"][8:]) <= one["last"] for row in part)
        found |= {row["id"]: row for row in part}
    assert len(found) == index["count"]
    return found


def fits(value: object, name: str) -> None:
    """What is published fits the schema in the documentation."""
    schema = json.loads((ROOT / "docs/reference/schemas" / f"{name}.json").read_text())
    fit(value, schema, schema, name)


def ids(site: Path) -> list[str]:
    feed = ElementTree.parse(site / "feed.xml").getroot()
    links = [str(one.findtext(f"{ATOM}id")) for one in feed.findall(f"{ATOM}entry")]
    return [link.split("/")[-2] for link in links]


def test_feeds_show_what_changed_last(desk: DeskFolder, pages: Path) -> None:
    desk.put(*(ticket(n, entry("a", n)) for n in range(1, 61)))
    desk.publish(pages)
    assert ids(desk.site) == [f"ACCREDO-{n}" for n in range(60, 10, -1)]
    desk.put(ticket(3, entry("a"), answer("новое", 99)))
    desk.publish(pages)
    assert ids(desk.site)[:2] == ["ACCREDO-3", "ACCREDO-60"]
    assert contents(desk.site) == clean(desk, pages)
    feed = json.loads((desk.site / "feed.json").read_text("utf-8"))
    assert [one["url"].split("/")[-2] for one in feed["items"]] == ids(desk.site)


def test_data_files_follow_the_tickets(desk: DeskFolder, pages: Path) -> None:
    desk.put(ticket(1), closed(2, 3), ticket(999), ticket(1_000), ticket(4_321))
    desk.file("tickets/000/ACCREDO-5.md", b"broken")
    desk.publish(pages)
    before = contents(desk.site)
    found = rows(desk.site)
    assert set(found) == {f"ACCREDO-{n}" for n in (1, 2, 999, 1_000, 4_321)}
    assert found["ACCREDO-2"]["status"] == "closed" and found["ACCREDO-2"]["closed"]
    desk.put(ticket(1_000, labels=("новая",)), ticket(4_321, entry("x", visibility="held")))
    desk.publish(pages)
    assert rows(desk.site)["ACCREDO-1000"]["labels"] == ["новая"]
    assert "ACCREDO-4321" not in rows(desk.site)
    after = contents(desk.site)
    changed = {path for path in before if "rows-" in path and before[path] != after.get(path)}
    assert changed == {"tickets/rows-1.json.gz", "tickets/rows-4.json.gz"}
    assert contents(desk.site) == clean(desk, pages)


def test_figures_are_as_of_the_day(desk: DeskFolder, pages: Path) -> None:
    """A new day changes the figures alone, and a build of that day equals a clean one."""
    assert START.date() == date(2026, 11, 22)
    desk.settings(
        SETTINGS.format(language="ru", visibility="public")
        + '\n[agents.anna]\nname = "Анна"\nemails = ["anna@example.org"]\n'
    )
    desk.put(
        ticket(1, labels=("кабинет",), assignee="anna"),
        ticket(2, entry("a"), answer("b", 2), status="waiting", assignee="old"),
        closed(3, 9),
    )
    desk.publish(pages)

    def ages() -> list[list[str]]:
        text = (desk.site / "figures/age.csv").read_text("utf-8-sig")
        return [row for row in csv.reader(text.splitlines()) if row[2:] != ["0", "0"]][1:]

    assert ages() == [["2", "3", "1", "1"]]
    who = (desk.site / "figures/assignees.csv").read_text("utf-8-sig")
    assert "Анна,1,0" in who and "?,0,1" in who and "anna" not in who
    before = contents(desk.site)
    desk.publish(pages, today=TODAY + timedelta(6))
    assert ages() == [["8", "14", "1", "1"]]
    changed = {path for path, digest in contents(desk.site).items() if before[path] != digest}
    assert "figures/index.html" in changed
    assert all(path.startswith(("figures/", "tickets/.build")) for path in changed)
    desk.publish(pages, desk.root.parent / "other", today=TODAY + timedelta(6))
    assert contents(desk.site) == contents(desk.root.parent / "other")


def test_the_page_of_figures_is_in_the_navigation_and_names_the_files(desk: DeskFolder) -> None:
    desk.put(ticket(1), closed(2, 3))
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    assert "figures/index.md" not in done.stderr
    front = (desk.site / "index.html").read_text("utf-8")
    assert 'href="figures/"' in front and "Показатели" in front
    page = (desk.site / "figures/index.html").read_text("utf-8")
    assert page.count("<svg") >= 6 and 'href="weeks.csv"' in page
    for name in FEEDS:
        assert f'href="../{name}"' in page and (desk.site / name).is_file()
    assert 'type="application/atom+xml"' in front and "og:title" in front


def test_what_is_not_public_is_in_no_feed_file_or_figure(desk: DeskFolder, pages: Path) -> None:
    desk.put(
        ticket(1, entry("видно"), answer(CANARY, 1, kind="note"), assignee=CANARY),
        ticket(2, entry(CANARY, visibility="held"), title=CANARY, labels=(CANARY,)),
        ticket(3, entry("видно", author=NAMELESS), requester=NAMELESS),
    )
    desk.publish(pages)
    assert set(rows(desk.site)) == {"ACCREDO-1", "ACCREDO-3"} == set(ids(desk.site))
    for path in desk.site.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            data = gzip.decompress(data) if path.suffix == ".gz" else data
            assert not [one for one in spellings(CANARY) if one in data], path
            assert b"ivan@" not in data, path


def test_a_private_desk_has_no_feed_and_no_data(desk: DeskFolder, pages: Path) -> None:
    """MkDocs is refused for it; and were it not, the publisher writes none of these files."""
    desk.put(ticket(1))
    desk.settings(SETTINGS.format(language="ru", visibility="private"))
    desk.publish(pages)
    names = contents(desk.site)
    assert not [one for one in (*FEEDS, "tickets/rows-0.json.gz") if one in names]
    page = (desk.site / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert "og:type" not in page and "og:description" not in page
    assert "feed.xml" not in (desk.site / "index.html").read_text("utf-8")


@pytest.mark.parametrize("count", [0, 1])
def test_a_desk_of_no_tickets_has_valid_files(desk: DeskFolder, pages: Path, count: int) -> None:
    desk.put(*(ticket(n, entry("a", visibility="held")) for n in range(count)))
    desk.publish(pages)
    assert ids(desk.site) == [] and rows(desk.site) == {}
    assert json.loads((desk.site / "feed.json").read_text("utf-8"))["items"] == []
