"""Publishing: only what changed is written, and it equals a clean build byte for byte."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.core.pages.make import answer, entry, ticket
from tests.portal.desks import SETTINGS, DeskFolder, contents
from tracker.adapters import processes
from tracker.core.pages.site import ANY, CLOSED, OPEN
from tracker.core.ticket import Attachment, Ticket, ticket_path
from tracker.portal import render
from tracker.portal import site as site_module
from tracker.portal.source import FolderSource

CANARY = "канарейка7f3a"
AGENTS = '\n[agents.anna]\nname = "Анна"\nemails = []\n'
TARGETS = '\n[sla]\nfirst_answer = "8h"\n'


def clean(desk: DeskFolder, pages: Path, *, committed: bool = False) -> dict[str, str]:
    """Publish the same desk into an empty folder without a state."""
    other = desk.root.parent / "clean"
    state = desk.root.parent / "clean.sqlite"
    state.unlink(missing_ok=True)
    shutil.rmtree(other, ignore_errors=True)
    desk.publish(pages, other, state, committed=committed)
    return contents(other)


def closed(number: int, at: int) -> Ticket:
    closing = answer("", at, kind="event", event="closed")
    return ticket(number, entry(f"слово{number}"), closing, status="closed")


@pytest.mark.parametrize("last", [405, pytest.param(2_059, marks=pytest.mark.soak)])
def test_a_series_of_changes_equals_a_clean_build(desk: DeskFolder, pages: Path, last: int) -> None:
    """Past the sizes where pages and shards split: 100 a list page, 2,048 for the shards."""
    desk.put(*(closed(n, n) for n in range(1, 230)), *(ticket(n) for n in range(230, 340)))
    desk.publish(pages)
    picture = Attachment("s.png", "tickets/000/ACCREDO-7/s.png", 3, "image/png")
    steps: list[Iterable[Ticket]] = [
        [ticket(340, entry("принтер сломался"))],
        [ticket(5, entry("переоткрыто"), answer("да"))],
        [ticket(7, entry("со снимком", attachments=(picture,)))],
        [closed(339, 400), ticket(12, entry("x", visibility="held"))],
        [ticket(7, entry("без снимка"))],
        (ticket(n, entry(f"много {n}")) for n in range(341, last + 1)),
    ]
    desk.file("tickets/000/ACCREDO-7/s.png", b"png")
    for tickets in steps:
        desk.put(*tickets)
        desk.publish(pages)
        assert contents(desk.site) == clean(desk, pages)
    (desk.root / ticket_path("ACCREDO", last)).unlink()
    for number in range(1, 120):
        (desk.root / ticket_path("ACCREDO", number)).unlink()
    assert desk.publish(pages).removed == 120
    assert contents(desk.site) == clean(desk, pages)
    assert not (desk.site / f"tickets/ACCREDO-{last}").exists()


def test_random_edits_equal_a_clean_build(desk: DeskFolder, pages: Path) -> None:
    rng = random.Random(7)
    words = "принтер сервер пароль кабинет письмо отчёт доступ".split()
    desk.put(*(ticket(n) for n in range(1, 130)))
    desk.publish(pages)
    for _ in range(12):
        for _ in range(rng.randint(1, 4)):
            number = rng.randint(1, 140)
            said = entry(" ".join(rng.choices(words, k=4)), rng.randint(0, 50))
            held = rng.choice(["public", "public", "held"])
            status = rng.choice(["open", "waiting", "closed"])
            desk.put(ticket(number, said, answer("ok", 60, visibility=held), status=status))
        if rng.random() < 0.3:
            desk.file(ticket_path("ACCREDO", rng.randint(1, 140)), b"---\nbroken\n")
        desk.publish(pages)
        assert contents(desk.site) == clean(desk, pages)


def test_random_commits_equal_a_clean_build(desk: DeskFolder, pages: Path) -> None:
    """What a commit changed is asked of Git: attachments, removed tickets and a settings file too,
    several commits at once, and a commit that is taken back.
    """
    rng = random.Random(11)
    desk.put(*(ticket(n) for n in range(1, 110)))
    desk.commit()
    desk.publish(pages, committed=True)
    for step in range(12):
        for _ in range(rng.randint(1, 3)):
            number = rng.randint(1, 120)
            _edit(desk, rng, number)
            desk.commit()
        if step == 6:
            settings = SETTINGS.format(language="ru", visibility="public")
            desk.settings(settings.replace('name = "', 'name = "Новая ', 1))
            desk.commit()
        if step == 9:
            subprocess.run(["git", "-C", desk.root, "reset", "-q", "--hard", "HEAD~2"], check=True)
        desk.publish(pages, committed=True)
        assert contents(desk.site) == clean(desk, pages, committed=True), step


def _edit(desk: DeskFolder, rng: random.Random, number: int) -> None:
    """Answer, close, remove or break a ticket, with or without an attachment."""
    path = desk.root / ticket_path("ACCREDO", number)
    kind = rng.choice(["answer", "answer", "attachment", "remove", "break"])
    if kind == "remove":
        path.unlink(missing_ok=True)
    elif kind == "break":
        desk.file(ticket_path("ACCREDO", number), b"---\nbroken\n")
    else:
        name = f"tickets/000/ACCREDO-{number}/s.png"
        files = (Attachment("s.png", name, 3, "image/png"),) if kind == "attachment" else ()
        if files:
            desk.file(name, rng.randbytes(3))
        said = entry(f"слово{rng.randint(1, 30)}", attachments=files)
        desk.put(ticket(number, said, status=rng.choice(["open", "closed"])))


def test_a_change_of_the_code_renders_everything_again(
    desk: DeskFolder, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*(ticket(n) for n in range(1, 5)))
    desk.publish(pages)
    assert desk.publish(pages).rendered == 0
    monkeypatch.setattr(site_module, "code_digest", lambda *_: "another version")
    assert desk.publish(pages).rendered == 4


def test_nothing_changed_means_nothing_written(
    desk: DeskFolder, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*(closed(n, n) for n in range(1, 120)))
    desk.publish(pages)
    before = {path: path.stat().st_mtime_ns for path in desk.site.rglob("*") if path.is_file()}
    done = desk.publish(pages)
    after = {path: path.stat().st_mtime_ns for path in desk.site.rglob("*") if path.is_file()}
    stamp = desk.site / site_module.STAMP
    assert done.rendered == 0
    assert {path for path in before if before[path] != after[path]} == {stamp}
    assert done.counts == {OPEN: 0, CLOSED: 119, ANY: 119}


def test_one_changed_ticket_touches_few_files(desk: DeskFolder, pages: Path) -> None:
    desk.put(*(ticket(n, entry(f"слово{n}")) for n in range(1, 600)))
    desk.publish(pages)
    before = contents(desk.site)
    desk.put(ticket(300, entry("слово300"), answer("новоеслово")))
    assert desk.publish(pages).rendered == 1
    after = contents(desk.site)
    changed = {path for path in after if before.get(path) != after[path]}
    assert "tickets/ACCREDO-300/index.html" in changed
    assert len(changed) <= 12
    assert len([path for path in changed if path.startswith("tickets/ACCREDO")]) == 1


class _Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("at", [1, 40, 150])
def test_a_killed_build_is_made_good_by_the_next(
    desk: DeskFolder, pages: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Killed while cards are written, wherever: the site carries no stamp and is built anew."""
    desk.put(*(ticket(n) for n in range(1, 200)))
    desk.publish(pages)
    desk.put(*(ticket(n, entry("другое")) for n in range(1, 200)))
    written = 0
    real = render.write_text

    def dying(path: Path, text: str) -> None:
        nonlocal written
        written += 1
        if written == at:
            raise _Killed
        real(path, text)

    monkeypatch.setattr(render, "write_text", dying)
    with pytest.raises(_Killed):
        desk.publish(pages)
    monkeypatch.undo()
    assert not (desk.site / site_module.STAMP).exists()
    desk.publish(pages)
    assert contents(desk.site) == clean(desk, pages)


@pytest.mark.parametrize("lost", ["site", "tickets", "state", "stamp"])
def test_what_was_lost_is_built_again(desk: DeskFolder, pages: Path, lost: str) -> None:
    """State kept elsewhere must never make a build believe in a site that is not there."""
    import shutil

    desk.put(*(ticket(n) for n in range(1, 20)))
    desk.publish(pages)
    whole = contents(desk.site)
    match lost:
        case "site":
            shutil.rmtree(desk.site)
        case "tickets":
            shutil.rmtree(desk.site / "tickets")
        case "state":
            next((desk.root / ".tracker").glob("*.sqlite")).write_bytes(
                b"not a database, long enough"
            )
        case "stamp":
            (desk.site / site_module.STAMP).write_text("another")
    desk.publish(pages)
    assert contents(desk.site) == whole


def test_several_processes_write_the_same(
    desk: DeskFolder, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*(ticket(n, entry(f"слово{n}")) for n in range(1, 60)))
    desk.publish(pages)
    alone = contents(desk.site)
    monkeypatch.setattr(render, "_ALONE", 10)
    monkeypatch.setattr(render, "BATCH", 10)
    monkeypatch.setattr(processes, "processors", lambda: 2)
    desk.publish(pages, desk.root.parent / "many")
    assert contents(desk.root.parent / "many") == alone


def spellings(word: str) -> list[bytes]:
    """A word as a page may hold it: plain, and escaped for JSON, HTML and URLs."""
    return [
        word.encode(),
        json.dumps(word).strip('"').encode(),
        "".join(f"&#{ord(one)};" for one in word).encode(),
        quote(word).encode(),
        quote(word).lower().encode(),
    ]


def test_nothing_that_is_not_public_is_anywhere_in_the_site(desk: DeskFolder, pages: Path) -> None:
    secret = Attachment(f"{CANARY}.png", f"tickets/000/ACCREDO-1/{CANARY}.png", 3, "image/png")
    desk.file(f"tickets/000/ACCREDO-1/{CANARY}.png", CANARY.encode())
    desk.file("tickets/.desk/position.json", CANARY.encode())
    desk.put(
        ticket(
            1,
            entry("видно", told={f"{CANARY}@example.org": "2026-11-22T06:40:11Z"}),
            answer(CANARY, 1, kind="note", attachments=(secret,)),
            answer(CANARY, 2, visibility="internal"),
            entry(CANARY, 3, visibility="held"),
            entry("", 4, kind="event", event="bounced", data={"address": "x", "reason": CANARY}),
            assignee="anna",
        ),
        ticket(2, entry(CANARY, visibility="held"), title=CANARY),
        ticket(3, entry(f"пишите {CANARY}@example.org, +7 912 345-67-89")),
    )
    desk.file(ticket_path("ACCREDO", 4), f"---\nid: ACCREDO-4\ntitle: {CANARY}\n".encode())
    done = desk.publish(pages)
    assert done.counts == {OPEN: 2, CLOSED: 0, ANY: 3}
    for path in desk.site.rglob("*"):
        assert CANARY not in path.name
        if path.is_file():
            data = path.read_bytes()
            assert not [one for one in spellings(CANARY) if one in data], path
            assert b"345-67-89" not in data and b"ivan@" not in data, path
    assert not (desk.site / "tickets/ACCREDO-2").exists()


def test_no_address_in_a_file_s_name_or_split_by_bold_is_anywhere(
    desk: DeskFolder, pages: Path
) -> None:
    names = ("ivan@example.org.png", "anna@example.org.png", "+7 912 345-67-89.pdf")
    stored = [f"tickets/000/ACCREDO-1/{name}" for name in names]
    files = (Attachment(name, path, 3, "x/y") for name, path in zip(names, stored, strict=True))
    for path in stored:
        desk.file(path, path.encode()[-12:])
    said = "Мой адрес ivan@**example.org**"
    desk.put(ticket(1, entry(said, format="markdown", attachments=tuple(files))))
    desk.publish(pages)
    card = (desk.site / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert card.count("-e00000-") == 5  # three links, two pictures
    held = {path.name for path in (desk.site / "tickets/ACCREDO-1").iterdir()}
    assert {f"•••@•••-e00000-{n}.png" for n in (1, 2)} < held and len(held) == 4
    for path in desk.site.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        leaks = [
            one for one in ("ivan@", "anna@", "ivan%40", "345-67") if one in f"{path.name}{data!r}"
        ]
        assert not leaks, path


def test_a_broken_file_gives_a_card_and_is_listed_by_its_number(
    desk: DeskFolder, pages: Path
) -> None:
    desk.put(ticket(1), ticket(2, entry("прежнее")))
    desk.publish(pages)
    desk.file(ticket_path("ACCREDO", 2), b"<<<<<<< HEAD\nno ticket\n")
    done = desk.publish(pages)
    card = (desk.site / "tickets/ACCREDO-2/index.html").read_text("utf-8")
    listed = (desk.site / "requests/any/index.html").read_text("utf-8")
    assert "исправляется" in card and "прежнее" not in card
    assert "tickets/ACCREDO-2/" in listed
    assert done.counts == {OPEN: 1, CLOSED: 0, ANY: 2}


def test_an_attachment_is_published_beside_its_card(desk: DeskFolder, pages: Path) -> None:
    files = tuple(
        Attachment(name, f"tickets/000/ACCREDO-1/{name}", 3, "x/y")
        for name in ("снимок.png", "page.html", "missing.png")
    )
    desk.file("tickets/000/ACCREDO-1/снимок.png", b"png")
    desk.file("tickets/000/ACCREDO-1/page.html", b"<script>alert(1)</script>")
    desk.file("tickets/000/ACCREDO-1/unnamed.png", b"named by no entry")
    desk.put(ticket(1, entry("a", attachments=files)))
    desk.publish(pages)
    folder = desk.site / "tickets/ACCREDO-1"
    assert {path.name for path in folder.iterdir()} == {"index.html", "снимок.png", "page.html.bin"}
    desk.file("tickets/000/ACCREDO-1/снимок.png", b"another")
    desk.publish(pages)
    assert (folder / "снимок.png").read_bytes() == b"another"


def test_the_work_tree_is_named_as_git_names_it(desk: DeskFolder) -> None:
    desk.file("tickets/000/ACCREDO-1.md", b"hello\n")
    listing = list(FolderSource(desk.root).listing())
    assert listing == [("tickets/000/ACCREDO-1.md", "ce013625030ba8dba906f756967f9e9ca394464a")]


def test_a_merged_ticket_s_page_names_the_other_as_the_one_to_keep(
    desk: DeskFolder, pages: Path
) -> None:
    merged = answer("", 2, kind="event", event="merged", data={"into": "ACCREDO-2"})
    desk.put(ticket(1, entry("a"), merged, status="closed"), ticket(2))
    desk.publish(pages)
    card = (desk.site / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert (
        'rel=canonical property=og:url href="https://help.example.org/desk/tickets/ACCREDO-2/"'
        in card
    )


def test_queues_follow_every_change(tmp_path: Path) -> None:
    """Assignee and side are no part of a card or a row: the page changes all the same."""
    desk = DeskFolder(tmp_path / "desk")
    desk.settings((desk.root / "tracker.toml").read_text("utf-8") + AGENTS + TARGETS)
    desk.commit()
    assert desk.build().returncode == 0
    pages = desk.root / ".tracker" / "portal" / "pages"
    desk.put(ticket(1), ticket(2), ticket(3, status="closed"))
    desk.publish(pages)
    assert queues(desk).count("<td>Анна<td>") == 0
    steps = [
        ticket(1, assignee="anna"),
        ticket(2, entry("?"), answer("!", 30), assignee="anna"),
        ticket(1, assignee="boris"),
        ticket(2, entry("?"), answer("!", 30), status="closed"),
    ]
    for one in steps:
        desk.put(one)
        desk.publish(pages)
        assert contents(desk.site) == clean(desk, pages)
    assert "ACCREDO-1" in queues(desk) and "ACCREDO-2" not in queues(desk)
    assert set(re.findall(r'tk-due" datetime="([^"]+)', queues(desk))) == {"2026-11-23T14:00:00Z"}


def queues(desk: DeskFolder) -> str:
    return (desk.site / "queues/index.html").read_text("utf-8")


def test_an_ordinary_card_weighs_at_most_eight_kilobytes(desk: DeskFolder, pages: Path) -> None:
    """A letter, an answer and a reply, 2 KB of ticket as they are in the mean."""
    said = "Здравствуйте, не получается войти в личный кабинет, помогите. " * 8
    one = ticket(
        1, entry(said), answer("Проверьте раскладку клавиатуры. " * 6), entry("Помогло", 70)
    )
    desk.put(one)
    desk.publish(pages)
    assert (desk.root / ticket_path("ACCREDO", 1)).stat().st_size > 1_500
    assert (desk.site / "tickets/ACCREDO-1/index.html").stat().st_size <= 8_192
